package document

import (
	"errors"
	"fmt"
	"time"
)

// Fonts are paths of TrueType files.
type Fonts struct {
	Song string // text (宋体)
	Kai  string // titles of forms, notes (楷体)
}

// Document is a finished paper.
type Document struct {
	Kind    Kind
	TitleZH string
	TitleEN string
	Number  string
	Code    string
	Date    time.Time
	PDF     []byte
	SHA256  string // of PDF, hex
	Pages   int
}

// FieldError is a field that the paper must have and the case lacks.
type FieldError struct {
	Kind    Kind
	Field   string // as in Fields: "Party.Address"
	Article string // what demands it: "行政处罚法第五十九条第一款第（一）项"
	ZH, EN  string
}

func (e *FieldError) Error() string {
	return fmt.Sprintf("document %s: %s is missing (%s); %s", e.Kind, e.Field, e.Article, e.EN)
}

// RuneError is a character that the fonts don't have; the name must be written
// otherwise, or a larger font be configured. It is never printed as a blank.
type RuneError struct {
	Kind Kind
	Rune rune
	Text string // where it stands
}

func (e *RuneError) Error() string {
	return fmt.Sprintf("document %s: the fonts have no %q (U+%04X) of %q; configure a font that has it", e.Kind, e.Rune, e.Rune, e.Text)
}

// Press makes papers. It may be used from many goroutines at once.
type Press struct{}

// New reads fonts and templates.
func New(f Fonts) (*Press, error) { return nil, errors.New("document: not yet") }

// Render makes a paper. A missing field is a *FieldError, a character without glyph a *RuneError.
func (p *Press) Render(kind Kind, f Fields) (Document, error) {
	return Document{}, errors.New("document: not yet")
}

// Check reports every mandatory field that f lacks, each a *FieldError, without rendering.
func Check(kind Kind, f Fields) error { return nil }

// Sample is made-up data that fills a kind, for previews and tests.
func Sample(kind Kind) Fields { return Fields{} }
