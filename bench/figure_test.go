package bench

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestPageIsMadeFromWhatWasWritten(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	set := Set{"ready_s": {Value: 4.25, Unit: "s", Goal: "≤ 10", Command: "make bench-demo"}}
	if err := set.Write(dir, "demo"); err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	if err := write(filepath.Join(folder, "older.json"), Kept{Measured: "2026-11-01", Machine: "one core", Figures: Set{"held": {Value: 1}}}); err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)
	if err := os.Chtimes(filepath.Join(dir, "demo.json"), at, at); err != nil {
		t.Fatal(err)
	}
	if err := Keep(dir, folder, "2 cores"); err != nil {
		t.Fatal(err)
	}
	sets, err := Read(folder)
	if err != nil {
		t.Fatal(err)
	}
	var page bytes.Buffer
	if err := Page(&page, sets); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Measured on 2026-11-24: 2 cores.", "Measured on 2026-11-01: one core.", "| ready_s | 4.25 s | ≤ 10 |  | `make bench-demo` |"} {
		if !strings.Contains(page.String(), want) {
			t.Errorf("the page lacks %q:\n%s", want, &page)
		}
	}
}

func TestPageWithoutFiguresIsRefused(t *testing.T) {
	t.Parallel()
	if err := Page(&bytes.Buffer{}, nil); err == nil {
		t.Error("a page without figures was written")
	}
}

func TestPartsOfABenchmarkAreAdded(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, part := range []Set{{"a": {Value: 1}, "b": {Value: 2}}, {"b": {Value: 3}, "c": {Value: 4}}} {
		if err := part.Add(dir, "whole"); err != nil {
			t.Fatal(err)
		}
	}
	var all Set
	if err := read(filepath.Join(dir, "whole.json"), &all); err != nil || len(all) != 3 || all["b"].Value != 3 || all["a"].Value != 1 {
		t.Errorf("%+v, %v", all, err)
	}
	if err := os.WriteFile(filepath.Join(dir, "whole.json"), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := (Set{"a": {Value: 1}}).Add(dir, "whole"); err == nil {
		t.Error("what cannot be read is written over")
	}
}
