// Package crowd bounds the connections that an HTTP server holds, so that no number of
// them takes the files that cameras, database and evidence need.
//
// Where there are too many, the connection closes that has waited longest without a whole
// request: idle ones, those that have sent nothing, and those that send their header by
// the byte. One whose request is being answered is never closed; where all are, the new
// one is.
package crowd

import (
	"container/list"
	"context"
	"net"
	"net/http"
	"sync"
	"syscall"

	"github.com/prometheus/client_golang/prometheus"
)

// most bounds the connections whatever files there may be: each takes some 20 KiB.
const most = 20_000

// Crowd is the connections of a server.
type Crowd struct {
	most   int
	closed prometheus.Counter

	mu      sync.Mutex
	open    map[net.Conn]*list.Element // nil: its request is being answered
	waiting *list.List                 // of net.Conn, the longest-waiting first
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

// New makes a crowd of so many connections at most. r may be nil.
func New(most int, r prometheus.Registerer) *Crowd {
	c := &Crowd{most: most, open: map[net.Conn]*list.Element{}, waiting: list.New(),
		closed: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "offsite_http_connections_closed_total", Help: "Connections closed since there were too many.",
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

func (c *Crowd) state(conn net.Conn, s http.ConnState) {
	switch s {
	case http.StateNew:
		c.comes(conn)
	case http.StateClosed, http.StateHijacked:
		c.mu.Lock()
		defer c.mu.Unlock()
		c.leaves(conn)
	case http.StateActive, http.StateIdle: // the handler knows better
	}
}

func (c *Crowd) comes(conn net.Conn) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.open[conn] = c.waiting.PushBack(conn)
	if len(c.open) <= c.most {
		return
	}
	first, _ := c.waiting.Front().Value.(net.Conn) // conn itself, where all others are answered
	c.leaves(first)
	c.closed.Inc()
	_ = first.Close()
}

// leaves forgets a connection; mu is held.
func (c *Crowd) leaves(conn net.Conn) {
	if at := c.open[conn]; at != nil {
		c.waiting.Remove(at)
	}
	delete(c.open, conn)
}

func (c *Crowd) asks(conn net.Conn) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if at := c.open[conn]; at != nil {
		c.waiting.Remove(at)
		c.open[conn] = nil
	}
}

func (c *Crowd) waits(conn net.Conn) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if at, held := c.open[conn]; held && at == nil {
		c.open[conn] = c.waiting.PushBack(conn)
	}
}
