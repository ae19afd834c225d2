package casework_test

import (
	"slices"
	"testing"
	"time"

	"offsite/casework"
	"offsite/casework/flow"
)

// inInstalments takes a served case of 300 yuan to three instalments of 100, the first by
// a month from now.
func (h *house) inInstalments() string {
	h.t.Helper()
	id := h.served(300_00)
	first := h.clock.now().AddDate(0, 1, 0)
	h.must(h.AskInstalments(h.t.Context(), id, 3, first, "失业，只能按月缴纳。"))
	h.expect(id, "served")
	h.must(h.do("head", id, "instalments", fields{"parts": 3.0, "until": first.Format(time.RFC3339), "reason": "有失业登记证明"}))
	return id
}

func (h *house) file(id string) casework.CaseFile {
	h.t.Helper()
	c, err := h.Case(h.t.Context(), h.staff["auditor"], id)
	h.must(err)
	return c
}

// payNext pays what the portal offers.
func (h *house) payNext(id string) {
	h.t.Helper()
	url, err := h.StartPayment(h.t.Context(), id)
	h.must(err)
	h.pay(url)
}

// Three instalments, each with an order of its own, all on working days; the last one
// closes the case, and a paper says what was granted.
func TestInstalmentsPaidInTime(t *testing.T) {
	t.Parallel()
	h := open(t, want{})
	id := h.inInstalments()
	c := h.file(id)
	days := []string{"2026-12-28", "2027-01-26", "2027-02-26"} // 26 December is a Saturday
	if len(c.Instalments) != 3 || !slices.ContainsFunc(c.Documents, func(d casework.CaseDocument) bool { return d.Kind == "payment_terms" }) {
		t.Fatalf("granted: %+v, %+v", c.Instalments, c.Documents)
	}
	for i, want := range days {
		one := c.Instalments[i]
		if got := one.Until.In(time.FixedZone("", 8*3600)).Format(time.DateOnly); got != want || one.FineFen != 100_00 {
			t.Errorf("instalment %d: %d fen by %s, want 10000 by %s", i+1, one.FineFen, got, want)
		}
	}
	for i := range 3 {
		h.clock.to(c.Instalments[i].Until.Add(-time.Hour))
		if _, err := h.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		h.expect(id, "served")
		h.payNext(id)
	}
	h.expect(id, "closed")
	if c = h.file(id); c.PaidFen != 300_00 || c.LateFen != 0 {
		t.Errorf("paid %d, surcharge %d", c.PaidFen, c.LateFen)
	}
	h.must(h.CheckRecord(t.Context(), id))
}

// Surcharge runs on the instalment that is late, not on those to come; once it is paid the
// case is in time again.
func TestSurchargeOnTheLateInstalmentAlone(t *testing.T) {
	t.Parallel()
	h := open(t, want{})
	ctx := t.Context()
	id := h.inInstalments()
	h.clock.to(h.file(id).Instalments[0].Until.Add(4 * 24 * time.Hour)) // the fifth day
	if n, err := h.Sweep(ctx); n != 1 || err != nil {
		t.Fatalf("swept %d, %v", n, err)
	}
	h.expect(id, "overdue")
	if c := h.file(id); c.LateFen != 15_00 || c.Instalments[0].LateFen != 15_00 || c.Instalments[1].LateFen != 0 {
		t.Errorf("surcharge %d fen, %+v; want 3 %% of 100 yuan for five days", c.LateFen, c.Instalments)
	}
	h.payNext(id)
	if o := h.order(id); o.AmountFen != 115_00 {
		t.Errorf("ordered %d fen", o.AmountFen)
	}
	h.expect(id, "served")
	h.clock.add(5 * 24 * time.Hour)
	if c := h.file(id); c.LateFen != 15_00 || c.PaidFen != 115_00 {
		t.Errorf("afterwards the surcharge is %d fen of %d paid", c.LateFen, c.PaidFen)
	}
	h.payNext(id)
	h.payNext(id)
	h.expect(id, "closed")
	if c := h.file(id); c.PaidFen != 315_00 || c.LateFen != 15_00 {
		t.Errorf("paid %d, surcharge %d", c.PaidFen, c.LateFen)
	}
}

// No instalment is paid twice: the second payment is owed back, whatever order it was for.
func TestNoInstalmentIsPaidTwice(t *testing.T) {
	t.Parallel()
	h := open(t, want{})
	ctx := t.Context()
	id := h.inInstalments()
	first, err := h.StartPayment(ctx, id)
	h.must(err)
	h.clock.add(25 * time.Hour) // the order has expired; a new one for the same instalment
	second, err := h.StartPayment(ctx, id)
	h.must(err)
	h.pay(second)
	h.pay(first)
	c := h.file(id)
	var refund int64
	h.must(h.pool.QueryRow(ctx, `SELECT coalesce(sum(refund_fen), 0) FROM payment_notice WHERE outcome = 'surplus'`).Scan(&refund))
	if c.PaidFen != 100_00 || refund != 100_00 || c.Instalments[1].PaidFen != 0 {
		t.Errorf("paid %d fen, owed back %d, %+v", c.PaidFen, refund, c.Instalments)
	}
}

// An order for the whole fine from before the grant, paid afterwards, pays all of them.
func TestAnOrderFromBeforeTheGrantPaysAll(t *testing.T) {
	t.Parallel()
	h := open(t, want{})
	ctx := t.Context()
	id := h.served(300_00)
	url, err := h.StartPayment(ctx, id)
	h.must(err)
	h.must(h.do("head", id, "instalments", fields{"parts": 3.0, "until": h.clock.now().AddDate(0, 1, 0).Format(time.RFC3339), "reason": "困难"}))
	h.pay(url)
	h.expect(id, "closed")
	if c := h.file(id); c.PaidFen != 300_00 || c.Instalments[2].PaidFen != 100_00 {
		t.Errorf("paid %d fen, %+v", c.PaidFen, c.Instalments)
	}
}

func TestInstalmentsAreGrantedWithinTheLaw(t *testing.T) {
	t.Parallel()
	h := open(t, want{})
	ctx := t.Context()
	id := h.served(300_00)
	ahead := h.clock.now().AddDate(0, 1, 0)
	for name, err := range map[string]error{
		"one":        h.AskInstalments(ctx, id, 1, ahead, "困难"),
		"too many":   h.AskInstalments(ctx, id, 25, ahead, "困难"),
		"past":       h.AskInstalments(ctx, id, 3, h.clock.now().Add(-time.Hour), "困难"),
		"unreasoned": h.AskInstalments(ctx, id, 3, ahead, ""),
	} {
		t.Log(name)
		refused(t, err, flow.Invalid, "第六十六条")
	}
	refused(t, h.do("o1", id, "instalments", fields{"parts": 3.0, "until": ahead.Format(time.RFC3339), "reason": "x"}), flow.Forbidden, "")
	h.must(h.do("head", id, "instalments", fields{"parts": 3.0, "until": ahead.Format(time.RFC3339), "reason": "困难"}))
	refused(t, h.do("head", id, "deferred", fields{"until": ahead.Format(time.RFC3339), "reason": "再延"}), flow.Unlawful, "第六十六条")
	h.payNext(id) // and what is left is divided anew
	h.must(h.do("head", id, "instalments", fields{"parts": 4.0, "until": ahead.AddDate(0, 1, 0).Format(time.RFC3339), "reason": "收入减少"}))
	c := h.file(id)
	if len(c.Instalments) != 5 || c.Instalments[0].PaidFen != 100_00 || c.Instalments[1].FineFen != 50_00 || c.Instalments[4].FineFen != 50_00 {
		t.Errorf("divided anew: %+v", c.Instalments)
	}
}

// The three months for the court run from the end of the instalments (art. 72), and before
// it there is no application.
func TestCourtWaitsForTheLastInstalment(t *testing.T) {
	t.Parallel()
	h := open(t, want{})
	id := h.served(300_00)
	h.must(h.do("head", id, "instalments", fields{"parts": 9.0, "until": h.clock.now().AddDate(0, 1, 0).Format(time.RFC3339), "reason": "困难"}))
	last := h.file(id).Instalments[8].Until
	h.clock.to(h.file(id).Instalments[0].Until)
	if _, err := h.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	h.clock.add(32 * 24 * time.Hour)
	h.must(h.do("o1", id, "urge", nil))
	h.clock.add(170 * 24 * time.Hour) // the time for a lawsuit is over
	refused(t, h.do("head", id, "court", fields{"reason": "不履行"}), flow.Unlawful, "第七十二条")
	h.clock.to(last)
	h.must(h.do("head", id, "court", fields{"reason": "不履行"}))
}
