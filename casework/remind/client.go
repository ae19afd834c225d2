// Package remind sends short messages through an SMS gateway over HTTP and checks its
// delivery receipts: in goes a number and a text, out comes what the gateway says of
// it. It knows nothing of cases; the wire format is sandbox/wire's.
package remind

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

// Options say where the gateway is.
type Options struct {
	URL       string // of the gateway, without /messages
	Key       []byte // shared with the gateway, at least 16 bytes
	NotifyURL string // where delivery receipts come back, "" for none
	Client    *http.Client
	Now       func() time.Time
}

// Client is the gateway as casework.Messenger.
type Client struct{ o Options }

const timeout = 20 * time.Second

// New checks the options.
func New(o Options) (*Client, error) {
	if len(o.Key) < 16 {
		return nil, errors.New("SMS gateway: the shared key has fewer than 16 bytes; set message.key")
	}
	if !strings.HasPrefix(o.URL, "http://") && !strings.HasPrefix(o.URL, "https://") {
		return nil, fmt.Errorf("SMS gateway: %q is no http address; set message.url", o.URL)
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

// Send gives a message to the gateway. The id makes it idempotent there: after a
// time-out it is sent again without harm.
func (c *Client) Send(ctx context.Context, id, phone, text string) (casework.MessageReceipt, error) {
	body, err := json.Marshal(wire.NewMessage{Key: id, To: phone, Text: text, NotifyURL: c.o.NotifyURL})
	if err != nil {
		return casework.MessageReceipt{}, err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, c.o.URL+"/messages", bytes.NewReader(body))
	if err != nil {
		return casework.MessageReceipt{}, fmt.Errorf("send message %s: %w", id, err)
	}
	r.Header.Set("Content-Type", "application/json")
	wire.Sign(c.o.Key, r, body, c.o.Now())
	answer, err := c.o.Client.Do(r)
	if err != nil {
		return casework.MessageReceipt{}, fmt.Errorf("send message %s: the gateway cannot be reached: %w", id, err)
	}
	defer func() { _ = answer.Body.Close() }()
	said, err := io.ReadAll(io.LimitReader(answer.Body, wire.MaxBody))
	if err != nil {
		return casework.MessageReceipt{}, fmt.Errorf("send message %s: %w", id, err)
	}
	switch {
	case answer.StatusCode == http.StatusBadRequest || answer.StatusCode == http.StatusUnprocessableEntity:
		return casework.MessageReceipt{}, fmt.Errorf("send message %s: the gateway refused it: %s: %w", id, problem(said), casework.ErrUndeliverable)
	case answer.StatusCode/100 != 2:
		return casework.MessageReceipt{}, fmt.Errorf("send message %s: the gateway answered %s: %s", id, answer.Status, problem(said))
	}
	var m wire.Message
	if err := json.Unmarshal(said, &m); err != nil {
		return casework.MessageReceipt{}, fmt.Errorf("send message %s: read the gateway's answer: %w", id, err)
	}
	return receipt(m), nil
}

// receipt reads what became of a message.
func receipt(m wire.Message) casework.MessageReceipt {
	r := casework.MessageReceipt{Ref: m.ID}
	switch m.State {
	case "delivered":
		r.DeliveredAt = m.At
	case "failed":
		r.Failed = m.Reason
		if r.Failed == "" {
			r.Failed = "the gateway gave no reason"
		}
	}
	return r
}

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

// Verify checks a delivery receipt's signature and age.
func (c *Client) Verify(header http.Header, body []byte) (string, casework.MessageReceipt, error) {
	id, err := wire.VerifyCallback(c.o.Key, header, body, c.o.Now())
	if err != nil {
		return "", casework.MessageReceipt{}, err
	}
	var e wire.MessageEvent
	if err := json.Unmarshal(body, &e); err != nil {
		return "", casework.MessageReceipt{}, fmt.Errorf("read delivery receipt %s: %w", id, err)
	}
	return e.Data.Key, receipt(e.Data), nil
}
