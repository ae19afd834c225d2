package evaluate_test

import (
	"errors"
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"offsite/models"
	"offsite/pipeline/infer"
	"offsite/pipeline/infer/evaluate"
)

// record writes what was measured into the manifests: after a training, never to
// make a test pass.
var record = flag.Bool("record", false, "write the measured figures into models/weights")

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
	engine, err := infer.New(infer.Options{Library: library(t), Threads: 2})
	if err != nil {
		t.Fatal(err)
	}
	defer engine.Close()
	for _, name := range models.Names() {
		t.Run(name, func(t *testing.T) {
			report, err := evaluate.Evaluate(t.Context(), engine, name, evaluate.Options{Folders: dataFolders(t)})
			if errors.Is(err, evaluate.ErrNoData) || errors.Is(err, fs.ErrNotExist) {
				t.Skipf("NOT MEASURED: %v", err)
			}
			if err != nil {
				t.Fatal(err)
			}
			if err := report.WriteTable(t.Output()); err != nil {
				t.Fatal(err)
			}
			if *record {
				if err := report.Record(filepath.Join("..", "..", "..", "models", "weights", name+".json")); err != nil {
					t.Fatal(err)
				}
				return
			}
			if err := report.Check(); err != nil {
				t.Error(err)
			}
		})
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
