package infer_test

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"testing"

	"offsite/pipeline/infer"
)

type reference struct {
	Boxes []struct {
		Width, Height int
		Boxes         []infer.PredictedBox
	}
	Classes []uint8
	New     []float64
}

func readReference(t *testing.T) reference {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(testdata, "reference.json"))
	if err != nil {
		t.Fatal(err)
	}
	var r reference
	if err := json.Unmarshal(raw, &r); err != nil {
		t.Fatal(err)
	}
	return r
}

// Letterboxing, colour order, decoding of rows, thresholds and suppression give the
// boxes that PyTorch and NumPy give: square, with a border at the right, and below.
func TestBoxesAreThoseOfPyTorch(t *testing.T) {
	t.Parallel()
	for _, want := range readReference(t).Boxes {
		p, err := engine.Predict("boxes", drawn{w: want.Width, h: want.Height}, nil, -1)
		if err != nil {
			t.Fatal(err)
		}
		if p.Width != want.Width || p.Height != want.Height || len(want.Boxes) == 0 {
			t.Errorf("got size %d×%d, want %d×%d with boxes", p.Width, p.Height, want.Width, want.Height)
		}
		left := p.Boxes
		for _, w := range want.Boxes {
			i := closest(left, w)
			if i < 0 {
				t.Errorf("%d×%d: no box like %+v in %+v", want.Width, want.Height, w, p.Boxes)
				continue
			}
			left = append(left[:i:i], left[i+1:]...)
		}
		if len(left) > 0 {
			t.Errorf("%d×%d: boxes that PyTorch does not give: %+v", want.Width, want.Height, left)
		}
	}
}

func closest(boxes []infer.PredictedBox, want infer.PredictedBox) int {
	for i, b := range boxes {
		gap := math.Abs(b.Score-want.Score) * 100
		for k := range 4 {
			gap = max(gap, math.Abs(b.Box[k]-want.Box[k]))
		}
		if b.Label == want.Label && gap < 0.02 {
			return i
		}
	}
	return -1
}

// A picture gives the same alone and among others.
func TestBatchesChangeNothing(t *testing.T) {
	t.Parallel()
	a, b := drawn{w: 32, h: 32}, drawn{w: 20, h: 32}
	together, err := engine.Boxes("boxes", a, b, a)
	if err != nil {
		t.Fatal(err)
	}
	for i, p := range []drawn{a, b, a} {
		alone, err := engine.Boxes("boxes", p)
		if err != nil {
			t.Fatal(err)
		}
		if len(alone[0]) != len(together[i]) {
			t.Fatalf("picture %d: %d boxes alone, %d in a batch", i, len(alone[0]), len(together[i]))
		}
		for k, d := range alone[0] {
			if o := together[i][k]; o.Label != d.Label || math.Abs(o.Score-d.Score) > 1e-5 {
				t.Errorf("picture %d, box %d: %+v alone, %+v in a batch", i, k, d, o)
			}
		}
	}
}

func TestBoxesFromLooksLower(t *testing.T) {
	t.Parallel()
	all, err := engine.BoxesFrom("boxes", 0.01, drawn{w: 32, h: 32})
	if err != nil {
		t.Fatal(err)
	}
	some, err := engine.Boxes("boxes", drawn{w: 32, h: 32})
	if err != nil {
		t.Fatal(err)
	}
	if len(all[0]) <= len(some[0]) {
		t.Errorf("%d boxes from 0.01, %d from the thresholds", len(all[0]), len(some[0]))
	}
}

func TestClassMapIsThatOfPyTorch(t *testing.T) {
	t.Parallel()
	maps, err := engine.ClassMap("classes", drawn{w: 32, h: 32})
	if err != nil {
		t.Fatal(err)
	}
	want := readReference(t).Classes
	m := maps[0]
	if m.Width != 8 || m.Height != 8 || len(m.Cells) != len(want) {
		t.Fatalf("got %d×%d with %d cells, want 8×8", m.Width, m.Height, len(m.Cells))
	}
	for i, c := range m.Cells {
		if c != want[i] {
			t.Errorf("cell %d is %d, want %d", i, c, want[i])
		}
	}
	p, err := engine.Predict("classes", drawn{w: 32, h: 32}, nil, -1)
	if err != nil {
		t.Fatal(err)
	}
	if sum := p.Areas["a"] + p.Areas["b"] + p.Areas["c"]; math.Abs(sum-1) > 1e-9 {
		t.Errorf("areas sum to %v: %v", sum, p.Areas)
	}
}

func TestNoveltyIsThatOfPyTorch(t *testing.T) {
	t.Parallel()
	maps, err := engine.Novelty("new", infer.Pair{Baseline: drawn{w: 32, h: 32}, Current: drawn{w: 32, h: 32, upside: true}})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range readReference(t).New {
		if got := float64(maps[0].Cells[i]) / 255; math.Abs(got-want) > 0.003 {
			t.Errorf("cell %d is %v, want %v", i, got, want)
		}
	}
	if _, err := engine.Predict("new", drawn{w: 32, h: 32}, nil, -1); err == nil {
		t.Error("a picture without its baseline was taken")
	}
}
