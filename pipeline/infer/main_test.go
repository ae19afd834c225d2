package infer_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"offsite/pipeline/infer"
)

// testdata holds small networks with random weights, and what PyTorch says of made-up
// pictures; models/training/testnets.py wrote both.
const testdata = "testdata"

// engine is the one that a process may have.
var engine *infer.Engine

func TestMain(m *testing.M) {
	library := os.Getenv(infer.LibraryVariable)
	if library == "" {
		library = filepath.Join("..", "..", ".tools", "onnxruntime", "libonnxruntime.so.1")
	}
	var err error
	engine, err = infer.New(infer.Options{Library: library, Models: os.DirFS(testdata), Names: []string{"boxes", "classes", "new"}})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := m.Run()
	engine.Close()
	os.Exit(code)
}

// drawn is the made-up picture of testnets.py. It is never scaled, so that numbers
// can be compared; upside says to draw it from below.
type drawn struct {
	w, h   int
	upside bool
}

func (d drawn) Size() (w, h int) { return d.w, d.h }

func (d drawn) RGB(dst []byte, w, h, stride int) error {
	if w != d.w || h != d.h {
		return fmt.Errorf("asked for %d×%d of a picture of %d×%d", w, h, d.w, d.h)
	}
	for y := range h {
		from := y
		if d.upside {
			from = h - 1 - y
		}
		for x := range w {
			for c := range 3 {
				dst[y*stride+3*x+c] = byte(x*7 + from*13 + c*29 + x*from)
			}
		}
	}
	return nil
}
