package document

import (
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/signintech/gopdf/fontmaker/core"
)

// outlines are a TrueType font's tables. A paper takes along the shapes of the glyphs that
// it uses and no others.
type outlines struct {
	tables map[string][]byte
	starts []uint // of each glyph's shape in "glyf", and after the last its end
	wide   int    // so many glyphs have an advance of their own
}

func readOutlines(data []byte) (*outlines, error) {
	var font core.TTFParser
	if err := font.ParseFontData(data); err != nil {
		return nil, fmt.Errorf("read its tables: %w", err)
	}
	o := &outlines{tables: map[string][]byte{}, starts: font.LocaTable[:min(len(font.LocaTable), int(font.NumGlyphs())+1)], wide: int(font.NumberOfHMetrics())}
	for tag, at := range font.GetTables() {
		if at.Offset > uint(len(data)) || at.Length > uint(len(data))-at.Offset {
			return nil, fmt.Errorf("table %q ends after the file", tag)
		}
		o.tables[tag] = data[at.Offset : at.Offset+at.Length]
	}
	switch {
	case len(o.tables["head"]) < 54 || o.wide < 1 || len(o.tables["hmtx"]) < 4*o.wide || len(o.starts) < 2:
		return nil, errors.New("its tables head, hmtx or loca are too short")
	case !slices.IsSorted(o.starts) || o.starts[len(o.starts)-1] > uint(len(o.tables["glyf"])):
		return nil, errors.New("its table loca isn't in order")
	}
	return o, nil
}

// bare is the font without a shape: gopdf measures with it and finds its glyphs, and
// spends no time on shapes that archive would embed anew.
func (o *outlines) bare() []byte {
	tables := maps.Clone(o.tables)
	tables["glyf"], tables["loca"], tables["head"] = nil, make([]byte, 2*len(o.starts)), o.head(0)
	tables["hmtx"] = o.metrics(make([]bool, len(o.starts)))
	return assemble(tables)
}

// subset is the font with the shapes of some glyphs, and of those that they are composed
// of; the glyphs keep their numbers.
func (o *outlines) subset(glyphs []int) []byte {
	used := o.closure(glyphs)
	var shapes []byte
	starts := make([]byte, 0, 4*len(o.starts))
	for n := range len(o.starts) - 1 {
		starts = binary.BigEndian.AppendUint32(starts, uint32(len(shapes)))
		if used[n] {
			shapes = append(shapes, o.shape(n)...)
			shapes = append(shapes, make([]byte, -len(shapes)&3)...)
		}
	}
	tables := map[string][]byte{"glyf": shapes, "head": o.head(1), "hmtx": o.metrics(used),
		"loca": binary.BigEndian.AppendUint32(starts, uint32(len(shapes)))}
	for _, tag := range []string{"hhea", "maxp", "cvt ", "fpgm", "prep"} {
		if table, ok := o.tables[tag]; ok {
			tables[tag] = table
		}
	}
	return assemble(tables)
}

// shape is what a glyph looks like; empty for one that isn't there.
func (o *outlines) shape(n int) []byte {
	if n < 0 || n+1 >= len(o.starts) {
		return nil
	}
	return o.tables["glyf"][o.starts[n]:o.starts[n+1]]
}

// closure marks the glyphs, the parts of composed ones, and the one for what is missing (0).
func (o *outlines) closure(glyphs []int) []bool {
	used := make([]bool, len(o.starts))
	for open := append([]int{0}, glyphs...); len(open) > 0; {
		n := open[len(open)-1]
		open = open[:len(open)-1]
		if n < len(used) && !used[n] {
			used[n] = true
			open = append(open, components(o.shape(n))...)
		}
	}
	return used
}

// components are the glyphs that a composed one is made of, as OpenType's table glyf has
// them: flags, glyph, two arguments, and at most one transformation each.
func components(shape []byte) (list []int) {
	const head, words, scale, more, scales, matrix = 10, 1 << 0, 1 << 3, 1 << 5, 1 << 6, 1 << 7
	if len(shape) < head || shape[0] < 0x80 { // a count of contours that isn't negative: plain
		return nil
	}
	for rest := shape[head:]; len(rest) >= 4; {
		flags := binary.BigEndian.Uint16(rest)
		list = append(list, int(binary.BigEndian.Uint16(rest[2:])))
		size := 6
		if flags&words != 0 {
			size += 2
		}
		switch {
		case flags&scale != 0:
			size += 2
		case flags&scales != 0:
			size += 4
		case flags&matrix != 0:
			size += 8
		}
		if flags&more == 0 || size > len(rest) {
			return list
		}
		rest = rest[size:]
	}
	return list
}

// metrics is the table hmtx with the bearings of some glyphs; the advances all stay.
func (o *outlines) metrics(used []bool) []byte {
	table := slices.Clone(o.tables["hmtx"])
	for n := range len(o.starts) - 1 {
		at := 4*n + 2
		if n >= o.wide {
			at = 2*o.wide + 2*n
		}
		if !used[n] && at+2 <= len(table) {
			table[at], table[at+1] = 0, 0
		}
	}
	return table
}

// head is the table of that name; format 0 has loca count in pairs of bytes, 1 in bytes.
func (o *outlines) head(format byte) []byte {
	head := slices.Clone(o.tables["head"])
	head[50], head[51] = 0, format
	return head
}

// assemble writes a font file of its tables.
func assemble(tables map[string][]byte) []byte {
	tags := slices.Sorted(maps.Keys(tables))
	power, selector := 1, 0
	for power*2 <= len(tags) {
		power, selector = power*2, selector+1
	}
	out := []byte{0, 1, 0, 0}
	for _, n := range []int{len(tags), power * 16, selector, (len(tags) - power) * 16} {
		out = binary.BigEndian.AppendUint16(out, uint16(n))
	}
	at := len(out) + 16*len(tags)
	var body []byte
	for _, tag := range tags {
		padded := append(slices.Clone(tables[tag]), make([]byte, -len(tables[tag])&3)...)
		var sum uint32
		for i := 0; i < len(padded); i += 4 {
			sum += binary.BigEndian.Uint32(padded[i:])
		}
		out = append(out, tag...)
		for _, n := range []uint32{sum, uint32(at + len(body)), uint32(len(tables[tag]))} {
			out = binary.BigEndian.AppendUint32(out, n)
		}
		body = append(body, padded...)
	}
	return append(out, body...)
}
