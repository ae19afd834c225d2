package replay

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"offsite/detectors"
	"offsite/detectors/all"
	"offsite/detectors/crossdoor"
	"offsite/pipeline"
	"offsite/pipeline/infer/infertest"
	"offsite/scenes"
)

// slack is how much later than its dwell a violation may be raised.
const slack = 15 * time.Second

// Every violation of the scenes is found once, in time, and nothing else is: with the
// change gate, and without it the same.
func TestScenesAreTold(t *testing.T) {
	for _, s := range allScenes(t) {
		for _, regardless := range []int{0, 1} {
			t.Run(fmt.Sprintf("%s/regardless=%d", s.Key, regardless), func(t *testing.T) {
				r := run(t, s, regardless, all.All())
				for _, f := range r.Faults {
					t.Errorf("zone %s: %s", f.ZoneID, f.Why.EN)
				}
				checkTruth(t, s, r, slack)
				for _, in := range r.Incidents {
					if regardless == 0 {
						follows(t, in)
					}
					if regardless == 0 && in.Detector == "burning" { // its looks are fewest
						altered(t, in)
					}
				}
				t.Logf("%d looks, %d unchanged, %v blind, %s of video in %s", len(r.Looks), r.Unchanged, r.Blind, r.Video, r.Took)
			})
		}
	}
}

// In a street goods are looked for at every third look; the scenes' dwells are too short for
// that. At that pace too every violation of the scenes is found once, and two comparisons later.
func TestScenesAreToldAtTheStreetsPace(t *testing.T) {
	street := detectors.Settings{"dwell_s": 300}
	every := crossdoor.New().Every("novelty", street, false)
	if every <= 4*time.Second || every > 6*time.Second {
		t.Fatalf("goods are looked for each %s, not at every third look", every)
	}
	for _, s := range allScenes(t) {
		if !slices.ContainsFunc(s.Zones, func(z detectors.Zone) bool { return z.Detector == "crossdoor" }) {
			continue
		}
		t.Run(s.Key, func(t *testing.T) {
			by := all.All()
			for i, d := range by {
				if d.Key() == "crossdoor" {
					by[i] = paced{crossdoor.New(), street}
				}
			}
			before := infertest.Engine(t).Runs()
			r := run(t, s, 1, by)
			checkTruth(t, s, r, slack+2*every) // two comparisons make a place steady
			after := infertest.Engine(t).Runs()
			looks, compared := after["objects"]-before["objects"], after["novelty"]-before["novelty"]
			if compared > looks/3+1 {
				t.Errorf("goods were looked for %d times in %d looks", compared, looks)
			}
		})
	}
}

// Where nothing burns, fire is looked for at every second look; the scene of a fire, which
// TestScenesAreTold times, is looked at each time from when something is seen. In a street the
// model runs fewer times than there are looks, though it takes a second one for smoke where it
// is in doubt, and something is seen once that is not there.
func TestFireIsLookedForAtEverySecondLook(t *testing.T) {
	for _, s := range allScenes(t) {
		if s.Key != "street" {
			continue
		}
		before := infertest.Engine(t).Runs()
		r := run(t, s, 1, all.All())
		after := infertest.Engine(t).Runs()
		looked := after["burning"] - before["burning"]
		if n := uint64(len(r.Looks)); looked < n/2 || looked >= n {
			t.Errorf("fire was looked for in %d runs at %d looks", looked, n)
		}
		return
	}
	t.Error("there is no scene of a street")
}

// paced looks for goods as far apart as a zone of other settings does.
type paced struct {
	crossdoor.Detector
	as detectors.Settings
}

func (p paced) Every(model string, _ detectors.Settings, roused bool) time.Duration {
	return p.Detector.Every(model, p.as, roused)
}

func allScenes(t *testing.T) []scenes.Scene {
	t.Helper()
	all, err := scenes.All()
	if err != nil {
		t.Fatal(err)
	}
	if len(all) == 0 {
		t.Skip("SKIPPED: no scenes are rendered yet")
	}
	return all
}

func run(t *testing.T, s scenes.Scene, regardless int, by []detectors.Detector) Result {
	t.Helper()
	file := filepath.Join(t.TempDir(), s.Key+".mp4")
	if err := os.WriteFile(file, s.Video, 0o600); err != nil {
		t.Fatal(err)
	}
	r, err := Run(context.Background(), file, Options{Engine: infertest.Engine(t), Detectors: by, Start: begun, Regardless: regardless,
		Camera: pipeline.Camera{ID: s.Key, Zones: s.Zones}})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

var begun = time.Date(2026, 11, 24, 2, 0, 0, 0, time.UTC) // ten in the morning in China

// checkTruth sets what was raised beside what is true; slack is how late it may be.
func checkTruth(t *testing.T, s scenes.Scene, r Result, slack time.Duration) {
	t.Helper()
	second := func(v float64) time.Time { return begun.Add(time.Duration(v * float64(time.Second))) }
	told := map[string]bool{}
	for _, truth := range s.Truth {
		by := second(truth.FromS + truth.DwellS).Add(slack)
		found := 0
		for _, in := range r.Incidents {
			if in.Detector != truth.Detector || in.Zone.ID != truth.Zone || in.Raised.Before(second(truth.FromS)) || in.Raised.After(second(truth.ToS)) {
				continue
			}
			found++
			told[in.ID] = true
			if in.Raised.After(by) {
				t.Errorf("%s was raised at second %.0f, %s late", truth.Detector, in.Raised.Sub(begun).Seconds(), in.Raised.Sub(by))
			}
			if len(in.Stills) < 2 || len(in.Clip) == 0 || len(in.Looks) == 0 {
				t.Errorf("%s has %d stills, a clip of %d bytes, %d looks", truth.Detector, len(in.Stills), len(in.Clip), len(in.Looks))
			}
			t.Logf("%s raised at second %.0f of %.0f–%.0f: %s", truth.Detector, in.Raised.Sub(begun).Seconds(), truth.FromS, truth.ToS, in.Why.EN)
		}
		if found != 1 {
			t.Errorf("%s in zone %s from second %.0f to %.0f was found %d times", truth.Detector, truth.Zone, truth.FromS, truth.ToS, found)
		}
	}
	for _, in := range r.Incidents {
		if !told[in.ID] {
			t.Errorf("%s in zone %s was raised at second %.0f, which is not true: %s", in.Detector, in.Zone.ID, in.Raised.Sub(begun).Seconds(), in.Why.EN)
		}
	}
}
