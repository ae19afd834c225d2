package bench

import (
	"bytes"
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
	sets, err := Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	var page bytes.Buffer
	if err := Page(&page, sets, "2 cores", time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"2026-11-24", "2 cores", "| ready_s | 4.25 s | ≤ 10 |  | `make bench-demo` |"} {
		if !strings.Contains(page.String(), want) {
			t.Errorf("the page lacks %q:\n%s", want, &page)
		}
	}
}

func TestPageWithoutFiguresIsRefused(t *testing.T) {
	t.Parallel()
	if err := Page(&bytes.Buffer{}, nil, "", time.Time{}); err == nil {
		t.Error("a page without figures was written")
	}
}
