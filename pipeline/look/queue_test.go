package look

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func started(t *testing.T, workers int) *Queue {
	t.Helper()
	q := NewQueue(workers)
	if err := q.Start(context.Background()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(q.Stop)
	return q
}

func TestQueueServesTheLongestWaiting(t *testing.T) {
	t.Parallel()
	q := started(t, 1)
	now := time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)
	hold, held := make(chan struct{}), make(chan struct{})
	q.Offer("busy", now, Usual, func() { close(held); <-hold })
	<-held
	var order []string
	var done sync.WaitGroup
	for i, camera := range []string{"c", "a", "b"} {
		done.Add(1)
		at := now.Add(time.Duration([]int{3, 1, 2}[i]) * time.Second)
		if q.Offer(camera, at, Usual, func() { order = append(order, camera); done.Done() }) {
			t.Errorf("the first look of %s dropped another", camera)
		}
	}
	if !q.Offer("a", now.Add(9*time.Second), Usual, func() { order = append(order, "a again"); done.Done() }) {
		t.Error("a second look of a waiting camera dropped none")
	}
	if since := q.Waits("a"); !since.Equal(now.Add(time.Second)) {
		t.Errorf("a waits since %s: it lost its place", since)
	}
	q.Withdraw("b")
	done.Done()
	close(hold)
	done.Wait()
	if want := []string{"a again", "c"}; !slices.Equal(order, want) {
		t.Errorf("order %q, want %q", order, want)
	}
}

// Where there is time for a third of the looks, cameras on which a dwell runs are looked at
// nearly each time, the others by their urgency, and none is forgotten.
func TestQueueServesTheUrgentMoreOften(t *testing.T) {
	t.Parallel()
	const ticks, turns = 600, 4
	q := NewQueue(1) // not started: turns are taken by hand
	urgency := map[string]Urgency{"dwell": Pressing}
	for i := range 5 {
		urgency[fmt.Sprint("street", i)], urgency[fmt.Sprint("night", i)] = Usual, Calm
	}
	looks, last, longest := map[string]int{}, map[string]int{}, map[string]int{}
	for tick := range ticks {
		now := time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC).Add(time.Duration(tick) * DefaultCadence)
		for camera, u := range urgency {
			q.Offer(camera, now, u, func() {})
		}
		for range turns {
			camera, _ := q.take()
			looks[camera]++
			longest[camera], last[camera] = max(longest[camera], tick-last[camera]), tick
			q.done(camera)
		}
	}
	if looks["dwell"] < ticks*9/10 {
		t.Errorf("the camera with a dwell had %d looks of %d", looks["dwell"], ticks)
	}
	for i := range 5 {
		street, night := looks[fmt.Sprint("street", i)], looks[fmt.Sprint("night", i)]
		if r := float64(street) / float64(night); r < 1.5 || r > 2.5 {
			t.Errorf("a street had %d looks, one at night %d: %.1f times as many, want about twice", street, night, r)
		}
		if l := longest[fmt.Sprint("night", i)]; l > 8 {
			t.Errorf("a calm camera was not looked at for %d cadences", l)
		}
	}
}

func TestQueueIsBoundedAndFair(t *testing.T) {
	t.Parallel()
	const workers, cameras, rounds = 3, 20, 30
	q := started(t, workers)
	var running, most atomic.Int32
	var looks [cameras]atomic.Int32
	var inside [cameras]atomic.Bool
	var all sync.WaitGroup
	all.Add(cameras * rounds)
	var offer func(i, n int)
	offer = func(i, n int) {
		q.Offer(fmt.Sprint(i), time.Now(), Usual, func() {
			defer all.Done()
			if inside[i].Swap(true) {
				t.Errorf("camera %d is looked at twice at a time", i)
			}
			if now := running.Add(1); now > most.Load() {
				most.Store(now)
			}
			if n+1 < rounds {
				offer(i, n+1) // while its own look runs
			}
			running.Add(-1)
			looks[i].Add(1)
			inside[i].Store(false)
		})
	}
	for i := range cameras {
		offer(i, 0)
	}
	all.Wait()
	if most.Load() > workers {
		t.Errorf("%d looks at a time, want at most %d", most.Load(), workers)
	}
	for i := range looks {
		if n := looks[i].Load(); n != rounds {
			t.Errorf("camera %d had %d looks, want %d", i, n, rounds)
		}
	}
}

func TestQueueStartsAndStops(t *testing.T) {
	t.Parallel()
	for range 50 {
		q := NewQueue(2)
		q.Stop() // before Start
		if err := q.Start(context.Background()); err != nil {
			t.Fatal(err)
		}
		q.Offer("a", time.Now(), Usual, func() {})
		if err := q.Start(context.Background()); err == nil {
			t.Fatal("started twice")
		}
		q.Stop()
		q.Stop()
	}
}
