package evaluate

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
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
