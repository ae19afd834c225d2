package casework_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"offsite/casework"
	"offsite/sandbox/wire"
)

// work does the jobs of a kind that wait, as River would, and says how many there were.
func (h *house) work(kind string) int {
	h.t.Helper()
	rows, err := h.pool.Query(h.t.Context(), `DELETE FROM river_job WHERE kind = $1 RETURNING args`, kind)
	h.must(err)
	jobs, err := pgx.CollectRows(rows, pgx.RowTo[[]byte])
	h.must(err)
	for _, args := range jobs {
		h.must(h.Work(h.t.Context(), kind, args))
	}
	return len(jobs)
}

// at the provider, an order stands like this.
func (h *house) provided(order string) (o wire.Order) {
	h.t.Helper()
	r, err := http.NewRequest(http.MethodGet, h.outside.provider.URL+"/orders/"+order, nil)
	h.must(err)
	wire.Sign(key, r, nil, h.clock.now())
	answer, err := http.DefaultClient.Do(r)
	h.must(err)
	defer answer.Body.Close()
	h.must(json.NewDecoder(answer.Body).Decode(&o))
	return o
}

// refunds are the entries of a case's record that say that it was paid back, in fen.
func (h *house) refunds(caseID string) (fen []int64) {
	h.t.Helper()
	rows, err := h.pool.Query(h.t.Context(), `SELECT (detail->>'refund_fen')::bigint FROM process_record WHERE case_id = $1 AND event = 'refunded' ORDER BY seq`, caseID)
	h.must(err)
	fen, err = pgx.CollectRows(rows, pgx.RowTo[int64])
	h.must(err)
	return fen
}

// differences are what a comparison of today with the provider's file finds.
func (h *house) differences() (kinds []string) {
	h.t.Helper()
	lines, err := h.outside.payment.Daily(h.t.Context(), h.clock.now())
	h.must(err)
	r, err := h.Reconcile(h.t.Context(), h.clock.now(), lines)
	h.must(err)
	for _, d := range r.Differences {
		kinds = append(kinds, d.Kind)
	}
	return kinds
}

// A decision is revoked: the treasury pays back, once, however often it is asked and tells.
func TestRevocationIsPaidBack(t *testing.T) {
	t.Parallel()
	h := open(t, want{})
	id := h.served(200_00)
	url, err := h.StartPayment(t.Context(), id)
	h.must(err)
	h.pay(url)
	o := h.order(id)
	h.must(h.do("head", id, "revoke", fields{"reason": "认定事实有误"}))
	if state := h.provided(o.OrderNo).State; state != wire.OrderPaid {
		t.Fatalf("the order is %s within the step", state)
	}
	if n := h.work("casework.refund"); n != 1 {
		t.Fatalf("%d refunds were asked for", n)
	}
	o = h.provided(o.OrderNo)
	if len(o.Refunds) != 1 {
		t.Fatalf("the provider paid back %+v", o.Refunds)
	}
	for range 5 {
		h.must(h.event("refunded again", "order.refunded", o))
		h.must(h.Work(t.Context(), "casework.refund", []byte(`{"refund_id":"`+o.Refunds[0].RefundNo+`"}`)))
	}
	if state := h.provided(o.OrderNo).State; state != wire.OrderRefunded {
		t.Errorf("the order is %s", state)
	}
	if got := h.refunds(id); len(got) != 1 || got[0] != 200_00 {
		t.Errorf("the record says that %v fen were paid back", got)
	}
	if kinds := h.differences(); len(kinds) != 0 {
		t.Errorf("the provider's file differs: %v", kinds)
	}
	h.must(casework.CheckRecord(t.Context(), h.pool, id))
}

// Of two payments of one fine the second goes back, and the fine stays paid.
func TestASecondPaymentIsPaidBack(t *testing.T) {
	t.Parallel()
	h := open(t, want{})
	id := h.served(200_00)
	h.paysTwice(id)
	h.work("casework.refund")
	rows, err := h.pool.Query(t.Context(), `SELECT order_id, outcome FROM payment_notice`)
	h.must(err)
	var order, outcome string
	_, err = pgx.ForEachRow(rows, []any{&order, &outcome}, func() error {
		want := map[string]wire.OrderState{"credited": wire.OrderPaid, "surplus": wire.OrderRefunded}[outcome]
		if got := h.provided(order).State; got != want {
			t.Errorf("the payment that is %s is %s at the provider, want %s", outcome, got, want)
		}
		return nil
	})
	h.must(err)
	h.expect(id, "closed")
	if got := h.refunds(id); len(got) != 1 || got[0] != 200_00 {
		t.Errorf("paid back: %v", got)
	}
	if kinds := h.differences(); len(kinds) != 0 {
		t.Errorf("the provider's file differs: %v", kinds)
	}
}

// A payment of which no callback ever came is found by asking.
func TestALostCallbackIsAskedFor(t *testing.T) {
	t.Parallel()
	h := open(t, want{})
	id := h.served(200_00)
	url, err := h.StartPayment(t.Context(), id)
	h.must(err)
	if n := h.work("casework.order"); n != 1 { // nothing was paid yet
		t.Fatalf("%d orders were asked about", n)
	}
	h.expect(id, "served")
	h.outside.callbacks.Close()
	h.pay(url)
	h.expect(id, "served")
	h.clock.add(25 * time.Hour)
	if n := h.work("casework.order"); n != 1 {
		t.Fatalf("%d orders were asked about when they had expired", n)
	}
	h.expect(id, "closed")
	h.must(h.notice("late", h.order(id), nil)) // its callback comes after all
	c, err := h.Case(t.Context(), h.staff["auditor"], id)
	h.must(err)
	if c.PaidFen != 200_00 {
		t.Errorf("paid %d fen", c.PaidFen)
	}
}

// An order that the provider never got was not paid, and asking about it is no error.
func TestAnOrderThatNeverArrivedWasNotPaid(t *testing.T) {
	t.Parallel()
	h := open(t, want{})
	n, err := h.outside.payment.Query(t.Context(), "0193a0b0-0000-7000-8000-000000000000")
	if err != nil || n.Paid || n.Refunded {
		t.Errorf("%+v, %v", n, err)
	}
	if _, err := h.outside.payment.Refund(t.Context(), casework.RefundOrder{ID: "back-1", OrderID: "0193a0b0-0000-7000-8000-000000000000", AmountFen: 1, Reason: "x"}); err == nil {
		t.Error("what nobody ordered is paid back")
	}
}

// Refunds of which only one side knows are found by the daily comparison.
func TestReconciliationFindsRefundsOfOneSide(t *testing.T) {
	t.Parallel()
	h := open(t, want{})
	ctx := t.Context()
	id := h.served(200_00)
	url, err := h.StartPayment(ctx, id)
	h.must(err)
	h.pay(url)
	if kinds := h.differences(); len(kinds) != 0 {
		t.Errorf("nothing went back: %v", kinds)
	}
	h.must(h.do("head", id, "revoke", fields{"reason": "认定事实有误"}))
	h.work("casework.refund")
	lines, err := h.outside.payment.Daily(ctx, h.clock.now())
	h.must(err)
	back := slices.IndexFunc(lines, func(l casework.PaymentLine) bool { return l.State == "refund" })
	if back < 0 {
		t.Fatalf("the file does not tell of the refund: %+v", lines)
	}
	for name, v := range map[string]struct {
		plant func(list []casework.PaymentLine) []casework.PaymentLine
		want  []string
	}{
		"all well":   {func(list []casework.PaymentLine) []casework.PaymentLine { return list }, nil},
		"ours alone": {func(list []casework.PaymentLine) []casework.PaymentLine { return slices.Delete(list, back, back+1) }, []string{"refunded_here"}},
		"told twice": {func(list []casework.PaymentLine) []casework.PaymentLine { return append(list, list[back]) }, []string{"twice"}},
		"a fen more": {func(list []casework.PaymentLine) []casework.PaymentLine { list[back].AmountFen++; return list }, []string{"refund_amount"}},
		"theirs alone": {func(list []casework.PaymentLine) []casework.PaymentLine {
			l := list[back]
			l.RefundID = "back-2"
			return append(list, l)
		}, []string{"refunded_there"}},
		"other order": {func(list []casework.PaymentLine) []casework.PaymentLine { list[back].OrderID = "none"; return list }, []string{"refunded_there"}},
	} {
		r, err := h.Reconcile(ctx, h.clock.now(), v.plant(slices.Clone(lines)))
		h.must(err)
		var kinds []string
		for _, d := range r.Differences {
			kinds = append(kinds, d.Kind)
		}
		if !slices.Equal(kinds, v.want) {
			t.Errorf("%s: found %v, want %v", name, kinds, v.want)
		}
	}
}

// However it is asked, the provider pays no more of an order back than was paid for it, and
// neither would our own records have it do so.
func TestNoMoreIsPaidBackThanWasPaid(t *testing.T) {
	t.Parallel()
	h, ctx := open(t, want{}), t.Context()
	id := h.paid()
	o := h.order(id)
	back := func(no string, fen int64) error {
		_, err := h.outside.payment.Refund(ctx, casework.RefundOrder{ID: no, OrderID: o.OrderNo, AmountFen: fen, Reason: "x"})
		return err
	}
	h.must(back("part-1", 80_00))
	h.must(back("part-1", 80_00)) // asked again, it is the same
	for _, wrong := range []error{back("part-1", 80_01), back("part-2", 120_01), back("part-2", 0)} {
		if wrong == nil {
			t.Error("more was paid back than was paid, or another amount under the same number")
		}
	}
	h.must(back("part-2", 120_00))
	if got := h.provided(o.OrderNo); got.State != wire.OrderRefunded || got.RefundedFen() != 200_00 {
		t.Errorf("the provider has %+v", got)
	}
	if _, err := h.pool.Exec(ctx, `INSERT INTO refund (id, order_id, case_id, amount_fen, reason, owed_at) SELECT gen_random_uuid(), $1, $2, 100_01, 'x', now() FROM generate_series(1, 2)`, o.OrderNo, id); err == nil {
		t.Error("the database takes refunds beyond what was paid")
	}
}
