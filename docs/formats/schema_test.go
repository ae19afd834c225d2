package formats_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"offsite/evidence/bundle"
	"offsite/evidence/specimen"
	"offsite/evidence/translog/proof"
)

// documented are the vectors whose documents are as the program writes them.
var documented = map[string]bool{"good-full.tar": true, "good-substream.tar": true, "good-gap.tar": true, "good-inquiry.tar": true, "good-redacted.tar": true}

// The schemas take what is published; cmd/offsite and casework hold against them what the
// program writes.
func TestDocumentsFitTheirSchemas(t *testing.T) {
	t.Parallel()
	trust, err := os.ReadFile("vectors/trust.json")
	if err != nil {
		t.Fatal(err)
	}
	specimen.Fits(t, "trust", trust)
	entry, err := proof.BundleEntry(full, strings.Repeat("0", 64), time.Now()).Bytes()
	if err != nil {
		t.Fatal(err)
	}
	specimen.Fits(t, "log-entry", entry)
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
		specimen.Fits(t, "manifest", c.Text[bundle.ManifestDoc])
		if documented[v.File] {
			fitsItsKind(t, v.File, data, c)
		}
	}
}

// fitsItsKind holds the documents of a vector's payload against their schemas.
func fitsItsKind(t *testing.T, vector string, tar []byte, c bundle.Contents) {
	t.Helper()
	m, err := bundle.ParseManifest(c.Text[bundle.ManifestDoc])
	if err != nil {
		t.Fatal(err)
	}
	looked := m.Kind == "incident"
	for path, name := range map[string]string{
		bundle.Incident: m.Kind, "data/camera.json": "camera", "data/models.json": "models",
		"data/detections.ndjson": "detection", bundle.Custody: "custody",
	} {
		f, ok := c.File(path)
		if !ok {
			if looked || name != "detection" {
				t.Errorf("%s has no %s", vector, path)
			}
			continue
		}
		text := tar[f.Offset : f.Offset+f.Size]
		if !strings.HasSuffix(path, ".ndjson") {
			specimen.Fits(t, name, text)
			continue
		}
		for line := range bytes.Lines(text) {
			specimen.Fits(t, name, line)
		}
	}
}
