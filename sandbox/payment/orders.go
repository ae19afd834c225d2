package payment

import (
	"encoding/csv"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"offsite/sandbox/wire"
)

// signed lets only requests through that the shared key signed.
func (s *Server) signed(next func(w http.ResponseWriter, r *http.Request, body []byte)) http.HandlerFunc {
	return wire.Signed(s.o.Key, s.o.Now, next)
}

func (s *Server) create(w http.ResponseWriter, _ *http.Request, body []byte) {
	wire.Keep[wire.NewOrder, wire.Order]{What: "order", Check: check, Keep: s.order, Conflict: errConflict}.Answer(w, body, s.o.Logger)
}

func (s *Server) show(w http.ResponseWriter, r *http.Request, _ []byte) {
	s.mu.Lock()
	found, ok := s.orders[r.PathValue("no")]
	s.mu.Unlock()
	if !ok {
		wire.Refuse(w, http.StatusNotFound, "there is no such order")
		return
	}
	wire.Answer(w, http.StatusOK, found.Order)
}

func (s *Server) refund(w http.ResponseWriter, r *http.Request, body []byte) {
	var n wire.NewRefund
	if err := wire.Decode(body, &n); err != nil {
		wire.Refuse(w, http.StatusBadRequest, err.Error())
		return
	}
	no := r.PathValue("no")
	if err := checkRefund(n); err != nil {
		wire.Refuse(w, http.StatusUnprocessableEntity, err.Error())
		return
	}
	order, err := s.payBack(no, n)
	switch {
	case errors.Is(err, errNone):
		wire.Refuse(w, http.StatusNotFound, err.Error())
	case errors.Is(err, errState), errors.Is(err, errRefund):
		wire.Refuse(w, http.StatusConflict, err.Error())
	case errors.Is(err, errBeyond):
		wire.Refuse(w, http.StatusUnprocessableEntity, err.Error())
	case err != nil:
		s.o.Logger.Error("refund not kept", "order", no, "error", err)
		wire.Refuse(w, http.StatusInternalServerError, "the refund couldn't be kept; send it again")
	default:
		wire.Answer(w, http.StatusOK, order)
	}
}

// refundState is the state of a line of the file that tells of money that went back.
const refundState = "refund"

// reconcile is the file of a day's payments, at counters too, and refunds, for the daily comparison.
func (s *Server) reconcile(w http.ResponseWriter, r *http.Request, _ []byte) {
	day, err := time.ParseInLocation(time.DateOnly, r.URL.Query().Get("date"), legal())
	if err != nil {
		wire.Refuse(w, http.StatusBadRequest, "date: write it like 2026-11-24")
		return
	}
	s.mu.Lock()
	var rows [][]string
	for _, one := range s.orders {
		o := one.Order
		if o.PaidAt != nil && sameDay(*o.PaidAt, day) {
			rows = append(rows, []string{o.OrderNo, strconv.FormatInt(o.AmountFen, 10), string(o.State), o.ReceiptNo, o.PaidAt.In(legal()).Format(time.RFC3339), ""})
		}
		for _, back := range o.Refunds {
			if sameDay(back.RefundedAt, day) {
				rows = append(rows, []string{o.OrderNo, strconv.FormatInt(back.AmountFen, 10), refundState, "", back.RefundedAt.In(legal()).Format(time.RFC3339), back.RefundNo})
			}
		}
	}
	for _, c := range s.slips {
		if sameDay(c.PaidAt, day) {
			rows = append(rows, []string{c.DecisionNo, strconv.FormatInt(c.AmountFen, 10), counterState, c.ReceiptNo, c.PaidAt.In(legal()).Format(time.RFC3339), ""})
		}
	}
	s.mu.Unlock()
	slices.SortFunc(rows, func(a, b []string) int { return strings.Compare(a[3]+a[5], b[3]+b[5]) })
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	out := csv.NewWriter(w)
	_ = out.Write([]string{"order_no", "amount_fen", "state", "receipt_no", "paid_at", "refund_no"}) // WriteAll reports
	if err := out.WriteAll(rows); err != nil {
		s.o.Logger.Warn("reconciliation file cut off", "error", err)
	}
}

func sameDay(a, b time.Time) bool {
	return a.In(legal()).Format(time.DateOnly) == b.In(legal()).Format(time.DateOnly)
}
