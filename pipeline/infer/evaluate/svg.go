package evaluate

import (
	"bytes"
	"fmt"
	"html"
	"os"
	"strings"
)

// Sizes of one diagram, in pixels.
const (
	side   = 220
	margin = 46
	head   = 28
)

// WriteSVG draws precision over recall, and reliability, one row per label, and below
// what was taken for what. A report without any of it writes nothing and says so.
func (r *Report) WriteSVG(file string) (written bool, err error) {
	if len(r.Curves)+len(r.Confusion) == 0 {
		return false, nil
	}
	var b bytes.Buffer
	w, h := 2*(side+2*margin), len(r.Curves)*(side+2*margin)+head
	for _, c := range r.Confusion {
		h += c.height()
	}
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif" font-size="11">`+"\n", w, h)
	fmt.Fprintf(&b, `<rect width="%d" height="%d" fill="#fff"/><text x="%d" y="20" font-size="14">%s %s</text>`+"\n", w, h, margin, html.EscapeString(r.Model), html.EscapeString(r.Version))
	for i, c := range r.Curves {
		y := head + i*(side+2*margin) + margin
		drawCurve(&b, margin, y, c)
		drawReliability(&b, 3*margin+side, y, c)
	}
	y := head + len(r.Curves)*(side+2*margin)
	for _, c := range r.Confusion {
		drawConfusion(&b, y, c)
		y += c.height()
	}
	b.WriteString("</svg>\n")
	if err := os.WriteFile(file, b.Bytes(), 0o644); err != nil { // #nosec G306 -- a public figure of the documentation
		return false, fmt.Errorf("draw the curves of %s: %w", r.Model, err)
	}
	return true, nil
}

func frame(b *bytes.Buffer, x, y int, title, across, up string) {
	fmt.Fprintf(b, `<g transform="translate(%d %d)"><text y="-8" font-weight="bold">%s</text>`, x, y, html.EscapeString(title))
	for i := 0; i <= 4; i++ {
		at := i * side / 4
		fmt.Fprintf(b, `<path d="M%d 0V%dM0 %dH%d" stroke="#ddd"/><text x="%d" y="%d" text-anchor="middle">%g</text><text x="-6" y="%d" text-anchor="end">%g</text>`,
			at, side, at, side, at, side+14, float64(i)/4, side-at+4, float64(i)/4)
	}
	fmt.Fprintf(b, `<text x="%d" y="%d" text-anchor="middle">%s</text><text transform="translate(-32 %d) rotate(-90)" text-anchor="middle">%s</text>`+"\n",
		side/2, side+30, across, side/2, up)
}

func drawCurve(b *bytes.Buffer, x, y int, c Curve) {
	frame(b, x, y, c.Name, "recall", "precision")
	var path strings.Builder
	var at *Point
	letter := "M"
	for i, p := range c.Points {
		fmt.Fprintf(&path, "%s%.1f %.1f", letter, p.Recall*side, (1-p.Precision)*side)
		letter = "L"
		if p.Score >= c.Threshold {
			at = &c.Points[i]
		}
	}
	fmt.Fprintf(b, `<path d="%s" fill="none" stroke="#1456b8" stroke-width="1.5"/>`, path.String())
	if at != nil {
		fmt.Fprintf(b, `<circle cx="%.1f" cy="%.1f" r="4" fill="#b8143c"><title>threshold %.2f</title></circle>`, at.Recall*side, (1-at.Precision)*side, c.Threshold)
	}
	b.WriteString("</g>\n")
}

// drawReliability shows how many of the things of a score were so; the diagonal is
// what a probability promises. The disc's area is the share of things.
func drawReliability(b *bytes.Buffer, x, y int, c Curve) {
	frame(b, x, y, c.Name+": reliability", "score", "share that is so")
	fmt.Fprintf(b, `<path d="M0 %dL%d 0" stroke="#999" stroke-dasharray="4 3"/>`, side, side)
	most := 1
	for _, bin := range c.Reliability {
		most = max(most, bin.Count)
	}
	for _, bin := range c.Reliability {
		if bin.Count > 0 {
			fmt.Fprintf(b, `<circle cx="%.1f" cy="%.1f" r="%.1f" fill="#1456b8" fill-opacity=".7"><title>%d</title></circle>`,
				bin.Mean*side, (1-bin.Right)*side, 2+6*float64(bin.Count)/float64(most), bin.Count)
		}
	}
	b.WriteString("</g>\n")
}

// Sizes of the table of what was taken for what, in pixels.
const (
	cellWidth  = 48
	cellHeight = 22
	labelWidth = 84
)

func (c *Confusion) height() int { return margin + (len(c.Labels)+2)*cellHeight }

// drawConfusion shows of each thing that is there as what it was taken; the darker,
// the more of its row.
func drawConfusion(b *bytes.Buffer, y int, c *Confusion) {
	fmt.Fprintf(b, `<g transform="translate(8 %d)"><text y="14" font-weight="bold">%s</text>`, y+margin/2, html.EscapeString(strings.Trim(c.Name+" rows: is; columns: said", "_ ")))
	for i, label := range c.Labels {
		fmt.Fprintf(b, `<text x="%d" y="%d" text-anchor="middle" font-size="8">%s</text>`, labelWidth+i*cellWidth+cellWidth/2, cellHeight+12, html.EscapeString(label))
		fmt.Fprintf(b, `<text x="%d" y="%d" text-anchor="end">%s</text>`, labelWidth-6, (i+2)*cellHeight+15, html.EscapeString(label))
		sum := 0.0
		for _, v := range c.Counts[i] {
			sum += v
		}
		for k, v := range c.Counts[i] {
			dark, ink := v/max(sum, 1), "#000"
			if dark > 0.5 {
				ink = "#fff"
			}
			x, top := labelWidth+k*cellWidth, (i+2)*cellHeight
			fmt.Fprintf(b, `<rect x="%d" y="%d" width="%d" height="%d" fill="#1456b8" fill-opacity="%.2f" stroke="#ddd"/>`, x, top, cellWidth, cellHeight, dark)
			fmt.Fprintf(b, `<text x="%d" y="%d" text-anchor="middle" font-size="9" fill="%s">%.0f</text>`, x+cellWidth/2, top+15, ink, v)
		}
	}
	b.WriteString("</g>\n")
}
