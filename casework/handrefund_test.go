package casework_test

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"

	"offsite/casework"
	"offsite/casework/flow"
	"offsite/sandbox/wire"
)

// paid is a closed case of 200 yuan, paid by the provider.
func (h *house) paid() string {
	h.t.Helper()
	id := h.served(200_00)
	h.payNext(id)
	h.expect(id, "closed")
	return id
}

// unasked are the findings of a comparison that money is owed back and nobody was asked, in
// fen.
func (h *house) unasked() (fen []int64) {
	h.t.Helper()
	lines, err := h.outside.payment.Daily(h.t.Context(), h.clock.now())
	h.must(err)
	r, err := h.Reconcile(h.t.Context(), h.clock.now(), lines)
	h.must(err)
	for _, d := range r.Differences {
		if d.Kind == "owed_back" {
			fen = append(fen, d.OursFen)
		}
	}
	return fen
}

// confirmed has an officer enter a refund and the head confirm it, and gives it.
func (h *house) confirmed(id string, d casework.RefundDraft) casework.Refund {
	h.t.Helper()
	h.must(h.AskRefund(h.t.Context(), h.staff["o1"], id, d))
	list := h.file(id).Refunds
	last := list[len(list)-1]
	h.must(h.DecideRefund(h.t.Context(), h.staff["head"], id, last.ID, casework.RefundVerdict{Confirm: true, Grounds: "属实"}))
	return last
}

// A reconsideration lowers a paid fine: an officer enters the part, a head confirms it, the
// treasury pays it, each once. Of a case that is revoked afterwards the provider pays the rest
// back, a part of its order.
func TestAPartIsPaidBackByHandAndTheRestAfterRevocation(t *testing.T) {
	t.Parallel()
	h, ctx := open(t, want{}), t.Context()
	id := h.paid()
	o1, head := h.staff["o1"], h.staff["head"]
	part := casework.RefundDraft{Cause: "lowered", AmountFen: 50_00, Reason: "行政复议决定变更为罚款150元"}
	for _, who := range []string{"o3", "r1", "legal", "auditor", "admin"} {
		refused(t, h.AskRefund(ctx, h.staff[who], id, part), flow.Forbidden, "")
	}
	for _, wrong := range []func(d *casework.RefundDraft){
		func(d *casework.RefundDraft) { d.Reason = " " }, func(d *casework.RefundDraft) { d.Cause = "other" }, func(d *casework.RefundDraft) { d.AmountFen = 0 },
		func(d *casework.RefundDraft) { d.AmountFen = -1 }, func(d *casework.RefundDraft) { d.Cause = "counter" },
	} {
		d := part
		wrong(&d)
		refused(t, h.AskRefund(ctx, o1, id, d), flow.Invalid, "")
	}
	for _, d := range []casework.RefundDraft{{Cause: "lowered", AmountFen: 200_01, Reason: "x"}, {Cause: "owed", AmountFen: 1, Reason: "x"}} {
		refused(t, h.AskRefund(ctx, o1, id, d), flow.Unlawful, "") // more than was paid; nothing is owed
	}
	h.must(h.AskRefund(ctx, o1, id, part))
	refused(t, h.AskRefund(ctx, h.staff["o2"], id, part), flow.Unlawful, "") // one waits
	if view, err := h.Overview(ctx, head); err != nil || !slices.Contains(view.Waiting, casework.Waiting{Kind: "refund", Count: 1}) {
		t.Errorf("the head's first page says %+v, %v", view.Waiting, err)
	}
	if page, err := h.Cases(ctx, casework.CaseFilter{Refund: true}, ""); err != nil || len(page.Items) != 1 || page.Items[0].ID != id {
		t.Errorf("refunds to confirm: %+v, %v", page.Items, err)
	}
	r := h.file(id).Refunds[0]
	yes := casework.RefundVerdict{Confirm: true, Grounds: "复议决定书在卷"}
	refused(t, h.DecideRefund(ctx, o1, id, r.ID, yes), flow.Forbidden, "")
	refused(t, h.DecideRefund(ctx, head, id, r.ID, casework.RefundVerdict{Confirm: true}), flow.Invalid, "")
	if err := h.PayRefund(ctx, o1, id, r.ID, casework.RefundPaid{TreasuryNo: "退001", PaidOn: "2026-11-26"}); !errors.Is(err, casework.ErrChanged) {
		t.Errorf("paid before it was confirmed: %v", err)
	}
	h.must(h.DecideRefund(ctx, head, id, r.ID, yes))
	if page, err := h.Cases(ctx, casework.CaseFilter{Refund: true}, ""); err != nil || len(page.Items) != 0 {
		t.Errorf("confirmed, and to confirm: %+v, %v", page.Items, err)
	}
	if err := h.DecideRefund(ctx, head, id, r.ID, casework.RefundVerdict{Grounds: "改变主意"}); !errors.Is(err, casework.ErrChanged) {
		t.Errorf("a confirmation was taken back: %v", err)
	}
	for _, p := range []casework.RefundPaid{{PaidOn: "2026-11-26"}, {TreasuryNo: "退001"}, {TreasuryNo: "退001", PaidOn: "2999-01-01"}, {TreasuryNo: "退001", PaidOn: "昨天"}} {
		refused(t, h.PayRefund(ctx, o1, id, r.ID, p), flow.Invalid, "")
	}
	h.must(h.PayRefund(ctx, o1, id, r.ID, casework.RefundPaid{TreasuryNo: "退001", PaidOn: "2026-11-26"}))
	if err := h.PayRefund(ctx, o1, id, r.ID, casework.RefundPaid{TreasuryNo: "退001", PaidOn: "2026-11-26"}); !errors.Is(err, casework.ErrChanged) {
		t.Errorf("paid twice: %v", err)
	}
	f := h.file(id)
	if got := f.Refunds[0]; got.State != "paid" || got.By != "treasury" || got.AskedBy != o1.Name || got.DecidedBy != head.Name || got.TreasuryNo != "退001" || got.PaidOn != "2026-11-26" {
		t.Errorf("the file says %+v", got)
	}
	if f.OwedFen != 50_00 || f.UnaskedFen != 0 || len(h.unasked()) != 0 {
		t.Errorf("owed %d, unasked %d, found %v", f.OwedFen, f.UnaskedFen, h.unasked())
	}

	h.must(h.do("head", id, "revoke", fields{"reason": "认定事实有误"}))
	if f = h.file(id); f.OwedFen != 200_00 || f.UnaskedFen != 0 {
		t.Errorf("after revocation owed %d, unasked %d", f.OwedFen, f.UnaskedFen)
	}
	refused(t, h.AskRefund(ctx, o1, id, part), flow.Unlawful, "") // nothing is lowered any more
	refused(t, h.AskRefund(ctx, o1, id, casework.RefundDraft{Cause: "owed", AmountFen: 1, Reason: "撤销"}), flow.Unlawful, "")
	if n := h.work("casework.refund"); n != 1 {
		t.Errorf("the provider is asked %d times for the rest", n)
	}
	if o := h.provided(h.order(id).OrderNo); o.State != wire.OrderPaid || o.RefundedFen() != 150_00 {
		t.Errorf("the provider has %+v", o)
	}
	if got := h.refunds(id); len(got) != 2 || got[0]+got[1] != 200_00 || len(h.differences()) != 0 {
		t.Errorf("paid back %v, still found %v", got, h.differences())
	}
	h.must(h.CheckRecord(ctx, id))
	if got := strings.Join(h.entries(id), " "); !strings.Contains(got, "refund_asked refund_confirmed refunded") {
		t.Errorf("the record has %s", got)
	}
}

// What came by counter or transfer goes back by its receipt, in parts, never more than came
// by it; whoever entered a refund does not confirm it, a head neither.
func TestACounterPaymentIsPaidBackByItsReceipt(t *testing.T) {
	t.Parallel()
	h, ctx := open(t, want{}), t.Context()
	refused(t, h.AskRefund(ctx, h.staff["head"], h.reviewed(), casework.RefundDraft{Cause: "counter", AmountFen: 1, ReceiptNo: "柜001", ReceivedFen: 1, Reason: "x"}), flow.Unlawful, "")
	h = open(t, want{})
	id, head := h.paid(), h.staff["head"]
	slip := casework.RefundDraft{Cause: "counter", AmountFen: 120_00, ReceiptNo: "柜001", ReceivedFen: 200_00, Reason: "柜面重复缴款"}
	over := slip
	over.AmountFen = 200_01
	refused(t, h.AskRefund(ctx, head, id, over), flow.Invalid, "")
	h.must(h.AskRefund(ctx, head, id, slip))
	refused(t, h.DecideRefund(ctx, head, id, h.file(id).Refunds[0].ID, casework.RefundVerdict{Confirm: true, Grounds: "属实"}), flow.Forbidden, "")
	if _, err := h.pool.Exec(ctx, `UPDATE hand_refund SET state = 'confirmed', decided_at = now(), decided_by = asked_by`); err == nil {
		t.Error("the database lets one person confirm its own")
	}
	if _, err := h.pool.Exec(ctx, `UPDATE hand_refund SET asked_by = $1`, h.staff["o1"].ID); err != nil {
		t.Fatal(err)
	}
	h.must(h.DecideRefund(ctx, head, id, h.file(id).Refunds[0].ID, casework.RefundVerdict{Confirm: true, Grounds: "属实"}))
	slip.AmountFen = 80_01
	refused(t, h.AskRefund(ctx, h.staff["o1"], id, slip), flow.Unlawful, "")
	slip.AmountFen = 80_00
	h.must(h.AskRefund(ctx, h.staff["o1"], id, slip))
	list := h.file(id).Refunds
	h.must(h.DecideRefund(ctx, head, id, list[1].ID, casework.RefundVerdict{Grounds: "票据不符"}))
	f := h.file(id)
	if f.OwedFen != 120_00 || f.Refunds[1].State != "declined" || f.Refunds[1].Grounds != "票据不符" || f.PaidFen != 200_00 {
		t.Errorf("owed %d, paid %d, %+v", f.OwedFen, f.PaidFen, f.Refunds)
	}
}

// A payment of another amount than was ordered is owed back, and nobody is asked by itself:
// found until somebody enters it, and again once that is declined.
func TestAWrongAmountIsOwedUntilSomebodyEntersIt(t *testing.T) {
	t.Parallel()
	h, ctx := open(t, want{}), t.Context()
	id := h.served(200_00)
	_, err := h.StartPayment(ctx, id)
	h.must(err)
	wrong := h.order(id)
	wrong.AmountFen = 1_00
	h.must(h.notice("wrong", wrong, nil))
	if got := h.unasked(); len(got) != 1 || got[0] != 1_00 {
		t.Fatalf("found %v", got)
	}
	h.must(h.AskRefund(ctx, h.staff["o1"], id, casework.RefundDraft{Cause: "owed", AmountFen: 1_00, Reason: "金额不符，退还"}))
	if got := h.unasked(); len(got) != 0 {
		t.Errorf("entered, and found %v", got)
	}
	h.must(h.DecideRefund(ctx, h.staff["head"], id, h.file(id).Refunds[0].ID, casework.RefundVerdict{Grounds: "先行核实"}))
	if got := h.unasked(); len(got) != 1 {
		t.Errorf("declined, and found %v", got)
	}
}

// Of two who enter, and of two who confirm, at once, one is heard.
func TestTwoEnterARefundAtOnce(t *testing.T) {
	t.Parallel()
	h, ctx := open(t, want{}), t.Context()
	id := h.paid()
	errs := make([]error, 2)
	var both sync.WaitGroup
	for i, who := range []string{"o1", "o2"} {
		both.Go(func() {
			errs[i] = h.AskRefund(ctx, h.staff[who], id, casework.RefundDraft{Cause: "lowered", AmountFen: 150_00, Reason: "复议变更"})
		})
	}
	both.Wait()
	if (errs[0] == nil) == (errs[1] == nil) || len(h.file(id).Refunds) != 1 {
		t.Errorf("entered: %v", errs)
	}
	r := h.file(id).Refunds[0]
	for i := range errs {
		both.Go(func() {
			errs[i] = h.DecideRefund(ctx, h.staff["head"], id, r.ID, casework.RefundVerdict{Confirm: i == 0, Grounds: "经核实"})
		})
	}
	both.Wait()
	if (errs[0] == nil) == (errs[1] == nil) || !errors.Is(errors.Join(errs...), casework.ErrChanged) {
		t.Errorf("confirmed: %v", errs)
	}
}
