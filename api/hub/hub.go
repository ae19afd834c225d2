// Package hub hands the database's events on to the consoles that listen, as
// server-sent events.
//
// In: a channel of store.Event. Out: one stream per console, each with a bounded
// queue; who does not keep up is cut off and, as browsers do, comes back and
// reads everything anew.
package hub

import (
	"context"
	"sync"

	"offsite/store"
)

const queue = 64 // events that a console may lag behind

// Hub fans events out.
type Hub struct {
	mu        sync.Mutex
	listeners map[*Listener]struct{}
	closed    bool
	done      chan struct{}
	stop      context.CancelFunc
}

// Listener is one console. Events is closed when it lags or the hub stops.
type Listener struct {
	Events <-chan store.Event
	events chan store.Event
}

// New makes a hub without listeners.
func New() *Hub {
	return &Hub{listeners: map[*Listener]struct{}{}, done: make(chan struct{})}
}

// Start hands on what source gives until ctx ends, Stop is called or source is closed.
func (h *Hub) Start(ctx context.Context, source func(context.Context) <-chan store.Event) error {
	ctx, h.stop = context.WithCancel(ctx)
	events := source(ctx)
	go func() {
		defer close(h.done)
		defer h.close()
		for e := range events {
			h.hand(e)
		}
	}()
	return nil
}

// Stop ends all streams and waits.
func (h *Hub) Stop() {
	if h.stop != nil {
		h.stop()
		<-h.done
	}
}

// Listen adds a console; call Leave when it goes.
func (h *Hub) Listen() *Listener {
	events := make(chan store.Event, queue)
	l := &Listener{Events: events, events: events}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		close(events)
		return l
	}
	h.listeners[l] = struct{}{}
	return l
}

// Leave removes a console.
func (h *Hub) Leave(l *Listener) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.drop(l)
}

// Listeners counts the consoles.
func (h *Hub) Listeners() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.listeners)
}

func (h *Hub) hand(e store.Event) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for l := range h.listeners {
		select {
		case l.events <- e:
		default:
			h.drop(l)
		}
	}
}

func (h *Hub) drop(l *Listener) {
	if _, ok := h.listeners[l]; ok {
		delete(h.listeners, l)
		close(l.events)
	}
}

func (h *Hub) close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed = true
	for l := range h.listeners {
		h.drop(l)
	}
}
