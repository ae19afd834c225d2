package casework_test

import (
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"offsite/casework"
	"offsite/casework/flow"
	"offsite/sandbox/wire"
)

// today is the day of the legal clock, so many days from now.
func (h *house) today(days int) string {
	return h.clock.now().In(time.FixedZone("Asia/Shanghai", 8*60*60)).AddDate(0, 0, days).Format(time.DateOnly)
}

// slip is a receipt of a counter of today.
func (h *house) slip(receipt string, fen int64) casework.CounterDraft {
	return casework.CounterDraft{ReceiptNo: receipt, PaidOn: h.today(0), AmountFen: fen, Papers: []string{scan}}
}

// atCounter has an officer enter a receipt and the head confirm it.
func (h *house) atCounter(id string, d casework.CounterDraft) {
	h.t.Helper()
	h.must(h.EnterCounterPayment(h.t.Context(), h.staff["o1"], id, d))
	list := h.file(id).Counter
	h.must(h.DecideCounterPayment(h.t.Context(), h.staff["head"], id, list[len(list)-1].ID, casework.CounterVerdict{Confirm: true, Grounds: "票据属实"}))
}

// A fine that is paid at a counter: an officer enters the receipt with its scan, a head
// confirms it, each once; only then is the case paid and closed, and in between the party
// is told not to pay again.
func TestAFinePaidAtACounterIsBookedByTwo(t *testing.T) {
	t.Parallel()
	h, ctx := open(t, want{}), t.Context()
	id := h.served(200_00)
	o1, head := h.staff["o1"], h.staff["head"]
	slip := h.slip("柜 001", 200_00)
	for _, who := range []string{"o3", "r1", "legal", "auditor", "admin"} {
		refused(t, h.EnterCounterPayment(ctx, h.staff[who], id, slip), flow.Forbidden, "")
	}
	for _, wrong := range []func(d *casework.CounterDraft){
		func(d *casework.CounterDraft) { d.ReceiptNo = " " }, func(d *casework.CounterDraft) { d.AmountFen = 0 }, func(d *casework.CounterDraft) { d.AmountFen = -1 },
		func(d *casework.CounterDraft) { d.PaidOn = h.today(1) }, func(d *casework.CounterDraft) { d.PaidOn = "昨天" }, func(d *casework.CounterDraft) { d.PaidOn = "2020-01-01" },
		func(d *casework.CounterDraft) { d.Papers = nil }, func(d *casework.CounterDraft) { d.Papers = []string{"bm8gcGljdHVyZQ=="} },
	} {
		d := slip
		wrong(&d)
		refused(t, h.EnterCounterPayment(ctx, o1, id, d), flow.Invalid, "")
	}
	h.must(h.EnterCounterPayment(ctx, o1, id, slip))
	refused(t, h.EnterCounterPayment(ctx, h.staff["o2"], id, h.slip("柜002", 200_00)), flow.Unlawful, "") // one waits
	if _, err := h.StartPayment(ctx, id); err == nil {
		t.Error("the party may pay once more while the receipt is looked at")
	}
	if view, err := h.Overview(ctx, head); err != nil || !slices.Contains(view.Waiting, casework.Waiting{Kind: "refund", Count: 1}) {
		t.Errorf("the head's first page says %+v, %v", view.Waiting, err)
	}
	p := h.file(id).Counter[0]
	if p.ReceiptNo != "柜001" || p.State != "asked" || len(p.Papers) != 1 || p.AskedBy != o1.Name {
		t.Errorf("entered as %+v", p)
	}
	if _, kind, err := h.CasePaper(ctx, head, id, p.Papers[0].ID); err != nil || kind != "application/pdf" {
		t.Errorf("the scan: %s, %v", kind, err)
	}
	yes := casework.CounterVerdict{Confirm: true, Grounds: "与国库核对无误"}
	refused(t, h.DecideCounterPayment(ctx, o1, id, p.ID, yes), flow.Forbidden, "")
	refused(t, h.DecideCounterPayment(ctx, head, id, p.ID, casework.CounterVerdict{Confirm: true}), flow.Invalid, "")
	if _, err := h.pool.Exec(ctx, `UPDATE counter_payment SET state = 'confirmed', decided_at = now(), decided_by = asked_by`); err == nil {
		t.Error("the database lets one person confirm its own")
	}
	h.expect(id, "served")
	h.must(h.DecideCounterPayment(ctx, head, id, p.ID, yes))
	if err := h.DecideCounterPayment(ctx, head, id, p.ID, casework.CounterVerdict{Grounds: "改变主意"}); !errors.Is(err, casework.ErrChanged) {
		t.Errorf("a confirmation was taken back: %v", err)
	}
	h.expect(id, "closed")
	if f := h.file(id); f.PaidFen != 200_00 || f.LateFen != 0 || f.ReceiptNo != "柜001" || f.OwedFen != 0 {
		t.Errorf("paid %d and %d by %s, owed back %d", f.PaidFen, f.LateFen, f.ReceiptNo, f.OwedFen)
	}
	h.must(h.CheckRecord(ctx, id))
}

// However a fine is paid a second time, it is paid once: a receipt counts once, in whatever
// way it is told, and what comes beyond the fine is owed back until somebody enters it.
func TestNoFineIsPaidTwiceAtACounter(t *testing.T) {
	t.Parallel()
	h, ctx := open(t, want{}), t.Context()
	id := h.served(200_00)
	url, err := h.StartPayment(ctx, id) // the page stays open
	h.must(err)
	h.atCounter(id, h.slip("柜001", 200_00))
	h.expect(id, "closed")
	h.pay(url)
	h.work("casework.refund")
	if f := h.file(id); f.PaidFen != 200_00 || f.OwedFen != 200_00 || f.UnaskedFen != 0 {
		t.Errorf("paid by both: %d fen, owed back %d, nobody asked for %d", f.PaidFen, f.OwedFen, f.UnaskedFen)
	}
	refused(t, h.EnterCounterPayment(ctx, h.staff["o2"], id, h.slip("柜001", 200_00)), flow.Unlawful, "")
	refused(t, h.AskRefund(ctx, h.staff["o1"], id, casework.RefundDraft{Cause: "counter", AmountFen: 1, ReceiptNo: "柜001", ReceivedFen: 200_00, Reason: "x"}), flow.Unlawful, "")
	h.atCounter(id, h.slip("柜002", 200_00)) // and at the counter once more
	f := h.file(id)
	if f.PaidFen != 200_00 || f.OwedFen != 400_00 || f.UnaskedFen != 200_00 || f.Counter[1].BackFen != 200_00 {
		t.Errorf("paid thrice: %d fen, owed back %d, nobody asked for %d, %+v", f.PaidFen, f.OwedFen, f.UnaskedFen, f.Counter)
	}
	if got := h.unasked(); len(got) != 1 || got[0] != 200_00 {
		t.Errorf("the comparison finds %v", got)
	}
	r := h.confirmed(id, casework.RefundDraft{Cause: "owed", AmountFen: 200_00, Reason: "重复缴款"})
	h.must(h.PayRefund(ctx, h.staff["head"], id, r.ID, casework.RefundPaid{TreasuryNo: "退001", PaidOn: h.today(0)}))
	if got := h.unasked(); len(got) != 0 {
		t.Errorf("paid back, and the comparison finds %v", got)
	}

	other := h.another(id)
	refused(t, h.EnterCounterPayment(ctx, h.staff["o1"], other, h.slip("柜001", 200_00)), flow.Unlawful, "")
}

// another is a second served case in the same house, of 500 yuan: the act is repeated.
func (h *house) another(first string) string {
	h.t.Helper()
	id := h.served(500_00)
	if id == first {
		h.t.Fatal("one case for both")
	}
	return id
}

// The surcharge runs to the day of the payment, not to that of its confirmation; after a
// part it runs on the rest alone; what is too much goes back.
func TestTheSurchargeOfACounterPaymentEndsOnItsDay(t *testing.T) {
	t.Parallel()
	for name, v := range map[string]struct {
		after, confirmed int // days after the last day of payment: paid, and confirmed
		fen              int64
		state            string
		late, back       int64 // then
		owed             int64 // ten days later
	}{
		"in time, confirmed late": {0, 8, 200_00, "closed", 0, 0, 0},
		"on the second day":       {2, 8, 212_00, "closed", 12_00, 0, 0},
		"a fen too much":          {2, 8, 212_01, "closed", 12_00, 1, 0},
		"a part in time":          {0, 8, 100_00, "overdue", 24_00, 0, 100_00 + 54_00},
		"the fine, no surcharge":  {2, 8, 200_00, "overdue", 12_00, 0, 12_00},
		"a part after two days":   {2, 8, 100_00, "overdue", 12_00 + 18_00, 0, 100_00 + 12_00 + 48_00},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := open(t, want{})
			id := h.served(200_00)
			for _, d := range h.file(id).Deadlines {
				if d.LabelZH == "缴纳罚款" {
					h.clock.to(d.At.Add(-time.Hour))
				}
			}
			slip := h.slip("柜001", v.fen)
			slip.PaidOn = h.today(v.after)
			h.clock.add(time.Duration(v.confirmed) * 24 * time.Hour)
			_, err := h.Sweep(t.Context())
			h.must(err)
			h.expect(id, "overdue")
			h.atCounter(id, slip)
			h.expect(id, v.state)
			if f := h.file(id); f.LateFen != v.late || f.OwedFen != v.back || f.PaidFen != v.fen-v.back {
				t.Errorf("surcharge %d, owed back %d, paid %d", f.LateFen, f.OwedFen, f.PaidFen)
			}
			h.clock.add(10 * 24 * time.Hour)
			if f := h.file(id); v.state == "overdue" && f.FineFen+f.LateFen-f.PaidFen != v.owed {
				t.Errorf("ten days later %d fen are owed, %d of surcharge, want %d", f.FineFen+f.LateFen-f.PaidFen, f.LateFen, v.owed)
			}
		})
	}
}

// A decision that was paid before its service is noted is booked once it is; one that is
// revoked after a payment at a counter owes it back by hand, and the provider is not asked.
func TestCounterPaymentsWaitForServiceAndGoBackByHand(t *testing.T) {
	t.Parallel()
	h, ctx := open(t, want{}), t.Context()
	id := h.decided(200_00)
	h.must(h.EnterCounterPayment(ctx, h.staff["o1"], id, h.slip("柜001", 200_00)))
	p, yes := h.file(id).Counter[0].ID, casework.CounterVerdict{Confirm: true, Grounds: "属实"}
	refused(t, h.DecideCounterPayment(ctx, h.staff["head"], id, p, yes), flow.Unlawful, "")
	h.must(h.do("o1", id, "serve", fields{"method": "mail"}))
	h.clock.add(48 * time.Hour)
	h.must(h.do("o1", id, "served", fields{"received_at": h.clock.now().Format(time.RFC3339), "proof": "邮政回执", "receiver": "张三", "papers": []any{scan}}))
	h.must(h.DecideCounterPayment(ctx, h.staff["head"], id, p, yes))
	h.expect(id, "closed")
	h.must(h.do("head", id, "revoke", fields{"reason": "认定事实有误"}))
	if n := h.work("casework.refund"); n != 0 {
		t.Errorf("the provider is asked to pay back %d payments that it never had", n)
	}
	if got := h.unasked(); len(got) != 1 || got[0] != 200_00 {
		t.Errorf("the comparison finds %v", got)
	}
}

// Planted errors: whatever the treasury's file says of counters that was not entered so is
// found, and nothing else.
func TestReconciliationFindsWhatDoesNotMatchAtCounters(t *testing.T) {
	t.Parallel()
	line := func(h *house, receipt string, fen int64) casework.PaymentLine {
		return casework.PaymentLine{State: "counter", ReceiptNo: receipt, AmountFen: fen, PaidAt: h.clock.now()}
	}
	for name, v := range map[string]struct {
		plant func(h *house, id string) []casework.PaymentLine
		want  []string
	}{
		"all well": {func(h *house, _ string) []casework.PaymentLine {
			return []casework.PaymentLine{line(h, "柜001", 200_00)}
		}, nil},
		"nobody entered": {func(h *house, _ string) []casework.PaymentLine {
			return []casework.PaymentLine{line(h, "柜001", 200_00), line(h, "柜009", 200_00)}
		}, []string{"counter_missing_here"}},
		"no such receipt": {func(*house, string) []casework.PaymentLine { return nil }, []string{"counter_missing_there"}},
		"another amount": {func(h *house, _ string) []casework.PaymentLine {
			return []casework.PaymentLine{line(h, "柜001", 199_99)}
		}, []string{"amount"}},
		"told twice": {func(h *house, _ string) []casework.PaymentLine {
			return []casework.PaymentLine{line(h, "柜001", 200_00), line(h, "柜001", 200_00)}
		}, []string{"twice"}},
		"another receipt": {func(h *house, _ string) []casework.PaymentLine {
			return []casework.PaymentLine{line(h, "柜01", 200_00)}
		}, []string{"counter_missing_here", "counter_missing_there"}},
		"not confirmed": {func(h *house, id string) []casework.PaymentLine {
			h.must(h.EnterCounterPayment(h.t.Context(), h.staff["o1"], id, h.slip("柜002", 1)))
			return []casework.PaymentLine{line(h, "柜001", 200_00), line(h, "柜002", 1)}
		}, []string{"counter_waiting"}},
		"another day": {func(h *house, _ string) []casework.PaymentLine {
			h.clock.add(24 * time.Hour)
			return []casework.PaymentLine{line(h, "柜001", 200_00)}
		}, []string{"counter_day"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := open(t, want{})
			id := h.served(200_00)
			h.atCounter(id, h.slip("柜001", 200_00))
			file := v.plant(h, id)
			r, err := h.Reconcile(t.Context(), h.clock.now(), file)
			h.must(err)
			var kinds []string
			for _, d := range r.Differences {
				kinds = append(kinds, d.Kind)
				if d.CaseID != id && d.Kind != "counter_missing_here" {
					t.Errorf("found at case %s: %+v", d.CaseID, d)
				}
			}
			slices.Sort(kinds)
			if !slices.Equal(kinds, v.want) {
				t.Errorf("found %v, want %v", kinds, v.want)
			}
		})
	}
}

// A counter told the treasury, and nobody us: the provider's own file leads the daily
// comparison to the case, and says nothing more once the receipt is booked.
func TestTheProvidersFileTellsOfACounter(t *testing.T) {
	t.Parallel()
	h, ctx := open(t, want{}), t.Context()
	id := h.served(200_00)
	var number string
	h.must(h.pool.QueryRow(ctx, `SELECT dossier->>'decision_no' FROM casefile WHERE id = $1`, id).Scan(&number))
	bank, err := wire.Gateway{URL: h.outside.provider.URL, Key: key, Now: h.clock.now}.Open("payment")
	h.must(err)
	answer, err := bank.Post(ctx, "/counter", wire.Counter{ReceiptNo: "counter-1", AmountFen: 200_00, DecisionNo: number})
	h.must(err)
	if !answer.OK() {
		t.Fatalf("the counter answered %s: %s", answer.Status, answer.Body)
	}
	compare := func() casework.Reconciliation {
		lines, err := h.outside.payment.Daily(ctx, h.clock.now())
		h.must(err)
		r, err := h.Reconcile(ctx, h.clock.now(), lines)
		h.must(err)
		return r
	}
	if r := compare(); len(r.Differences) != 1 || r.Differences[0].Kind != "counter_missing_here" || r.Differences[0].CaseID != id || r.TheirsFen != 200_00 {
		t.Errorf("not entered: %+v", r)
	}
	h.atCounter(id, h.slip("counter-1", 200_00))
	h.expect(id, "closed")
	if r := compare(); len(r.Differences) != 0 || r.OursFen != 200_00 || r.TheirsFen != 200_00 {
		t.Errorf("booked: %+v", r)
	}
}

// The payer named a decision: what nobody entered is found at its case, and a receipt that was
// entered in another case too.
func TestACounterLineNamesItsCase(t *testing.T) {
	t.Parallel()
	h := open(t, want{})
	id := h.served(200_00)
	var number string
	h.must(h.pool.QueryRow(t.Context(), `SELECT dossier->>'decision_no' FROM casefile WHERE id = $1`, id).Scan(&number))
	file := []casework.PaymentLine{{State: "counter", OrderID: number, ReceiptNo: "柜001", AmountFen: 200_00, PaidAt: h.clock.now()}}
	r, err := h.Reconcile(t.Context(), h.clock.now(), file)
	h.must(err)
	if len(r.Differences) != 1 || r.Differences[0].Kind != "counter_missing_here" || r.Differences[0].CaseID != id {
		t.Errorf("found %+v", r.Differences)
	}
	other := h.another(id)
	file[0].PaidAt = h.clock.now()
	h.atCounter(other, h.slip("柜001", 200_00))
	if r, err = h.Reconcile(t.Context(), h.clock.now(), file); err != nil || len(r.Differences) != 1 || r.Differences[0].Kind != "counter_case" || r.Differences[0].CaseID != other {
		t.Errorf("found %+v, %v", r.Differences, err)
	}
}

// Of two who enter, and of two who confirm, at once, one is heard.
func TestTwoAtOneCounterPayment(t *testing.T) {
	t.Parallel()
	h, ctx := open(t, want{}), t.Context()
	id := h.served(200_00)
	errs := make([]error, 2)
	var both sync.WaitGroup
	for i, who := range []string{"o1", "o2"} {
		both.Go(func() { errs[i] = h.EnterCounterPayment(ctx, h.staff[who], id, h.slip("柜001", 200_00)) })
	}
	both.Wait()
	if (errs[0] == nil) == (errs[1] == nil) || len(h.file(id).Counter) != 1 {
		t.Errorf("entered: %v", errs)
	}
	p := h.file(id).Counter[0].ID
	for i := range errs {
		both.Go(func() {
			errs[i] = h.DecideCounterPayment(ctx, h.staff["head"], id, p, casework.CounterVerdict{Confirm: i == 0, Grounds: "经核实"})
		})
	}
	both.Wait()
	if (errs[0] == nil) == (errs[1] == nil) || !errors.Is(errors.Join(errs...), casework.ErrChanged) {
		t.Errorf("confirmed: %v", errs)
	}
}
