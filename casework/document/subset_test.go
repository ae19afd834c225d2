package document

import (
	"bytes"
	"encoding/binary"
	"io"
	"os"
	"reflect"
	"regexp"
	"strconv"
	"testing"

	"github.com/klauspost/compress/zlib"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// Every glyph that a paper lists has in the embedded font the shape of the font on disk,
// and the others have none.
func TestEmbeddedShapes(t *testing.T) {
	t.Parallel()
	doc, err := press(t).Render(Decision, Sample(Decision))
	if err != nil {
		t.Fatal(err)
	}
	objects := bytes.Split(doc.PDF, []byte("endobj\n"))
	fonts := 0
	for _, o := range objects {
		if !bytes.Contains(o, []byte(descendant)) {
			continue
		}
		fonts++
		embedded := parsed(t, fontFile(t, objects, o))
		path := DebianFonts().Song
		if !bytes.Contains(o, []byte("Bousung")) {
			path = DebianFonts().Kai
		}
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		whole := parsed(t, data)
		used := map[int]bool{0: true}
		for _, g := range regexp.MustCompile(`(\d+)\[\d+\]`).FindAllSubmatch(o, -1) {
			n, _ := strconv.Atoi(string(g[1]))
			used[n] = true
		}
		if len(used) < 20 {
			t.Errorf("only %d glyphs are listed", len(used))
		}
		inked := 0
		for n := range whole.NumGlyphs() {
			got, want := shape(t, embedded, n), shape(t, whole, n)
			if used[n] && !reflect.DeepEqual(got, want) {
				t.Errorf("%s: glyph %d has another shape", path, n)
			}
			if len(got) > 0 {
				inked++
			}
		}
		if inked > len(used) || inked < len(used)/2 {
			t.Errorf("%s: %d glyphs have a shape, %d are used", path, inked, len(used))
		}
	}
	if fonts != 2 {
		t.Errorf("%d fonts", fonts)
	}
}

func parsed(t *testing.T, data []byte) *sfnt.Font {
	t.Helper()
	// The embedded font has no tables for names and characters, which sfnt wants to see.
	if !bytes.Contains(data[:300], []byte("cmap")) {
		full, err := os.ReadFile(DebianFonts().Song)
		if err != nil {
			t.Fatal(err)
		}
		rest, err := readOutlines(full)
		if err != nil {
			t.Fatal(err)
		}
		tables := map[string][]byte{"cmap": rest.tables["cmap"], "name": rest.tables["name"], "post": rest.tables["post"], "OS/2": rest.tables["OS/2"]}
		for i := range int(binary.BigEndian.Uint16(data[4:])) {
			row := data[12+16*i:]
			at, n := binary.BigEndian.Uint32(row[8:]), binary.BigEndian.Uint32(row[12:])
			tables[string(row[:4])] = data[at : at+n]
		}
		data = assemble(tables)
	}
	f, err := sfnt.Parse(data)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func shape(t *testing.T, f *sfnt.Font, n int) sfnt.Segments {
	t.Helper()
	var buf sfnt.Buffer
	segments, err := f.LoadGlyph(&buf, sfnt.GlyphIndex(n), fixed.I(1000), nil)
	if err != nil {
		t.Fatalf("glyph %d: %v", n, err)
	}
	return append(sfnt.Segments(nil), segments...)
}

func fontFile(t *testing.T, objects [][]byte, font []byte) []byte {
	t.Helper()
	file := objects[referred(objects, objects[referred(objects, font, descriptorOf)-1], fileOf)-1]
	_, data, _ := bytes.Cut(file, []byte("stream\n"))
	r, err := zlib.NewReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	out, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// A composed glyph takes along what it is made of, whatever its transformations.
func TestComponents(t *testing.T) {
	t.Parallel()
	head := []byte{0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 0}
	part := func(flags, glyph uint16, rest int) []byte {
		return append(binary.BigEndian.AppendUint16(binary.BigEndian.AppendUint16(nil, flags), glyph), make([]byte, rest)...)
	}
	composed := append([]byte{}, head...)
	for _, p := range [][]byte{part(1<<5|1, 7, 4), part(1<<5|1<<3, 8, 4), part(1<<5|1<<6|1, 9, 8), part(1<<5|1<<7, 10, 10), part(0, 11, 2)} {
		composed = append(composed, p...)
	}
	for _, c := range []struct {
		shape []byte
		want  []int
	}{
		{composed, []int{7, 8, 9, 10, 11}},
		{composed[:len(head)+8], []int{7}}, // cut off
		{append([]byte{0, 1}, composed[2:]...), nil},
		{nil, nil},
	} {
		if got := components(c.shape); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%v, not %v", got, c.want)
		}
	}
}

// What isn't a font is refused, not read past its end.
func TestBrokenOutlines(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile(DebianFonts().Kai)
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{0, 11, 200, len(data) / 2} {
		if _, err := readOutlines(data[:n]); err == nil {
			t.Errorf("%d bytes were taken for a font", n)
		}
	}
}
