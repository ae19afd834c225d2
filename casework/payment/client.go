// Package payment speaks with the treasury's payment provider (代收机构): orders go
// out signed, the provider's signed callbacks are checked. Money never passes through
// the bureau; docs/payment-provider.md has the wire format.
package payment

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

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
	n := casework.PaymentNotice{ID: id, Paid: e.Type == "order.paid", OrderID: e.Data.OrderNo, AmountFen: e.Data.AmountFen, ReceiptNo: e.Data.ReceiptNo}
	if e.Data.PaidAt != nil {
		n.PaidAt = *e.Data.PaidAt
	}
	if n.Paid && (n.ReceiptNo == "" || n.PaidAt.IsZero() || n.AmountFen <= 0) {
		return n, fmt.Errorf("read callback %s: a payment without receipt number, time or amount", id)
	}
	return n, nil
}
