package replay

import (
	"context"
	"os"
	"testing"
	"time"

	"offsite/detectors"
	"offsite/detectors/all"
	"offsite/pipeline"
	"offsite/pipeline/infer/infertest"
)

func TestMain(m *testing.M) { infertest.Main(m) }

// whole is a zone of the whole picture.
func whole(detector string) detectors.Zone {
	return detectors.Zone{ID: detector + "-zone", Version: 1, Camera: "camera", Detector: detector, NameZH: "全部", NameEN: "all",
		Polygon: detectors.Polygon{{X: 0, Y: 0}, {X: 1, Y: 0}, {X: 1, Y: 1}, {X: 0, Y: 1}}}
}

func TestNothingOnTheRealPavement(t *testing.T) {
	file := "../../../shared/data/videos/vtest.avi"
	if _, err := os.Stat(file); err != nil {
		t.Skipf("SKIPPED: the real negative video is not here: %v", err)
	}
	var zones []detectors.Zone
	for _, d := range all.All() {
		zones = append(zones, whole(d.Key()))
	}
	var progress time.Duration
	r, err := Run(context.Background(), file, Options{
		Engine: infertest.Engine(t), Camera: pipeline.Camera{ID: "camera", Zones: zones}, Detectors: all.All(),
		Progress: func(done, _ time.Duration) { progress = done },
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, in := range r.Incidents {
		t.Errorf("%s: %s", in.Detector, in.Why.EN)
	}
	t.Logf("%d looks, %d unchanged, %v blind, faults %v, %s of video in %s", len(r.Looks), r.Unchanged, r.Blind, r.Faults, r.Video, r.Took)
	if len(r.Looks) < 30 || progress < 70*time.Second {
		t.Errorf("%d looks until %s of a video of 80 s", len(r.Looks), progress)
	}
}
