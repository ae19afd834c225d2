package evaluate_test

import (
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"

	"offsite/pipeline/infer"
	"offsite/pipeline/infer/evaluate"
)

// Cells that nobody could tell by eye count for nothing, and a part whose pictures are
// missing is named and left out.
func TestCellsThatAreNotJudgedCountForNothing(t *testing.T) {
	engine, err := infer.New(infer.Options{Library: library(t), Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer engine.Close()
	folder := t.TempDir()
	measure := func(top, bottom uint8) *evaluate.Report {
		t.Helper()
		writeMask(t, filepath.Join(folder, "mask.png"), top, bottom)
		list := `{"split": "s", "parts": [
			{"prefix": "a_", "kind": "masks", "pictures": [{"file": "ground/4.jpg", "mask": "mask.png"}]},
			{"prefix": "b_", "kind": "masks", "pictures": [{"file": "sites/none.jpg", "mask": "mask.png"}]}]}`
		report, err := evaluate.Evaluate(t.Context(), engine, "ground", evaluate.Options{
			Folders: append(dataFolders(t)[:1], folder), Lists: fstest.MapFS{"ground.json": {Data: []byte(list)}}, AtHand: true})
		if err != nil {
			t.Fatal(err)
		}
		if len(report.LeftOut) != 1 {
			t.Errorf("left out: %q", report.LeftOut)
		}
		return report
	}
	const vegetation, sky, unjudged = 3, 7, 255
	whole, half := measure(sky, vegetation).Figures, measure(sky, unjudged).Figures
	if whole["a_judged_share"] != 1 || half["a_judged_share"] != 0.5 {
		t.Errorf("judged %v of the whole and %v of a half", whole["a_judged_share"], half["a_judged_share"])
	}
	if _, has := half["a_iou_vegetation"]; has || half["a_iou_sky"] <= 0 || half["a_iou_sky"] < whole["a_iou_sky"] {
		t.Errorf("half judged: %v", half)
	}
	if none := measure(unjudged, unjudged).Figures; none["a_judged_share"] != 0 || none["a_miou"] != 0 {
		t.Errorf("nothing judged: %v", none)
	}
}

// writeMask writes a mask whose upper and lower halves are of these classes.
func writeMask(t *testing.T, file string, top, bottom uint8) {
	t.Helper()
	mask := image.NewGray(image.Rect(0, 0, 8, 8))
	for i := range mask.Pix {
		mask.SetGray(i%8, i/8, color.Gray{Y: bottom})
		if i < 32 {
			mask.SetGray(i%8, i/8, color.Gray{Y: top})
		}
	}
	out, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	if err := png.Encode(out, mask); err != nil {
		t.Fatal(err)
	}
}
