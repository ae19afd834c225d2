package document

import (
	"fmt"
	"os"
	"regexp"
	"sync"

	"github.com/signintech/gopdf"
	"golang.org/x/image/font"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// face is one of the press's fonts.
type face string

const (
	song face = "song" // text
	kai  face = "kai"  // forms, notes, quotations
	rare face = "rare" // characters that the others lack
)

// typeface tells which characters a font has and how wide they are.
type typeface struct {
	font     *sfnt.Font
	outlines *outlines
	widths   sync.Map // rune -> float64 in em; -1 for none
}

// fontSet are the parsed fonts: for measuring and embedding here, and bare ones, which
// gopdf sets text with, in container.
type fontSet struct {
	faces     map[face]*typeface
	container *gopdf.FontContainer
}

func readFonts(f Fonts) (*fontSet, error) {
	set := &fontSet{faces: map[face]*typeface{}, container: &gopdf.FontContainer{}}
	for _, one := range []struct {
		face face
		path string
	}{{song, f.Song}, {kai, f.Kai}, {rare, f.Rare}} {
		if one.path == "" && one.face == rare {
			continue
		}
		data, err := os.ReadFile(one.path)
		if err != nil {
			return nil, fmt.Errorf("document: read the font %s: %w; install fonts-arphic-gbsn00lp and fonts-arphic-gkai00mp, or name a TrueType file", one.face, err)
		}
		parsed, err := sfnt.Parse(data)
		if err != nil {
			return nil, fmt.Errorf("document: font %s: %s isn't TrueType: %w", one.face, one.path, err)
		}
		outlines, err := readOutlines(data)
		if err == nil {
			err = set.container.AddTTFFontData(string(one.face), outlines.bare())
		}
		if err != nil {
			return nil, fmt.Errorf("document: font %s: %s can't be embedded: %w; a .ttf with glyf outlines can", one.face, one.path, err)
		}
		set.faces[one.face] = &typeface{font: parsed, outlines: outlines}
	}
	return set, nil
}

// name is what a font calls itself, for the PDF.
func (s *fontSet) name(f face) string {
	t := s.faces[f]
	if t == nil {
		return string(f)
	}
	var buf sfnt.Buffer
	name, err := t.font.Name(&buf, sfnt.NameIDPostScript)
	if err != nil || !regexp.MustCompile(`^[A-Za-z0-9-]{1,60}$`).MatchString(name) {
		return string(f)
	}
	return name
}

// width is a character's advance in em, and false where the font lacks it.
func (t *typeface) width(r rune) (float64, bool) {
	if w, ok := t.widths.Load(r); ok {
		return w.(float64), w.(float64) >= 0
	}
	w := t.measure(r)
	t.widths.Store(r, w)
	return w, w >= 0
}

func (t *typeface) measure(r rune) float64 {
	var buf sfnt.Buffer
	glyph, err := t.font.GlyphIndex(&buf, r)
	if err != nil || glyph == 0 {
		return -1
	}
	em := fixed.Int26_6(t.font.UnitsPerEm()) << 6
	advance, err := t.font.GlyphAdvance(&buf, glyph, em, font.HintingNone)
	if err != nil {
		return -1
	}
	return float64(advance) / float64(em)
}

// pick is the face that a character is set in, and its width in em: the wanted one, or
// the font for rare characters.
func (s *fontSet) pick(want face, r rune) (face, float64, bool) {
	if w, ok := s.faces[want].width(r); ok {
		return want, w, true
	}
	if t := s.faces[rare]; t != nil {
		if w, ok := t.width(r); ok {
			return rare, w, true
		}
	}
	return want, 0, false
}

// width is the width of a text in em. Characters without glyph were refused before.
func (s *fontSet) width(want face, text string) float64 {
	sum := 0.0
	for _, r := range text {
		_, w, _ := s.pick(want, r)
		sum += w
	}
	return sum
}

// missing is the first character that can't be printed.
func (s *fontSet) missing(text string) (rune, bool) {
	for _, r := range text {
		for _, f := range []face{song, kai} {
			if r == newline {
				continue
			}
			if _, _, ok := s.pick(f, r); !ok {
				return r, true
			}
		}
	}
	return 0, false
}
