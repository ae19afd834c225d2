package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"offsite/config"
	"offsite/pipeline/infer"
)

// TestMain lets the scripts run this program as the command offsite.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"offsite": func() {
			err := run(context.Background(), os.Args[1:])
			if err == nil {
				os.Exit(0)
			}
			fmt.Fprintln(os.Stderr, "offsite: "+err.Error())
			var exit exitError
			if errors.As(err, &exit) {
				os.Exit(exit.code)
			}
			os.Exit(1)
		},
	})
}

// TestScripts runs the command line as its users do; each script is a story.
func TestScripts(t *testing.T) {
	vectors, err := filepath.Abs(filepath.Join("..", "..", "docs", "formats", "vectors"))
	if err != nil {
		t.Fatal(err)
	}
	library := runtimeLibrary(config.ONNXRuntime{Library: filepath.Join("..", "..", ".tools", "onnxruntime", "libonnxruntime.so.1")})
	testscript.Run(t, testscript.Params{Dir: "testdata/script", Cmds: logCommands(), Setup: func(e *testscript.Env) error {
		e.Setenv("VECTORS", vectors)
		e.Setenv(infer.LibraryVariable, library)
		return nil
	}})
}
