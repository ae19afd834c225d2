package wire

import (
	"bytes"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"
)

func key() []byte { return []byte("sixteen bytes or more of key") }

func request(t *testing.T, method, address string, body []byte) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, address, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestSignedRequests(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC)
	body := []byte(`{"order_no":"A1"}`)
	for name, v := range map[string]struct {
		change func(r *http.Request) *http.Request
		key    []byte
		at     time.Time
		good   bool
	}{
		"as signed":        {nil, key(), now, true},
		"four minutes off": {nil, key(), now.Add(4 * time.Minute), true},
		"too old":          {nil, key(), now.Add(6 * time.Minute), false},
		"from the future":  {nil, key(), now.Add(-6 * time.Minute), false},
		"another key":      {nil, []byte("another key of sixteen bytes"), now, false},
		"another body":     {func(r *http.Request) *http.Request { return copied(t, r, "POST", "/orders", `{"order_no":"A2"}`) }, key(), now, false},
		"another path":     {func(r *http.Request) *http.Request { return copied(t, r, "POST", "/orders/A1/refund", string(body)) }, key(), now, false},
		"another query":    {func(r *http.Request) *http.Request { return copied(t, r, "POST", "/orders?x=1", string(body)) }, key(), now, false},
		"another method":   {func(r *http.Request) *http.Request { return copied(t, r, "PUT", "/orders", string(body)) }, key(), now, false},
		"no signature":     {func(r *http.Request) *http.Request { r.Header.Del(HeaderSignature); return r }, key(), now, false},
		"no time":          {func(r *http.Request) *http.Request { r.Header.Del(HeaderTimestamp); return r }, key(), now, false},
	} {
		r := request(t, "POST", "http://provider/orders", body)
		Sign(key(), r, body, now)
		if v.change != nil {
			r = v.change(r)
		}
		got, err := Verify(v.key, r, v.at)
		if v.good && (err != nil || !bytes.Equal(got, body)) {
			t.Errorf("%s: %v", name, err)
		}
		if !v.good && !errors.Is(err, ErrSignature) {
			t.Errorf("%s: passed, %v", name, err)
		}
	}
}

func copied(t *testing.T, r *http.Request, method, path, body string) *http.Request {
	t.Helper()
	out := request(t, method, "http://provider"+path, []byte(body))
	out.Header = r.Header
	return out
}

func TestLargeRequestIsRefused(t *testing.T) {
	t.Parallel()
	body := bytes.Repeat([]byte("x"), MaxBody+1)
	r := request(t, "POST", "http://provider/orders", body)
	Sign(key(), r, body, time.Now())
	if _, err := Verify(key(), r, time.Now()); err == nil || !strings.Contains(err.Error(), "larger than") {
		t.Errorf("%v", err)
	}
}

// A callback verifies as it was signed and not otherwise; the signature itself is the
// Standard Webhooks library's, so that a real provider's is accepted.
func TestSignedCallbacks(t *testing.T) {
	t.Parallel()
	h := http.Header{}
	if err := SignCallback(key(), h, "msg_1", []byte(`{"a":1}`), time.Unix(1700000000, 0)); err != nil {
		t.Fatal(err)
	}
	if got := h.Get(HeaderWebhookSignature); !strings.HasPrefix(got, "v1,") || h.Get(HeaderWebhookTimestamp) != "1700000000" {
		t.Errorf("%v", h)
	}
	id, err := VerifyCallback(key(), h, []byte(`{"a":1}`), time.Unix(1700000100, 0))
	if err != nil || id != "msg_1" {
		t.Errorf("%q, %v", id, err)
	}
	for name, change := range map[string]func(){
		"another body": func() { _, err = VerifyCallback(key(), h, []byte(`{"a":2}`), time.Unix(1700000100, 0)) },
		"old":          func() { _, err = VerifyCallback(key(), h, []byte(`{"a":1}`), time.Unix(1700000400, 0)) },
		"another id": func() {
			other := h.Clone()
			other.Set(HeaderWebhookID, "msg_2")
			_, err = VerifyCallback(key(), other, []byte(`{"a":1}`), time.Unix(1700000100, 0))
		},
		"no headers": func() { _, err = VerifyCallback(key(), http.Header{}, []byte(`{"a":1}`), time.Unix(1700000100, 0)) },
	} {
		change()
		if !errors.Is(err, ErrSignature) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(`{"order_no":"A1","amount_fen":100}`))
	f.Add([]byte(`{"order_no":"A1"} {}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		var n NewOrder
		if err := Decode(body, &n); err == nil && len(body) < 2 {
			t.Fatalf("%q passed", body)
		}
	})
}

func FuzzVerifyCallback(f *testing.F) {
	f.Add("msg_1", "1700000000", "v1,AAAA", []byte("{}"))
	f.Add("", "x", "v1", []byte(""))
	f.Fuzz(func(t *testing.T, id, at, signature string, body []byte) {
		h := http.Header{}
		h.Set(HeaderWebhookID, id)
		h.Set(HeaderWebhookTimestamp, at)
		h.Set(HeaderWebhookSignature, signature)
		if _, err := VerifyCallback(key(), h, body, time.Unix(1700000000, 0)); err == nil {
			t.Fatal("a made-up signature passed")
		}
	})
}

// The vectors of docs/payment-provider.md, made with openssl; a provider can check its
// own code against them.
func TestVectors(t *testing.T) {
	t.Parallel()
	at := time.Unix(1700000000, 0)
	body := []byte(`{"order_no":"01939b2e","amount_fen":50000}`)
	r := request(t, "POST", "http://provider/orders", body)
	Sign(key(), r, body, at)
	if got := r.Header.Get(HeaderSignature); got != "v1=60695da6dcb6c57420e67889409aca657bf0fbd0f59bb2f880357f4acca2e2cd" {
		t.Errorf("request: %s", got)
	}
	h := http.Header{}
	if err := SignCallback(key(), h, "msg_1", []byte(`{"a":1}`), at); err != nil {
		t.Fatal(err)
	}
	if got := h.Get(HeaderWebhookSignature); got != "v1,XNlkVY671SE50nYFm7Xastu8p98DiYC5WR84vXx8PR8=" {
		t.Errorf("callback: %s", got)
	}
}
