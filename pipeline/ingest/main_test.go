package ingest

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"offsite/pipeline/rtspserve"
)

// TestMain fails where a test leaves a goroutine behind.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// watcher is a handler that tests wait on.
type watcher struct {
	mu     sync.Mutex
	states []State
	units  []Unit
	change chan struct{} // closed and made anew at each event
}

func newWatcher() *watcher { return &watcher{change: make(chan struct{})} }

func (w *watcher) OnUnit(u Unit) {
	w.note(func() { w.units = append(w.units, u) })
}

func (w *watcher) OnState(s State) {
	w.note(func() { w.states = append(w.states, s) })
}

func (w *watcher) note(do func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	do()
	close(w.change)
	w.change = make(chan struct{})
}

// seen returns the units that have come so far; others may come meanwhile.
func (w *watcher) seen() []Unit {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.units)
}

// until waits until cond holds; it is called with the lock held.
func (w *watcher) until(t *testing.T, what string, cond func() bool) {
	t.Helper()
	const patience = 30 * time.Second // generous: the machine is shared
	deadline := time.NewTimer(patience)
	defer deadline.Stop()
	for {
		w.mu.Lock()
		if cond() {
			w.mu.Unlock()
			return
		}
		change := w.change
		w.mu.Unlock()
		select {
		case <-change:
		case <-deadline.C:
			w.mu.Lock()
			defer w.mu.Unlock()
			for _, s := range w.states {
				t.Logf("state %s %v", s.Phase, s.Why)
			}
			t.Fatalf("waited %s in vain for %s; %d units came", patience, what, len(w.units))
		}
	}
}

// untilState waits for a state of that phase and code from index from on, and
// returns it with the index after it.
func (w *watcher) untilState(t *testing.T, from int, phase Phase, code Code) (State, int) {
	t.Helper()
	var found State
	next := 0
	w.until(t, string(phase)+" "+string(code), func() bool {
		for i := from; i < len(w.states); i++ {
			s := w.states[i]
			if s.Phase == phase && (code == "" && s.Why == nil || s.Why != nil && s.Why.Code == code) {
				found, next = s, i+1
				return true
			}
		}
		return false
	})
	return found, next
}

func (w *watcher) untilUnits(t *testing.T, n int) []Unit {
	t.Helper()
	var units []Unit
	w.until(t, "access units", func() bool {
		units = slices.Clone(w.units)
		return len(units) >= n
	})
	return units
}

// read starts a reader with short pauses, and stops it when the test ends.
func read(t *testing.T, cfg Config) (*Reader, *watcher) {
	t.Helper()
	if cfg.StallAfter == 0 {
		cfg.StallAfter = 2 * time.Second
	}
	cfg.Backoff = Backoff{First: 30 * time.Millisecond, Max: 200 * time.Millisecond, Password: 300 * time.Millisecond}
	cfg.Logger = slog.New(slog.NewTextHandler(t.Output(), nil))
	w := newWatcher()
	r := New(cfg, w)
	if err := r.Start(context.Background()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Stop)
	return r, w
}

// serve starts the camera simulator on a free port.
func serve(t *testing.T, o rtspserve.Options) *rtspserve.Server {
	t.Helper()
	if o.Listen == "" {
		o.Listen = "127.0.0.1:0"
	}
	s := rtspserve.New(o)
	if err := s.Start(context.Background()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Stop)
	return s
}
