package lease

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"time"
)

// Holder claims again and again, and says which cameras the node holds.
type Holder struct {
	leases *Leases
	set    func([]Lease)
	wake   <-chan struct{}
	log    *slog.Logger

	start  sync.Once
	cancel context.CancelFunc
	done   chan struct{}
	held   []Lease
	known  bool // set has been called
}

// NewHolder returns a holder that calls set with all cameras of the node whenever
// they change, from one goroutine. wake (may be nil) makes it claim at once, as when
// cameras were added: registry's Changes.
func NewHolder(leases *Leases, set func([]Lease), wake <-chan struct{}, log *slog.Logger) *Holder {
	return &Holder{leases: leases, set: set, wake: wake, log: log, done: make(chan struct{})}
}

// ErrStarted says that a holder was started twice.
var ErrStarted = errors.New("the holder of leases was started already")

// Start begins to claim, until ctx is done or Stop.
func (h *Holder) Start(ctx context.Context) error {
	err := ErrStarted
	h.start.Do(func() {
		ctx, h.cancel = context.WithCancel(ctx)
		err = nil
		go h.run(ctx)
	})
	return err
}

// Stop gives up the cameras and waits for that.
func (h *Holder) Stop() {
	h.start.Do(func() { close(h.done) })
	if h.cancel != nil {
		h.cancel()
	}
	<-h.done
}

func (h *Holder) run(ctx context.Context) {
	defer close(h.done)
	defer h.release(ctx)
	tick := time.NewTicker(h.leases.term / 4)
	defer tick.Stop()
	wake := h.wake
	for failing := false; ; {
		switch err := h.claim(ctx); {
		case ctx.Err() != nil:
			return
		case err != nil && !failing:
			h.log.WarnContext(ctx, "cameras cannot be claimed; those held are watched on", "error", err, "held", len(h.held))
			failing = true
		case err == nil && failing:
			h.log.InfoContext(ctx, "cameras are claimed again", "held", len(h.held))
			failing = false
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		case _, open := <-wake:
			if !open {
				wake = nil
			}
		}
	}
}

func (h *Holder) claim(ctx context.Context) error {
	bounded, cancel := context.WithTimeout(ctx, h.leases.term)
	defer cancel()
	held, err := h.leases.Claim(bounded)
	if err != nil {
		return err
	}
	if h.known && slices.Equal(held, h.held) {
		return nil
	}
	h.held, h.known = held, true
	h.set(slices.Clone(held))
	return nil
}

func (h *Holder) release(ctx context.Context) {
	bounded, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	if err := h.leases.Release(bounded); err != nil {
		h.log.WarnContext(ctx, "cameras could not be given up; others take them when the term is over", "error", err)
	}
}
