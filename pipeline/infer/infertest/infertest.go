// Package infertest lends tests the one inference engine that a process may have.
package infertest

import (
	"os"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"offsite/pipeline/infer"
)

var shared = sync.OnceValues(func() (*infer.Engine, error) { return infer.New(infer.Options{}) })

// Main runs a package's tests, closes the engine, and fails where a test leaves a
// goroutine behind.
func Main(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.Cleanup(func(code int) {
		if e, err := shared(); err == nil {
			e.Close()
		}
		os.Exit(code)
	}))
}

// Engine returns the engine. Nobody closes it.
func Engine(t testing.TB) *infer.Engine {
	t.Helper()
	e, err := shared()
	if err != nil {
		t.Fatal(err)
	}
	return e
}
