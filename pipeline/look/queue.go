package look

import (
	"context"
	"errors"
	"sync"
	"time"
)

// Why looks are dropped.
const (
	Overload  = "overload"    // a newer one came before its turn
	Damaged   = "damaged"     // its picture could not be decoded
	Blind     = "blind"       // dark, covered, blurred, frozen or moved
	Failed    = "failed"      // a model failed on it
	NotInRing = "not_in_ring" // its access unit had gone when its turn came
)

// Urgency is how many times longer than it has waited a look counts as having waited: where
// there is not time for all, that is how many times as often its camera is looked at.
type Urgency int

// The urgencies of looks.
const (
	Calm     Urgency = 1 // nothing has changed for a while
	Usual    Urgency = 2
	Pressing Urgency = 8 // a dwell runs: what is held against somebody is seen each time
)

// Queue gives looks their turns: a bounded number at a time, the one that has waited
// longest first by its urgency, one at a time per camera. It starts empty and serves until
// Stop.
type Queue struct {
	workers int

	mu      sync.Mutex
	now     time.Time          // of the latest look that was queued
	waiting map[string]*ticket // by camera
	busy    map[string]bool
	wake    chan struct{} // holds a token when something may be ready
	cancel  context.CancelFunc
	work    sync.WaitGroup
}

// ticket is a look that waits.
type ticket struct {
	since   time.Time
	urgency Urgency
	do      func()
}

// waited is how long it counts as having waited: since the look before, a cadence earlier.
func (t *ticket) waited(now time.Time) time.Duration {
	return (now.Sub(t.since) + DefaultCadence) * time.Duration(t.urgency)
}

// NewQueue makes a queue for that many looks at a time.
func NewQueue(workers int) *Queue {
	return &Queue{workers: max(1, workers), waiting: map[string]*ticket{}, busy: map[string]bool{},
		wake: make(chan struct{}, 1)}
}

// Start begins to give turns.
func (q *Queue) Start(ctx context.Context) error {
	if q.cancel != nil {
		return errors.New("start the queue of looks: it is started already")
	}
	ctx, q.cancel = context.WithCancel(ctx)
	for range q.workers {
		q.work.Go(func() { q.serve(ctx) })
	}
	return nil
}

// Stop ends giving turns and waits for looks under way. What waits is forgotten.
func (q *Queue) Stop() {
	if q.cancel == nil {
		return
	}
	q.cancel()
	q.work.Wait()
}

// Offer queues a look of a camera. One that waits already is replaced, in its place;
// then Offer says true: a look was dropped.
func (q *Queue) Offer(camera string, at time.Time, u Urgency, do func()) (dropped bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if at.After(q.now) {
		q.now = at
	}
	if t := q.waiting[camera]; t != nil {
		t.urgency, t.do = u, do
		return true
	}
	q.waiting[camera] = &ticket{since: at, urgency: u, do: do}
	q.nudge()
	return false
}

// Withdraw forgets a camera's waiting look.
func (q *Queue) Withdraw(camera string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	delete(q.waiting, camera)
}

// Waits tells since when a camera's look waits; zero if none does.
func (q *Queue) Waits(camera string) time.Time {
	q.mu.Lock()
	defer q.mu.Unlock()
	if t := q.waiting[camera]; t != nil {
		return t.since
	}
	return time.Time{}
}

// nudge wakes one worker.
func (q *Queue) nudge() {
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

func (q *Queue) serve(ctx context.Context) {
	for {
		camera, do := q.take()
		if do == nil {
			select {
			case <-q.wake:
				continue
			case <-ctx.Done():
				return
			}
		}
		if ctx.Err() != nil {
			return
		}
		do()
		q.done(camera)
	}
}

// take picks the look that has waited longest by its urgency, of cameras that are not
// being looked at.
func (q *Queue) take() (string, func()) {
	q.mu.Lock()
	defer q.mu.Unlock()
	best, ready := "", 0
	for camera, t := range q.waiting {
		if q.busy[camera] {
			continue
		}
		ready++
		if best == "" || t.waited(q.now) > q.waiting[best].waited(q.now) {
			best = camera
		}
	}
	if best == "" {
		return "", nil
	}
	do := q.waiting[best].do
	delete(q.waiting, best)
	q.busy[best] = true
	if ready > 1 {
		q.nudge() // for the next worker
	}
	return best, do
}

func (q *Queue) done(camera string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	delete(q.busy, camera)
	q.nudge()
}
