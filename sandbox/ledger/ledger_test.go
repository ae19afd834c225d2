package ledger

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

type record struct{ N int }

func TestRecordsComeBack(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "deep", "folder")
	l, all, err := Open[record](dir)
	if err != nil || len(all) != 0 {
		t.Fatal(all, err)
	}
	for n := range 3 {
		if err = l.Put("order-1", record{n}); err != nil {
			t.Fatal(err)
		}
	}
	// What a kill in the middle of writing leaves behind is no record.
	if err = os.WriteFile(filepath.Join(dir, ".order-2-123"), []byte(`{"N":`), 0o600); err != nil {
		t.Fatal(err)
	}
	_, all, err = Open[record](dir)
	if err != nil || len(all) != 1 || all["order-1"].N != 2 {
		t.Errorf("%v, %v", all, err)
	}
}

func TestRefuses(t *testing.T) {
	t.Parallel()
	l, _, err := Open[record](t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"", "../x", "a/b", "a.b", strings.Repeat("a", 81)} {
		if err := l.Put(id, record{}); !errors.Is(err, ErrID) {
			t.Errorf("%q: %v", id, err)
		}
	}
	if err := os.WriteFile(filepath.Join(l.dir, "bad.json"), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := Open[record](l.dir); err == nil || !strings.Contains(err.Error(), "bad.json is damaged") {
		t.Errorf("%v", err)
	}
}
