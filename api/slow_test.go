package api_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"

	"offsite/api/crowd"
)

// hold opens connections that send a little and then nothing.
func hold(t *testing.T, address string, count int, sends string) (held []net.Conn) {
	t.Helper()
	var mu sync.Mutex
	var opening sync.WaitGroup
	const atOnce = 50
	for range atOnce {
		opening.Go(func() {
			for range count / atOnce {
				conn, err := net.Dial("tcp", address)
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				held = append(held, conn)
				mu.Unlock()
				if _, err := io.WriteString(conn, sends); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	opening.Wait()
	return held
}

// TestSlowClientsHoldNobodyUp: connections that send half a request and wait, and many
// that send nothing, take no place from those who ask properly, and are closed.
func TestSlowClientsHoldNobodyUp(t *testing.T) {
	t.Parallel()
	h := open(t)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := crowd.Server(h.api.Handler(), slog.New(slog.DiscardHandler), nil, nil)
	server.ReadHeaderTimeout, server.ReadTimeout = server.ReadHeaderTimeout/5, server.ReadTimeout/15
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() { _ = server.Shutdown(context.WithoutCancel(t.Context())) })
	address := listener.Addr().String()
	const each = 500
	var held []net.Conn
	for _, sends := range []string{
		"GET /livez HTTP/1.1\r\nHost: x\r\nX-Slow: ",
		"POST /api/v1/session HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{",
		"",
	} {
		held = append(held, hold(t, address, each, sends)...)
	}
	t.Cleanup(func() {
		for _, c := range held {
			c.Close()
		}
	})
	client := &http.Client{Timeout: 30 * time.Second}
	for range 20 {
		res, err := client.Get(fmt.Sprintf("http://%s/livez", address))
		if err != nil {
			t.Fatalf("with %d connections held: %v", len(held), err)
		}
		res.Body.Close()
		if res.StatusCode != http.StatusOK {
			t.Errorf("with %d connections held: %s", len(held), res.Status)
		}
	}
	for _, c := range held {
		if err := c.SetReadDeadline(time.Now().Add(time.Minute)); err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, c); err != nil && isTimeout(err) {
			t.Fatalf("a slow connection was not closed: %v", err)
		}
	}
}

func isTimeout(err error) bool {
	timeout, ok := err.(net.Error) //nolint:errorlint // io.Copy gives it as it is
	return ok && timeout.Timeout()
}

// TestServerHasItsLimits: what TestSlowClientsHoldNobodyUp shortens is set at all.
func TestServerHasItsLimits(t *testing.T) {
	t.Parallel()
	s := crowd.Server(http.NotFoundHandler(), slog.New(slog.DiscardHandler), nil, nil)
	if s.ReadHeaderTimeout <= 0 || s.ReadHeaderTimeout > 10*time.Second || s.ReadTimeout <= 0 || s.WriteTimeout <= 0 || s.IdleTimeout <= 0 || s.MaxHeaderBytes <= 0 {
		t.Errorf("header %s, body %s, answer %s, idle %s, %d bytes of header", s.ReadHeaderTimeout, s.ReadTimeout, s.WriteTimeout, s.IdleTimeout, s.MaxHeaderBytes)
	}
}
