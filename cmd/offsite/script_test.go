package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
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
	testscript.Run(t, testscript.Params{Dir: "testdata/script"})
}
