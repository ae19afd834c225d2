package evaluate

import (
	"errors"
	"image"
	"image/color"
	_ "image/jpeg" // sheets are JPEG files
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"testing/fstest"

	"offsite/detectors"
)

func TestCheckNamesWhatIsWorse(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name               string
		measured, recorded map[string]float64
		worse              string
	}{
		{"the same", map[string]float64{"ap50_fire": .7}, map[string]float64{"ap50_fire": .7}, ""},
		{"rounded otherwise", map[string]float64{"ap50_fire": .695}, map[string]float64{"ap50_fire": .7}, ""},
		{"worse", map[string]float64{"ap50_fire": .65}, map[string]float64{"ap50_fire": .7}, "ap50_fire 0.6500, recorded 0.7000"},
		{"better", map[string]float64{"ap50_fire": .9}, map[string]float64{"ap50_fire": .7}, ""},
		{"more false pictures", map[string]float64{"street_false_pictures": 3}, map[string]float64{"street_false_pictures": 1}, "street_false_pictures"},
		{"fewer false pictures", map[string]float64{"street_false_pictures": 0}, map[string]float64{"street_false_pictures": 1}, ""},
		{"slower, which a machine may be", map[string]float64{"ms_one_core": 90}, map[string]float64{"ms_one_core": 30}, ""},
		{"no longer measured", nil, map[string]float64{"iou_net": .8}, "iou_net is recorded but was not measured"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			err := (&Report{Model: "m", Figures: c.measured, Recorded: c.recorded}).Check()
			if (err == nil) != (c.worse == "") || err != nil && (!errors.Is(err, ErrFallen) || !strings.Contains(err.Error(), c.worse)) {
				t.Errorf("got %v, want %q", err, c.worse)
			}
		})
	}
}

func TestWorstArePutFirstAndBounded(t *testing.T) {
	t.Parallel()
	var r Report
	for i := range 60 {
		r.wrong(Worst{Error: float64(i%30) / 30})
	}
	if len(r.Worst) != mostWorst || r.Worst[0].Error < r.Worst[mostWorst-1].Error {
		t.Errorf("%d kept, first %v, last %v", len(r.Worst), r.Worst[0], r.Worst[len(r.Worst)-1])
	}
}

func TestListsAreRefused(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"unknown kind":  `{"split": "", "parts": [{"kind": "sounds"}]}`,
		"unknown field": `{"split": "", "parts": [], "notes": 1}`,
		"no JSON":       `split: none`,
	} {
		if _, err := readList(fstest.MapFS{"m.json": {Data: []byte(text)}}, "m"); err == nil || !strings.Contains(err.Error(), "m.json") {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestTruthsAreReadFromYOLORows(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "a.txt"), []byte("1 0.5 0.5 0.2 0.4\n\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := folders{folder}.truths(entry{Labels: "a.txt", Classes: []string{"fire", "smoke"}})
	if err != nil || len(got) != 1 || got[0].Label != "smoke" || got[0].Box.X1 != 0.4 || got[0].Box.Y2 != 0.7 {
		t.Errorf("got %+v, %v", got, err)
	}
	if _, err := (folders{folder}).truths(entry{Labels: "a.txt", Classes: []string{"fire"}}); err == nil {
		t.Error("a class without a name was taken")
	}
	if _, err := (folders{folder}).truths(entry{Labels: "b.txt"}); !errors.Is(err, ErrNoData) {
		t.Errorf("a missing file: got %v", err)
	}
}

func TestCurvesAreDrawn(t *testing.T) {
	t.Parallel()
	r := &Report{Model: "burning", Curves: []Curve{{Name: "fire", Threshold: .5, Points: precisionRecall([]hit{{.9, true}, {.2, false}}, 1), Reliability: make([]Bin, bins)}}}
	file := filepath.Join(t.TempDir(), "burning.svg")
	written, err := r.WriteSVG(file)
	if err != nil || !written {
		t.Fatalf("got %v, %v", written, err)
	}
	raw, err := os.ReadFile(file)
	if err != nil || !strings.HasPrefix(string(raw), "<svg") || !strings.Contains(string(raw), "recall") {
		t.Errorf("got %.80s, %v", raw, err)
	}
}

// What is there is set against what was said, whatever it was called.
func TestConfusionCountsBoxes(t *testing.T) {
	t.Parallel()
	at := func(label string, x, score float64) detectors.Detection {
		return detectors.Detection{Label: label, Score: score, Box: detectors.Box{X1: x, Y1: 0, X2: x + .1, Y2: .1}}
	}
	c := newConfusion("", []string{"fire", "smoke", nothing})
	c.boxes([]detectors.Detection{at("fire", 0, .9), at("smoke", .2, .8), at("fire", .4, .2), at("fire", .8, .7)},
		[]detectors.Detection{at("fire", 0, 0), at("fire", .2, 0), at("fire", .4, 0), at("smoke", .6, 0)},
		map[string]float64{"fire": .5, "smoke": .5})
	want := [][]float64{{1, 1, 1}, {0, 0, 1}, {1, 0, 0}}
	if !reflect.DeepEqual(c.Counts, want) || !c.seen() {
		t.Errorf("got %v, want %v", c.Counts, want)
	}
	if newConfusion("", []string{"fire"}).seen() {
		t.Error("an empty one was seen")
	}
}

// The worst pictures make a sheet that can be looked at.
func TestSheetIsDrawn(t *testing.T) {
	t.Parallel()
	r := Report{Model: "burning"}
	file := filepath.Join(t.TempDir(), "worst.jpg")
	if written, err := r.WriteSheet(file); err != nil || written {
		t.Errorf("a sheet of nothing: %v, %v", written, err)
	}
	for i := range 6 {
		p := &tile{picture: image.NewRGBA(image.Rect(0, 0, 100, 80)), truths: []detectors.Detection{{Label: "fire", Box: detectors.Box{X2: .5, Y2: .5}}}}
		p.cells(10, 8, func(i int) (color.RGBA, bool) { return toldWrong, i == 0 })
		r.wrong(Worst{File: "a.jpg", Why: "fire missed", Error: float64(i) / 10, tile: p})
	}
	if written, err := r.WriteSheet(file); err != nil || !written {
		t.Fatalf("%v, %v", written, err)
	}
	in, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	size, format, err := image.DecodeConfig(in)
	if err != nil || format != "jpeg" || size.Width != sheetAcross*tileWidth || size.Height != 2*(tileHeight+caption) {
		t.Errorf("%s of %d×%d, %v", format, size.Width, size.Height, err)
	}
	if _, err := r.WriteSheet(filepath.Join(file, "below")); err == nil {
		t.Error("a sheet was written where none can be")
	}
}
