package document

import (
	"os"
	"path/filepath"
	"testing"
)

func press(t testing.TB) *Press {
	t.Helper()
	p, err := New(DebianFonts())
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestEveryKindRenders(t *testing.T) {
	t.Parallel()
	p := press(t)
	folder := os.Getenv("OFFSITE_DOCUMENTS_OUT")
	for _, kind := range Kinds() {
		doc, err := p.Render(kind, Sample(kind))
		if err != nil {
			t.Errorf("%s: %v", kind, err)
			continue
		}
		if folder != "" {
			if err := os.WriteFile(filepath.Join(folder, string(kind)+".pdf"), doc.PDF, 0o644); err != nil {
				t.Error(err)
			}
		}
	}
}
