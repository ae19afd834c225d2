package infer_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"offsite/models"
	"offsite/pipeline/infer"
)

// files returns a manifest of testdata, changed, and the weights of another file,
// with the digest that fits.
func files(t *testing.T, manifest, weights string, change func(*models.Manifest)) (m, w []byte) {
	t.Helper()
	m, err := os.ReadFile(filepath.Join(testdata, manifest+".json"))
	if err != nil {
		t.Fatal(err)
	}
	w, err = os.ReadFile(filepath.Join(testdata, weights+".onnx"))
	if err != nil {
		t.Fatal(err)
	}
	return fitting(t, m, w, change), w
}

func fitting(t *testing.T, manifest, weights []byte, change func(*models.Manifest)) []byte {
	t.Helper()
	var m models.Manifest
	if err := json.Unmarshal(manifest, &m); err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(weights)
	m.SHA256 = hex.EncodeToString(sum[:])
	if change != nil {
		change(&m)
	}
	raw, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func TestAdmitTakesWhatFits(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"boxes", "classes", "new"} {
		manifest, weights := files(t, name, name, nil)
		m, took, err := engine.Admit(manifest, weights)
		if err != nil || m.Name != name || took <= 0 {
			t.Errorf("%s: got %q, %v, %v", name, m.Name, took, err)
		}
	}
}

// A net whose height is free runs as high as a picture needs, and says the same.
func TestAdmitTakesLowerPictures(t *testing.T) {
	t.Parallel()
	manifest, weights := files(t, "boxes", "free_height", func(m *models.Manifest) { m.Input.Rows = 8 })
	m, _, err := engine.Admit(manifest, weights)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ w, h, height int }{{32, 32, 32}, {20, 32, 32}, {32, 20, 24}, {32, 8, 8}, {32, 1, 8}} {
		if got := m.Input.HeightFor(c.w, c.h); got != c.height {
			t.Errorf("a picture of %d×%d takes %d rows, want %d", c.w, c.h, got, c.height)
		}
		if _, err := engine.Try(manifest, weights, drawn{w: c.w, h: c.h}, nil, 0.01); err != nil {
			t.Errorf("%d×%d: %v", c.w, c.h, err)
		}
	}
}

// Each refusal names what is wrong with the file.
func TestAdmitRefuses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, manifest, weights string
		change                  func(*models.Manifest)
		want                    error
		says                    string
	}{
		{"wrong shape", "boxes", "more_labels", nil, infer.ErrUnfit, "its output has shape [1 16 8], the manifest says [1 16 7]"},
		{"not a number", "boxes", "not_a_number", nil, infer.ErrUnfit, "no numbers (NaN or infinite)"},
		{"fixed batch", "boxes", "fixed_batch", nil, infer.ErrUnfit, "the first axis must be free"},
		{"free sides", "boxes", "free_sides", nil, infer.ErrUnfit, "axis 2 of its input is free"},
		{"rows of a fixed height", "boxes", "boxes", func(m *models.Manifest) { m.Input.Rows = 8 }, infer.ErrUnfit, "it does not run on 1 pictures of 8 rows"},
		{"unknown operator", "boxes", "unknown_operator", nil, infer.ErrUnfit, "Foresee"},
		{"cut short", "boxes", "cut_short", nil, infer.ErrUnfit, "ONNX Runtime cannot load it"},
		{"scores that are none", "boxes", "no_sigmoid", nil, infer.ErrUnfit, "not in 0..1"},
		{"another task", "boxes", "classes", nil, infer.ErrUnfit, "has shape"},
		{"wrong name of input", "boxes", "boxes", func(m *models.Manifest) { m.Input.Name = "data" }, infer.ErrUnfit, `is called "images", the manifest says "data"`},
		{"wrong name of output", "boxes", "boxes", func(m *models.Manifest) { m.Output.Name = "rows" }, infer.ErrUnfit, `is called "output"`},
		{"wrong digest", "boxes", "boxes", func(m *models.Manifest) { m.SHA256 = strings.Repeat("0", 64) }, models.ErrDigest, "SHA-256 is"},
		{"no threshold", "boxes", "boxes", func(m *models.Manifest) { m.Thresholds = nil }, models.ErrManifest, "has none"},
		{"calibration that falls", "boxes", "boxes", func(m *models.Manifest) {
			m.Calibration = map[string][][2]float64{"fire": {{0, 0}, {0.5, 0.6}, {0.7, 0.5}, {1, 1}}}
		}, models.ErrManifest, "does not rise"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			manifest, weights := files(t, c.manifest, c.weights, c.change)
			_, _, err := engine.Admit(manifest, weights)
			if !errors.Is(err, c.want) || !strings.Contains(err.Error(), c.says) {
				t.Errorf("got %v, want %v that says %q", err, c.want, c.says)
			}
		})
	}
}

func TestAdmitRefusesOversize(t *testing.T) {
	t.Parallel()
	manifest, weights := files(t, "boxes", "boxes", nil)
	weights = append(weights, bytes.Repeat([]byte{0}, models.MaxWeightsBytes)...)
	_, _, err := engine.Admit(fitting(t, manifest, weights, nil), weights)
	if !errors.Is(err, models.ErrDigest) || !strings.Contains(err.Error(), "more than") {
		t.Errorf("got %v", err)
	}
}

// Scores become probabilities, and thresholds are probabilities.
func TestCalibrationIsApplied(t *testing.T) {
	t.Parallel()
	plain, err := engine.Boxes("boxes", drawn{w: 32, h: 32})
	if err != nil {
		t.Fatal(err)
	}
	manifest, weights := files(t, "boxes", "boxes", func(m *models.Manifest) {
		half := [][2]float64{{0, 0}, {0.9, 0.45}, {1, 1}}
		m.Calibration = map[string][][2]float64{"fire": half, "smoke": half}
		m.Thresholds = map[string]float64{"fire": 0.225, "smoke": 0.25} // as 0.45 and 0.5 before
	})
	got, err := engine.Try(manifest, weights, drawn{w: 32, h: 32}, nil, -1)
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Boxes) != len(plain[0]) {
		t.Fatalf("%d boxes, %d without calibration", len(got.Boxes), len(plain[0]))
	}
	for i, b := range got.Boxes {
		if raw := plain[0][i].Score; raw < 0.9 && (b.Score < raw/2-1e-6 || b.Score > raw/2+1e-6) {
			t.Errorf("score %v became %v, want %v", raw, b.Score, raw/2)
		}
	}
}
