package keep

import (
	"container/heap"
	"context"
	"sync"
	"time"

	"github.com/cenkalti/backoff/v5"
)

// queue hands out works, oldest first, and holds back those that failed. When a
// step fails, others that need it are held back for a moment too, since what is
// away is away for all; the first success lets all go on.
type queue struct {
	now      func() time.Time
	min, max time.Duration
	changed  chan struct{} // has one when the number of works or the oldest changed

	mu     sync.Mutex
	all    map[string]*work
	ready  works
	gates  map[step]*gate
	wake   chan struct{} // closed and replaced when there may be something to do
	done   chan struct{} // closed with the queue
	closed bool
}

// gate holds back a step that fails.
type gate struct {
	until time.Time // no try before
	pause *backoff.ExponentialBackOff
	shut  bool
}

// manyFailures: a work that failed so often fails by itself, and is not tried
// again because others succeed.
const manyFailures = 4

func newQueue(now func() time.Time, least, most time.Duration) *queue {
	return &queue{
		now: now, min: least, max: most, changed: make(chan struct{}, 1),
		all: map[string]*work{}, gates: map[step]*gate{},
		wake: make(chan struct{}), done: make(chan struct{}),
	}
}

func (q *queue) pauses() *backoff.ExponentialBackOff {
	b := backoff.NewExponentialBackOff()
	b.InitialInterval, b.MaxInterval = q.min, q.max
	b.Reset()
	return b
}

func (q *queue) add(w *work) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.all[w.entry.ID()] = w
	heap.Push(&q.ready, w)
	q.awake()
}

// awake lets waiting workers look again. The lock is held.
func (q *queue) awake() {
	close(q.wake)
	q.wake = make(chan struct{})
	select {
	case q.changed <- struct{}{}:
	default:
	}
}

// take returns the next work that may be tried, or nil when the queue is closed
// or ctx is done.
func (q *queue) take(ctx context.Context) *work {
	for {
		w, wake, pause := q.try()
		if w != nil || wake == nil {
			return w
		}
		timer := time.NewTimer(pause)
		select {
		case <-wake:
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return nil
		}
		timer.Stop()
	}
}

func (q *queue) try() (w *work, wake chan struct{}, pause time.Duration) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		return nil, nil, 0
	}
	if len(q.ready) == 0 {
		return nil, q.wake, time.Hour
	}
	if pause := q.ready[0].due.Sub(q.now()); pause > 0 {
		return nil, q.wake, pause
	}
	return heap.Pop(&q.ready).(*work), nil, 0
}

// open tells whether the step may be tried now. Where it may not, the work is
// put back until it may.
func (q *queue) open(w *work, s step) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	g := q.gates[s]
	if g == nil || !g.shut {
		return true
	}
	if !q.now().Before(g.until) {
		g.until = q.now().Add(q.min) // one tries; others wait for how it ends
		return true
	}
	w.due, w.held = g.until, s
	heap.Push(&q.ready, w)
	q.awake()
	return false
}

// succeeded notes that a step works, and lets those go on that waited for it.
func (q *queue) succeeded(w *work, s step) {
	q.mu.Lock()
	defer q.mu.Unlock()
	w.failures, w.pause = 0, nil
	g := q.gates[s]
	if g == nil || !g.shut {
		return
	}
	g.shut = false
	g.pause.Reset()
	for _, other := range q.ready {
		if other.held == s && other.failures < manyFailures {
			other.due, other.held = time.Time{}, ""
		}
	}
	heap.Init(&q.ready)
	q.awake()
}

// failed puts the work back for a later try, and holds back others where the
// step needs something outside. It returns how often it has failed, and when it is
// tried again. The work belongs to the queue afterwards.
func (q *queue) failed(w *work, s step) (failures int, pause time.Duration) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if w.pause == nil {
		w.pause = q.pauses()
	}
	w.failures++
	failures, pause = w.failures, w.pause.NextBackOff()
	w.due, w.held = q.now().Add(pause), s
	heap.Push(&q.ready, w)
	if s.outside() {
		g := q.gates[s]
		if g == nil {
			g = &gate{pause: q.pauses()}
			q.gates[s] = g
		}
		g.shut = true
		g.until = q.now().Add(g.pause.NextBackOff())
	}
	q.awake()
	return failures, pause
}

// back puts a work back that was not tried.
func (q *queue) back(w *work) {
	q.mu.Lock()
	defer q.mu.Unlock()
	heap.Push(&q.ready, w)
}

// finished forgets a work.
func (q *queue) finished(w *work) {
	q.mu.Lock()
	defer q.mu.Unlock()
	delete(q.all, w.entry.ID())
	q.awake()
}

func (q *queue) waiting() (count int, oldest time.Time) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, w := range q.all {
		if oldest.IsZero() || w.since.Before(oldest) {
			oldest = w.since
		}
	}
	return len(q.all), oldest
}

func (q *queue) has(id string) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	_, ok := q.all[id]
	return ok
}

// close ends take.
func (q *queue) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	if !q.closed {
		q.awake()
		q.closed = true
		close(q.done)
	}
}

func (q *queue) isClosed() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.closed
}

// works are a heap: those due earlier come first, of these the older.
type works []*work

func (h works) Len() int { return len(h) }
func (h works) Less(i, j int) bool {
	if !h[i].due.Equal(h[j].due) {
		return h[i].due.Before(h[j].due)
	}
	return h[i].entry.ID() < h[j].entry.ID()
}
func (h works) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
func (h *works) Push(x any)   { *h = append(*h, x.(*work)) }
func (h *works) Pop() any {
	old := *h
	w := old[len(old)-1]
	old[len(old)-1] = nil
	*h = old[:len(old)-1]
	return w
}
