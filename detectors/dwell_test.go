package detectors

import (
	"encoding/json"
	"math/rand/v2"
	"testing"
	"time"
)

var morning = time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)

func second(s float64) time.Time { return morning.Add(time.Duration(s * float64(time.Second))) }

func TestDwell(t *testing.T) {
	t.Parallel()
	times := DwellTimes{Dwell: 10 * time.Second, Gap: 6 * time.Second, Rearm: 60 * time.Second, Share: 0.5}
	type step struct {
		at    float64
		there bool
		want  Phase
	}
	for name, steps := range map[string][]step{
		"stays":                              {{0, true, Sighted}, {2, true, ""}, {8, true, ""}, {10, true, Persists}, {12, true, ""}},
		"goes before its time":               {{0, true, Sighted}, {2, true, ""}, {4, false, ""}, {6, false, ""}, {10, false, Ended}, {12, false, ""}},
		"is hidden in between":               {{0, true, Sighted}, {2, false, ""}, {4, false, ""}, {6, true, ""}, {8, true, ""}, {10, true, Persists}},
		"is seen too seldom":                 {{0, true, Sighted}, {2, false, ""}, {4, false, ""}, {6, true, ""}, {8, false, ""}, {10, false, ""}, {12, true, ""}, {14, false, ""}, {16, false, ""}, {18, true, ""}},
		"goes and is over":                   {{0, true, Sighted}, {5, true, ""}, {10, true, Persists}, {12, false, ""}, {18, false, Ended}, {20, false, ""}},
		"comes back soon":                    {{0, true, Sighted}, {5, true, ""}, {10, true, Persists}, {17, false, Ended}, {30, true, ""}, {45, false, Ended}},
		"comes back late":                    {{0, true, Sighted}, {5, true, ""}, {10, true, Persists}, {17, false, Ended}, {90, true, Sighted}, {95, true, ""}, {100, true, Persists}},
		"the connection is lost for a while": {{0, true, Sighted}, {2, true, ""}, {18, true, Persists}},
		"the connection is lost for long":    {{0, true, Sighted}, {2, true, ""}, {40, true, Ended}, {42, true, ""}, {50, true, Persists}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var d Dwell
			for _, s := range steps {
				if got := d.Observe(second(s.at), s.there, time.Time{}, true, times); got != s.want {
					t.Fatalf("at %v s: %q, want %q", s.at, got, s.want)
				}
			}
		})
	}
}

func TestDwellGoesBackToWhenTheThingCame(t *testing.T) {
	t.Parallel()
	times := DwellTimes{Dwell: 10 * time.Second, Gap: 6 * time.Second}
	var d Dwell
	if got := d.Observe(second(8), true, second(2), true, times); got != Sighted || !d.First.Equal(second(2)) {
		t.Errorf("%q since %s", got, d.First)
	}
	if got := d.Observe(second(12), true, second(2), false, times); got != "" {
		t.Errorf("raised though something was missing: %q", got)
	}
	if got := d.Observe(second(14), true, second(2), true, times); got != Persists {
		t.Errorf("%q, want raised", got)
	}
}

// Whatever is seen, phases come in order, nothing is raised before its time or
// twice, and a dwell that was saved and loaded goes on the same.
func TestDwellHoldsForAnyLooks(t *testing.T) {
	t.Parallel()
	for seed := range uint64(400) {
		rng := rand.New(rand.NewPCG(seed, 1))
		times := DwellTimes{Dwell: time.Duration(rng.IntN(60)) * time.Second, Gap: time.Duration(1+rng.IntN(20)) * time.Second,
			Rearm: time.Duration(rng.IntN(200)) * time.Second, Share: rng.Float64()}
		check := watcher{t: t, seed: seed, times: times}
		var d Dwell
		at, there := 0.0, false
		for range 300 {
			at += 0.5 + 3*rng.Float64()
			if rng.IntN(40) == 0 {
				at += 100 * rng.Float64() // no look at all
			}
			if rng.IntN(5) == 0 {
				there = !there
			}
			since := second(at - 5*rng.Float64())
			met := rng.IntN(4) > 0
			copied := reloaded(t, d)
			phase := d.Observe(second(at), there, since, met, times)
			if again := copied.Observe(second(at), there, since, met, times); again != phase {
				t.Fatalf("seed %d: %q, after saving and loading %q", seed, phase, again)
			}
			check.see(second(at), there, phase, d)
		}
	}
}

func reloaded(t *testing.T, d Dwell) Dwell {
	t.Helper()
	text, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	var c Dwell
	if err := json.Unmarshal(text, &c); err != nil {
		t.Fatal(err)
	}
	return c
}

// watcher checks what must hold after each look.
type watcher struct {
	t      *testing.T
	seed   uint64
	times  DwellTimes
	open   bool
	raised bool
	ended  time.Time // of the latest raised suspicion
}

func (w *watcher) see(at time.Time, there bool, phase Phase, d Dwell) {
	w.t.Helper()
	fail := func(what string) { w.t.Fatalf("seed %d at %s: %s: %+v", w.seed, at, what, d) }
	switch phase {
	case Sighted:
		if w.open || !there {
			fail("sighted while open, or nothing there")
		}
		if !w.ended.IsZero() && at.Sub(w.ended) < w.times.Rearm {
			fail("a matter of a short while ago began anew")
		}
		w.raised = false
	case Persists:
		if w.raised || d.Last.Sub(d.First) < w.times.Dwell || !there {
			fail("raised twice, or before its time")
		}
		w.raised = true
	case Ended:
		if !w.open {
			fail("ended what was not open")
		}
		if d.Ended.After(at) {
			fail("ended in the future")
		}
		if w.raised || !d.Ended.IsZero() {
			w.ended = d.Ended
		}
		w.raised = false
	}
	w.open = d.Open()
	if w.open && d.Phase == Persists {
		w.raised = true // also a matter that goes on
	}
	if d.Support > d.Looks || d.For() < 0 {
		fail("its counts do not fit")
	}
}
