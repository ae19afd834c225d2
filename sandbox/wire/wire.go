// Package wire is what Offsite and the two gateways say to each other over HTTP: the
// signature of a request, the orders and messages, and the callbacks back (Standard
// Webhooks). Clients (casework/payment, casework/remind) and sandboxes both use it, so
// that there is one definition. docs/payment-provider.md is its page for others.
package wire

import "time"

// Headers of a signed request. The signature is "v1=" and the hex HMAC-SHA256 under
// the shared key over method, path with query, timestamp and the body's SHA-256, each
// on its own line.
const (
	HeaderTimestamp = "Offsite-Timestamp" // seconds since 1970
	HeaderSignature = "Offsite-Signature" // v1=hex
)

// Headers of a callback, as Standard Webhooks has them.
const (
	HeaderWebhookID        = "webhook-id"
	HeaderWebhookTimestamp = "webhook-timestamp"
	HeaderWebhookSignature = "webhook-signature"
)

// Tolerance is how far a signed request's or callback's clock may be off.
const Tolerance = 5 * time.Minute

// NewOrder asks for a payment (POST /orders). The order number is the idempotency key:
// the same order again gives the same answer, another amount under it 409.
type NewOrder struct {
	OrderNo   string `json:"order_no"`
	AmountFen int64  `json:"amount_fen"`
	Title     string `json:"title"` // of the decision, without private data
	Payee     string `json:"payee"` // the treasury account's name
	ReturnURL string `json:"return_url"`
	NotifyURL string `json:"notify_url"`
}

// Order is the provider's answer (POST /orders, GET /orders/{order_no}).
type Order struct {
	OrderNo   string     `json:"order_no"`
	AmountFen int64      `json:"amount_fen"`
	State     OrderState `json:"state"`
	PayURL    string     `json:"pay_url"`
	ReceiptNo string     `json:"receipt_no,omitempty"` // number of the treasury's e-receipt
	PaidAt    *time.Time `json:"paid_at,omitempty"`
	CreatedAt time.Time  `json:"created_at"`
	Refunds   []Refund   `json:"refunds,omitempty"` // the oldest first; together never more than the amount
}

// Refund is money of an order that was paid back.
type Refund struct {
	RefundNo   string    `json:"refund_no"`
	AmountFen  int64     `json:"amount_fen"`
	RefundedAt time.Time `json:"refunded_at"`
}

// RefundedFen is what was paid back of the order.
func (o Order) RefundedFen() (sum int64) {
	for _, r := range o.Refunds {
		sum += r.AmountFen
	}
	return sum
}

// OrderState is where an order stands.
type OrderState string

const (
	OrderOpen      OrderState = "open"
	OrderPaid      OrderState = "paid"
	OrderCancelled OrderState = "cancelled"
	OrderRefunded  OrderState = "refunded" // in whole; in part it is still paid
)

// NewRefund asks for money back (POST /orders/{order_no}/refund): all of an order or a part.
// The refund number is the idempotency key: the same refund again gives the same answer,
// another amount under it 409.
type NewRefund struct {
	RefundNo  string `json:"refund_no"`
	AmountFen int64  `json:"amount_fen"` // at most what was paid and not yet paid back
	Reason    string `json:"reason"`     // without private data
}

// Counter is a payment at a bank's or the treasury's counter, without an order (POST /counter,
// which the sandbox alone has: it is the demo's counter). The receipt's number is the
// idempotency key: the same again gives the same answer, another amount or decision 409.
type Counter struct {
	ReceiptNo  string `json:"receipt_no"`
	AmountFen  int64  `json:"amount_fen"`
	DecisionNo string `json:"decision_no,omitempty"` // where the payer named it
}

// Event is the body of a callback; Type is "order.paid", "order.cancelled" or, after each
// refund, "order.refunded".
type Event struct {
	Type      string    `json:"type"`
	Timestamp time.Time `json:"timestamp"`
	Data      Order     `json:"data"`
}

// Voice is the channel of a message that is said in a call; without one, it goes by SMS.
const Voice = "voice"

// NewMessage asks the gateway to send, or to call (POST /messages); Key makes it idempotent.
type NewMessage struct {
	Channel   string `json:"channel,omitempty"` // "sms", the same as none, or Voice
	Key       string `json:"key"`
	To        string `json:"to"` // +8613800000000 or 13800000000
	Text      string `json:"text"`
	NotifyURL string `json:"notify_url,omitempty"` // for the receipt, "message." and the state
}

// Message is a message that the gateway took (POST /messages, GET /messages?to=).
type Message struct {
	Channel string    `json:"channel,omitempty"` // Voice, or none
	ID      string    `json:"id"`
	Key     string    `json:"key"`
	To      string    `json:"to"`
	Text    string    `json:"text"`
	State   string    `json:"state"` // "delivered", of a call "answered"; "failed"
	Reason  string    `json:"reason,omitempty"`
	At      time.Time `json:"at"`
}

// MessageEvent is the body of a delivery receipt.
type MessageEvent struct {
	Type      string    `json:"type"`
	Timestamp time.Time `json:"timestamp"`
	Data      Message   `json:"data"`
}

// Problem is the body of every refusal (RFC 9457).
type Problem struct {
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail"`
}
