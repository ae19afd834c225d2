package main

import (
	"os"
	"path/filepath"

	"offsite/config"
	"offsite/pipeline/infer"
)

// runtimeLibrary finds ONNX Runtime: where the configuration says, else beside
// this program or where the Debian package puts it, else where `make setup` does, in
// the checkout that this program was built in. The path is absolute: the embedded store moves the working
// directory. "" leaves the search to package infer.
func runtimeLibrary(c config.ONNXRuntime) string {
	const name = "libonnxruntime.so.1"
	candidates := []string{c.Library}
	if c.Library == "" {
		candidates = []string{os.Getenv(infer.LibraryVariable), filepath.Join(".tools", "onnxruntime", name)}
		if self, err := os.Executable(); err == nil {
			dir := filepath.Dir(self)
			candidates = append(candidates, filepath.Join(dir, name), filepath.Join(dir, "..", "lib", "offsite", name),
				filepath.Join(dir, "..", ".tools", "onnxruntime", name))
		}
	}
	for _, path := range candidates {
		abs, err := filepath.Abs(path)
		if path == "" || err != nil {
			continue
		}
		if _, err := os.Stat(abs); err == nil {
			return abs
		}
	}
	return c.Library
}

// newEngine opens models, all of them where no names are given.
func newEngine(c config.ONNXRuntime, names ...string) (*infer.Engine, error) {
	return infer.New(infer.Options{Library: runtimeLibrary(c), Threads: c.Threads, Names: names})
}
