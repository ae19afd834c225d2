package document

import (
	"fmt"

	"github.com/signintech/gopdf"
)

// The sheet is A4. Type area as GB/T 9704 has it: 156 mm wide between margins of 28 and
// 26 mm, 37 mm free above the first page's heading, less on the following ones; the foot
// takes the page number and the code that the public page resolves.
const (
	mm         = 72 / 25.4
	pageWidth  = 210 * mm
	pageHeight = 297 * mm
	left       = 28 * mm
	right      = 26 * mm
	measure    = pageWidth - left - right
	top        = 26 * mm
	bottom     = 31 * mm // to the type area's end
)

// Type sizes in points.
const (
	bodySize  = 14.0 // 四号
	formSize  = 12.0 // 小四
	smallSize = 10.5 // 五号
	titleSize = 22.0 // 二号
	orgSize   = 18.0 // 小二
)

// pitch is the distance from line to line for each size, in points. A paper whose last
// page would hold a few lines is set tighter, if that saves the page.
type pitch struct{ body, form, small float64 }

func pitches() []pitch {
	return []pitch{{23.5, 19, 16}, {22, 17.6, 15}, {20.5, 16.4, 14}, {19.5, 15, 13.5}}
}

// box is a piece of the sheet that never breaks over two pages.
type box struct {
	height float64
	keep   bool // with the box that follows
	// draw sets the box at y; first and last say whether it opens or ends a page's type area.
	draw func(p *pen, y float64, first, last bool) error
}

// pen draws on the PDF in points from the page's upper left corner.
type pen struct {
	pdf      *gopdf.GoPdf
	fonts    *fontSet
	embedded map[face]bool
	code     [][]bool // the QR code's squares, once it was made
}

// paginate shares the boxes out over pages; boxes that keep together move together.
func paginate(boxes []box) [][]box {
	const room = pageHeight - top - bottom
	var pages [][]box
	var page []box
	used := 0.0
	for i := 0; i < len(boxes); {
		n, height := 1, boxes[i].height
		for i+n < len(boxes) && boxes[i+n-1].keep {
			height += boxes[i+n].height
			n++
		}
		if used+height > room && len(page) > 0 {
			pages, page, used = append(pages, page), nil, 0
		}
		if height > room { // can't be kept together: one by one
			n, height = 1, boxes[i].height
		}
		page = append(page, boxes[i:i+n]...)
		used += height
		i += n
	}
	if len(page) > 0 {
		pages = append(pages, page)
	}
	return pages
}

// text sets one line with its baseline at y. The spread goes after every character.
func (p *pen) text(f face, size float64, x, y float64, text string, spread float64) error {
	if err := p.pdf.SetCharSpacing(spread); err != nil {
		return fmt.Errorf("space a line: %w", err)
	}
	for text != "" {
		run, set, width := p.run(f, text)
		if err := p.use(set, size); err != nil {
			return err
		}
		p.pdf.SetXY(x, y)
		if err := p.pdf.Text(run); err != nil {
			return fmt.Errorf("set %q: %w", run, err)
		}
		x += width*size + spread*float64(len([]rune(run)))
		text = text[len(run):]
	}
	return nil
}

// use embeds a font when it is first wanted: even of one that sets nothing the tables are
// large, and pressing them together takes most of a paper's time.
func (p *pen) use(f face, size float64) error {
	if !p.embedded[f] {
		if err := p.pdf.AddTTFFontFromFontContainer(string(f), p.fonts.container); err != nil {
			return fmt.Errorf("embed the font %s: %w", f, err)
		}
		p.embedded[f] = true
	}
	if err := p.pdf.SetFont(string(f), "", size); err != nil {
		return fmt.Errorf("set the font %s: %w", f, err)
	}
	return nil
}

// run is the longest beginning of a text that one font sets.
func (p *pen) run(f face, text string) (run string, set face, width float64) {
	end := 0
	for i, r := range text {
		one, w, _ := p.fonts.pick(f, r)
		if i == 0 {
			set = one
		}
		if one != set {
			break
		}
		width += w
		end = i + len(string(r))
	}
	return text[:end], set, width
}

// centred sets a line in the middle between x and x+width.
func (p *pen) centred(f face, size, x, width, y float64, text string) error {
	return p.text(f, size, x+(width-p.fonts.width(f, text)*size)/2, y, text, 0)
}

func (p *pen) ending(f face, size, x, y float64, text string) error {
	return p.text(f, size, x-p.fonts.width(f, text)*size, y, text, 0)
}

func (p *pen) colour(c colour) {
	p.pdf.SetTextColor(c.r, c.g, c.b)
	p.pdf.SetStrokeColor(c.r, c.g, c.b)
	p.pdf.SetFillColor(c.r, c.g, c.b)
}

type colour struct{ r, g, b uint8 }

func black() colour { return colour{0, 0, 0} }
func red() colour   { return colour{200, 22, 29} }
func grey() colour  { return colour{110, 110, 110} }
func faint() colour { return colour{236, 236, 236} }

func (p *pen) rule(x1, y1, x2, y2, width float64) {
	p.pdf.SetLineWidth(width)
	p.pdf.Line(x1, y1, x2, y2)
}

// filled is how much of its type area a page uses.
func filled(page []box) float64 {
	used := 0.0
	for _, b := range page {
		used += b.height
	}
	return used / (pageHeight - top - bottom)
}
