package evaluate_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"offsite/models"
	"offsite/pipeline/infer"
	"offsite/pipeline/infer/evaluate"
)

// record writes what was measured into the manifests: after a training, never to
// make a test pass.
var record = flag.Bool("record", false, "write the measured figures into models/weights")

// folder holds manifests and weights to measure in place of the shipped ones, such as
// those of models/training/quantize.py.
var folder = flag.String("folder", "", "measure the models of this folder")

// dataFolders are where pictures may be, from this folder. The first is no part of
// the repository: models/DATA.md says what lies there.
func dataFolders(t testing.TB) []string {
	t.Helper()
	root := filepath.Join("..", "..", "..")
	folders := []string{filepath.Join(root, "models", "lists")}
	if data := os.Getenv("MODELS_DATA"); data != "" {
		return append(folders, data)
	}
	return append(folders, filepath.Join(root, "..", "shared", "data"))
}

// The shipped models must be worth what their manifests say, by the same code that
// watches cameras.
func TestShippedModelsAreWorthWhatTheirManifestsSay(t *testing.T) {
	options := infer.Options{Library: library(t), Threads: 2}
	if *folder != "" {
		options.Models = os.DirFS(*folder)
	}
	engine, err := infer.New(options)
	if err != nil {
		t.Fatal(err)
	}
	defer engine.Close()
	for _, name := range engine.Names() {
		t.Run(name, func(t *testing.T) {
			report, err := evaluate.Evaluate(t.Context(), engine, name, evaluate.Options{Folders: dataFolders(t), AtHand: !*record})
			if err != nil {
				t.Fatal(err)
			}
			if len(report.LeftOut) > 0 && len(report.Figures) == 0 {
				t.Skipf("NOT MEASURED: %q", report.LeftOut)
			}
			for _, left := range report.LeftOut {
				t.Logf("NOT MEASURED: %s", left)
			}
			if err := evaluate.WriteTable(t.Output(), report); err != nil {
				t.Fatal(err)
			}
			if *record {
				keep(t, report, name)
				return
			}
			if err := report.Check(); err != nil {
				t.Error(err)
			}
		})
	}
}

// keep writes manifest, card and curves of a model anew.
func keep(t *testing.T, report *evaluate.Report, name string) {
	t.Helper()
	root := filepath.Join("..", "..", "..")
	manifest := filepath.Join(root, "models", "weights", name+".json")
	if err := report.Record(manifest); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(manifest)
	if err != nil {
		t.Fatal(err)
	}
	m, err := models.ParseManifest(raw)
	if err != nil {
		t.Fatal(err)
	}
	if err := evaluate.WriteCard(filepath.Join(root, "docs", "models", name+".md"), m); err != nil {
		t.Fatal(err)
	}
	if _, err := report.WriteSVG(filepath.Join(root, "docs", "models", name+".svg")); err != nil {
		t.Fatal(err)
	}
	if _, err := report.WriteSheet(filepath.Join(root, "docs", "models", name+"-worst.jpg")); err != nil {
		t.Fatal(err)
	}
}

// A card shows the figures of the manifest that is shipped, not of an older one.
func TestCardsShowTheFiguresOfTheManifest(t *testing.T) {
	t.Parallel()
	for _, name := range models.Names() {
		m, _, err := models.Load(models.Shipped(), name)
		if err != nil {
			t.Fatal(err)
		}
		card, err := os.ReadFile(filepath.Join("..", "..", "..", "docs", "models", name+".md"))
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(card), evaluate.CardTable(m)) {
			t.Errorf("docs/models/%s.md shows other figures than the manifest: measure with -record", name)
		}
	}
}

// library is ONNX Runtime's, which make setup fetches.
func library(t testing.TB) string {
	t.Helper()
	path := os.Getenv(infer.LibraryVariable)
	if path == "" {
		path = filepath.Join("..", "..", "..", ".tools", "onnxruntime", "libonnxruntime.so.1")
	}
	if _, err := os.Stat(path); err != nil {
		t.Fatalf("ONNX Runtime is missing: run make setup: %v", err)
	}
	return path
}
