package document

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"

	"github.com/klauspost/compress/zlib"
)

// What is looked for in a PDF as gopdf writes it.
var (
	tableAt      = regexp.MustCompile(`startxref\n(\d+)\n`)
	objectAt     = regexp.MustCompile(`(\d{10}) 00000 n `)
	information  = regexp.MustCompile(`(?s)/Info (<<.*>>)\s*>>\s*startxref`)
	streamLength = regexp.MustCompile(`/Length (\d+)`)
	baseFont     = regexp.MustCompile(`/BaseFont /(\S+)`)
	glyphWidth   = regexp.MustCompile(`(\d+)\[\d+\]`)
	descriptorOf = regexp.MustCompile(`/FontDescriptor (\d+) 0 R`)
	fileOf       = regexp.MustCompile(`/FontFile2 (\d+) 0 R`)
)

// archive writes the PDF anew as PDF/A-2b (ISO 19005-2), the form that archives keep:
// with its metadata as XMP, the meaning of its colours, maps from characters to glyphs,
// and an identifier. gopdf draws well but knows nothing of archives; what it writes is
// simple enough to be taken apart by its own cross-reference table.
func (p *Press) archive(pdf []byte, m metadata) ([]byte, error) {
	objects, trailer, err := takeApart(pdf)
	if err != nil {
		return nil, fmt.Errorf("make PDF/A of %s: %w", m.title, err)
	}
	for i, o := range objects {
		if objects[i], err = p.mend(o); err != nil {
			return nil, fmt.Errorf("make PDF/A of %s: %w", m.title, err)
		}
	}
	if err := p.embed(objects); err != nil {
		return nil, fmt.Errorf("make PDF/A of %s: %w", m.title, err)
	}
	info := bytes.TrimSpace(trailer)
	n := len(objects) // the next number is n+1
	objects = append(objects,
		[]byte(fmt.Sprintf("<<\n/Type /OutputIntent\n/S /GTS_PDFA1\n/OutputConditionIdentifier (sRGB)\n/Info (sRGB)\n/DestOutputProfile %d 0 R\n>>\nendobj\n", n+2)),
		stream("/N 3", colourProfile()),
		stream("/Type /Metadata\n/Subtype /XML", m.xmp()),
		append(info, "\nendobj\n"...))
	objects[0] = []byte(fmt.Sprintf("<<\n/Type /Catalog\n/Pages 2 0 R\n/Lang (zh-CN)\n/ViewerPreferences <</DisplayDocTitle true>>\n/OutputIntents [%d 0 R]\n/Metadata %d 0 R\n>>\nendobj\n", n+1, n+3))
	return putTogether(objects, n+4), nil
}

// takeApart cuts a PDF into its objects, numbered from 1 without gaps, each without its
// "n 0 obj" line, and the information dictionary of the trailer.
func takeApart(pdf []byte) (objects [][]byte, info []byte, err error) {
	at := tableAt.FindSubmatch(pdf)
	if at == nil {
		return nil, nil, errors.New("there is no cross-reference table")
	}
	table, err := strconv.Atoi(string(at[1]))
	if err != nil || table < 0 || table >= len(pdf) {
		return nil, nil, fmt.Errorf("the cross-reference table isn't at %s", at[1])
	}
	var starts []int
	for _, row := range objectAt.FindAllSubmatch(pdf[table:], -1) {
		start, err := strconv.Atoi(string(row[1]))
		if err != nil || start >= table {
			return nil, nil, fmt.Errorf("an object isn't at %s", row[1])
		}
		starts = append(starts, start)
	}
	if !slices.IsSorted(starts) || len(starts) < 3 {
		return nil, nil, fmt.Errorf("%d objects aren't in order", len(starts))
	}
	for i, start := range starts {
		end := table
		if i+1 < len(starts) {
			end = starts[i+1]
		}
		head := fmt.Appendf(nil, "%d 0 obj\n", i+1)
		body, ok := bytes.CutPrefix(pdf[start:end], head)
		if !ok {
			return nil, nil, fmt.Errorf("object %d isn't where the table says", i+1)
		}
		objects = append(objects, body)
	}
	found := information.FindSubmatch(pdf[table:])
	if found == nil {
		return nil, nil, errors.New("the trailer has no information dictionary")
	}
	return objects, found[1], nil
}

// mend gives a font its map from characters to glyphs, squeezes a stream that isn't yet,
// and ends its data with the line break that the standard wants before "endstream".
func (p *Press) mend(o []byte) ([]byte, error) {
	o = append(bytes.TrimSpace(o), '\n')
	if bytes.Contains(o, []byte(descendant)) {
		return bytes.Replace(o, []byte(descendant), []byte("/CIDToGIDMap /Identity\n"+descendant), 1), nil
	}
	head, data, isStream := bytes.Cut(o, []byte("stream\n"))
	length := streamLength.FindSubmatch(head)
	if !isStream || length == nil {
		return o, nil
	}
	n, err := strconv.Atoi(string(length[1]))
	if err != nil || n > len(data) {
		return nil, fmt.Errorf("a stream of %s bytes has %d", length[1], len(data))
	}
	if !bytes.Contains(head, []byte("/Filter")) {
		return p.squeezed("", data[:n])
	}
	return slices.Concat(head, []byte("stream\n"), data[:n], []byte("\nendstream\nendobj\n")), nil
}

// descendant marks the object that tells a font's glyphs and their widths.
const descendant = "/Subtype /CIDFontType2"

// embed gives each font the shapes of the glyphs that the paper uses, which gopdf lists
// with their widths. The font is named as it is called, with the six letters before that
// mark an embedded subset; they come from what is in it, so that the same paper has the
// same. A font that can't be followed is an error: its text would be invisible.
func (p *Press) embed(objects [][]byte) error {
	for _, o := range objects {
		if !bytes.Contains(o, []byte(descendant)) {
			continue
		}
		name, glyphs := baseFont.FindSubmatch(o), glyphWidth.FindAllSubmatch(o, -1)
		descriptor := referred(objects, o, descriptorOf)
		if name == nil || descriptor == 0 {
			return errors.New("a font has no name or description")
		}
		called := string(name[1])
		t, file := p.fonts.faces[face(called)], referred(objects, objects[descriptor-1], fileOf)
		if t == nil || file == 0 {
			return fmt.Errorf("font %s has no file", called)
		}
		used := make([]int, len(glyphs))
		for i, g := range glyphs {
			used[i], _ = strconv.Atoi(string(g[1])) // digits alone
		}
		font := t.outlines.subset(used)
		var err error
		if objects[file-1], err = p.squeezed(fmt.Sprintf("/Length1 %d\n", len(font)), font); err != nil {
			return err
		}
		tag := make([]byte, 6)
		for i, b := range sha256Of(font)[:6] {
			tag[i] = 'A' + b%26
		}
		rename(objects, called, string(tag)+"+"+p.fonts.name(face(called)))
	}
	return nil
}

// referred is the number of the object that another one names; 0 for none.
func referred(objects [][]byte, o []byte, key *regexp.Regexp) int {
	at := key.FindSubmatch(o)
	if at == nil {
		return 0
	}
	n, err := strconv.Atoi(string(at[1]))
	if err != nil || n > len(objects) {
		return 0
	}
	return n
}

func rename(objects [][]byte, from, to string) {
	for i, o := range objects {
		if bytes.Contains(o, []byte("stream\n")) {
			continue
		}
		for _, key := range []string{"/BaseFont /", "/FontName /"} {
			objects[i] = bytes.ReplaceAll(objects[i], []byte(key+from+"\n"), []byte(key+to+"\n"))
		}
	}
}

// squeezed is a stream, compressed.
func (p *Press) squeezed(entries string, data []byte) ([]byte, error) {
	var out bytes.Buffer
	w, _ := p.squeezers.Get().(*zlib.Writer)
	if w == nil {
		w = zlib.NewWriter(&out)
	} else {
		w.Reset(&out)
	}
	defer p.squeezers.Put(w)
	if _, err := w.Write(data); err != nil {
		return nil, fmt.Errorf("squeeze a stream: %w", err)
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("squeeze a stream: %w", err)
	}
	return stream(entries+"/Filter /FlateDecode", out.Bytes()), nil
}

func sha256Of(data []byte) []byte {
	sum := sha256.Sum256(data)
	return sum[:]
}

func stream(entries string, data []byte) []byte {
	return slices.Concat(fmt.Appendf(nil, "<<\n%s\n/Length %d\n>>\nstream\n", entries, len(data)), data, []byte("\nendstream\nendobj\n"))
}

// putTogether writes the objects with a new table; info is the number of the information
// dictionary. The identifier comes from what was written.
func putTogether(objects [][]byte, info int) []byte {
	out := []byte("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
	starts := make([]int, len(objects))
	for i, o := range objects {
		starts[i] = len(out)
		out = fmt.Appendf(out, "%d 0 obj\n", i+1)
		out = append(out, o...)
	}
	id := sha256Of(out)[:16]
	table := len(out)
	out = fmt.Appendf(out, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for _, start := range starts {
		out = fmt.Appendf(out, "%010d 00000 n \n", start)
	}
	return fmt.Appendf(out, "trailer\n<<\n/Size %d\n/Root 1 0 R\n/Info %d 0 R\n/ID [<%X> <%X>]\n>>\nstartxref\n%d\n%%%%EOF\n", len(objects)+1, info, id, id, table)
}
