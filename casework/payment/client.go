// Package payment speaks with the treasury's payment provider (代收机构): orders go
// out signed, the provider's signed callbacks are checked. Money never passes through
// the bureau; docs/payment-provider.md has the wire format.
package payment

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"offsite/casework"
	"offsite/sandbox/wire"
)

// ErrAmount means that the provider has the order under another amount: order
// anew.
var ErrAmount = errors.New("the provider has this order with another amount")

// Client is the provider as casework.Payment.
type Client struct{ gateway *wire.Gateway }

// New checks the provider's settings.
func New(g wire.Gateway) (*Client, error) {
	gateway, err := g.Open("payment")
	if err != nil {
		return nil, err
	}
	return &Client{gateway}, nil
}

// Create orders a payment; the same order again gives the same page.
func (c *Client) Create(ctx context.Context, o casework.Order) (string, error) {
	answer, err := c.gateway.Post(ctx, "/orders", wire.NewOrder{
		OrderNo: o.ID, AmountFen: o.AmountFen, Title: o.Subject, Payee: o.Payee, ReturnURL: o.ReturnURL, NotifyURL: o.NotifyURL,
	})
	if err != nil {
		return "", fmt.Errorf("order payment %s: the provider cannot be reached: %w", o.ID, err)
	}
	if answer.Code == http.StatusConflict {
		return "", fmt.Errorf("order payment %s: %w", o.ID, ErrAmount)
	}
	if !answer.OK() {
		return "", fmt.Errorf("order payment %s: the provider answered %s: %s", o.ID, answer.Status, wire.Said(answer.Body))
	}
	var made wire.Order
	if err := json.Unmarshal(answer.Body, &made); err != nil || made.PayURL == "" || made.OrderNo != o.ID || made.AmountFen != o.AmountFen {
		return "", fmt.Errorf("order payment %s: the provider's answer does not fit the order: %w", o.ID, errors.Join(err, errors.New(wire.Said(answer.Body))))
	}
	return made.PayURL, nil
}

// Verify checks a callback's signature and age; an error wraps wire.ErrSignature
// when it is not the provider's.
func (c *Client) Verify(header http.Header, body []byte) (casework.PaymentNotice, error) {
	id, err := c.gateway.VerifyCallback(header, body)
	if err != nil {
		return casework.PaymentNotice{}, err
	}
	var e wire.Event
	if err := json.Unmarshal(body, &e); err != nil {
		return casework.PaymentNotice{}, fmt.Errorf("read callback %s: %w", id, err)
	}
	n, err := notice(id, e.Type, e.Data)
	if err != nil {
		return n, fmt.Errorf("read callback %s: %w", id, err)
	}
	return n, nil
}

// notice is what an event says of an order.
func notice(id, event string, o wire.Order) (casework.PaymentNotice, error) {
	n := casework.PaymentNotice{ID: id, Paid: event == "order.paid", Refunded: event == "order.refunded", OrderID: o.OrderNo, AmountFen: o.AmountFen, ReceiptNo: o.ReceiptNo}
	if o.PaidAt != nil {
		n.PaidAt = *o.PaidAt
	}
	for _, r := range o.Refunds {
		n.Refunds = append(n.Refunds, casework.PaymentRefund{ID: r.RefundNo, AmountFen: r.AmountFen, At: r.RefundedAt})
	}
	if n.Paid && (n.ReceiptNo == "" || n.PaidAt.IsZero() || n.AmountFen <= 0) {
		return n, errors.New("a payment without receipt number, time or amount")
	}
	return n, nil
}

// Query asks what became of an order, as its callback would tell.
func (c *Client) Query(ctx context.Context, orderID string) (casework.PaymentNotice, error) {
	unpaid := casework.PaymentNotice{OrderID: orderID}
	answer, err := c.gateway.Get(ctx, "/orders/"+url.PathEscape(orderID))
	if err != nil {
		return unpaid, fmt.Errorf("query order %s: the provider cannot be reached: %w", orderID, err)
	}
	defer answer.Body.Close()
	if answer.StatusCode == http.StatusNotFound {
		return unpaid, nil
	}
	var o wire.Order
	err = json.NewDecoder(io.LimitReader(answer.Body, wire.MaxBody)).Decode(&o)
	if answer.StatusCode != http.StatusOK || err != nil || o.OrderNo != orderID {
		return unpaid, fmt.Errorf("query order %s: the provider answered %s, of order %q: %w", orderID, answer.Status, o.OrderNo, err)
	}
	n, err := notice("query "+orderID, "order."+string(o.State), o)
	if err != nil {
		return unpaid, fmt.Errorf("query order %s: %w", orderID, err)
	}
	return n, nil
}

// Refund has a part of a paid order paid back, or all of it, and says when; what was paid back
// under the same number already is no error.
func (c *Client) Refund(ctx context.Context, r casework.RefundOrder) (time.Time, error) {
	answer, err := c.gateway.Post(ctx, "/orders/"+url.PathEscape(r.OrderID)+"/refund", wire.NewRefund{RefundNo: r.ID, AmountFen: r.AmountFen, Reason: r.Reason})
	if err != nil {
		return time.Time{}, fmt.Errorf("refund %d fen of order %s: the provider cannot be reached: %w", r.AmountFen, r.OrderID, err)
	}
	if !answer.OK() {
		return time.Time{}, fmt.Errorf("refund %d fen of order %s: the provider answered %s: %s", r.AmountFen, r.OrderID, answer.Status, wire.Said(answer.Body))
	}
	var o wire.Order
	if err := json.Unmarshal(answer.Body, &o); err != nil {
		return time.Time{}, fmt.Errorf("refund %d fen of order %s: read the provider's answer: %w", r.AmountFen, r.OrderID, err)
	}
	for _, one := range o.Refunds {
		if one.RefundNo == r.ID && one.AmountFen == r.AmountFen {
			return one.RefundedAt, nil
		}
	}
	return time.Time{}, fmt.Errorf("refund %d fen of order %s: the provider's answer does not name refund %s: %s", r.AmountFen, r.OrderID, r.ID, wire.Said(answer.Body))
}
