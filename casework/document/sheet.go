package document

import "time"

// Sheet is a paper that is no step of a case: the cover of a file, a report. It has no
// verification code and is not kept.
type Sheet struct {
	Bureau Bureau
	Title  string
	Number string
	Date   time.Time
	Parts  []Part
}

// Part is a section of a sheet.
type Part struct {
	Heading string
	Rows    [][2]string // label and value
	Text    []string    // paragraphs
	Notes   []string    // lines in small type: digests, commands
}

// Sheet makes the paper. A character without glyph is a *RuneError.
func (p *Press) Sheet(s Sheet) ([]byte, error) {
	f := Fields{Bureau: s.Bureau, Number: s.Number, Date: s.Date}
	elements := []element{{"org", []string{s.Bureau.Name}}, {"title", []string{s.Title}}, {"number", []string{s.Number}}}
	for _, part := range s.Parts {
		if part.Heading != "" {
			elements = append(elements, element{"h", []string{part.Heading}})
		}
		for _, row := range part.Rows {
			elements = append(elements, element{"row", row[:]})
		}
		for _, text := range part.Text {
			elements = append(elements, element{"p", []string{text}})
		}
		for _, note := range part.Notes {
			elements = append(elements, element{"note", []string{note}})
		}
		elements = append(elements, element{name: "gap"})
	}
	for _, e := range elements {
		for _, text := range e.cells {
			if r, lacks := p.fonts.missing(text); lacks {
				return nil, &RuneError{Rune: r, Text: text}
			}
		}
	}
	pages, err := p.layout(elements, f)
	if err != nil {
		return nil, err
	}
	return p.print(s.Title, f, pages)
}
