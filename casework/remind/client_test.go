package remind_test

import (
	"errors"
	"net/http/httptest"
	"testing"

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
