package deploy_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/goccy/go-yaml"
)

func TestYAMLFilesParse(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("*/*.y*ml") // the chart's templates are no YAML before they are rendered
	if err != nil || len(files) == 0 {
		t.Fatalf("no files: %v", err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		documents := 0
		for dec := yaml.NewDecoder(bytes.NewReader(text)); ; documents++ {
			var doc map[string]any
			err := dec.Decode(&doc)
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatalf("%s: document %d: %v", file, documents+1, err)
			}
			if len(doc) == 0 {
				t.Errorf("%s: document %d is empty", file, documents+1)
			}
		}
	}
}
