package main

import (
	"bytes"
	"fmt"
	"image"
	"image/jpeg"
	"os"
	"path/filepath"
	"strconv"
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
	t.Parallel()
	vectors, err := filepath.Abs(filepath.Join("..", "..", "docs", "formats", "vectors"))
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{Dir: "testdata/script", Cmds: commands(), Setup: func(e *testscript.Env) error {
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

// drawPictures N draws p000.jpg and on, 8 pixels high and each a pixel wider than the one
// before, and last.jpg.
func drawPictures(ts *testscript.TestScript, _ bool, args []string) {
	n, err := strconv.Atoi(args[0])
	ts.Check(err)
	draw := func(name string, width int) {
		var out bytes.Buffer
		ts.Check(jpeg.Encode(&out, image.NewGray(image.Rect(0, 0, width, 8)), nil))
		ts.Check(os.WriteFile(ts.MkAbs(name), out.Bytes(), 0o600))
	}
	for i := range n {
		draw(fmt.Sprintf("p%03d.jpg", i), 64+i)
	}
	draw("last.jpg", 64)
}
