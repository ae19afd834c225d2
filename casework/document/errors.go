package document

import "fmt"

// FieldError is a field that the paper must have and the case lacks. Fill it in the
// case; no paper is made before.
type FieldError struct {
	Kind    Kind
	Field   string // as in Fields: "Party.Address"
	Article string // what demands it: "行政处罚法第五十九条第一款第（一）项"
	ZH, EN  string // what to do
}

func (e *FieldError) Error() string {
	return fmt.Sprintf("document %s: %s is missing: %s (%s)", e.Kind, e.Field, e.EN, e.Article)
}

// RuneError is a character that the fonts don't have. Configure a font for rare
// characters; it is never printed as a blank.
type RuneError struct {
	Kind Kind
	Rune rune
	Text string // where it stands
}

func (e *RuneError) Error() string {
	return fmt.Sprintf("document %s: no font has %q (U+%04X) of %q; configure a font for rare characters that has it", e.Kind, e.Rune, e.Rune, e.Text)
}
