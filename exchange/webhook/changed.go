package webhook

import (
	"context"
	"sync"
	"time"

	"offsite/store"
)

const (
	tellEvery  = time.Second
	tellWithin = 5 * time.Second
)

// changes tells the consoles that deliveries have changed, once in tellEvery at most and
// outside the deliveries' own transactions, whose commits would else wait for each other
// (PostgreSQL commits those that notify one by one).
type changes struct {
	mu   sync.Mutex
	owed bool
}

// changed has the consoles told soon.
func (w *Webhooks) changed() {
	w.changes.mu.Lock()
	defer w.changes.mu.Unlock()
	if w.changes.owed {
		return
	}
	w.changes.owed = true
	time.AfterFunc(tellEvery, func() {
		w.changes.mu.Lock()
		w.changes.owed = false
		w.changes.mu.Unlock()
		ctx, cancel := context.WithTimeout(context.Background(), tellWithin)
		defer cancel()
		if err := store.Notify(ctx, w.o.Pool, map[string]string{"kind": "webhook.changed"}); err != nil {
			w.o.Logger.Debug("the consoles are not told that deliveries changed", "error", err) // they ask when they are opened
		}
	})
}
