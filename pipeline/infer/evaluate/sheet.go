package evaluate

import (
	"fmt"
	"image"
	"image/color"
	"os"
	"path"

	"gocv.io/x/gocv"

	"offsite/detectors"
	"offsite/pipeline/decode"
)

// Sizes of a contact sheet, in pixels.
const (
	tileWidth   = 280
	tileHeight  = 190
	caption     = 30
	sheetAcross = 4
	sheetJPEG   = 72
)

var (
	toldRight = color.RGBA{G: 190, A: 255}               // is there, and was said
	toldWrong = color.RGBA{R: 230, A: 255}               // was said, and is not there
	notTold   = color.RGBA{R: 30, G: 90, B: 255, A: 255} // is there, and was not said
)

// tile is a picture that went wrong, small, with what is there and what was said.
type tile struct {
	picture       *image.RGBA
	truths, found []detectors.Detection
}

func newTile(p *decode.Picture) (*tile, error) {
	s := min(float64(tileWidth)/float64(p.Width), float64(tileHeight)/float64(p.Height))
	w, h := max(1, int(float64(p.Width)*s)), max(1, int(float64(p.Height)*s))
	rgb := make([]byte, 3*w*h)
	if err := p.RGB(rgb, w, h, 3*w); err != nil {
		return nil, err
	}
	t := &tile{picture: image.NewRGBA(image.Rect(0, 0, w, h))}
	for i := range w * h {
		copy(t.picture.Pix[4*i:], rgb[3*i:3*i+3])
		t.picture.Pix[4*i+3] = 255
	}
	return t, nil
}

// cells tints a map of w×h cells over the picture.
func (t *tile) cells(w, h int, of func(i int) (color.RGBA, bool)) {
	size := t.picture.Rect.Size()
	for y := range size.Y {
		for x := range size.X {
			c, ok := of(y*h/size.Y*w + x*w/size.X)
			if !ok {
				continue
			}
			pix := t.picture.Pix[t.picture.PixOffset(x, y):]
			pix[0], pix[1], pix[2] = uint8((int(pix[0])+int(c.R))/2), uint8((int(pix[1])+int(c.G))/2), uint8((int(pix[2])+int(c.B))/2)
		}
	}
}

// keep keeps a picture that went wrong, drawn on by draw, if it is among the worst.
func (r *run) keep(w Worst, p *decode.Picture, draw func(*tile)) error {
	if n := len(r.report.Worst); n == mostWorst && w.Error <= r.report.Worst[n-1].Error {
		return nil
	}
	t, err := newTile(p)
	if err != nil {
		return err
	}
	draw(t)
	w.tile = t
	r.report.wrong(w)
	return nil
}

// WriteSheet draws the worst pictures as one JPEG: blue what was missed, red what was
// said and is not there, green what is there and was said. A report without any writes
// nothing and says so.
func (r *Report) WriteSheet(file string) (written bool, err error) {
	if len(r.Worst) == 0 {
		return false, nil
	}
	rows := (len(r.Worst) + sheetAcross - 1) / sheetAcross
	m := gocv.NewMatWithSizeFromScalar(gocv.NewScalar(255, 255, 255, 0), rows*(tileHeight+caption), sheetAcross*tileWidth, gocv.MatTypeCV8UC3)
	defer func() { _ = m.Close() }()
	for i, w := range r.Worst {
		if err := w.draw(&m, i, image.Pt(i%sheetAcross*tileWidth, i/sheetAcross*(tileHeight+caption))); err != nil {
			return false, fmt.Errorf("draw the worst pictures of %s: %w", r.Model, err)
		}
	}
	if !gocv.IMWriteWithParams(file, m, []int{gocv.IMWriteJpegQuality, sheetJPEG}) {
		return false, fmt.Errorf("draw the worst pictures of %s: %s cannot be written: %w", r.Model, file, os.ErrPermission)
	}
	return true, nil
}

func (w Worst) draw(sheet *gocv.Mat, number int, at image.Point) error {
	size := w.tile.picture.Rect.Size()
	rgba, err := gocv.NewMatFromBytes(size.Y, size.X, gocv.MatTypeCV8UC4, w.tile.picture.Pix)
	if err != nil {
		return err
	}
	m := gocv.NewMat()
	part := sheet.Region(image.Rectangle{Min: at, Max: at.Add(size)})
	defer func() { _, _, _ = rgba.Close(), m.Close(), part.Close() }()
	gocv.CvtColor(rgba, &m, gocv.ColorRGBAToBGR)
	box := func(d detectors.Detection, c color.RGBA, pen int) {
		b := d.Box
		gocv.Rectangle(&m, image.Rect(int(b.X1*float64(size.X)), int(b.Y1*float64(size.Y)), int(b.X2*float64(size.X)), int(b.Y2*float64(size.Y))), c, pen)
	}
	const line, thick = 1, 2
	for _, t := range w.tile.truths {
		c := notTold
		if meets(t, w.tile.found) {
			c = toldRight
		}
		box(t, c, thick)
	}
	for _, d := range w.tile.found {
		if !meets(d, w.tile.truths) {
			box(d, toldWrong, line)
		}
	}
	m.CopyTo(&part)
	write := func(text string, y int) {
		gocv.PutText(sheet, text, at.Add(image.Pt(2, tileHeight+y)), gocv.FontHersheySimplex, 0.36, color.RGBA{A: 255}, 1)
	}
	write(fmt.Sprintf("%d %s %s", number+1, path.Base(w.File), w.At), 12)
	write(w.Why, 25)
	return nil
}

func meets(d detectors.Detection, others []detectors.Detection) bool {
	for _, o := range others {
		if o.Label == d.Label && o.Box.IoU(d.Box) >= overlap {
			return true
		}
	}
	return false
}
