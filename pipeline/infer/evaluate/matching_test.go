package evaluate

import (
	"math"
	"testing"

	"offsite/detectors"
)

func box(label string, score, x1, y1, x2, y2 float64) detectors.Detection {
	return detectors.Detection{Label: label, Score: score, Box: detectors.Box{X1: x1, Y1: y1, X2: x2, Y2: y2}}
}

// Two true boxes, three found: one right, a second one on the same thing, one on
// nothing. By hand: precision 1, 1/2, 1/3 at recall 1/2 each; area 1/2.
func TestMatchMeetsEachTrueBoxOnce(t *testing.T) {
	t.Parallel()
	truths := []detectors.Detection{box("fire", 0, 0, 0, .4, .4), box("fire", 0, .6, .6, 1, 1)}
	found := []detectors.Detection{box("fire", .5, 0, 0, .4, .38), box("fire", .9, 0, 0, .4, .4), box("fire", .3, .5, 0, .9, .3)}
	hits := match(found, truths)
	want := []hit{{.9, true}, {.5, false}, {.3, false}}
	for i, h := range hits {
		if h != want[i] {
			t.Errorf("hit %d is %+v, want %+v", i, h, want[i])
		}
	}
	points := precisionRecall(hits, 2)
	if ap := averagePrecision(points); math.Abs(ap-0.5) > 1e-9 {
		t.Errorf("average precision %v, want 0.5", ap)
	}
}

// The precision at a recall is the best from there on: 1 right, 1 wrong, 1 right of
// two gives 0.5·1 + 0.5·2/3.
func TestAveragePrecisionTakesTheEnvelope(t *testing.T) {
	t.Parallel()
	points := precisionRecall([]hit{{.9, true}, {.8, false}, {.7, true}}, 2)
	if ap := averagePrecision(points); math.Abs(ap-5.0/6) > 1e-9 {
		t.Errorf("average precision %v, want 0.8333", ap)
	}
	if ap := averagePrecision(nil); ap != 0 {
		t.Errorf("average precision of nothing is %v", ap)
	}
}

func TestTallyCountsAtTheThreshold(t *testing.T) {
	t.Parallel()
	var all tally
	truths := []detectors.Detection{box("fire", 0, 0, 0, .4, .4), box("fire", 0, .6, .6, 1, 1)}
	if said := all.add([]detectors.Detection{box("fire", .9, 0, 0, .4, .4), box("fire", .2, .6, .6, 1, 1)}, truths, .5); !said {
		t.Error("a box above the threshold says nothing")
	}
	if all.boxes != (rates{hit: 1, missed: 1}) || all.picture != (rates{hit: 1}) || all.total != 2 {
		t.Errorf("got %+v", all)
	}
	if said := all.add([]detectors.Detection{box("fire", .4, 0, 0, .4, .4)}, nil, .5); said {
		t.Error("a box below the threshold speaks")
	}
}

// Four scores of 0.8 of which two are right: the error is 0.3.
func TestReliability(t *testing.T) {
	t.Parallel()
	parts, wrong := reliability([]hit{{.8, true}, {.8, false}, {.8, true}, {.8, false}, {1, true}})
	if parts[8].Count != 4 || parts[8].Right != .5 || parts[9].Count != 1 {
		t.Errorf("got %+v", parts)
	}
	if want := 4 * .3 / 5; math.Abs(wrong-want) > 1e-9 {
		t.Errorf("error %v, want %v", wrong, want)
	}
}

func TestMeetCountsThingsHalfFound(t *testing.T) {
	t.Parallel()
	is := []uint8{
		1, 1, 0, 1,
		1, 1, 0, 1,
		0, 0, 0, 0,
	}
	said := &detectors.NoveltyMap{Width: 4, Height: 3, Cells: []uint8{255, 255, 0, 0, 0, 0, 0, 0, 255, 255, 255, 255}}
	if met, missed := meet(is, said, .5); met != 1 || missed != 1 {
		t.Errorf("met %v, missed %v; want 1 and 1", met, missed)
	}
}
