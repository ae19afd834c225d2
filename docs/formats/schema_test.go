package formats_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"offsite/evidence/bundle"
	"offsite/evidence/translog/proof"
)

func schema(t *testing.T, name string) *jsonschema.Schema {
	t.Helper()
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	s, err := c.Compile("schemas/" + name + ".json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func validate(t *testing.T, s *jsonschema.Schema, what string, text []byte) {
	t.Helper()
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Validate(value); err != nil {
		t.Errorf("%s: %v", what, err)
	}
}

// The schemas take what is published, and what our program writes.
func TestDocumentsFitTheirSchemas(t *testing.T) {
	t.Parallel()
	trust, err := os.ReadFile("vectors/trust.json")
	if err != nil {
		t.Fatal(err)
	}
	validate(t, schema(t, "trust"), "trust.json", trust)
	entry, err := proof.BundleEntry(full, strings.Repeat("0", 64), time.Now()).Bytes()
	if err != nil {
		t.Fatal(err)
	}
	validate(t, schema(t, "log-entry"), "log entry", entry)
	manifest := schema(t, "manifest")
	for _, v := range readVectors(t) {
		if v.Exit != 0 {
			continue
		}
		data, err := os.ReadFile(filepath.Join("vectors", v.File))
		if err != nil {
			t.Fatal(err)
		}
		c, err := bundle.Read(bytes.NewReader(data), bundle.Whole, 1<<30)
		if err != nil {
			t.Fatal(err)
		}
		validate(t, manifest, v.File, c.Text[bundle.ManifestDoc])
		if v.File != "good-full.tar" && v.File != "good-substream.tar" {
			continue
		}
		for path, name := range map[string]string{
			"data/incident.json": "incident", "data/camera.json": "camera", "data/models.json": "models",
			"data/detections.ndjson": "detection", "data/custody.ndjson": "custody",
		} {
			f, ok := c.File(path)
			if !ok {
				t.Fatalf("%s has no %s", v.File, path)
			}
			text := data[f.Offset : f.Offset+f.Size]
			if !strings.HasSuffix(path, ".ndjson") {
				validate(t, schema(t, name), path, text)
				continue
			}
			for line := range bytes.Lines(text) {
				validate(t, schema(t, name), path, line)
			}
		}
	}
}
