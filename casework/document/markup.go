package document

import (
	"fmt"
	"strings"
)

// element is one line of the markup that templates write: "@p some text". Cells of a
// row are parted by "|". docs/documents.md lists the elements.
type element struct {
	name  string
	cells []string
}

func (e element) text() string { return strings.Join(e.cells, "") }

// parse reads what a template wrote. The words of a case hold neither line breaks nor
// bars any more, see clean.
func parse(text string) ([]element, error) {
	var all []element
	for n, raw := range strings.Split(text, "\n") {
		raw = strings.TrimSpace(raw)
		if raw == "" || strings.HasPrefix(raw, "//") {
			continue
		}
		if !strings.HasPrefix(raw, "@") {
			return nil, fmt.Errorf("line %d: %q doesn't begin with an element like @p", n+1, raw)
		}
		name, rest, _ := strings.Cut(raw[1:], " ")
		e := element{name: name}
		for _, cell := range strings.Split(rest, "|") {
			e.cells = append(e.cells, restore(name, strings.TrimSpace(cell)))
		}
		if want, known := cellsOf(name); !known {
			return nil, fmt.Errorf("line %d: there is no element @%s", n+1, name)
		} else if want > 0 && len(e.cells) != want {
			return nil, fmt.Errorf("line %d: @%s takes %d cells, parted by |, not %d", n+1, name, want, len(e.cells))
		}
		all = append(all, e)
	}
	return all, nil
}

// restore puts back what clean took out of a case's words; line breaks remain in rows
// alone, which set them.
func restore(name, text string) string {
	text = strings.ReplaceAll(text, string(bar), "|")
	if name == "row" {
		return text
	}
	return strings.ReplaceAll(text, string(newline), " ")
}

// cellsOf is how many cells an element takes; 0 for any number of pairs.
func cellsOf(name string) (n int, known bool) {
	switch name {
	case "org", "redhead", "title", "number", "to", "p", "n", "h", "item", "quote", "note", "stills", "seal", "signature", "rule", "gap", "foot":
		return 1, true
	case "qa", "sign":
		return 2, true
	case "opinion":
		return 4, true
	case "row":
		return 0, true
	}
	return 0, false
}
