package payment

import (
	"errors"
	"fmt"
	"net/http"
	"time"
	"unicode/utf8"

	"offsite/sandbox/ledger"
	"offsite/sandbox/wire"
)

// counterState is the state of a line of the file that tells of a payment at a counter.
const counterState = "counter"

var errSlip = errors.New("the receipt exists with another amount or decision")

// slip is a payment at a counter as it lies on disk.
type slip struct {
	wire.Counter
	PaidAt time.Time `json:"paid_at"`
}

// checkCounter refuses a payment at a counter that can't be right, and one that carries
// private data.
func checkCounter(c *wire.Counter) error {
	switch {
	case len(c.ReceiptNo) < 4 || !ledger.Valid(c.ReceiptNo):
		return fmt.Errorf("receipt_no %q: use 4 to 80 letters, digits, - or _", c.ReceiptNo)
	case c.AmountFen < 1 || c.AmountFen > 1e11:
		return fmt.Errorf("amount_fen %d: must be between 1 and 100000000000", c.AmountFen)
	case utf8.RuneCountInString(c.DecisionNo) > 120 || private(c.DecisionNo):
		return errors.New("decision_no: the decision's number, 120 characters at most, without private data; or leave it out")
	}
	return nil
}

// counter plays the counter of a bank: money that came without an order. The day's file has
// it from now on, and nobody is called back.
func (s *Server) counter(w http.ResponseWriter, _ *http.Request, body []byte) {
	wire.Keep[wire.Counter, slip]{What: "payment", Check: checkCounter, Keep: s.takeAtCounter, Conflict: errSlip}.Answer(w, body, s.o.Logger)
}

// takeAtCounter keeps a payment at a counter, or finds the one that is there.
func (s *Server) takeAtCounter(c wire.Counter) (paid slip, fresh bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if before, ok := s.slips[c.ReceiptNo]; ok {
		if before.Counter != c {
			return slip{}, false, errSlip
		}
		return before, false, nil
	}
	paid = slip{Counter: c, PaidAt: s.o.Now().UTC()}
	if err := s.counters.Put(c.ReceiptNo, paid); err != nil {
		return slip{}, false, err
	}
	s.slips[c.ReceiptNo] = paid
	return paid, true, nil
}
