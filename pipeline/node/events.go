package node

import (
	"context"
	"sync"
)

// backlog is how many events wait for a reader before the oldest goes.
const backlog = 64

// hub hands events to all who watch. Its zero value is ready.
type hub struct {
	mu      sync.Mutex
	readers map[chan Event]func() bool // each with what ends its context's hook
	closed  bool
}

func (h *hub) watch(ctx context.Context) <-chan Event {
	h.mu.Lock()
	defer h.mu.Unlock()
	events := make(chan Event, backlog)
	if h.closed || ctx.Err() != nil {
		close(events)
		return events
	}
	if h.readers == nil {
		h.readers = map[chan Event]func() bool{}
	}
	h.readers[events] = context.AfterFunc(ctx, func() { h.leave(events) })
	return events
}

func (h *hub) leave(events chan Event) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if _, ok := h.readers[events]; ok {
		delete(h.readers, events)
		close(events)
	}
}

func (h *hub) send(e Event) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for events := range h.readers {
		for {
			select {
			case events <- e:
			default:
				select {
				case <-events:
				default:
				}
				continue
			}
			break
		}
	}
}

// close ends all readers; who comes later gets a closed channel.
func (h *hub) close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed = true
	for events, stop := range h.readers {
		stop()
		close(events)
	}
	h.readers = nil
}
