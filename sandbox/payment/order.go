package payment

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"offsite/sandbox/ledger"
	"offsite/sandbox/notify"
	"offsite/sandbox/wire"
)

// record is an order as it lies on disk.
type record struct {
	Order     wire.Order        `json:"order"`
	Title     string            `json:"title"`
	Payee     string            `json:"payee"`
	ReturnURL string            `json:"return_url"`
	NotifyURL string            `json:"notify_url"`
	Token     string            `json:"token"` // of the pay page, can't be guessed
	Owed      []notify.Callback `json:"owed,omitempty"`
}

var (
	errConflict = errors.New("the order exists with another amount, title or address")
	errState    = errors.New("the order's state doesn't allow it")
)

// check refuses an order that can't be right, and one that carries private data: a
// payment provider needs a number and an amount, not who somebody is.
func check(n *wire.NewOrder) error {
	switch {
	case len(n.OrderNo) < 4 || !ledger.Valid(n.OrderNo):
		return fmt.Errorf("order_no %q: use 4 to 80 letters, digits, - or _", n.OrderNo)
	case n.AmountFen < 1 || n.AmountFen > 1e11:
		return fmt.Errorf("amount_fen %d: must be between 1 and 100000000000", n.AmountFen)
	case n.Title == "" || utf8.RuneCountInString(n.Title) > 120:
		return errors.New("title: 1 to 120 characters")
	case n.Payee == "" || utf8.RuneCountInString(n.Payee) > 120:
		return errors.New("payee: 1 to 120 characters")
	}
	for _, text := range []string{n.Title, n.Payee} { // not in the number, which may be random digits
		if private(text) {
			return errors.New("this looks like an identity or phone number: send no private data, a number of the decision is enough")
		}
	}
	for name, address := range map[string]string{"return_url": n.ReturnURL, "notify_url": n.NotifyURL} {
		u, err := url.Parse(address)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil {
			return fmt.Errorf("%s %q isn't an address like https://host/path", name, address)
		}
	}
	return nil
}

// private reports whether a text holds what looks like an identity or mobile number.
func private(text string) bool {
	for _, run := range regexp.MustCompile(`[0-9]+[Xx]?`).FindAllString(text, -1) {
		if regexp.MustCompile(`^[1-9][0-9]{5}(19|20)[0-9]{2}[0-9]{7}[0-9Xx]$`).MatchString(run) || regexp.MustCompile(`^1[3-9][0-9]{9}$`).MatchString(run) {
			return true
		}
	}
	return false
}

// order makes an order or finds the one that is there; a cancelled one opens again.
func (s *Server) order(n wire.NewOrder) (wire.Order, bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, exists := s.orders[n.OrderNo]
	if exists {
		if r.Order.AmountFen != n.AmountFen || r.Title != n.Title || r.Payee != n.Payee || r.NotifyURL != n.NotifyURL {
			return wire.Order{}, false, errConflict
		}
		if r.Order.State != wire.OrderCancelled && r.ReturnURL == n.ReturnURL {
			return r.Order, false, nil
		}
		if r.Order.State == wire.OrderCancelled {
			r.Order.State = wire.OrderOpen
		}
		r.ReturnURL = n.ReturnURL
		return r.Order, false, s.keep(r)
	}
	token, err := secret()
	if err != nil {
		return wire.Order{}, false, err
	}
	r = record{Title: n.Title, Payee: n.Payee, ReturnURL: n.ReturnURL, NotifyURL: n.NotifyURL, Token: token,
		Order: wire.Order{OrderNo: n.OrderNo, AmountFen: n.AmountFen, State: wire.OrderOpen, PayURL: s.o.PublicURL + "/pay/" + token, CreatedAt: s.o.Now().UTC()}}
	return r.Order, true, s.keep(r)
}

// keep writes a record to disk, then to memory. The lock is held.
func (s *Server) keep(r record) error {
	if err := s.ledger.Put(r.Order.OrderNo, r); err != nil {
		return err
	}
	s.orders[r.Order.OrderNo] = r
	s.byToken[r.Token] = r.Order.OrderNo
	return nil
}

// move changes an order's state and owes the callback that tells of it, in one write.
// The channel closes after the callback's first attempt; it is nil where nothing changed.
func (s *Server) move(no string, to wire.OrderState, from ...wire.OrderState) (record, <-chan struct{}, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, ok := s.orders[no]
	if !ok {
		return record{}, nil, errState
	}
	if r.Order.State == to {
		return r, nil, nil
	}
	allowed := false
	for _, f := range from {
		allowed = allowed || r.Order.State == f
	}
	if !allowed {
		return r, nil, fmt.Errorf("%w: %s", errState, r.Order.State)
	}
	now := s.o.Now().UTC()
	r.Order.State = to
	if to == wire.OrderPaid {
		r.Order.PaidAt, r.Order.ReceiptNo = &now, s.receipt(now)
	}
	c, err := callback(r, "order."+string(to), now)
	if err != nil {
		return r, nil, err
	}
	r.Owed = append(append([]notify.Callback{}, r.Owed...), c)
	if err := s.keep(r); err != nil {
		return r, nil, err
	}
	return r, s.sender.Send(c), nil
}

func callback(r record, kind string, now time.Time) (notify.Callback, error) {
	id, err := secret()
	if err != nil {
		return notify.Callback{}, err
	}
	body, err := json.Marshal(wire.Event{Type: kind, Timestamp: now, Data: r.Order})
	if err != nil {
		return notify.Callback{}, fmt.Errorf("encode the callback of %s: %w", r.Order.OrderNo, err)
	}
	return notify.Callback{ID: "msg_" + id, URL: r.NotifyURL, Body: body}, nil
}

// settled takes a callback off what is owed.
func (s *Server) settled(c notify.Callback) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range s.orders {
		for i, owed := range r.Owed {
			if owed.ID != c.ID {
				continue
			}
			r.Owed = append(append([]notify.Callback{}, r.Owed[:i]...), r.Owed[i+1:]...)
			if err := s.keep(r); err != nil { // it will be sent once more after a restart; the id makes that harmless
				s.o.Logger.Error("callback was taken but couldn't be struck off", "order", r.Order.OrderNo, "error", err)
			}
			return
		}
	}
}

// receipt numbers the e-receipts of a day, without gaps. The lock is held.
func (s *Server) receipt(now time.Time) string {
	prefix := "DEMO-" + now.In(legal()).Format("20060102") + "-"
	n := 1
	for _, r := range s.orders {
		if strings.HasPrefix(r.Order.ReceiptNo, prefix) {
			n++
		}
	}
	return fmt.Sprintf("%s%06d", prefix, n)
}

func legal() *time.Location { return time.FixedZone("Asia/Shanghai", 8*60*60) }

func secret() (string, error) {
	b := make([]byte, 16)
	if _, err := rand.Read(b); err != nil {
		return "", fmt.Errorf("draw random bytes: %w", err)
	}
	return hex.EncodeToString(b), nil
}
