package demo

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"offsite/bench"
)

// traffic is what people do while faults are played: each tries, and is counted.
type traffic struct {
	asked, refused atomic.Int64
	stop           context.CancelFunc
	work           sync.WaitGroup
}

// rounds are the pages that a member of the staff goes through, by part.
var rounds = map[string][]string{
	"auditor":  {"/api/v1/findings?limit=50", "/api/v1/cases?limit=50", "/api/v1/cameras"},
	"reviewer": {"/api/v1/findings?limit=50", "/api/v1/cases?limit=50", "/api/v1/cameras"},
	"officer":  {"/api/v1/findings?limit=50", "/api/v1/cases?limit=50", "/api/v1/cameras"},
	"operator": {"/api/v1/cameras"},
}

// people go their rounds, over and over, each in one session that outlives every start
// of the house; a part that is away may refuse them.
func (s *site) people(each time.Duration) *traffic {
	s.t.Helper()
	ctx, stop := context.WithCancel(s.t.Context())
	tr := &traffic{stop: stop}
	for part, paths := range rounds {
		tr.work.Go(func() {
			var person *client
			for i := 0; ctx.Err() == nil; i++ {
				var err error
				if now := s.now.Load(); person == nil {
					person, err = signIn(ctx, now.URL, now.Accounts[part].Username, now.Accounts[part].Password)
				} else {
					person.base = now.URL
				}
				tr.asked.Add(1)
				if err == nil {
					var answer []byte
					err = person.call(ctx, "GET", paths[i%len(paths)], nil, &answer)
				}
				if err != nil && ctx.Err() == nil {
					tr.refused.Add(1)
					var refused *refusal // what is down says so; nothing else is refused, and nothing fails
					if errors.As(err, &refused) && refused.status != http.StatusServiceUnavailable {
						s.t.Errorf("%s: %v", part, err)
					}
				}
				select {
				case <-ctx.Done():
				case <-time.After(each):
				}
			}
		})
	}
	return tr
}

func (tr *traffic) end() { tr.stop(); tr.work.Wait() }

// TestSoak lets a demonstration run under traffic for OFFSITE_SOAK, with a fault
// every two minutes, drawn by OFFSITE_SEED, and holds memory, goroutines and
// everything that was found against how it began.
func TestSoak(t *testing.T) {
	binary, text := os.Getenv("OFFSITE_BINARY"), os.Getenv("OFFSITE_SOAK")
	if binary == "" || text == "" {
		t.Skip("NOT TESTED: OFFSITE_BINARY and OFFSITE_SOAK are not set; run make soak")
	}
	length, err := time.ParseDuration(text)
	if err != nil {
		t.Fatal(err)
	}
	seed := seedOf(t)
	draw := rand.New(rand.NewPCG(seed, 0)) // #nosec G404 -- to be repeated by its seed
	s := newSite(t, binary)
	s.patience = time.Minute // the next fault comes after two
	if _, err := s.until("all cameras to be live", soon, s.live); err != nil {
		t.Fatal(err)
	}
	const warm, pause = 2 * time.Minute, 2 * time.Minute
	people := s.people(time.Second)
	time.Sleep(warm) // until rings, caches and the models' tensors are filled
	began, before := time.Now(), s.usage()
	played := 0
	for time.Since(began) < length {
		next := time.Now().Add(pause)
		f := faults()[draw.IntN(len(faults()))]
		took, err := f.play(s)
		switch {
		case errors.Is(err, errNotHere), errors.Is(err, errUnseen):
			t.Logf("%s: %v", f.key, err)
		case err != nil:
			t.Errorf("%s: %v", f.key, err)
		default:
			played++
			t.Logf("%s: recovered in %.1f s", f.key, took.Seconds())
		}
		time.Sleep(min(time.Until(next), length-time.Since(began)))
	}
	people.end()
	if _, err := s.until("no evidence to wait", unrest, s.settled); err != nil {
		t.Error(err)
	}
	after := s.usage()
	s.nothingIsLost()
	command := "make soak SOAK=" + text
	set := bench.Set{
		"length_s":            {Value: length.Seconds(), Unit: "s", Command: command},
		"faults":              {Value: float64(played), Unit: "faults", Command: command},
		"requests":            {Value: float64(people.asked.Load()), Unit: "requests", Command: command},
		"requests_refused":    {Value: float64(people.refused.Load()), Unit: "requests", Command: command},
		"memory_begin_MiB":    {Value: before.memory, Unit: "MiB", Command: command},
		"memory_end_MiB":      {Value: after.memory, Unit: "MiB", Goal: "flat", Command: command},
		"goroutines_begin":    {Value: before.goroutines, Unit: "goroutines", Command: command},
		"goroutines_end":      {Value: after.goroutines, Unit: "goroutines", Goal: "flat", Command: command},
		"lost_or_not_holding": {Value: 0, Unit: "incidents, bundles", Goal: "0", Command: command},
	}
	if t.Failed() {
		return // no figures of a run in which something was lost
	}
	const roof = 1.5 // of goroutines and memory: more is a leak
	if after.goroutines > roof*before.goroutines || after.memory > roof*before.memory {
		t.Errorf("it grows: %+v, then %+v", before, after)
		return
	}
	keepTable(t, "soak", set, fmt.Sprintf("%d faults in %s, %d requests of which %d were refused; memory %.0f → %.0f MiB, goroutines %.0f → %.0f; nothing lost\n",
		played, length, people.asked.Load(), people.refused.Load(), before.memory, after.memory, before.goroutines, after.goroutines))
}

// usage is what the whole tree of processes holds, and the goroutines of offsite.
type usage struct{ memory, goroutines float64 }

func (s *site) usage() usage {
	s.t.Helper()
	tree, err := bench.Tree(s.cmd.Process.Pid)
	if err != nil {
		s.t.Fatal(err)
	}
	goroutines, ok := s.figure("go_goroutines", "")
	if !ok || goroutines == 0 {
		s.t.Fatal("offsite does not tell its goroutines")
	}
	return usage{tree.MemoryMiB, goroutines}
}
