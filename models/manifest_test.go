package models

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// weights is a stand-in for bytes that the package never interprets.
var weights = []byte("the bytes of a network")

func valid() Manifest {
	sum := sha256.Sum256(weights)
	return Manifest{
		Name: "burning", Version: "2026.11.24", Task: Detect, File: "burning.onnx",
		SHA256: hex.EncodeToString(sum[:]), Licence: "Apache-2.0",
		Input: Input{Name: "images", Shape: []int{-1, 3, 416, 416}, Layout: "NCHW", Color: "BGR",
			Resize: "letterbox", Pad: 114, Scale: 1, Mean: []float64{0, 0, 0}, Std: []float64{1, 1, 1}},
		Output:      Output{Name: "output", Shape: []int{-1, 3549, 7}, Kind: "boxes"},
		Labels:      []string{"fire", "smoke"},
		Thresholds:  map[string]float64{"fire": 0.4, "smoke": 0.35},
		NMSIoU:      0.5,
		Metrics:     Metrics{Split: "by video", Figures: map[string]float64{"ap50_fire": 0.5}},
		Data:        []Data{{Source: "pictures", Licence: "CC-BY-4.0", Pictures: 3}},
		TrainedWith: "make train-burning",
	}
}

func encode(t testing.TB, m Manifest) []byte {
	t.Helper()
	raw, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func TestParseManifestKeepsEveryField(t *testing.T) {
	t.Parallel()
	want := encode(t, valid())
	m, err := ParseManifest(want)
	if err != nil {
		t.Fatal(err)
	}
	if got := encode(t, m); string(got) != string(want) {
		t.Errorf("got %s\nwant %s", got, want)
	}
}

func TestManifestRefuses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		change func(*Manifest)
		says   string
	}{
		{"name with a path", func(m *Manifest) { m.Name = "../burning" }, "name"},
		{"version that is no date", func(m *Manifest) { m.Version = "latest" }, "version"},
		{"file elsewhere", func(m *Manifest) { m.File = "../burning.onnx" }, "file"},
		{"short digest", func(m *Manifest) { m.SHA256 = "ab" }, "sha256"},
		{"unknown task", func(m *Manifest) { m.Task = "classify" }, "task"},
		{"no licence", func(m *Manifest) { m.Licence = "" }, "licence"},
		{"no data", func(m *Manifest) { m.Data = nil }, "data"},
		{"data without licence", func(m *Manifest) { m.Data[0].Licence = "" }, "licence"},
		{"no labels", func(m *Manifest) { m.Labels = nil }, "labels"},
		{"label twice", func(m *Manifest) { m.Labels = []string{"fire", "fire"} }, "twice"},
		{"six channels for boxes", func(m *Manifest) { m.Input.Shape[1] = 6 }, "input.shape"},
		{"fixed batch", func(m *Manifest) { m.Input.Shape[0] = 1 }, "input.shape"},
		{"three axes", func(m *Manifest) { m.Input.Shape = []int{-1, 3, 416} }, "input.shape"},
		{"huge side", func(m *Manifest) { m.Input.Shape[3] = 1 << 20 }, "side"},
		{"layout", func(m *Manifest) { m.Input.Layout = "NHWC" }, "input.layout"},
		{"colour", func(m *Manifest) { m.Input.Color = "grey" }, "input.color"},
		{"rows that do not divide", func(m *Manifest) { m.Input.Rows = 12 }, "input.rows"},
		{"rows too low", func(m *Manifest) { m.Input.Rows = 4 }, "input.rows"},
		{"resize", func(m *Manifest) { m.Input.Resize = "crop" }, "input.resize"},
		{"scale", func(m *Manifest) { m.Input.Scale = 0 }, "input.scale"},
		{"mean", func(m *Manifest) { m.Input.Mean = nil }, "input.mean"},
		{"zero deviation", func(m *Manifest) { m.Input.Std[1] = 0 }, "input.std"},
		{"kind", func(m *Manifest) { m.Output.Kind = "classmap" }, "output.kind"},
		{"columns", func(m *Manifest) { m.Output.Shape[2] = 85 }, "output.shape"},
		{"no anchors", func(m *Manifest) { m.Output.Shape[1] = 0 }, "output.shape"},
		{"missing threshold", func(m *Manifest) { delete(m.Thresholds, "smoke") }, "smoke"},
		{"threshold of nothing", func(m *Manifest) { m.Thresholds["steam"] = 0.5 }, "steam"},
		{"threshold out of bounds", func(m *Manifest) { m.Thresholds["fire"] = 1 }, "fire"},
		{"no suppression", func(m *Manifest) { m.NMSIoU = 0 }, "nms_iou"},
		{"second look as large", func(m *Manifest) { m.Again = &Again{Side: 416, Labels: []string{"smoke"}} }, "again.side"},
		{"second look at nothing", func(m *Manifest) { m.Again = &Again{Side: 320} }, "again.labels"},
		{"second look at what is not there", func(m *Manifest) { m.Again = &Again{Side: 320, Labels: []string{"steam"}} }, "again.labels"},
		{"second look always and never", func(m *Manifest) { m.Again = &Again{Side: 320, Labels: []string{"smoke"}, From: 1} }, "again.from"},
		{"second look at a stretched picture", func(m *Manifest) {
			m.Again, m.Input.Resize = &Again{Side: 320, Labels: []string{"smoke"}}, "stretch"
		}, "letterbox"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			m := valid()
			c.change(&m)
			_, err := ParseManifest(encode(t, m))
			if !errors.Is(err, ErrManifest) || !strings.Contains(err.Error(), c.says) {
				t.Errorf("got %v, want ErrManifest that says %q", err, c.says)
			}
		})
	}
}

func TestManifestOfEachTask(t *testing.T) {
	t.Parallel()
	segment := valid()
	segment.Task, segment.NMSIoU, segment.Thresholds = Segment, 0, map[string]float64{}
	segment.Input.Shape = []int{-1, 3, 256, 448}
	segment.Output = Output{Name: "output", Shape: []int{-1, 2, 64, 112}, Kind: "classmap"}
	novelty := valid()
	novelty.Task, novelty.NMSIoU = Novelty, 0
	novelty.Labels, novelty.Thresholds = []string{"new"}, map[string]float64{"new": 0.5}
	novelty.Input.Shape = []int{-1, 6, 256, 256}
	novelty.Output = Output{Name: "output", Shape: []int{-1, 1, 64, 64}, Kind: "probability"}
	for _, m := range []Manifest{segment, novelty} {
		if _, err := ParseManifest(encode(t, m)); err != nil {
			t.Errorf("%s: %v", m.Task, err)
		}
		m.NMSIoU = 0.5
		if _, err := ParseManifest(encode(t, m)); !errors.Is(err, ErrManifest) {
			t.Errorf("%s with nms_iou: got %v, want ErrManifest", m.Task, err)
		}
	}
}

func TestParseManifestRefusesForeignJSON(t *testing.T) {
	t.Parallel()
	good := string(encode(t, valid()))
	for name, raw := range map[string]string{
		"empty":         "",
		"unknown field": `{"gpu":true,` + good[1:],
		"trailing":      good + "{}",
		"oversize":      good + strings.Repeat(" ", MaxManifestBytes),
		"not json":      "name: burning",
	} {
		if _, err := ParseManifest([]byte(raw)); !errors.Is(err, ErrManifest) {
			t.Errorf("%s: got %v, want ErrManifest", name, err)
		}
	}
}

func TestLoad(t *testing.T) {
	t.Parallel()
	raw := encode(t, valid())
	fsys := fstest.MapFS{"burning.json": {Data: raw}, "burning.onnx": {Data: weights}}
	m, got, err := Load(fsys, "burning")
	if err != nil || m.Name != "burning" || string(got) != string(weights) {
		t.Fatalf("got %v, %q, %v", m.Name, got, err)
	}
	if names := NamesIn(fsys); !slices.Equal(names, []string{"burning"}) {
		t.Errorf("names %v", names)
	}
	for _, c := range []struct {
		name string
		fsys fs.FS
		ask  string
		is   error
		says string
	}{
		{"no such model", fsys, "objects", fs.ErrNotExist, "objects"},
		{"path for a name", fsys, "../burning", ErrManifest, "burning"},
		{"no weights", fstest.MapFS{"burning.json": {Data: raw}}, "burning", fs.ErrNotExist, "burning.onnx"},
		{"other weights", fstest.MapFS{"burning.json": {Data: raw}, "burning.onnx": {Data: []byte("x")}}, "burning", ErrDigest, "burning.onnx"},
		{"oversize", fstest.MapFS{"burning.json": {Data: raw}, "burning.onnx": {Data: make([]byte, MaxWeightsBytes+1)}}, "burning", ErrDigest, "burning.onnx"},
		{"another's manifest", fstest.MapFS{"ground.json": {Data: raw}, "burning.onnx": {Data: weights}}, "ground", ErrManifest, "burning"},
	} {
		_, _, err := Load(c.fsys, c.ask)
		if !errors.Is(err, c.is) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: got %v, want %v that says %q", c.name, err, c.is, c.says)
		}
	}
}

// What the binary carries must load, be named after its file and fit the limit of
// all weights together.
func TestShippedModelsLoad(t *testing.T) {
	t.Parallel()
	const allBytes = 25 << 20
	total := 0
	for _, name := range Names() {
		m, raw, err := Load(Shipped(), name)
		if err != nil {
			t.Error(err)
			continue
		}
		total += len(raw)
		if len(m.Metrics.Figures) == 0 {
			t.Errorf("%s: no figure was measured", name)
		}
	}
	if total > allBytes {
		t.Errorf("all weights have %d bytes, more than %d", total, allBytes)
	}
	onnx, err := fs.Glob(Shipped(), "*.onnx")
	if err != nil || len(onnx) != len(Names()) {
		t.Errorf("%d ONNX files for %d manifests (%v)", len(onnx), len(Names()), err)
	}
}

// What is measured while training must hold for the runtime that cameras are watched
// with: versions differ in what is fast.
func TestTrainingMeasuresWithTheRuntimeOfProduction(t *testing.T) {
	t.Parallel()
	pins, err := os.ReadFile(filepath.Join("training", "requirements.txt"))
	if err != nil {
		t.Fatal(err)
	}
	setup, err := os.ReadFile(filepath.Join("..", "make", "onnxruntime.sh"))
	if err != nil {
		t.Fatal(err)
	}
	pinned := regexp.MustCompile(`(?m)^onnxruntime==(\S+)$`).FindSubmatch(pins)
	loaded := regexp.MustCompile(`(?m)^version=(\S+) `).FindSubmatch(setup)
	if pinned == nil || loaded == nil || string(pinned[1]) != string(loaded[1]) {
		t.Errorf("training pins %q, make/onnxruntime.sh fetches %q", pinned, loaded)
	}
}

func FuzzParseManifest(f *testing.F) {
	f.Add(encode(f, valid()))
	f.Add([]byte(`{"name":"x","input":{"shape":[]}}`))
	f.Add([]byte(`{"task":"segment","labels":["sky"],"input":{"shape":[-1,3,256,448]},"output":{"shape":[-1,1,64,112]}}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		m, err := ParseManifest(raw)
		if err != nil {
			if !errors.Is(err, ErrManifest) {
				t.Fatalf("error is no ErrManifest: %v", err)
			}
			return
		}
		again, err := ParseManifest(encode(t, m))
		if err != nil {
			t.Fatalf("what was accepted is refused when written again: %v", err)
		}
		if string(encode(t, again)) != string(encode(t, m)) {
			t.Fatal("writing and reading changed it")
		}
	})
}
