package infer_test

import (
	"errors"
	"os"
	"testing"

	"offsite/models"
	"offsite/pipeline/infer"
)

// A version in shadow sees what the one in force sees, changes nothing of what that
// says, and what they say differently is counted.
func TestShadowIsCounted(t *testing.T) { // not parallel: others use the engine too
	folder := t.TempDir()
	for name, change := range map[string]func(*models.Manifest){
		"boxes":   func(m *models.Manifest) { m.Thresholds["fire"] = 0.99 },
		"classes": nil,
		"new":     func(m *models.Manifest) { m.Thresholds["new"] = 0.0001 },
	} {
		manifest, weights := files(t, name, name, func(m *models.Manifest) {
			m.Version = "2026.12.01"
			if change != nil {
				change(m)
			}
		})
		if _, err := models.Store(folder, manifest, weights); err != nil {
			t.Fatal(err)
		}
	}
	picture := drawn{w: 32, h: 32}
	before, err := engine.Boxes("boxes", picture)
	if err != nil {
		t.Fatal(err)
	}
	if err := engine.Accompany(os.DirFS(folder), "nothing"); !errors.Is(err, infer.ErrNoModel) {
		t.Errorf("a shadow of nothing: %v", err)
	}
	if err := engine.Accompany(os.DirFS(folder), "boxes", "classes", "new"); err != nil {
		t.Fatal(err)
	}
	after, err := engine.Boxes("boxes", picture)
	if err != nil || len(after[0]) != len(before[0]) {
		t.Fatalf("%d boxes with a shadow, %d without (%v)", len(after[0]), len(before[0]), err)
	}
	maps, err := engine.ClassMap("classes", picture)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := engine.Novelty("new", infer.Pair{Baseline: picture, Current: drawn{w: 32, h: 32, upside: true}}); err != nil {
		t.Fatal(err)
	}
	got, err := engine.Differences()
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]int64{}
	for _, d := range before[0] {
		found[d.Label]++
	}
	cells := int64(0)
	for _, d := range got {
		if d.Looks != 1 || d.Version != "2026.12.01" || d.Against == d.Version {
			t.Errorf("%+v", d)
		}
		switch {
		case d.Label == "fire" && (d.Both != 0 || d.ActiveOnly != found["fire"] || d.ShadowOnly != 0):
			t.Errorf("a shadow that wants more of a fire: %+v, in force %d", d, found["fire"])
		case d.Label == "smoke" && (d.Both != found["smoke"] || d.ActiveOnly+d.ShadowOnly != 0):
			t.Errorf("a shadow that is the same: %+v, in force %d", d, found["smoke"])
		case d.Model == "classes":
			cells += d.Both
			if d.ActiveOnly+d.ShadowOnly != 0 {
				t.Errorf("a shadow that is the same: %+v", d)
			}
		case d.Model == "new" && (d.ShadowOnly == 0 || d.ActiveOnly != 0):
			t.Errorf("a shadow that takes everything for new: %+v", d)
		}
	}
	if want := int64(len(maps[0].Cells)); cells != want {
		t.Errorf("%d cells were compared, want %d", cells, want)
	}
	if again, err := engine.Differences(); err != nil || len(again) != 0 {
		t.Errorf("told twice: %+v, %v", again, err)
	}
}
