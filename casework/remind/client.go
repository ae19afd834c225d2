// Package remind sends short messages, and has calls made, through an SMS gateway over HTTP
// and checks its receipts: in goes a number and a text, out comes what the gateway says of
// it. It knows nothing of cases; the wire format is sandbox/wire's.
package remind

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"offsite/casework"
	"offsite/sandbox/wire"
)

// Client is the gateway as casework.Messenger.
type Client struct {
	gateway   *wire.Gateway
	notifyURL string
}

// New checks the gateway's settings. Delivery receipts come back to notifyURL.
func New(g wire.Gateway, notifyURL string) (*Client, error) {
	gateway, err := g.Open("reminder")
	if err != nil {
		return nil, err
	}
	return &Client{gateway, notifyURL}, nil
}

// Send gives a message to the gateway. The id makes it idempotent there: after a
// time-out it is sent again without harm. No error names the number
// or holds the text, in which the party's link stands.
func (c *Client) Send(ctx context.Context, id, phone, text string) (casework.MessageReceipt, error) {
	return c.post(ctx, "", id, phone, text)
}

// Call has the gateway call and say a text, idempotent and silent as Send is. A gateway
// that did something else than call is an error that wraps casework.ErrUndeliverable.
func (c *Client) Call(ctx context.Context, id, phone, text string) (casework.MessageReceipt, error) {
	return c.post(ctx, wire.Voice, id, phone, text)
}

func (c *Client) post(ctx context.Context, channel, id, phone, text string) (casework.MessageReceipt, error) {
	answer, err := c.gateway.Post(ctx, "/messages", wire.NewMessage{Channel: channel, Key: id, To: phone, Text: text, NotifyURL: c.notifyURL})
	if err != nil {
		return casework.MessageReceipt{}, fmt.Errorf("send message %s: the gateway cannot be reached: %w", id, err)
	}
	said := strings.NewReplacer(phone, "…", text, "…").Replace(wire.Said(answer.Body))
	switch {
	case answer.Code == http.StatusBadRequest || answer.Code == http.StatusUnprocessableEntity:
		return casework.MessageReceipt{}, fmt.Errorf("send message %s: the gateway refused it: %s: %w", id, said, casework.ErrUndeliverable)
	case !answer.OK():
		return casework.MessageReceipt{}, fmt.Errorf("send message %s: the gateway answered %s: %s", id, answer.Status, said)
	}
	var m wire.Message
	if err := json.Unmarshal(answer.Body, &m); err != nil {
		return casework.MessageReceipt{}, fmt.Errorf("send message %s: read the gateway's answer: %w", id, err)
	}
	if m.Channel != channel && channel == wire.Voice {
		return casework.MessageReceipt{}, fmt.Errorf("send message %s: the gateway makes no calls; set reminder.calls to false: %w", id, casework.ErrUndeliverable)
	}
	return receipt(m), nil
}

// ErrTrial says that a gateway did not answer a trial as docs/message-gateway.md has it.
var ErrTrial = errors.New("it does not answer as agreed upon")

// Try sends a message without number and text, which the gateway refuses (422) once it
// has found the signature right: so address, key and clock are, and nobody is written to.
func (c *Client) Try(ctx context.Context) error {
	answer, err := c.gateway.Post(ctx, "/messages", wire.NewMessage{Key: "trial-" + rand.Text()})
	switch {
	case err != nil:
		return fmt.Errorf("try the SMS gateway: it cannot be reached: %w", err)
	case answer.Code == http.StatusUnauthorized:
		return fmt.Errorf("try the SMS gateway: it does not take our signature; compare reminder.key_file and the clocks: %w", ErrTrial)
	case answer.Code != http.StatusUnprocessableEntity:
		return fmt.Errorf("try the SMS gateway: a message without number and text was answered %s, not 422: %w", answer.Status, ErrTrial)
	}
	return nil
}

// receipt reads what became of a message.
func receipt(m wire.Message) casework.MessageReceipt {
	r := casework.MessageReceipt{Ref: m.ID}
	switch m.State {
	case "delivered", "answered":
		r.DeliveredAt = m.At
	case "failed":
		r.Failed = m.Reason
		if r.Failed == "" {
			r.Failed = "the gateway gave no reason"
		}
	}
	return r
}

// Verify checks a delivery receipt's signature and age.
func (c *Client) Verify(header http.Header, body []byte) (string, casework.MessageReceipt, error) {
	id, err := c.gateway.VerifyCallback(header, body)
	if err != nil {
		return "", casework.MessageReceipt{}, err
	}
	var e wire.MessageEvent
	if err := json.Unmarshal(body, &e); err != nil {
		return "", casework.MessageReceipt{}, fmt.Errorf("read delivery receipt %s: %w", id, err)
	}
	return e.Data.Key, receipt(e.Data), nil
}
