// Package crowd bounds the connections that an HTTP server holds, so that no number of
// them takes the files that cameras, database and evidence need, and nobody alone takes
// the places of all.
//
// Where there are too many, the connection closes that has waited longest without a whole
// request: idle ones, those that have sent nothing, and those that send their header by
// the byte. One whose request is being answered is never closed; where all are, the new
// one is. Where an address has more than its share, it is one of its own that closes.
package crowd

import (
	"container/list"
	"context"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"sync"
	"syscall"

	"github.com/prometheus/client_golang/prometheus"
)

const (
	most  = 20_000 // bounds the connections whatever files there may be: each takes some 20 KiB
	share = 2      // an address may hold one place in so many
)

// Crowd is the connections of a server.
type Crowd struct {
	most   int
	apart  []netip.Prefix
	closed prometheus.Counter

	mu      sync.Mutex
	open    map[net.Conn]*place
	waiting list.List // of *place, the longest-waiting first
	callers map[netip.Prefix]*caller
}

// place is a connection's.
type place struct {
	conn     net.Conn
	from     *caller
	all, own *list.Element // in waiting, and in the caller's; nil: its request is being answered
}

// caller is who holds some of the places.
type caller struct {
	network netip.Prefix
	places  int
	waiting list.List // of *place
}

// Most is how many connections a server may hold: a quarter of the files that this
// process may open.
func Most() int {
	var files syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &files); err != nil {
		return 256 // what a quarter is of the smallest limit that is usual
	}
	return int(min(files.Cur/4, most))
}

// New makes a crowd of so many connections at most, of which one address may hold half.
// apart are the networks of proxies, behind which many stand: they may hold all. r may be
// nil.
func New(most int, apart []netip.Prefix, r prometheus.Registerer) *Crowd {
	c := &Crowd{most: most, apart: apart, open: map[net.Conn]*place{}, callers: map[netip.Prefix]*caller{},
		closed: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "offsite_http_connections_closed_total", Help: "Connections closed since there were too many, of all or of one address.",
		})}
	if r != nil {
		r.MustRegister(c.closed, prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "offsite_http_connections", Help: "Connections that the server holds.",
		}, func() float64 { return float64(c.Held()) }))
	}
	return c
}

type connKey struct{}

// Guard bounds the connections of a server that is not serving yet.
func (c *Crowd) Guard(s *http.Server) {
	answer := s.Handler
	s.ConnState = c.state
	s.ConnContext = func(ctx context.Context, conn net.Conn) context.Context {
		return context.WithValue(ctx, connKey{}, conn)
	}
	s.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if conn, ok := r.Context().Value(connKey{}).(net.Conn); ok {
			c.asks(conn)
			defer c.waits(conn)
		}
		answer.ServeHTTP(w, r)
	})
}

// Held is how many connections there are.
func (c *Crowd) Held() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.open)
}

// Holder is the network of one holder: the address itself, of IPv6 its first 64 bits, the
// rest of which whoever has them chooses.
func Holder(a netip.Addr) netip.Prefix {
	const ofOneHolder = 64
	a = a.Unmap().WithZone("")
	p, _ := a.Prefix(min(ofOneHolder, a.BitLen())) // never fails for so many bits; of no address it is none
	return p
}

func (c *Crowd) state(conn net.Conn, s http.ConnState) {
	switch s {
	case http.StateNew:
		c.comes(conn)
	case http.StateClosed, http.StateHijacked:
		c.mu.Lock()
		defer c.mu.Unlock()
		c.leaves(c.open[conn])
	case http.StateActive, http.StateIdle: // the handler knows better
	}
}

func (c *Crowd) comes(conn net.Conn) {
	c.mu.Lock()
	defer c.mu.Unlock()
	address := addressOf(conn)
	p := &place{conn: conn, from: c.caller(address)}
	p.from.places++
	c.open[conn] = p
	c.queue(p)
	waiting := &c.waiting
	switch {
	case p.from.places > max(1, c.most/share) && !c.mayHoldAll(address):
		waiting = &p.from.waiting
	case len(c.open) <= c.most:
		return
	}
	first, _ := waiting.Front().Value.(*place) // p itself, where all others are answered
	c.leaves(first)
	c.closed.Inc()
	_ = first.conn.Close()
}

// addressOf is where a connection comes from; the zero address: it has none, as one by a
// socket of this machine.
func addressOf(conn net.Conn) netip.Addr {
	at, err := netip.ParseAddrPort(conn.RemoteAddr().String())
	if err != nil {
		return netip.Addr{}
	}
	return at.Addr().Unmap()
}

// caller is who has an address. mu is held.
func (c *Crowd) caller(address netip.Addr) *caller {
	network := Holder(address)
	if c.callers[network] == nil {
		c.callers[network] = &caller{network: network}
	}
	return c.callers[network]
}

func (c *Crowd) mayHoldAll(address netip.Addr) bool {
	return !address.IsValid() || slices.ContainsFunc(c.apart, func(a netip.Prefix) bool { return a.Contains(address) })
}

// queue lets a connection wait, as the last. mu is held.
func (c *Crowd) queue(p *place) {
	p.all, p.own = c.waiting.PushBack(p), p.from.waiting.PushBack(p)
}

// leaves forgets a connection, if it is known; mu is held.
func (c *Crowd) leaves(p *place) {
	if p == nil {
		return
	}
	c.serve(p)
	delete(c.open, p.conn)
	if p.from.places--; p.from.places == 0 {
		delete(c.callers, p.from.network)
	}
}

// serve takes a connection out of those that wait; mu is held.
func (c *Crowd) serve(p *place) {
	if p.all != nil {
		c.waiting.Remove(p.all)
		p.from.waiting.Remove(p.own)
		p.all, p.own = nil, nil
	}
}

func (c *Crowd) asks(conn net.Conn) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if p := c.open[conn]; p != nil {
		c.serve(p)
	}
}

func (c *Crowd) waits(conn net.Conn) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if p := c.open[conn]; p != nil && p.all == nil {
		c.queue(p)
	}
}
