package feedback

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"offsite/casework"
	"offsite/detectors"
	"offsite/evidence"
)

// One finding was confirmed, one rejected: the boxes of the first are annotations, the
// other's picture is one without.
func TestCOCO(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 24, 2, 0, 0, 0, time.UTC)
	box := casework.Box{Label: "smoke", Score: 0.7, Box: detectors.Box{X1: .25, Y1: .5, X2: .5, Y2: 1}}
	judged := func(confirmed bool, still string) casework.Judged {
		return casework.Judged{Confirmed: confirmed, Reason: "steam", At: at,
			Receipt: evidence.Receipt{Files: []evidence.Entry{{Path: "data/stills/" + still + ".png", SHA256: still}}},
			Summary: casework.Summary{CameraID: "gate", Detector: "burning", Stream: casework.Stream{Width: 1920, Height: 1080},
				Stills: []casework.SummaryStill{{Name: still, Role: "raised", At: at, Boxes: []casework.Box{box}}, {Name: "0000", Role: "before", At: at}, {Name: "gone", Boxes: []casework.Box{box}}}}}
	}
	got := COCO([]casework.Judged{judged(true, "aa"), judged(false, "bb")}, at)
	want := [4]float64{480, 540, 480, 540}
	if len(got.Images) != 2 || len(got.Annotations) != 1 || len(got.Categories) != 1 {
		t.Fatalf("%d images, %d annotations, %d categories", len(got.Images), len(got.Annotations), len(got.Categories))
	}
	if a := got.Annotations[0]; a.Image != 1 || a.Category != 1 || a.Box != want || a.Area != 480*540 {
		t.Errorf("annotation %+v", a)
	}
	if a, b := got.Images[0], got.Images[1]; a.File != "aa.png" || a.Verdict != "confirmed" || a.Wrong != nil || b.Verdict != "rejected" ||
		!reflect.DeepEqual(b.Wrong, []WrongBox{{"smoke", 0.7, want}}) || !reflect.DeepEqual(b.Labels, []string{"smoke"}) {
		t.Errorf("images %+v, %+v", a, b)
	}
	raw, err := json.Marshal(COCO(nil, at))
	if err != nil || string(raw) != `{"info":{"description":"findings confirmed and rejected by reviewers","date_created":"2026-11-24T02:00:00Z"},"images":[],"annotations":[],"categories":[]}` {
		t.Errorf("an empty one is %s, %v", raw, err)
	}
}
