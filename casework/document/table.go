package document

import "fmt"

// Forms: labels in Kai in narrow cells, values in Song beside them, all ruled.
const (
	labelWidth = 86.0
	cellPad    = 6.0
	ruleWidth  = 0.6
	shortRow   = 14 // lines up to which a row stays in one piece
)

// cell is one cell of a row, broken into lines.
type cell struct {
	x, width float64
	face     face
	centred  bool
	lines    []line
}

// row sets pairs of label and value side by side.
func (s *sheet) row(cells []string) error {
	if len(cells)%2 != 0 {
		return fmt.Errorf("@row: %d cells; labels and values come in pairs", len(cells))
	}
	pairs := float64(len(cells) / 2)
	if s.before != "row" {
		s.gap(4)
	}
	var out []cell
	x := left
	for i := 0; i < len(cells); i += 2 {
		value := measure/pairs - labelWidth
		out = append(out,
			cell{x: x, width: labelWidth, face: kai, centred: true, lines: s.fonts.wrap(kai, cells[i], formSize, labelWidth-2*cellPad, 0)},
			cell{x: x + labelWidth, width: value, face: song, lines: s.cellLines(cells[i+1], value-2*cellPad)})
		x += labelWidth + value
	}
	tall := 1
	for _, c := range out {
		tall = max(tall, len(c.lines))
	}
	if tall > shortRow {
		s.longRow(out, tall)
		return nil
	}
	height := float64(tall)*s.pitch.form + 9
	s.add(height, func(p *pen, y float64, _, _ bool) error {
		frame(p, out, y, height)
		for _, c := range out {
			if err := c.set(p, y+(height-float64(len(c.lines))*s.pitch.form)/2, s.pitch.form); err != nil {
				return err
			}
		}
		return nil
	})
	return nil
}

// cellLines breaks a value into lines, and keeps its own line breaks.
func (s *sheet) cellLines(text string, measure float64) []line {
	var lines []line
	for _, p := range paragraphs(text) {
		lines = append(lines, s.fonts.wrap(song, p, formSize, measure, 0)...)
	}
	return lines
}

// longRow sets a row line by line, so that it may run over pages.
func (s *sheet) longRow(cells []cell, tall int) {
	for n := range tall {
		s.add(s.pitch.form, func(p *pen, y float64, first, last bool) error {
			for _, c := range cells {
				p.rule(c.x, y, c.x, y+s.pitch.form, ruleWidth)
				p.rule(c.x+c.width, y, c.x+c.width, y+s.pitch.form, ruleWidth)
				if n == 0 || first {
					p.rule(c.x, y, c.x+c.width, y, ruleWidth)
				}
				if n == tall-1 || last {
					p.rule(c.x, y+s.pitch.form, c.x+c.width, y+s.pitch.form, ruleWidth)
				}
				if n < len(c.lines) {
					one := c
					one.lines = c.lines[n : n+1]
					if err := one.set(p, y, s.pitch.form); err != nil {
						return err
					}
				}
			}
			return nil
		})
		if n == 0 || n == tall-2 {
			s.keepLast(1)
		}
	}
}

func (c cell) set(p *pen, y, pitch float64) error {
	for i, l := range c.lines {
		base := baseline(y+float64(i)*pitch, pitch, formSize)
		var err error
		if c.centred {
			err = p.centred(c.face, formSize, c.x, c.width, base, l.text)
		} else {
			err = p.text(c.face, formSize, c.x+cellPad+l.indent, base, l.text, l.spread)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func frame(p *pen, cells []cell, y, height float64) {
	p.pdf.SetLineWidth(ruleWidth)
	for _, c := range cells {
		p.pdf.RectFromUpperLeft(c.x, y, c.width, height)
	}
}

// opinion is a tall cell of a form: what somebody found, signed and dated.
func (s *sheet) opinion(role, text, name, when string) {
	value := measure - labelWidth
	label := cell{x: left, width: labelWidth, face: kai, centred: true, lines: s.fonts.wrap(kai, role, formSize, labelWidth-2*cellPad, 0)}
	body := cell{x: left + labelWidth, width: value, face: song, lines: s.fonts.wrap(song, text, formSize, value-2*cellPad, 2*formSize)}
	height := max(4.4*s.pitch.form, float64(len(body.lines)+2)*s.pitch.form+10)
	s.add(height, func(p *pen, y float64, _, _ bool) error {
		frame(p, []cell{label, body}, y, height)
		if err := label.set(p, y+(height-float64(len(label.lines))*s.pitch.form)/2, s.pitch.form); err != nil {
			return err
		}
		if err := body.set(p, y+5, s.pitch.form); err != nil {
			return err
		}
		return p.ending(song, formSize, left+measure-cellPad-6, y+height-10, "签名："+name+"　　"+when)
	})
}
