package main

import (
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"offsite/config"
	"offsite/pipeline/infer"
)

// TestMain lets tests run this program as the command offsite.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"offsite": main, "offsite-metrics": tellMetrics, "offsite-district": runDistrict, "offsite-people": runPeople})
}

// TestScripts runs the command line as its users do; each script is a story.
func TestScripts(t *testing.T) {
	vectors, err := filepath.Abs(filepath.Join("..", "..", "docs", "formats", "vectors"))
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{Dir: "testdata/script", Cmds: logCommands(), Setup: func(e *testscript.Env) error {
		e.Setenv("VECTORS", vectors)
		e.Setenv(infer.LibraryVariable, library())
		return nil
	}})
}

// library is where make setup puts ONNX Runtime.
func library() string { return runtimeLibrary(configOfRuntime()) }

func configOfRuntime() config.ONNXRuntime {
	return config.ONNXRuntime{Library: filepath.Join("..", "..", ".tools", "onnxruntime", "libonnxruntime.so.1")}
}
