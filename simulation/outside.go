package simulation

import (
	"context"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"maps"
	"net/http"
	"sync"
	"time"

	"offsite/casework"
	"offsite/casework/payment"
	"offsite/casework/remind"
	"offsite/sandbox/wire"
)

var wireKey = []byte("what simulation and gateways share")

// treasury is the payment provider: it keeps its own books, from which Check counts
// the money. Its callbacks are signed, and read by the client that reads a real one's.
type treasury struct {
	*payment.Client
	clock *clock

	mu      sync.Mutex
	orders  map[string]int64 // ordered, in fen
	paid    map[string]int64 // received
	counter map[string]int64 // received at counters, by receipt
	back    map[string]int64 // paid back
	done    map[string]bool  // refunds, by their numbers
}

func newTreasury(c *clock) (*treasury, error) {
	client, err := payment.New(wire.Gateway{URL: "http://treasury.invalid", Key: wireKey, Now: c.now})
	return &treasury{Client: client, clock: c, orders: map[string]int64{}, paid: map[string]int64{}, counter: map[string]int64{}, back: map[string]int64{}, done: map[string]bool{}}, err
}

// Create takes an order; its page is its number.
func (t *treasury) Create(_ context.Context, o casework.Order) (string, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.orders[o.ID] = o.AmountFen
	return o.ID, nil
}

// receive takes the money for an order and gives the callback that tells of it.
func (t *treasury) receive(order string) (http.Header, []byte, error) {
	t.mu.Lock()
	amount := t.orders[order]
	t.paid[order] = amount
	t.mu.Unlock()
	now := t.clock.now()
	return t.callback(order, wire.Event{Type: "order.paid", Timestamp: now,
		Data: wire.Order{OrderNo: order, AmountFen: amount, State: wire.OrderPaid, ReceiptNo: "沪财" + order[len(order)-12:], PaidAt: &now}})
}

// takeAtCounter takes an order's amount at a counter, without the order, for a receipt.
func (t *treasury) takeAtCounter(order string) (receipt string, fen int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	receipt, fen = "柜"+order[len(order)-12:], t.orders[order]
	t.counter[receipt] += fen
	return receipt, fen
}

func (t *treasury) callback(id string, e wire.Event) (http.Header, []byte, error) {
	body, err := json.Marshal(e)
	if err != nil {
		return nil, nil, fmt.Errorf("write a callback: %w", err)
	}
	h := http.Header{}
	return h, body, wire.SignCallback(wireKey, h, id, body, t.clock.now())
}

// Query says nothing new: every callback arrives here.
func (t *treasury) Query(_ context.Context, order string) (casework.PaymentNotice, error) {
	return casework.PaymentNotice{OrderID: order}, nil
}

// Refund pays an order back or a part of it, once, of which it must have the money left.
func (t *treasury) Refund(_ context.Context, r casework.RefundOrder) (time.Time, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.done[r.ID] {
		return t.clock.now(), nil
	}
	if t.paid[r.OrderID]-t.back[r.OrderID] < r.AmountFen {
		return time.Time{}, fmt.Errorf("refund %d fen of order %s, for which %d were paid and %d paid back", r.AmountFen, r.OrderID, t.paid[r.OrderID], t.back[r.OrderID])
	}
	t.done[r.ID] = true
	t.back[r.OrderID] += r.AmountFen
	return t.clock.now(), nil
}

// Daily is nobody's concern here: Check counts all days at once.
func (t *treasury) Daily(context.Context, time.Time) ([]casework.PaymentLine, error) { return nil, nil }

// received is what was paid for each order.
func (t *treasury) received() map[string]int64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	return maps.Clone(t.paid)
}

// atCounters is what was paid at counters, by receipt.
func (t *treasury) atCounters() map[string]int64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	return maps.Clone(t.counter)
}

// returned is what was paid back of each order.
func (t *treasury) returned() map[string]int64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	return maps.Clone(t.back)
}

// gateway is the SMS gateway. What becomes of a message follows from its number, so
// that the same seed gives the same course.
type gateway struct {
	*remind.Client
	clock *clock
}

func newGateway(c *clock) (*gateway, error) {
	client, err := remind.New(wire.Gateway{URL: "http://gateway.invalid", Key: wireKey, Now: c.now}, "http://simulation.invalid"+casework.MessageCallbackPath)
	return &gateway{client, c}, err
}

// Of a hundred telephone numbers, so many do not exist.
const wrongNumbers = 4

// Send delivers at once, or never.
func (g *gateway) Send(_ context.Context, id, phone, _ string) (casework.MessageReceipt, error) {
	h := fnv.New32a()
	h.Write([]byte(phone))
	if h.Sum32()%100 < wrongNumbers {
		return casework.MessageReceipt{}, fmt.Errorf("send message %s: no such number: %w", id, casework.ErrUndeliverable)
	}
	return casework.MessageReceipt{Ref: id[len(id)-12:], DeliveredAt: g.clock.now().Add(-time.Second)}, nil
}
