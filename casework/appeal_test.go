package casework_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"offsite/casework"
	"offsite/casework/calendar"
	"offsite/casework/flow"
	"offsite/casework/rules"
)

// Two heads grant at once, one instalments and one a deferral: one grant holds, the other
// head is told of the change and finds that the law allows no second.
func TestTwoHeadsGrantAtOnce(t *testing.T) {
	t.Parallel()
	h := open(t, want{})
	id := h.served(300_00)
	version := h.file(id).Version
	until := h.clock.now().AddDate(0, 1, 0).Format(time.RFC3339)
	grants := map[string]fields{
		"instalments": {"parts": 3.0, "until": until, "reason": "困难"},
		"deferred":    {"until": until, "reason": "困难"},
	}
	outcome := make(chan error, len(grants))
	for event, given := range grants {
		go func() { outcome <- h.Apply(t.Context(), h.staff["head"], id, version, event, given) }()
	}
	first, second := <-outcome, <-outcome
	if (first == nil) == (second == nil) || !errors.Is(errors.Join(first, second), casework.ErrChanged) {
		t.Fatalf("exactly one must succeed, the other be told: %v, %v", first, second)
	}
	c := h.file(id)
	granted := 0
	for _, d := range c.Documents {
		if d.Kind == "payment_terms" {
			granted++
		}
	}
	if granted != 1 {
		t.Errorf("%d papers grant terms", granted)
	}
	if len(c.Instalments) > 0 {
		refused(t, h.do("head", id, "deferred", grants["deferred"]), flow.Unlawful, "第六十六条")
	}
	h.must(h.CheckRecord(t.Context(), id))
}

// Instalments into a year that nobody entered are not guessed: refused, with nothing left,
// and granted once the year is in force.
func TestInstalmentsWithoutNextYear(t *testing.T) {
	t.Parallel()
	h := open(t, want{at: time.Date(2027, 9, 1, 2, 0, 0, 0, time.UTC)})
	id := h.served(300_00)
	given := fields{"parts": 6.0, "until": h.clock.now().AddDate(0, 1, 0).Format(time.RFC3339), "reason": "困难"}
	before := h.file(id)
	if err := h.do("head", id, "instalments", given); !errors.Is(err, calendar.ErrNoYear) || !strings.Contains(err.Error(), "2028") {
		t.Fatalf("got %v, want that 2028 is missing", err)
	}
	if c := h.file(id); c.Version != before.Version || len(c.Instalments) != 0 || len(c.Documents) != len(before.Documents) {
		t.Errorf("the refused grant left something: %+v", c.Instalments)
	}
	const notice = "year: 2028\nsource: 国务院办公厅通知\nholidays: [{name: 元旦, from: 2028-01-01, to: 2028-01-03}]\n"
	e, err := h.Rules().Propose(t.Context(), rules.Person{ID: h.staff["legal"].ID, Name: "法制"}, rules.Year, notice, "已公布")
	h.must(err)
	h.must(h.Rules().Approve(t.Context(), rules.Person{ID: h.staff["head"].ID, Name: "负责人"}, e.ID))
	h.must(h.do("head", id, "instalments", given))
	if c := h.file(id); len(c.Instalments) != 6 {
		t.Errorf("granted: %+v", c.Instalments)
	}
}

// A reconsideration and a lawsuit, each noted twice, suspend once: no surcharge, no demand,
// no court. What was upheld cannot be upheld again, and the surcharge runs on from there.
func TestReconsiderationSuspendsOnce(t *testing.T) {
	t.Parallel()
	h := open(t, want{})
	id := h.served(200_00)
	refused(t, h.do("o1", id, "upheld", fields{"note": "维持"}), flow.Unlawful, "第七十三条")
	refused(t, h.do("o3", id, "reconsideration", fields{"note": "复议受理"}), flow.Forbidden, "第四十二条")
	for _, event := range []string{"reconsideration", "litigation", "reconsideration", "litigation"} {
		h.must(h.do("o1", id, event, fields{"note": "已受理"}))
	}
	h.clock.add(100 * 24 * time.Hour)
	if n, err := h.Sweep(t.Context()); n != 0 || err != nil {
		t.Errorf("swept %d, %v while suspended", n, err)
	}
	h.expect(id, "served")
	refused(t, h.do("o1", id, "urge", nil), flow.Unlawful, "")
	h.must(h.do("o1", id, "upheld", fields{"note": "维持"}))
	refused(t, h.do("o1", id, "upheld", fields{"note": "维持"}), flow.Unlawful, "第七十三条")
	if _, err := h.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	h.expect(id, "overdue")
	h.clock.add(24 * time.Hour)
	if c := h.file(id); c.LateFen < 6_00 || c.LateFen > 12_00 {
		t.Errorf("a day after the end the surcharge is %d fen, of 600 a day", c.LateFen)
	}
	h.must(h.CheckRecord(t.Context(), id))
}

// A reconsideration amid instalments lets them rest; the decision is revoked for it, and
// what was paid is owed back.
func TestReconsiderationAmidInstalments(t *testing.T) {
	t.Parallel()
	h := open(t, want{})
	id := h.inInstalments()
	h.payNext(id)
	h.must(h.do("o1", id, "reconsideration", fields{"note": "复议受理"}))
	h.clock.to(h.file(id).Instalments[1].Until.Add(20 * 24 * time.Hour))
	if n, err := h.Sweep(t.Context()); n != 0 || err != nil {
		t.Errorf("swept %d, %v while suspended", n, err)
	}
	h.expect(id, "served")
	if c := h.file(id); c.LateFen != 0 {
		t.Errorf("surcharge %d fen during a reconsideration", c.LateFen)
	}
	h.must(h.do("head", id, "revoke", fields{"reason": "复议决定撤销"}))
	var refund int64
	h.must(h.pool.QueryRow(t.Context(), `SELECT (dossier->>'refund_fen')::bigint FROM casefile WHERE id = $1`, id).Scan(&refund))
	if refund != 100_00 {
		t.Errorf("owed back %d fen, want the first instalment", refund)
	}
	_, err := h.StartPayment(t.Context(), id)
	refused(t, err, flow.Unlawful, "")
	h.must(h.CheckRecord(t.Context(), id))
}
