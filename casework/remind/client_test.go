package remind_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"offsite/casework"
	"offsite/casework/remind"
	"offsite/sandbox/message"
	"offsite/sandbox/wire"
)

func TestAGatewayIsTriedWithoutSending(t *testing.T) {
	t.Parallel()
	key := []byte("a key that tests share")
	sandbox, err := message.New(message.Options{Dir: t.TempDir(), Key: key})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(sandbox.Handler())
	defer server.Close()
	open := func(key []byte) *remind.Client {
		c, err := remind.New(wire.Gateway{URL: server.URL, Key: key}, server.URL)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	if err := open(key).Try(t.Context()); err != nil {
		t.Errorf("the sandbox, which answers as agreed upon: %v", err)
	}
	if err := open([]byte("another key than the gateway's")).Try(t.Context()); !errors.Is(err, remind.ErrTrial) {
		t.Errorf("with another key: %v", err)
	}
	server.Close()
	if err := open(key).Try(t.Context()); err == nil || errors.Is(err, remind.ErrTrial) {
		t.Errorf("a gateway that is away: %v", err)
	}
}

// A gateway that repeats what it was sent does not bring it into our log.
func TestWhatTheGatewaySaysNamesNobody(t *testing.T) {
	t.Parallel()
	const phone, link = "13800000001", "https://enforce.example.gov.cn/p#secret"
	for _, status := range []int{http.StatusUnprocessableEntity, http.StatusInternalServerError} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(status)
			_, _ = io.WriteString(w, "+86"+phone+" is blocked: "+link)
		}))
		c, err := remind.New(wire.Gateway{URL: server.URL, Key: []byte("a key that tests share")}, server.URL)
		if err != nil {
			t.Fatal(err)
		}
		_, err = c.Send(t.Context(), "1", phone, link)
		server.Close()
		if err == nil || !strings.Contains(err.Error(), "is blocked") || strings.Contains(err.Error(), phone) || strings.Contains(err.Error(), link) {
			t.Errorf("%d: %v", status, err)
		}
	}
}

// A gateway that knows no channels sends an SMS instead: that is no call, and is not tried again.
func TestAGatewayThatMakesNoCalls(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusCreated)
		_, _ = io.WriteString(w, `{"id":"7","key":"1","state":"delivered","at":"2026-11-24T02:00:00Z"}`)
	}))
	defer server.Close()
	c, err := remind.New(wire.Gateway{URL: server.URL, Key: []byte("a key that tests share")}, server.URL)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Call(t.Context(), "1", "13800000001", "x"); !errors.Is(err, casework.ErrUndeliverable) || !strings.Contains(err.Error(), "reminder.calls") {
		t.Error(err)
	}
}
