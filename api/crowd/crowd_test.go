package crowd_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"testing"
	"time"

	"offsite/api/crowd"
)

// hall is a server that holds few connections. Whoever asks for /long is answered when
// end is closed.
type hall struct {
	crowd   *crowd.Crowd
	address string
	begun   chan struct{}
	end     chan struct{}
}

func open(t *testing.T, most int) *hall {
	t.Helper()
	h := &hall{crowd: crowd.New(most, nil), begun: make(chan struct{}, 100), end: make(chan struct{})}
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/long" {
			h.begun <- struct{}{}
			<-h.end
		}
		_, _ = io.WriteString(w, "ok")
	})}
	h.crowd.Guard(server)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	h.address = listener.Addr().String()
	served := make(chan struct{})
	go func() { defer close(served); _ = server.Serve(listener) }()
	t.Cleanup(func() { server.Close(); <-served })
	return h
}

func (h *hall) dial(t *testing.T, sends string) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", h.address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	if _, err := io.WriteString(conn, sends); err != nil {
		t.Fatal(err)
	}
	if err := conn.SetReadDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	return conn
}

func get(path string) string { return fmt.Sprintf("GET %s HTTP/1.1\r\nHost: x\r\n\r\n", path) }

func answered(t *testing.T, conn net.Conn) {
	t.Helper()
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if text, err := io.ReadAll(res.Body); err != nil || string(text) != "ok" {
		t.Fatalf("answered %q, %v", text, err)
	}
}

// closed waits for the server to close a connection.
func closed(t *testing.T, conn net.Conn) {
	t.Helper()
	_, err := io.Copy(io.Discard, conn)
	if e := net.Error(nil); errors.As(err, &e) && e.Timeout() {
		t.Fatal("the connection stays open")
	}
}

// TestWhoWaitsLongestMakesRoom: of those that ask nothing, whatever they have sent of a
// header, the first goes; whoever is being answered stays.
func TestWhoWaitsLongestMakesRoom(t *testing.T) {
	t.Parallel()
	h := open(t, 4)
	long := h.dial(t, get("/long"))
	<-h.begun
	idle := h.dial(t, get("/"))
	answered(t, idle)
	half := h.dial(t, "GET / HTTP/1.1\r\nX-Slow: ")
	silent := h.dial(t, "")
	for _, old := range []net.Conn{idle, half, silent} {
		answered(t, h.dial(t, get("/"))) // the fifth: old makes room
		closed(t, old)
	}
	if n := h.crowd.Held(); n > 4 {
		t.Errorf("%d connections are held", n)
	}
	close(h.end)
	answered(t, long)
}

// TestWhereAllAreAnsweredTheNewOneGoes: nobody who is being answered is broken off.
func TestWhereAllAreAnsweredTheNewOneGoes(t *testing.T) {
	t.Parallel()
	h := open(t, 2)
	one, two := h.dial(t, get("/long")), h.dial(t, get("/long"))
	<-h.begun
	<-h.begun
	closed(t, h.dial(t, ""))
	close(h.end)
	answered(t, one)
	answered(t, two)
	answered(t, h.dial(t, get("/")))
}

func TestMostIsPartOfTheFiles(t *testing.T) {
	t.Parallel()
	if n := crowd.Most(); n < 64 || n > 20_000 {
		t.Errorf("%d connections", n)
	}
}
