package crowd_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
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

func open(t *testing.T, most int, apart ...string) *hall {
	t.Helper()
	var networks []netip.Prefix
	for _, a := range apart {
		networks = append(networks, netip.MustParsePrefix(a))
	}
	h := &hall{crowd: crowd.New(most, networks, nil), begun: make(chan struct{}, 100), end: make(chan struct{})}
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
	return h.dialFrom(t, "127.0.0.1", sends)
}

func (h *hall) dialFrom(t *testing.T, address, sends string) net.Conn {
	t.Helper()
	conn, err := (&net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(address)}}).Dial("tcp", h.address)
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
	h := open(t, 4, "127.0.0.0/8")
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
	h := open(t, 2, "127.0.0.0/8")
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

// TestNobodyAloneTakesAllPlaces: an address has half of them; what it opens beyond costs its
// own connections, never those of others.
func TestNobodyAloneTakesAllPlaces(t *testing.T) {
	t.Parallel()
	h := open(t, 8)
	const greedy, others = "127.0.0.2", "127.0.0.3"
	idle := h.dialFrom(t, others, get("/"))
	answered(t, idle)
	long := h.dialFrom(t, greedy, get("/long"))
	<-h.begun
	var held []net.Conn
	for range 20 {
		held = append(held, h.dialFrom(t, greedy, "GET / HTTP/1.1\r\nX-Slow: "))
	}
	for _, old := range held[:17] { // all but three, beside the one that is being answered
		closed(t, old)
	}
	if n := h.crowd.Held(); n != 5 {
		t.Errorf("%d connections are held", n)
	}
	if _, err := io.WriteString(idle, get("/")); err != nil {
		t.Fatal(err)
	}
	answered(t, idle)
	close(h.end)
	answered(t, long)
}

// TestHolderOfAnAddress: of IPv6 it is the network, else an attacker had as many addresses
// as there are places.
func TestHolderOfAnAddress(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"203.0.113.9": "203.0.113.9/32", "::ffff:203.0.113.9": "203.0.113.9/32", "2001:db8:1:2:3::4": "2001:db8:1:2::/64", "fe80::1%eth0": "fe80::/64",
	} {
		if got := crowd.Holder(netip.MustParseAddr(address)); got.String() != want {
			t.Errorf("%s: %s, want %s", address, got, want)
		}
	}
}
