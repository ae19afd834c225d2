package verify_test

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"offsite/evidence/bundle"
	"offsite/evidence/seal"
	"offsite/evidence/verify"
)

// repeat gives the same block again and again without holding it all.
type repeat struct {
	block []byte
	at    int
	left  int64
}

func (r *repeat) Read(p []byte) (int, error) {
	if r.left == 0 {
		return 0, io.EOF
	}
	n := copy(p[:min(int64(len(p)), r.left)], r.block[r.at:])
	r.at = (r.at + n) % len(r.block)
	r.left -= int64(n)
	return n, nil
}

func entry(t *testing.T, path string, data []byte) []byte {
	t.Helper()
	var buf bytes.Buffer
	w, err := bundle.NewWriter(&buf, "0198c000-0000-7000-8000-000000000001", time.Unix(1, 0))
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Add(path, data); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

// Hostile tars end in a report, in bounded memory, and are left where there is too much of them.
func TestHostileTars(t *testing.T) {
	var many bytes.Buffer // as many files as are allowed, each with a line in the lists
	var list strings.Builder
	for i := range bundle.MaxFiles {
		many.Write(entry(t, fmt.Sprintf("data/%05d", i), nil))
		fmt.Fprintf(&list, "%064x  data/%05d\n", i, i)
	}
	lists := many.String() + string(entry(t, bundle.PayloadList, []byte(list.String())))
	crowd := `{"files":[` + strings.Repeat(`{},`, 1_000_000) + `{}]}`
	million, tags := &repeat{block: entry(t, "data/x", nil), left: 512 * 1_000_000}, &repeat{block: entry(t, "x", nil), left: 512 * 1_000_000}
	for name, r := range map[string]io.Reader{
		"a million files":        million,
		"a million tag files":    tags,
		"many large tag files":   &repeat{block: entry(t, "x.txt", make([]byte, 3<<20)), left: 200 << 20},
		"all files, long lists":  strings.NewReader(lists),
		"a crowded manifest":     bytes.NewReader(entry(t, bundle.ManifestDoc, []byte(crowd))),
		"a deep manifest":        bytes.NewReader(entry(t, bundle.ManifestDoc, []byte(strings.Repeat(`{"parent":`, 300_000)))),
		"a list without an end":  bytes.NewReader(entry(t, bundle.TagList, bytes.Repeat([]byte("x"), 4<<20))),
		"a token of many nests":  bytes.NewReader(entry(t, bundle.Token, bytes.Repeat([]byte{0x30, 0x80}, 100_000))),
		"zeroes":                 &repeat{block: make([]byte, 512), left: 1 << 20},
		"a number of many zeros": bytes.NewReader(entry(t, bundle.ManifestDoc, []byte(`{"files":[{"size":1e999999999}]}`))),
	} {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			report, err := verify.Bundle(t.Context(), r, &seal.Trust{}, verify.Options{})
			if err != nil {
				t.Fatal(err)
			}
			runtime.ReadMemStats(&after)
			if report.Exit() != 1 {
				t.Errorf("exit %d", report.Exit())
			}
			if len(report.Checks) > 300 {
				t.Errorf("%d checks", len(report.Checks))
			}
			grown := after.TotalAlloc - before.TotalAlloc
			if limit := uint64(256 << 20); grown > limit && !raceEnabled {
				t.Errorf("%d MiB were allocated", grown>>20)
			}
		})
	}
	for name, r := range map[string]*repeat{"a million files": million, "a million tag files": tags} {
		if n := 512*1_000_000 - r.left; n == 0 || n > 512*(bundle.MaxFiles+1) {
			t.Errorf("%s: %d bytes of it were read", name, n)
		}
	}
}

// FuzzBundle starts from the published vectors.
func FuzzBundle(f *testing.F) {
	trust, err := seal.OpenTrust("../../docs/formats/vectors/trust.json")
	if err != nil {
		f.Fatal(err)
	}
	vectors, err := filepath.Glob("../../docs/formats/vectors/*.tar")
	if err != nil || len(vectors) == 0 {
		f.Fatalf("no vectors: %v", err)
	}
	sound := map[string]bool{}
	for _, path := range vectors {
		data, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		if strings.HasPrefix(filepath.Base(path), "good-") {
			sound[string(data)] = true
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, tar []byte) {
		r, err := verify.Bundle(t.Context(), bytes.NewReader(tar), trust, verify.Options{MaxBytes: 1 << 24})
		if err != nil {
			return
		}
		if r.Exit() == 0 && !sound[string(tar)] {
			t.Fatal("bytes that nobody sealed are called sound")
		}
		for _, c := range r.Checks {
			if c.ZH == "" || c.EN == "" || c.Name == "" {
				t.Fatalf("a check says nothing: %+v", c)
			}
		}
	})
}
