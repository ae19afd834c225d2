package document

import (
	"fmt"
	"strings"
)

// sheet turns elements into boxes.
type sheet struct {
	fonts  *fontSet
	fields Fields
	pitch  pitch
	boxes  []box
	before string // the element before
}

// set sets one element.
func (s *sheet) set(e element) error {
	defer func() { s.before = e.name }()
	text := e.text()
	switch e.name {
	case "org":
		s.heading(song, orgSize, 30, text, black())
	case "redhead":
		s.redhead(text)
	case "title":
		s.heading(song, titleSize, 34, text, black())
		s.gap(4)
	case "number":
		s.heading(kai, bodySize, 30, text, black())
		s.gap(6)
	case "to":
		s.paragraph(song, bodySize, s.pitch.body, 0, 0, text)
	case "p":
		s.paragraph(song, bodySize, s.pitch.body, 2*bodySize, 0, text)
	case "n":
		s.paragraph(song, bodySize, s.pitch.body, 0, 0, text)
	case "h":
		s.paragraph(kai, bodySize, s.pitch.body, 2*bodySize, 0, text)
		s.keepLast(1)
	case "item":
		s.paragraph(song, bodySize, s.pitch.body, 2*bodySize, 0, text)
	case "quote":
		s.paragraph(kai, formSize, s.pitch.form+1, 2*formSize, 2*bodySize, text)
		s.gap(3)
	case "note":
		s.paragraph(kai, smallSize, s.pitch.small, 0, 0, text)
	case "foot":
		s.foot(text)
	case "qa":
		s.paragraph(kai, bodySize, s.pitch.body, 0, 0, "问："+e.cells[0])
		s.keepLast(1)
		s.paragraph(song, bodySize, s.pitch.body, 0, 0, "答："+e.cells[1])
	case "row":
		return s.row(e.cells)
	case "opinion":
		s.opinion(e.cells[0], e.cells[1], e.cells[2], e.cells[3])
	case "stills":
		return s.stills()
	case "signature":
		return s.signature()
	case "sign":
		s.sign(e.cells[0], e.cells[1])
	case "seal":
		return s.seal()
	case "rule":
		s.add(8, func(p *pen, y float64, _, _ bool) error { p.rule(left, y+4, left+measure, y+4, 0.5); return nil })
	case "gap":
		s.gap(s.pitch.body / 2)
	default:
		return fmt.Errorf("there is no element @%s", e.name)
	}
	return nil
}

func (s *sheet) add(height float64, draw func(p *pen, y float64, first, last bool) error) {
	s.boxes = append(s.boxes, box{height: height, draw: draw})
}

func (s *sheet) gap(height float64) {
	s.add(height, func(*pen, float64, bool, bool) error { return nil })
}

// keepLast glues the last n boxes to what follows.
func (s *sheet) keepLast(n int) {
	for i := max(0, len(s.boxes)-n); i < len(s.boxes); i++ {
		s.boxes[i].keep = true
	}
}

// heading sets a title centred, over several balanced lines where it is long.
func (s *sheet) heading(f face, size, pitch float64, text string, c colour) {
	lines := s.fonts.wrap(f, text, size, measure, 0)
	if n := len(lines); n > 1 { // balance: no title line of one character
		lines = s.fonts.wrap(f, text, size, max(s.fonts.width(f, text)*size/float64(n)+size, measure/2), 0)
	}
	for _, l := range lines {
		s.add(pitch, func(p *pen, y float64, _, _ bool) error {
			p.colour(c)
			defer p.colour(black())
			return p.centred(f, size, left, measure, y+pitch-(pitch-size)/2-size*0.12, l.text)
		})
		s.keepLast(1)
	}
}

// redhead is the head of a letter: the bureau's name in red over a red rule.
func (s *sheet) redhead(text string) {
	size := min(28, measure/s.fonts.width(song, text))
	s.add(46, func(p *pen, y float64, _, _ bool) error {
		p.colour(red())
		defer p.colour(black())
		return p.centred(song, size, left, measure, y+34, text)
	})
	s.add(14, func(p *pen, y float64, _, _ bool) error {
		p.colour(red())
		defer p.colour(black())
		p.rule(left, y+2, left+measure, y+2, 2)
		p.rule(left, y+5.5, left+measure, y+5.5, 0.6)
		return nil
	})
	s.keepLast(2)
}

// paragraph sets text over lines; neither its first nor its last line stands alone.
func (s *sheet) paragraph(f face, size, pitch, indent, inset float64, text string) {
	lines := s.fonts.wrap(f, text, size, measure-2*inset, indent)
	for i, l := range lines {
		s.add(pitch, func(p *pen, y float64, _, _ bool) error {
			return p.text(f, size, left+inset+l.indent, baseline(y, pitch, size), l.text, l.spread)
		})
		if i == 0 && len(lines) > 1 || i == len(lines)-2 {
			s.keepLast(1)
		}
	}
}

// baseline is where a line of the size stands in its pitch.
func baseline(y, pitch, size float64) float64 { return y + (pitch+size)/2 - size*0.12 }

// seal is the place of the seal: the bureau's name over the date, the seal upon both.
// It never stands alone on a page.
func (s *sheet) seal() error {
	s.keepLast(2)
	s.gap(s.pitch.body)
	s.keepLast(1)
	stamp, err := s.stamp()
	if err != nil {
		return err
	}
	f := s.fields
	date := dateZH(f.Date)
	lines := s.fonts.wrap(song, f.Bureau.Name, bodySize, measure*0.72, 0)
	width := max(s.fonts.width(song, date)*bodySize, widest(lines))
	x := left + measure - 2*bodySize - width
	s.add(float64(len(lines)+1)*s.pitch.body+30, func(p *pen, y float64, _, _ bool) error {
		if err := stamp(p, x+width/2, y+float64(len(lines))*s.pitch.body*0.6+14); err != nil {
			return err
		}
		for i, l := range append(lines, line{text: date}) {
			if err := p.centred(song, bodySize, x, width, baseline(y+float64(i)*s.pitch.body, s.pitch.body, bodySize), l.text); err != nil {
				return err
			}
		}
		return nil
	})
	return nil
}

// stamp is what is set under name and date: the bureau's own seal, the seal for show, or
// the word that a seal goes there.
func (s *sheet) stamp() (func(p *pen, x, y float64) error, error) {
	b := s.fields.Bureau
	switch {
	case b.Demo && b.Seal:
		return (*pen).demoSeal, nil
	case len(b.Image) > 0:
		size, err := checkSeal(b.Image)
		if err != nil {
			return nil, err
		}
		return func(p *pen, x, y float64) error {
			w, h := fit(size, 42*mm, 42*mm)
			return p.image(b.Image, x-w/2, y-h/2, w, h)
		}, nil
	}
	return func(p *pen, x, y float64) error {
		p.colour(grey())
		defer p.colour(black())
		return p.centred(kai, smallSize, x-60, 120, y+40, "（印章）")
	}, nil
}

func widest(lines []line) float64 {
	w := 0.0
	for _, l := range lines {
		w = max(w, l.width)
	}
	return w
}

// sign is a place for a signature with its date.
func (s *sheet) sign(who, when string) {
	s.add(s.pitch.body+8, func(p *pen, y float64, _, _ bool) error {
		base := baseline(y+8, s.pitch.body, bodySize)
		if err := p.text(song, bodySize, left, base, who, 0); err != nil {
			return err
		}
		from := left + s.fonts.width(song, who)*bodySize + 4
		to := left + measure*0.62
		if from < to-30 {
			p.rule(from, base+3, to, base+3, 0.5)
		}
		return p.text(song, bodySize, to+14, base, when, 0)
	})
}

// foot is the note under a rule at the end: copies, advice.
func (s *sheet) foot(text string) {
	s.gap(6)
	s.add(6, func(p *pen, y float64, _, _ bool) error { p.rule(left, y+3, left+measure, y+3, 0.5); return nil })
	s.keepLast(2)
	s.paragraph(kai, smallSize, s.pitch.small, 0, 0, strings.TrimSpace(text))
}
