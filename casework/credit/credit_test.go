package credit_test

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"offsite/casework/calendar"
	"offsite/casework/credit"
	"offsite/casework/rules"
	"offsite/registry"
	"offsite/registry/account"
	"offsite/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

type house struct {
	*credit.Office
	pool   *pgxpool.Pool
	law    *rules.Shelf
	now    time.Time
	party  string
	people map[string]string
	told   []string
}

func open(t *testing.T) *house {
	t.Helper()
	h := &house{pool: storetest.Open(t), now: time.Date(2026, 3, 2, 2, 0, 0, 0, time.UTC), people: map[string]string{}}
	days, err := calendar.Default()
	must(t, err)
	h.law = rules.New(h.pool, rules.Rules{Days: days}, func() time.Time { return h.now })
	h.Office = credit.New(credit.Options{Pool: h.pool, Law: h.law, Now: func() time.Time { return h.now },
		Tell: func(_ context.Context, _ pgx.Tx, kind string, _ any) error { h.told = append(h.told, kind); return nil }})
	accounts := account.New(h.pool, account.WithCheapHashing())
	for _, role := range []string{"officer", "legal", "head"} {
		made, _, err := accounts.Create(t.Context(), "test", account.Draft{Username: role, Name: role, Roles: []string{role}, LicenceNo: "No 1"})
		must(t, err)
		h.people[role] = made.ID
	}
	must(t, h.pool.QueryRow(t.Context(), `INSERT INTO party (id, kind, name, version, created_at, changed_at) VALUES (gen_random_uuid(), 'unit', '某公司', 1, now(), now()) RETURNING id::text`).Scan(&h.party))
	return h
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func refused(err error, field string) bool {
	var r *registry.Refused
	return errors.As(err, &r) && r.Field == field
}

// decided is a case with a fine, in yuan.
func (h *house) decided(t *testing.T, state string, yuan int64, major bool) string {
	t.Helper()
	var id string
	must(t, h.pool.QueryRow(t.Context(), `INSERT INTO casefile (id, number, state, version, detector, matter, camera_id, zone_id, party_id, first_at, last_at, raised_at, created_at, changed_at, decided_at, fine_fen, major, officers, dossier)
		VALUES (gen_random_uuid(), gen_random_uuid()::text, $1, 1, 'stall', 'stall', gen_random_uuid(), gen_random_uuid(), $2, $3, $3, $3, $3, $3, $3, $4, $5, ARRAY[$6::uuid], '{}') RETURNING id::text`,
		state, h.party, h.now, yuan*100, major, h.people["officer"]).Scan(&id))
	return id
}

func TestARecordIsRepairedByApplicationReviewAndDecision(t *testing.T) {
	t.Parallel()
	h, ctx := open(t), t.Context()
	caseID := h.decided(t, "served", 1000, false)
	must(t, h.Keep(ctx))
	must(t, h.Keep(ctx)) // once
	r, none, err := h.OfCase(ctx, caseID)
	must(t, err)
	if r.Level != credit.Ordinary || none != nil || r.State != credit.Open || !r.Shown || r.RepairFrom.Sub(r.DecidedAt) != 90*24*time.Hour {
		t.Fatalf("record %+v", r)
	}
	ask := credit.Application{Text: "已整改", Papers: []string{base64.StdEncoding.EncodeToString([]byte("%PDF-1.4"))}}
	if err := h.Ask(ctx, caseID, ask); !refused(err, "text") {
		t.Errorf("asked before it was paid: %v", err)
	}
	_, err = h.pool.Exec(ctx, `UPDATE casefile SET state = 'closed' WHERE id = $1`, caseID)
	must(t, err)
	if err := h.Ask(ctx, caseID, ask); !refused(err, "text") {
		t.Errorf("asked before its time: %v", err)
	}
	h.now = h.now.AddDate(0, 0, 91)
	if err := h.Ask(ctx, caseID, credit.Application{Text: "x", Papers: []string{"PGh0bWw+"}}); !refused(err, "papers") {
		t.Errorf("a paper of another kind: %v", err)
	}
	must(t, h.Ask(ctx, caseID, ask))
	if err := h.Ask(ctx, caseID, ask); !refused(err, "text") {
		t.Errorf("asked twice: %v", err)
	}
	_, a, err := h.OfCase(ctx, caseID)
	must(t, err)
	if err := h.Review(ctx, h.people["officer"], a.ID, credit.Verdict{Grant: true, Reason: "x"}); !refused(err, "reason") {
		t.Errorf("the case's officer reviewed it: %v", err)
	}
	if err := h.Decide(ctx, h.people["head"], a.ID, credit.Verdict{Grant: true, Reason: "x"}); !refused(err, "state") {
		t.Errorf("decided before it was reviewed: %v", err)
	}
	must(t, h.Review(ctx, h.people["legal"], a.ID, credit.Verdict{Grant: true, Reason: "材料齐全"}))
	if err := h.Decide(ctx, h.people["legal"], a.ID, credit.Verdict{Grant: true, Reason: "x"}); !refused(err, "reason") {
		t.Errorf("the reviewer decided it: %v", err)
	}
	must(t, h.Decide(ctx, h.people["head"], a.ID, credit.Verdict{Grant: true, Reason: "同意修复"}))
	r, a, err = h.OfCase(ctx, caseID)
	if err != nil || r.State != credit.Repaired || a.State != "granted" || a.Decider != "head" || a.Papers != 1 {
		t.Errorf("record %+v, application %+v, %v", r, a, err)
	}
	if content, kind, err := h.Paper(ctx, a.ID, 1); err != nil || kind != "application/pdf" || string(content) != "%PDF-1.4" {
		t.Errorf("the paper is %q %s, %v", content, kind, err)
	}
	if !slices.Equal(h.told, []string{"credit.recorded", "credit.changed"}) {
		t.Errorf("the platform was told %v", h.told)
	}
}

func TestLevelsFollowTheRulesThatHold(t *testing.T) {
	t.Parallel()
	for i, c := range []struct {
		yuan    int64
		major   bool
		prior   bool
		level   string
		most    int // days
		why     string
		grounds credit.Grounds
	}{
		{200, false, false, credit.Light, 90, "罚款不超过200元", credit.Grounds{Rule: credit.FineUpTo, FineFen: 200_00}},
		{201, false, false, credit.Ordinary, 365, "一般", credit.Grounds{Rule: credit.InBetween}},
		{50_000, false, false, credit.Serious, 1095, "罚款达到50000元", credit.Grounds{Rule: credit.FineFrom, FineFen: 50_000_00}},
		{100, true, false, credit.Serious, 1095, "重大案件", credit.Grounds{Rule: credit.Major}},
		{200, false, true, credit.Ordinary, 365, "罚款不超过200元，365天内已有记录，加重一级", credit.Grounds{Rule: credit.FineUpTo, FineFen: 200_00, RepeatDays: 365}},
		{1000, false, true, credit.Serious, 1095, "一般，365天内已有记录，加重一级", credit.Grounds{Rule: credit.InBetween, RepeatDays: 365}},
	} {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			h, ctx := open(t), t.Context()
			if c.prior {
				h.decided(t, "closed", 100, false)
				must(t, h.Keep(ctx))
				h.now = h.now.AddDate(0, 0, 30)
			}
			id := h.decided(t, "closed", c.yuan, c.major)
			must(t, h.Keep(ctx))
			r, _, err := h.OfCase(ctx, id)
			must(t, err)
			if r.Level != c.level || r.Until.Sub(r.DecidedAt) != time.Duration(c.most)*24*time.Hour || r.Why != c.why || r.Grounds == nil || *r.Grounds != c.grounds || r.Shown != (c.level != credit.Light) {
				t.Errorf("%+v: %+v", c, r)
			}
		})
	}
}

// Bounds that are no whole yuan are read as they were, and what no rule has written is no grounds.
func TestGroundsAreReadFromWhatWasWritten(t *testing.T) {
	t.Parallel()
	h, ctx := open(t), t.Context()
	rules := credit.Shipped()
	rules.LightMostFen = 199_05
	must(t, h.Activate(ctx, "head", rules, "市信用办规定"))
	id := h.decided(t, "closed", 150, false)
	must(t, h.Keep(ctx))
	r, _, err := h.OfCase(ctx, id)
	must(t, err)
	if want := (credit.Grounds{Rule: credit.FineUpTo, FineFen: 199_05}); r.Why != "罚款不超过199.05元" || r.Grounds == nil || *r.Grounds != want {
		t.Errorf("%q is read as %+v, want %+v", r.Why, r.Grounds, want)
	}
	_, err = h.pool.Exec(ctx, `UPDATE credit_record SET why = '罚款达到很多元' WHERE case_id = $1`, id)
	must(t, err)
	if r, _, err = h.OfCase(ctx, id); err != nil || r.Grounds != nil || r.Why != "罚款达到很多元" {
		t.Errorf("what no rule wrote is read as %+v, %v", r, err)
	}
}

func TestARecordEndsOrIsWithdrawn(t *testing.T) {
	t.Parallel()
	h, ctx := open(t), t.Context()
	ends := h.decided(t, "closed", 1000, false)
	h.now = h.now.Add(time.Hour)
	revoked := h.decided(t, "closed", 90_000, false)
	must(t, h.Keep(ctx))
	_, err := h.pool.Exec(ctx, `UPDATE casefile SET state = 'revoked' WHERE id = $1`, revoked)
	must(t, err)
	h.now = h.now.AddDate(0, 0, 365)
	must(t, h.Keep(ctx))
	for id, want := range map[string]string{ends: credit.Ended, revoked: credit.Withdrawn} {
		if r, _, err := h.OfCase(ctx, id); err != nil || r.State != want {
			t.Errorf("%+v, want %s, %v", r, want, err)
		}
	}
	if err := h.Ask(ctx, ends, credit.Application{Text: "x"}); !refused(err, "text") {
		t.Errorf("asked for what has ended: %v", err)
	}
}

func TestRulesAreVersioned(t *testing.T) {
	t.Parallel()
	h, ctx := open(t), t.Context()
	before := h.decided(t, "closed", 1000, false)
	must(t, h.Keep(ctx))
	rules := credit.Shipped()
	rules.OrdinaryMost = 10
	if err := h.Activate(ctx, "head", rules, "x"); !refused(err, "rules") {
		t.Errorf("the most is fewer than the least: %v", err)
	}
	rules.OrdinaryLeast, rules.RepeatDays = 5, 1
	if err := h.Activate(ctx, "head", rules, " "); !refused(err, "reason") {
		t.Errorf("without a reason: %v", err)
	}
	must(t, h.Activate(ctx, "head", rules, "市信用办规定"))
	h.now = h.now.AddDate(0, 0, 30)
	after := h.decided(t, "closed", 1000, false)
	must(t, h.Keep(ctx))
	for id, version := range map[string]int{before: 0, after: 1} {
		if r, _, err := h.OfCase(ctx, id); err != nil || r.Rules != version || (version == 1) != (r.Until.Sub(r.DecidedAt) == 10*24*time.Hour) {
			t.Errorf("version %d: %+v, %v", version, r, err)
		}
	}
}

// The time to decide is counted by the working days that hold: a year that two people put
// into force in another process moves it.
func TestTheTimeToDecideFollowsTheCalendarThatHolds(t *testing.T) {
	t.Parallel()
	h, ctx := open(t), t.Context()
	caseID := h.decided(t, "closed", 1000, false)
	must(t, h.Keep(ctx))
	h.now = time.Date(2026, 6, 8, 2, 0, 0, 0, time.UTC) // a Monday, more than ninety days later
	days, err := calendar.Default()
	must(t, err)
	elsewhere := rules.New(h.pool, rules.Rules{Days: days}, func() time.Time { return h.now })
	const year = "year: 2026\nsource: 国务院办公厅通知\nholidays: [{name: 临时, from: 2026-06-09, to: 2026-06-12}]\n"
	e, err := elsewhere.Propose(ctx, rules.Person{ID: h.people["legal"], Name: "法制"}, rules.Year, year, "临时放假")
	must(t, err)
	must(t, elsewhere.Approve(ctx, rules.Person{ID: h.people["head"], Name: "负责人"}, e.ID))
	must(t, h.Ask(ctx, caseID, credit.Application{Text: "已整改"}))
	_, a, err := h.OfCase(ctx, caseID)
	must(t, err)
	if got, want := a.DecideBy.In(calendar.Shanghai()).Format(time.DateOnly), "2026-06-23"; got != want {
		t.Errorf("seven working days end on %s, want %s", got, want)
	}
}
