package notify

import (
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"offsite/sandbox/wire"
)

func key() []byte { return []byte("a key of sixteen bytes or more") }

// receiver answers the given codes one after the other, then 200; it counts good ones.
func receiver(t *testing.T, codes ...int) (*httptest.Server, *atomic.Int64) {
	t.Helper()
	var mu sync.Mutex
	var taken atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		if _, err := wire.VerifyCallback(key(), r.Header, body, time.Now()); err != nil {
			t.Error(err)
		}
		mu.Lock()
		defer mu.Unlock()
		if len(codes) > 0 {
			w.WriteHeader(codes[0])
			codes = codes[1:]
			return
		}
		taken.Add(1)
	}))
	t.Cleanup(server.Close)
	return server, &taken
}

func TestSentUntilTaken(t *testing.T) {
	t.Parallel()
	server, taken := receiver(t, 500, 429, 302, 404)
	settled := make(chan Callback, 1)
	s := New(Options{Key: key(), Retry: time.Millisecond, Settled: func(c Callback) { settled <- c }})
	tried := s.Send(Callback{ID: "one", URL: server.URL, Body: []byte(`{}`)}) // before Start: kept
	if err := s.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	<-tried
	if c := <-settled; c.ID != "one" || taken.Load() != 1 {
		t.Errorf("%+v, taken %d times", c, taken.Load())
	}
	s.Stop()
}

func TestGoneEnds(t *testing.T) {
	t.Parallel()
	server, taken := receiver(t, http.StatusGone)
	settled := make(chan Callback, 1)
	s := New(Options{Key: key(), Settled: func(c Callback) { settled <- c }})
	if err := s.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.Send(Callback{ID: "one", URL: server.URL})
	<-settled
	if taken.Load() != 0 {
		t.Error("sent on to a receiver that is gone")
	}
	s.Stop()
}

func TestStopWaits(t *testing.T) {
	t.Parallel()
	server, _ := receiver(t)
	server.Close() // nobody there
	s := New(Options{Key: key(), Retry: time.Hour})
	if err := s.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := s.Start(t.Context()); err == nil {
		t.Error("started twice")
	}
	for range 20 {
		<-s.Send(Callback{ID: "x", URL: server.URL})
	}
	s.Stop()
	s.Stop()
}
