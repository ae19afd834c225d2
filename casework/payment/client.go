// Package payment speaks with the treasury's payment provider (代收机构): orders go
// out signed, the provider's signed callbacks are checked. Money never passes through
// the bureau; docs/payment-provider.md has the wire format.
package payment

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"offsite/casework"
	"offsite/sandbox/wire"
)

// ErrAmount means that the provider has the order under another amount: order
// anew.
var ErrAmount = errors.New("the provider has this order with another amount")

// Options say where the provider is.
type Options struct {
	URL    string // of the provider, without /orders
	Key    []byte // shared with the provider, at least 16 bytes
	Client *http.Client
	Now    func() time.Time
}

// Client is the provider as casework.Payment.
type Client struct{ o Options }

const timeout = 20 * time.Second

// New checks the options.
func New(o Options) (*Client, error) {
	if len(o.Key) < 16 {
		return nil, errors.New("payment provider: the shared key has fewer than 16 bytes; set payment.key")
	}
	if !strings.HasPrefix(o.URL, "http://") && !strings.HasPrefix(o.URL, "https://") {
		return nil, fmt.Errorf("payment provider: %q is no http address; set payment.url", o.URL)
	}
	if o.Client == nil {
		o.Client = &http.Client{Timeout: timeout}
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	o.URL = strings.TrimRight(o.URL, "/")
	return &Client{o}, nil
}

// Create orders a payment; the same order again gives the same page.
func (c *Client) Create(ctx context.Context, o casework.Order) (string, error) {
	body, err := json.Marshal(wire.NewOrder{OrderNo: o.ID, AmountFen: o.AmountFen, Title: o.Subject, Payee: o.Payee, ReturnURL: o.ReturnURL, NotifyURL: o.NotifyURL})
	if err != nil {
		return "", err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, c.o.URL+"/orders", bytes.NewReader(body))
	if err != nil {
		return "", fmt.Errorf("order payment %s: %w", o.ID, err)
	}
	r.Header.Set("Content-Type", "application/json")
	wire.Sign(c.o.Key, r, body, c.o.Now())
	answer, err := c.o.Client.Do(r)
	if err != nil {
		return "", fmt.Errorf("order payment %s: the provider cannot be reached: %w", o.ID, err)
	}
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(io.LimitReader(answer.Body, wire.MaxBody))
	if err != nil {
		return "", fmt.Errorf("order payment %s: %w", o.ID, err)
	}
	if answer.StatusCode == http.StatusConflict {
		return "", fmt.Errorf("order payment %s: %w", o.ID, ErrAmount)
	}
	if answer.StatusCode/100 != 2 {
		return "", fmt.Errorf("order payment %s: the provider answered %s: %s", o.ID, answer.Status, problem(text))
	}
	var made wire.Order
	if err := json.Unmarshal(text, &made); err != nil || made.PayURL == "" || made.OrderNo != o.ID || made.AmountFen != o.AmountFen {
		return "", fmt.Errorf("order payment %s: the provider's answer does not fit the order: %w", o.ID, errors.Join(err, errors.New(problem(text))))
	}
	return made.PayURL, nil
}

// problem is the provider's sentence, or the beginning of what it sent.
func problem(text []byte) string {
	var p wire.Problem
	if json.Unmarshal(text, &p) == nil && p.Detail != "" {
		return p.Detail
	}
	if len(text) > 200 {
		text = text[:200]
	}
	return string(text)
}

// Verify checks a callback's signature and age; an error wraps wire.ErrSignature
// when it is not the provider's.
func (c *Client) Verify(header http.Header, body []byte) (casework.PaymentNotice, error) {
	id, err := wire.VerifyCallback(c.o.Key, header, body, c.o.Now())
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
