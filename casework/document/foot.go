package document

import (
	"fmt"
	"math"
	"net/url"

	"github.com/signintech/gopdf"
	qrcode "github.com/skip2/go-qrcode"
)

const footTop = pageHeight - bottom + 14

// foot sets what stands under every page: the QR code with the code in letters, and the
// page's number.
func (p *pen) foot(f Fields, page, pages int) error {
	p.colour(grey())
	defer p.colour(black())
	p.rule(left, footTop-6, left+measure, footTop-6, 0.4)
	x := left
	if f.URL != "" {
		if err := p.qr(f.URL, left, footTop, 50); err != nil {
			return err
		}
		x += 58
	}
	if f.Code == "" { // of a sheet, which nobody looks up
		if err := p.text(kai, 9, x, footTop+12, f.Number, 0); err != nil {
			return err
		}
		return p.ending(song, 10.5, left+measure, footTop+12, fmt.Sprintf("第%d页 共%d页", page, pages))
	}
	for i, text := range []string{"文书验证码：" + grouped(f.Code), "扫描二维码，或者在 " + site(f.URL) + " 输入验证码，核验本文书真伪。", f.Number} {
		if f.URL == "" && i == 1 {
			continue
		}
		if err := p.text(kai, 9, x, footTop+12+float64(i)*14, text, 0); err != nil {
			return err
		}
	}
	return p.ending(song, 10.5, left+measure, footTop+12, fmt.Sprintf("第%d页 共%d页", page, pages))
}

// site is the public page's address without the code.
func site(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return address
	}
	return u.Host
}

// qr draws a QR code as squares, which stay sharp at any size; all pages have the same.
func (p *pen) qr(text string, x, y, size float64) error {
	if p.code == nil {
		code, err := qrcode.New(text, qrcode.Medium)
		if err != nil {
			return fmt.Errorf("make the QR code of %q: %w", text, err)
		}
		code.DisableBorder = true
		p.code = code.Bitmap()
	}
	rows := p.code
	p.colour(black())
	defer p.colour(grey())
	side := size / float64(len(rows))
	for r, row := range rows {
		for c := 0; c < len(row); {
			n := 0
			for c+n < len(row) && row[c+n] {
				n++
			}
			if n > 0 {
				p.pdf.RectFromUpperLeftWithStyle(x+float64(c)*side, y+float64(r)*side, float64(n)*side, side+0.02, "F")
			}
			c += max(n, 1)
		}
	}
	return nil
}

// demoMark writes over a page that the paper is only for show.
func (p *pen) demoMark() error {
	p.colour(faint())
	defer p.colour(black())
	for _, at := range [][2]float64{{pageWidth / 2, pageHeight * 0.3}, {pageWidth / 2, pageHeight * 0.62}} {
		p.pdf.Rotate(28, at[0], at[1])
		err := p.centred(song, 54, at[0]-300, 600, at[1]+18, "演示文书 DEMO")
		p.pdf.RotateReset()
		if err != nil {
			return err
		}
	}
	return nil
}

// demoSeal draws a round seal that nobody can take for a bureau's: it says what it is.
func (p *pen) demoSeal(x, y float64) error {
	const radius = 21 * mm
	p.colour(colour{222, 70, 70})
	defer p.colour(black())
	p.pdf.SetLineWidth(2.2)
	p.pdf.Oval(x-radius, y-radius, x+radius, y+radius)
	p.star(x, y, 5.5*mm)
	const ring = "演示用章不具有法律效力"
	runes := []rune(ring)
	const arc = 250.0 // degrees that the words span
	for i, r := range runes {
		angle := -arc/2 + arc*float64(i)/float64(len(runes)-1) // from the top, clockwise
		p.pdf.Rotate(-angle, x, y)
		err := p.centred(song, 12, x-20, 40, y-radius+16.5, string(r))
		p.pdf.RotateReset()
		if err != nil {
			return err
		}
	}
	return p.centred(song, 10, x-40, 80, y+radius-14, "DEMO")
}

func (p *pen) star(x, y, radius float64) {
	var points []gopdf.Point
	for i := range 10 {
		r := radius
		if i%2 == 1 {
			r *= 0.382
		}
		a := math.Pi/2 + float64(i)*math.Pi/5
		points = append(points, gopdf.Point{X: x + r*math.Cos(a), Y: y - r*math.Sin(a)})
	}
	p.pdf.Polygon(points, "F")
}
