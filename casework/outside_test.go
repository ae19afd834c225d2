package casework_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"offsite/casework"
	"offsite/casework/payment"
	"offsite/casework/remind"
	sms "offsite/sandbox/message"
	treasury "offsite/sandbox/payment"
	"offsite/sandbox/wire"
)

// outside are the treasury's provider and the SMS gateway, as servers of their
// own, and our address for their callbacks.
type outside struct {
	payment   *payment.Client
	messages  *remind.Client
	gateway   *httptest.Server
	provider  *httptest.Server
	callbacks *httptest.Server
}

var key = []byte("a key that tests share")

func (h *house) gateways() *outside {
	h.t.Helper()
	o := &outside{callbacks: httptest.NewServer(http.HandlerFunc(h.callback))}
	h.t.Cleanup(o.callbacks.Close)

	gateway, err := sms.New(sms.Options{Dir: h.t.TempDir(), Key: key, Now: h.clock.now})
	h.must(err)
	o.gateway = h.serve(gateway.Handler(), gateway)
	// The provider must know its own address before it serves.
	o.provider = httptest.NewUnstartedServer(nil)
	provider, err := treasury.New(treasury.Options{Dir: h.t.TempDir(), Key: key, PublicURL: "http://" + o.provider.Listener.Addr().String(), Now: h.clock.now})
	h.must(err)
	o.provider.Config.Handler = provider.Handler()
	o.provider.Start()
	h.begin(o.provider, provider)

	o.payment, err = payment.New(wire.Gateway{URL: o.provider.URL, Key: key, Now: h.clock.now})
	h.must(err)
	o.messages, err = remind.New(wire.Gateway{URL: o.gateway.URL, Key: key, Now: h.clock.now}, o.callbacks.URL+casework.MessageCallbackPath)
	h.must(err)
	return o
}

type startStop interface {
	Start(ctx context.Context) error
	Stop()
}

func (h *house) serve(handler http.Handler, s startStop) *httptest.Server {
	server := httptest.NewServer(handler)
	h.begin(server, s)
	return server
}

func (h *house) begin(server *httptest.Server, s startStop) {
	h.must(s.Start(context.WithoutCancel(h.t.Context())))
	h.t.Cleanup(func() { s.Stop(); server.Close() })
}

// callback hands a callback to the book, as the API does.
func (h *house) callback(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err == nil {
		switch r.URL.Path {
		case casework.PaymentCallbackPath:
			err = h.PaymentCallback(r.Context(), r.Header, body)
		case casework.MessageCallbackPath:
			err = h.MessageCallback(r.Context(), r.Header, body)
		default:
			err = errors.New("no such callback")
		}
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// pay presses the button of the provider's page; when it returns, the first
// callback was tried.
func (h *house) pay(url string) {
	h.t.Helper()
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer, err := client.Post(url+"/pay", "application/x-www-form-urlencoded", nil)
	h.must(err)
	h.must(answer.Body.Close())
	if answer.StatusCode != http.StatusSeeOther {
		h.t.Fatalf("the pay page answered %s", answer.Status)
	}
}

// sent are the messages that a telephone got.
func (h *house) sent(phone string) []wire.Message {
	h.t.Helper()
	r, err := http.NewRequest(http.MethodGet, h.outside.gateway.URL+"/messages?to="+phone, nil)
	h.must(err)
	wire.Sign(key, r, nil, h.clock.now())
	answer, err := http.DefaultClient.Do(r)
	h.must(err)
	defer answer.Body.Close()
	var list []wire.Message
	h.must(json.NewDecoder(answer.Body).Decode(&list))
	return list
}

// order is the latest order of a case: its number and amount.
func (h *house) order(caseID string) wire.Order {
	h.t.Helper()
	var o wire.Order
	h.must(h.pool.QueryRow(h.t.Context(), `SELECT id::text, amount_fen FROM payment_order WHERE case_id = $1 ORDER BY created_at DESC LIMIT 1`, caseID).Scan(&o.OrderNo, &o.AmountFen))
	return o
}

// notice makes a signed callback of our own, for what a sound provider would
// never send.
func (h *house) notice(id string, o wire.Order, change func(http.Header)) error {
	h.t.Helper()
	now := h.clock.now()
	paid := now.Add(-time.Second)
	o.State, o.ReceiptNo, o.PaidAt = wire.OrderPaid, "票据"+id, &paid
	body, err := json.Marshal(wire.Event{Type: "order.paid", Timestamp: now, Data: o})
	h.must(err)
	header := http.Header{}
	h.must(wire.SignCallback(key, header, id, body, now))
	if change != nil {
		change(header)
	}
	return h.PaymentCallback(h.t.Context(), header, body)
}

func TestForgedCallbacks(t *testing.T) {
	t.Parallel()
	h := open(t, want{})
	id := h.served(200_00)
	_, err := h.StartPayment(t.Context(), id)
	h.must(err)
	for name, change := range map[string]func(http.Header){
		"other key": func(x http.Header) {
			_ = wire.SignCallback([]byte("somebody else's key"), x, "f", []byte("{}"), h.clock.now())
		},
		"no signature": func(x http.Header) { x.Del(wire.HeaderWebhookSignature) },
		"old":          func(x http.Header) { x.Set(wire.HeaderWebhookTimestamp, "1700000000") },
		"other id":     func(x http.Header) { x.Set(wire.HeaderWebhookID, "g") },
	} {
		if err := h.notice("f", h.order(id), change); !errors.Is(err, wire.ErrSignature) {
			t.Errorf("%s: %v", name, err)
		}
	}
	h.expect(id, "served")
}
