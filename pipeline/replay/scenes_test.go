package replay

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"offsite/detectors/all"
	"offsite/pipeline"
	"offsite/pipeline/infer/infertest"
	"offsite/scenes"
)

// slack is how much later than its dwell a violation may be raised.
const slack = 15 * time.Second

// Every violation of the scenes is found once, in time, and nothing else is: with the
// change gate, and without it the same.
func TestScenesAreTold(t *testing.T) {
	all := allScenes(t)
	for _, s := range all {
		for _, regardless := range []int{0, 1} {
			t.Run(fmt.Sprintf("%s/regardless=%d", s.Key, regardless), func(t *testing.T) {
				r := run(t, s, regardless)
				for _, f := range r.Faults {
					t.Errorf("zone %s: %s", f.ZoneID, f.Why.EN)
				}
				checkTruth(t, s, r)
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

func run(t *testing.T, s scenes.Scene, regardless int) Result {
	t.Helper()
	file := filepath.Join(t.TempDir(), s.Key+".mp4")
	if err := os.WriteFile(file, s.Video, 0o600); err != nil {
		t.Fatal(err)
	}
	r, err := Run(context.Background(), file, Options{Engine: infertest.Engine(t), Detectors: all.All(), Start: begun, Regardless: regardless,
		Camera: pipeline.Camera{ID: s.Key, Zones: s.Zones}})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

var begun = time.Date(2026, 11, 24, 2, 0, 0, 0, time.UTC) // ten in the morning in China

// checkTruth sets what was raised beside what is true.
func checkTruth(t *testing.T, s scenes.Scene, r Result) {
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
