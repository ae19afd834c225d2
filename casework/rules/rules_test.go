package rules_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"offsite/casework/calendar"
	"offsite/casework/matter"
	"offsite/casework/rules"
	"offsite/registry/account"
	"offsite/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

var (
	legal = rules.Person{ID: "0198c000-0000-7000-8000-000000000001", Name: "法制员"}
	head  = rules.Person{ID: "0198c000-0000-7000-8000-000000000002", Name: "负责人"}
)

func open(t *testing.T, pool *pgxpool.Pool) *rules.Shelf {
	t.Helper()
	days, err := calendar.Default()
	must(t, err)
	matters, err := matter.Default()
	must(t, err)
	return rules.New(pool, rules.Rules{Matters: matters, Days: days}, func() time.Time { return time.Date(2027, 11, 5, 2, 0, 0, 0, time.UTC) })
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

const year2028 = `year: 2028
source: 国务院办公厅通知
holidays: [{name: 元旦, from: 2028-01-01, to: 2028-01-02}]
make_up: []
`

// What one person enters holds once another has approved it, in every process, and what
// held before stays readable.
func TestWhatIsEnteredHoldsOnceAnotherApproves(t *testing.T) {
	t.Parallel()
	ctx, pool := t.Context(), storetest.Open(t)
	here, there := open(t, pool), open(t, pool)
	text, err := here.Text(ctx, rules.Matter, "stall")
	must(t, err)
	text = strings.Replace(text, "grace_s: 1800", "grace_s: 1200", 1)
	e, err := here.Propose(ctx, legal, rules.Matter, text, "局务会决定延长改正期限")
	must(t, err)
	grace := func(s *rules.Shelf) int {
		must(t, s.Fresh(ctx))
		m, err := s.Matters().Matter("stall")
		must(t, err)
		return m.GraceS
	}
	before := grace(there)
	if before == 1200 {
		t.Fatal("it holds before anybody approved it, or the test's matter has changed")
	}
	if err := here.Approve(ctx, legal, e.ID); !errors.Is(err, account.ErrInvalid) {
		t.Errorf("its author put it into force: %v", err)
	}
	must(t, here.Approve(ctx, head, e.ID))
	if got := grace(there); got != 1200 {
		t.Errorf("another process judges by %d s", got)
	}
	if err := here.Approve(ctx, head, e.ID); !errors.Is(err, rules.ErrDone) {
		t.Errorf("put into force twice: %v", err)
	}
	list, err := there.Entries(ctx)
	must(t, err)
	if len(list) != 1 || !list[0].Holds || list[0].By != legal.Name || list[0].ApprovedBy != head.Name {
		t.Errorf("listed: %+v", list)
	}
	if held, err := there.Text(ctx, rules.Matter, "stall"); err != nil || held != text {
		t.Errorf("the text that holds is another: %v", err)
	}
	if _, err := pool.Exec(ctx, `UPDATE rule SET text = '' WHERE id = $1`, e.ID); err == nil {
		t.Error("what is in force was changed")
	}
	if _, err := pool.Exec(ctx, `DELETE FROM rule`); err == nil {
		t.Error("what was entered was deleted")
	}
}

// Who has two accounts in hand does not put into force with one what the other entered.
func TestOnePersonsTwoAccountsPutNothingIntoForce(t *testing.T) {
	t.Parallel()
	ctx, pool := t.Context(), storetest.Open(t)
	s := open(t, pool)
	accounts := account.New(pool, account.WithClock(func() time.Time { return time.Date(2027, 11, 4, 2, 0, 0, 0, time.UTC) }), account.WithCheapHashing())
	made := func(by, name, role string) rules.Person {
		a, _, err := accounts.Create(ctx, by, account.Draft{Username: name, Name: name, Roles: []string{role}})
		must(t, err)
		return rules.Person{ID: a.ID, Name: a.Name}
	}
	admin := made("system", "admin", account.Admin)
	author, puppet, other := made(admin.ID, "legal", account.Legal), made(admin.ID, "head", account.Head), made("system", "deputy", account.Head)
	e, err := s.Propose(ctx, author, rules.Year, year2028, "通知")
	must(t, err)
	if err := s.Approve(ctx, puppet, e.ID); !errors.Is(err, account.ErrInvalid) {
		t.Errorf("by two accounts that one administrator made yesterday: %v", err)
	}
	must(t, s.Approve(ctx, other, e.ID))
}

func TestAnOlderEntryDoesNotOvertakeANewerOne(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	s := open(t, storetest.Open(t))
	first, err := s.Propose(ctx, legal, rules.Year, year2028, "通知")
	must(t, err)
	second, err := s.Propose(ctx, legal, rules.Year, strings.Replace(year2028, "01-02", "01-03", 1), "更正")
	must(t, err)
	must(t, s.Approve(ctx, head, second.ID))
	if err := s.Approve(ctx, head, first.ID); !errors.Is(err, rules.ErrDone) {
		t.Errorf("the one before the correction was put into force: %v", err)
	}
	works, err := s.Days().IsWorkingDay(time.Date(2028, 1, 3, 12, 0, 0, 0, calendar.Shanghai()))
	if err != nil || works {
		t.Errorf("3 January 2028: works %t, %v", works, err)
	}
}

// A wrong text is refused with its line, and never becomes an entry.
func TestWrongTextsAreRefused(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	s := open(t, storetest.Open(t))
	stall, err := s.Text(ctx, rules.Matter, "stall")
	must(t, err)
	for name, one := range map[string]struct{ kind, text, say string }{
		"no YAML":           {rules.Matter, "key: [", "YAML"},
		"fine outside":      {rules.Matter, strings.Replace(stall, "part: [70, 100]", "part: [70, 140]", 1), "matter.yaml:"},
		"unknown condition": {rules.Matter, strings.Replace(stall, `"repeats_in_year >= 2"`, `"mood >= 2"`, 1), `there is no number "mood"`},
		"provisional again": {rules.Year, "year: 2026\nsource: x\nprovisional: true\nholidays: [{name: a, from: 2026-01-01, to: 2026-01-01}]\n", "2026 is entered"},
		"other year":        {rules.Year, strings.Replace(year2028, "2028-01-02", "2029-01-02", 1), "2029"},
	} {
		var wrong *rules.WrongError
		if _, err := s.Propose(ctx, legal, one.kind, one.text, "x"); !errors.As(err, &wrong) || !strings.Contains(err.Error(), one.say) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := s.Propose(ctx, legal, "poem", "x", "x"); !errors.Is(err, rules.ErrUnknown) {
		t.Errorf("a poem: %v", err)
	}
	if _, err := s.Text(ctx, rules.Matter, "../years/2024"); !errors.Is(err, rules.ErrUnknown) {
		t.Errorf("a path for a key: %v", err)
	}
	list, err := s.Entries(ctx)
	must(t, err)
	if len(list) != 0 {
		t.Errorf("entered: %+v", list)
	}
}
