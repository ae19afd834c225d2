package bundle_test

import (
	"archive/tar"
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/emmansun/gmsm/sm3"

	"offsite/evidence/bundle"
)

const id = "0198c000-0000-7000-8000-000000000001"

func raised() time.Time { return time.Date(2026, 11, 24, 8, 0, 0, 123456789, time.UTC) }

func sign(manifest []byte) ([]bundle.Signed, error) {
	return []bundle.Signed{{Path: bundle.Signature, Algorithm: "ed25519", KeyID: "k", Bytes: []byte("signature")}}, nil
}

// write makes a bundle of the files, without real signatures.
func write(t *testing.T, files ...bundle.Payload) []byte {
	t.Helper()
	var buf bytes.Buffer
	if err := bundle.WriteBody(&buf, id, raised(), files); err != nil {
		t.Fatal(err)
	}
	body := read(t, buf.Bytes(), bundle.Part)
	seal, _, err := bundle.WriteSeal(body, bundle.Manifest{Bundle: id, Kind: "incident", Camera: "c", Raised: raised(), Sealed: raised()}, []byte("{}\n"), "test", sign)
	if err != nil {
		t.Fatal(err)
	}
	buf.Write(seal)
	end, err := bundle.WriteEnd(read(t, buf.Bytes(), bundle.Part), []byte("token"))
	if err != nil {
		t.Fatal(err)
	}
	buf.Write(end)
	return buf.Bytes()
}

func read(t *testing.T, data []byte, extent bundle.Extent) bundle.Contents {
	t.Helper()
	c, err := bundle.Read(bytes.NewReader(data), extent, math.MaxInt64)
	if err != nil || len(c.Problems) > 0 {
		t.Fatalf("%v %v", err, c.Problems)
	}
	return c
}

func TestRoundTrip(t *testing.T) {
	t.Parallel()
	clip := bytes.Repeat([]byte("0123456789"), 1000)
	data := write(t, bundle.Payload{Path: "incident.json", Data: []byte("{}")}, bundle.Payload{Path: "clip.mp4", Data: clip}, bundle.Payload{Path: "empty"})
	c := read(t, data, bundle.Whole)
	if c.ID != id || !c.Modified.Equal(raised().Truncate(time.Second)) || c.Bytes != int64(len(data)) {
		t.Fatalf("%+v", c)
	}
	f, ok := c.File("data/clip.mp4")
	if !ok || !bytes.Equal(data[f.Offset:f.Offset+f.Size], clip) {
		t.Fatal("the clip does not lie where it is said to")
	}
	m, err := bundle.ParseManifest(c.Text[bundle.ManifestDoc])
	if err != nil || m.Bundle != id || len(m.Files) != 7 || !m.Raised.Equal(raised().Truncate(time.Microsecond)) {
		t.Fatalf("%+v %v", m, err)
	}
	if m.IncidentSHA256 != "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a" {
		t.Fatalf("incident digest %s", m.IncidentSHA256)
	}
	// Any tar program reads it.
	r := tar.NewReader(bytes.NewReader(data))
	for i := 0; ; i++ {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			if i != len(c.Files) {
				t.Fatalf("archive/tar finds %d of %d files", i, len(c.Files))
			}
			break
		}
		if err != nil || h.Name != id+"/"+c.Files[i].Path || h.Mode != 0o644 {
			t.Fatalf("%+v %v", h, err)
		}
	}
	if again := write(t, bundle.Payload{Path: "incident.json", Data: []byte("{}")}, bundle.Payload{Path: "clip.mp4", Data: clip}, bundle.Payload{Path: "empty"}); !bytes.Equal(data, again) {
		t.Fatal("the same contents make other bytes")
	}
}

// Large files are digested beside reading them.
func TestDigestsOfLargeFiles(t *testing.T) {
	t.Parallel()
	for _, size := range []int{1<<20 - 1, 1 << 20, 3<<20 + 7} {
		clip := make([]byte, size)
		rand.Read(clip)
		data := write(t, bundle.Payload{Path: "incident.json", Data: []byte("{}")}, bundle.Payload{Path: "clip.mp4", Data: clip}, bundle.Payload{Path: "more.mp4", Data: clip[1:]})
		c := read(t, data, bundle.Whole)
		for path, want := range map[string][]byte{"data/clip.mp4": clip, "data/more.mp4": clip[1:]} {
			if f, _ := c.File(path); f.SHA256 != sha256.Sum256(want) || f.SM3 != sm3.Sum(want) {
				t.Fatalf("%s of %d bytes has other digests", path, size)
			}
		}
		quick, err := bundle.Locate(bytes.NewReader(data), math.MaxInt64)
		if err != nil || len(quick.Problems) > 0 || quick.Bytes != c.Bytes || len(quick.Files) != len(c.Files) {
			t.Fatalf("without reading the payload: %v, %v", err, quick.Problems)
		}
		for i, f := range quick.Files {
			if want := c.Files[i]; f.SHA256 != want.SHA256 || f.Offset != want.Offset || f.Size != want.Size {
				t.Fatalf("without reading the payload, %s is %+v", f.Path, f)
			}
		}
		if _, err := bundle.Read(bytes.NewReader(data[:len(data)/2]), bundle.Whole, math.MaxInt64); err != nil {
			t.Fatal(err)
		}
	}
}

func TestNamesThatAreRefused(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"", "/x", "../x", "a/../b", "a//b", ".x", "a/.b", "a b", "a\\b", "ä", "a\x00b", "a/b/c/d", strings.Repeat("x", 64), "-x", "a\n"} {
		if err := bundle.WriteBody(io.Discard, id, raised(), []bundle.Payload{{Path: path}}); err == nil {
			t.Errorf("%q is taken as a file's name", path)
		}
	}
	for _, bad := range []string{"", "x", strings.ToUpper(id), "0198c000-0000-4000-8000-000000000001", "{" + id + "}", strings.ReplaceAll(id, "-", "")} {
		if err := bundle.WriteBody(io.Discard, bad, raised(), nil); err == nil {
			t.Errorf("%q is taken as a bundle's id", bad)
		}
	}
	if err := bundle.WriteBody(io.Discard, id, time.Time{}, nil); err == nil {
		t.Error("a time before 1970 is taken")
	}
	for _, twice := range [][]bundle.Payload{{{Path: "a"}, {Path: "A"}}, {{Path: "custody.ndjson"}}} {
		if err := bundle.WriteBody(io.Discard, id, raised(), twice); err == nil {
			t.Errorf("%v: a name is taken twice", twice)
		}
	}
}

func TestManifestsThatAreRefused(t *testing.T) {
	t.Parallel()
	data := write(t, bundle.Payload{Path: "incident.json", Data: []byte("{}")})
	text := string(read(t, data, bundle.Whole).Text[bundle.ManifestDoc])
	for name, bad := range map[string]string{
		"spaces":             strings.Replace(text, ",", ", ", 1),
		"newline":            text + "\n",
		"unknown name":       strings.Replace(text, `{"bundle"`, `{"a":1,"bundle"`, 1),
		"name twice":         strings.Replace(text, `{"bundle"`, `{"bundle":"x","bundle"`, 1),
		"other case":         strings.Replace(text, `"bundle":`, `"Bundle":`, 1),
		"other order":        strings.Replace(text, `"format":"offsite-bundle/1",`, ``, 1)[:1] + `"format":"offsite-bundle/1",` + strings.Replace(text, `"format":"offsite-bundle/1",`, ``, 1)[1:],
		"other format":       strings.Replace(text, "offsite-bundle/1", "offsite-bundle/2", 1),
		"fraction":           strings.Replace(text, `"size":2,`, `"size":2.0,`, 1),
		"size of 2⁶³":        strings.Replace(text, `"size":2,`, `"size":9223372036854775808,`, 1),
		"size of 2⁵³+1":      strings.Replace(text, `"size":2,`, `"size":9007199254740993,`, 1), // which no float64 is
		"size of 10⁶ digits": strings.Replace(text, `"size":2,`, `"size":1`+strings.Repeat("0", 1_000_000)+`,`, 1),
		"name twice, within": strings.Replace(text, `"size":2,`, `"size":2,"size":2,`, 1),
		"half a pair":        strings.Replace(text, `"kind":"incident"`, `"kind":"\ud800"`, 1),
		"negative":           strings.Replace(text, `"size":2,`, `"size":-2.5,`, 1),
		"zone of time":       strings.Replace(text, "08:00:00.123456Z", "16:00:00.123456+08:00", 1),
		"nanoseconds":        strings.Replace(text, "08:00:00.123456Z", "08:00:00.123456789Z", 1),
		"digest":             strings.Replace(text, `"incident_sha256":"4`, `"incident_sha256":"5`, 1),
		"escape":             strings.Replace(text, `"kind":"incident"`, `"kind":"\u0069ncident"`, 1),
		"broken UTF-8":       strings.Replace(text, `"kind":"incident"`, "\"kind\":\"\xff\"", 1),
		"null":               "null",
		"empty":              "",
		"more than JSON":     text + text,
	} {
		if bad == text {
			t.Fatalf("%s: nothing was changed", name)
		}
		if _, err := bundle.ParseManifest([]byte(bad)); err == nil {
			t.Errorf("%s: it is taken", name)
		}
	}
}

func TestReadFailsWhereItsSourceFails(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken disk")
	data := write(t, bundle.Payload{Path: "incident.json", Data: []byte("{}")})
	for _, n := range []int{0, 100, 600, 1024, len(data) - 100} {
		_, err := bundle.Read(io.MultiReader(bytes.NewReader(data[:n]), failing{broken}), bundle.Whole, math.MaxInt64)
		if !errors.Is(err, broken) {
			t.Errorf("after %d bytes: %v", n, err)
		}
	}
	if _, err := bundle.Read(bytes.NewReader(data), bundle.Whole, 2000); err == nil {
		t.Error("more than the limit is read")
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

func seeds(f *testing.F) {
	vectors, err := filepath.Glob("../../docs/formats/vectors/*.tar")
	if err != nil || len(vectors) == 0 {
		f.Fatalf("no vectors: %v", err)
	}
	for _, path := range vectors {
		data, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
}

// FuzzRead: what is read without a problem is written again as the same bytes.
func FuzzRead(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := bundle.Read(bytes.NewReader(data), bundle.Whole, 1<<24)
		if err != nil || len(c.Problems) > 0 {
			return
		}
		var buf bytes.Buffer
		w, err := bundle.NewWriter(&buf, c.ID, c.Modified)
		if err != nil {
			if len(c.Files) == 0 {
				return // nothing but the end of a tar
			}
			t.Fatal(err)
		}
		for _, file := range c.Files {
			if err := w.Add(file.Path, data[file.Offset:file.Offset+file.Size]); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.End(); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(buf.Bytes(), data) {
			t.Fatal("another tar than our writer's is taken")
		}
	})
}

// FuzzManifest: what is parsed is canonical and stays so.
func FuzzManifest(f *testing.F) {
	vectors, err := filepath.Glob("../../docs/formats/vectors/*.tar")
	if err != nil {
		f.Fatal(err)
	}
	for _, path := range vectors {
		data, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		if c, err := bundle.Read(bytes.NewReader(data), bundle.Whole, 1<<24); err == nil && c.Text[bundle.ManifestDoc] != nil {
			f.Add(c.Text[bundle.ManifestDoc])
		}
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		m, err := bundle.ParseManifest(text)
		if err == nil && (m.Format != bundle.Format || len(m.Files) > bundle.MaxFiles || m.IncidentSHA256 == "") {
			t.Fatalf("%+v", m)
		}
	})
}
