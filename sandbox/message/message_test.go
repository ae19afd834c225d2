package message

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"offsite/sandbox/wire"
)

func key() []byte { return []byte("a key shared in the test of messages") }

func open(t *testing.T, dir string) *httptest.Server {
	t.Helper()
	s, err := New(Options{Dir: dir, Key: key(), Retry: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(s.Handler())
	t.Cleanup(func() { s.Stop(); server.Close() })
	return server
}

func call(t *testing.T, server *httptest.Server, method, path string, value, into any) (int, string) {
	t.Helper()
	var body []byte
	if value != nil {
		var err error
		if body, err = json.Marshal(value); err != nil {
			t.Fatal(err)
		}
	}
	r, err := http.NewRequestWithContext(t.Context(), method, server.URL+path, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	wire.Sign(key(), r, body, time.Now())
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	if into != nil && answer.StatusCode/100 == 2 {
		if err := json.Unmarshal(text, into); err != nil {
			t.Fatal(err)
		}
	}
	return answer.StatusCode, string(text)
}

func TestMessagesAreKept(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	server := open(t, dir)
	var m, again wire.Message
	n := wire.NewMessage{Key: "m-1", To: "+86 138-1234-5678", Text: "【崇明城管】请在三十分钟内收回物品。"}
	if code, text := call(t, server, "POST", "/messages", n, &m); code != http.StatusCreated || m.State != "delivered" || m.To != "13812345678" {
		t.Fatal(code, text)
	}
	if code, _ := call(t, server, "POST", "/messages", n, &again); code != http.StatusOK || again != m {
		t.Errorf("again: %d, %+v", code, again)
	}
	n.Text = "another"
	if code, _ := call(t, server, "POST", "/messages", n, nil); code != http.StatusConflict {
		t.Errorf("another text under the key: %d", code)
	}
	call(t, server, "POST", "/messages", wire.NewMessage{Key: "m-2", To: "13900000000", Text: "x"}, nil)
	for _, one := range []*httptest.Server{server, open(t, dir)} { // also after a restart
		var found []wire.Message
		if code, text := call(t, one, "GET", "/messages?to="+url.QueryEscape("+8613812345678"), nil, &found); code != http.StatusOK || len(found) != 1 || found[0].Key != "m-1" {
			t.Errorf("%d %s", code, text)
		}
	}
	var none []wire.Message
	if code, text := call(t, server, "GET", "/messages?to=13711111111", nil, &none); code != http.StatusOK || strings.TrimSpace(text) != "[]" {
		t.Errorf("%d %s", code, text)
	}
}

func TestReceipts(t *testing.T) {
	t.Parallel()
	events := make(chan wire.MessageEvent, 4)
	bureau := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		if _, err := wire.VerifyCallback(key(), r.Header, body, time.Now()); err != nil {
			t.Error(err)
		}
		var e wire.MessageEvent
		if err := json.Unmarshal(body, &e); err != nil {
			t.Error(err)
		}
		events <- e
	}))
	t.Cleanup(bureau.Close)
	server := open(t, t.TempDir())
	for to, want := range map[string]string{"13812345678": "message.delivered", "13800000404": "message.failed"} {
		call(t, server, "POST", "/messages", wire.NewMessage{Key: "to-" + to, To: to, Text: "x", NotifyURL: bureau.URL}, nil)
		if e := <-events; e.Type != want || e.Data.To != to || (e.Data.Reason == "") != (want == "message.delivered") {
			t.Errorf("%+v", e)
		}
	}
}

// A number in 0405 is a fixed line: it takes calls alone. A call is not an SMS of the same key.
func TestCalls(t *testing.T) {
	t.Parallel()
	server := open(t, t.TempDir())
	for _, one := range []struct{ key, channel, to, state string }{
		{"c-1", wire.Voice, "13812345678", "answered"}, {"c-2", wire.Voice, "13800000404", "failed"}, {"c-3", wire.Voice, "13800000405", "answered"},
		{"c-4", "sms", "13800000405", "failed"}, {"c-5", "sms", "13812345678", "delivered"},
	} {
		var m, again wire.Message
		n := wire.NewMessage{Key: one.key, Channel: one.channel, To: one.to, Text: "x"}
		if code, text := call(t, server, "POST", "/messages", n, &m); code != http.StatusCreated || m.State != one.state || (m.Channel == wire.Voice) != (one.channel == wire.Voice) {
			t.Errorf("%s: %d %s", one.key, code, text)
		}
		if code, _ := call(t, server, "POST", "/messages", n, &again); code != http.StatusOK || again != m {
			t.Errorf("%s again: %d, %+v", one.key, code, again)
		}
	}
	if code, _ := call(t, server, "POST", "/messages", wire.NewMessage{Key: "c-1", To: "13812345678", Text: "x"}, nil); code != http.StatusConflict {
		t.Errorf("an SMS under a call's key: %d", code)
	}
}

func TestRefused(t *testing.T) {
	t.Parallel()
	server := open(t, t.TempDir())
	for name, n := range map[string]wire.NewMessage{
		"no key":     {To: "13812345678", Text: "x"},
		"no number":  {Key: "a", To: "someone", Text: "x"},
		"no text":    {Key: "a", To: "13812345678", Text: " "},
		"long":       {Key: "a", To: "13812345678", Text: strings.Repeat("字", 501)},
		"channel":    {Key: "a", Channel: "fax", To: "13812345678", Text: "x"},
		"bad notify": {Key: "a", To: "13812345678", Text: "x", NotifyURL: "ftp://x"},
	} {
		if code, text := call(t, server, "POST", "/messages", n, nil); code != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d %s", name, code, text)
		}
	}
	if code, _ := call(t, server, "GET", "/messages", nil, nil); code != http.StatusBadRequest {
		t.Errorf("whose: %d", code)
	}
	answer, err := http.Get(server.URL + "/messages?to=13812345678")
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
	if answer.StatusCode != http.StatusUnauthorized {
		t.Errorf("unsigned: %d", answer.StatusCode)
	}
}

func FuzzNumber(f *testing.F) {
	f.Add("+86 138-1234-5678")
	f.Add("008613812345678")
	f.Fuzz(func(t *testing.T, text string) {
		if n := number(text); number(n) != n && !strings.HasPrefix(n, "+86") && !strings.HasPrefix(n, "0086") {
			t.Fatalf("%q becomes %q becomes %q", text, n, number(n))
		}
	})
}
