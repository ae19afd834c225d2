package infer_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"offsite/models"
	"offsite/pipeline/infer"
)

// twoSizes is a picture of 32×32 pixels that shows the made-up one at any size asked for;
// small says that it shows that of 16×16 in a corner, on grey.
type twoSizes struct{ small bool }

func (twoSizes) Size() (w, h int) { return 32, 32 }

func (p twoSizes) RGB(dst []byte, w, h, stride int) error {
	if p.small {
		if w != 32 || h != 32 {
			return fmt.Errorf("asked for %d×%d", w, h)
		}
		for i := range dst {
			dst[i] = 114
		}
		w, h = 16, 16
	}
	return drawn{w: w, h: h}.RGB(dst, w, h, stride)
}

// A second look sees the picture in a corner of the input, and gives the boxes of its
// labels in place of the first; the other labels are those of the first.
func TestSecondLookGivesItsLabels(t *testing.T) {
	t.Parallel()
	predict := func(from float64, picture infer.Source) map[string][]infer.PredictedBox {
		manifest, weights := files(t, "boxes", "boxes", func(m *models.Manifest) {
			m.NMSIoU = 0.999 // all boxes, so that those of two looks can be paired
			if from >= 0 {
				m.Again = &models.Again{Side: 16, Labels: []string{"smoke"}, From: from}
			}
		})
		p, err := engine.Try(manifest, weights, picture, nil, 0.01)
		if err != nil {
			t.Fatal(err)
		}
		byLabel := map[string][]infer.PredictedBox{}
		for _, b := range p.Boxes {
			byLabel[b.Label] = append(byLabel[b.Label], b)
		}
		return byLabel
	}
	once, corner := predict(-1, twoSizes{}), predict(-1, twoSizes{small: true})
	twice := predict(0.01, twoSizes{})
	if !slices.Equal(twice["fire"], once["fire"]) {
		t.Errorf("fire is %v, by the first look %v", twice["fire"], once["fire"])
	}
	var want []infer.PredictedBox
	for _, b := range corner["smoke"] { // whose pixels are two of the picture
		if b.Box[0]+b.Box[2] > 32 || b.Box[1]+b.Box[3] > 32 {
			continue // on the grey
		}
		for k := range b.Box {
			b.Box[k] = min(2*b.Box[k], 32)
		}
		if b.Box[0] < b.Box[2] && b.Box[1] < b.Box[3] {
			want = append(want, b)
		}
	}
	if len(want) == 0 || len(want) != len(twice["smoke"]) {
		t.Fatalf("%d boxes of smoke, want %d", len(twice["smoke"]), len(want))
	}
	for _, b := range twice["smoke"] {
		if !slices.ContainsFunc(want, func(w infer.PredictedBox) bool { return alike(b, w) }) {
			t.Errorf("%v is none of the second look's %v", b, want)
		}
	}
	greatest := 0.0
	for _, b := range once["smoke"] {
		greatest = max(greatest, b.Score)
	}
	if same := predict(greatest+1e-4, twoSizes{}); !slices.Equal(same["smoke"], once["smoke"]) {
		t.Errorf("under the score that asks for it there was a second look: %v", same["smoke"])
	}
}

func alike(a, b infer.PredictedBox) bool {
	gap := math.Abs(a.Score-b.Score) * 100
	for k := range 4 {
		gap = max(gap, math.Abs(a.Box[k]-b.Box[k]))
	}
	return gap < 0.02
}
