package payment

import (
	"errors"
	"fmt"

	"offsite/sandbox/ledger"
	"offsite/sandbox/notify"
	"offsite/sandbox/wire"
)

var (
	errNone   = errors.New("there is no such order")
	errRefund = errors.New("the refund exists with another amount")
	errBeyond = errors.New("amount_fen: more than is left of what was paid")
)

// checkRefund refuses a refund that can't be right, and one that carries private data.
func checkRefund(n wire.NewRefund) error {
	switch {
	case len(n.RefundNo) < 4 || !ledger.Valid(n.RefundNo):
		return fmt.Errorf("refund_no %q: use 4 to 80 letters, digits, - or _", n.RefundNo)
	case n.AmountFen < 1:
		return fmt.Errorf("amount_fen %d: must be 1 at least", n.AmountFen)
	case n.Reason == "" || private(n.Reason):
		return errors.New("reason: say why, without private data")
	}
	return nil
}

// payBack pays all or a part of an order back, once for each refund number, and owes the
// callback that tells of it, in one write. Together the refunds never come to more than was
// paid.
func (s *Server) payBack(no string, n wire.NewRefund) (wire.Order, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, ok := s.orders[no]
	if !ok {
		return wire.Order{}, errNone
	}
	for _, before := range r.Order.Refunds {
		if before.RefundNo != n.RefundNo {
			continue
		}
		if before.AmountFen != n.AmountFen {
			return wire.Order{}, errRefund
		}
		return r.Order, nil
	}
	if r.Order.State != wire.OrderPaid {
		return wire.Order{}, fmt.Errorf("%w: %s", errState, r.Order.State)
	}
	left := r.Order.AmountFen - r.Order.RefundedFen()
	if n.AmountFen > left {
		return wire.Order{}, fmt.Errorf("%w: %d fen", errBeyond, left)
	}
	now := s.o.Now().UTC()
	r.Order.Refunds = append(append([]wire.Refund{}, r.Order.Refunds...), wire.Refund{RefundNo: n.RefundNo, AmountFen: n.AmountFen, RefundedAt: now})
	if n.AmountFen == left {
		r.Order.State = wire.OrderRefunded
	}
	c, err := callback(r, "order.refunded", now)
	if err != nil {
		return wire.Order{}, err
	}
	r.Owed = append(append([]notify.Callback{}, r.Owed...), c)
	if err := s.keep(r); err != nil {
		return wire.Order{}, err
	}
	s.sender.Send(c)
	return r.Order, nil
}
