// Package mask makes people and vehicles in a picture unrecognisable, for pictures that
// leave the bureau: the party's portal and publication.
//
// In go pictures; out come copies in which every person and vehicle that the objects
// model finds, at a threshold far below that of the detectors and in parts of the picture
// too, is covered by a mosaic. A mosaic's tiles are means of many pixels, so that the
// covered faces and plates are not in the copy any more. The original in its bundle is
// never touched.
package mask

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"slices"

	xdraw "golang.org/x/image/draw"

	"offsite/detectors"
	"offsite/pipeline/decode"
	"offsite/pipeline/infer"
)

const (
	model    = "objects"
	least    = 0.06 // score from which a person is covered: a missed face is the costly error
	leastCar = 0.15 // and a vehicle
	grow     = 0.12 // of a region, on each side: heads stick out of boxes
	partSide = 0.6  // of the picture: four parts that overlap, for what is far away
	across   = 6    // tiles of the shorter side of a region
	tileMost = 48   // pixels
	tileMin  = 12
)

// Covered lists the labels whose regions are covered.
func Covered() []string { return []string{"person", "bicycle", "motorcycle", "car", "truck"} }

// Masker covers people and vehicles. Its methods may be called from any goroutine.
type Masker struct{ engine *infer.Engine }

// New makes a masker on an engine that holds the objects model.
func New(engine *infer.Engine) (*Masker, error) {
	if !engine.Has(model) {
		return nil, fmt.Errorf("mask pictures: %w: %s", infer.ErrNoModel, model)
	}
	return &Masker{engine}, nil
}

// PNG returns a masked copy of a PNG picture.
func (m *Masker) PNG(raw []byte) ([]byte, error) {
	picture, err := png.Decode(bytes.NewReader(raw))
	if err != nil {
		return nil, fmt.Errorf("mask a picture: %w", err)
	}
	img := image.NewRGBA(image.Rect(0, 0, picture.Bounds().Dx(), picture.Bounds().Dy()))
	draw.Draw(img, img.Rect, picture, picture.Bounds().Min, draw.Src)
	boxes, err := m.Regions(img)
	if err != nil {
		return nil, err
	}
	for _, b := range boxes {
		cover(img, b)
	}
	out, err := decode.PNG(img)
	if err != nil {
		return nil, fmt.Errorf("mask a picture: %w", err)
	}
	return out, nil
}

// Regions finds what must be covered: in the whole picture, and in four parts of it.
func (m *Masker) Regions(img *image.RGBA) ([]image.Rectangle, error) {
	w, h := img.Rect.Dx(), img.Rect.Dy()
	pw, ph := int(float64(w)*partSide), int(float64(h)*partSide)
	var regions []image.Rectangle
	for _, r := range []image.Rectangle{img.Rect, image.Rect(0, 0, pw, ph), image.Rect(w-pw, 0, w, ph), image.Rect(0, h-ph, pw, h), image.Rect(w-pw, h-ph, w, h)} {
		if r.Empty() {
			continue
		}
		found, err := m.engine.BoxesFrom(model, least, part{img.SubImage(r).(*image.RGBA)})
		if err != nil {
			return nil, fmt.Errorf("mask a picture: %w", err)
		}
		for _, d := range found[0] {
			if slices.Contains(Covered(), d.Label) && (d.Label == "person" || d.Score >= leastCar) {
				regions = append(regions, place(d.Box, r).Intersect(img.Rect))
			}
		}
	}
	return regions, nil
}

// place brings a box of a part, grown, to pixels of the picture.
func place(b detectors.Box, r image.Rectangle) image.Rectangle {
	dx, dy := b.Width()*grow, b.Height()*grow
	x, y := float64(r.Dx()), float64(r.Dy())
	return image.Rect(int((b.X1-dx)*x), int((b.Y1-dy)*y), int((b.X2+dx)*x)+1, int((b.Y2+dy)*y)+1).Add(r.Min)
}

// cover puts the mean of each tile in the place of its pixels. Tiles begin at multiples
// of their size, so that regions which overlap give no finer ones.
func cover(img *image.RGBA, r image.Rectangle) {
	side := min(max(min(r.Dx(), r.Dy())/across, tileMin), tileMost)
	for y := r.Min.Y / side * side; y < r.Max.Y; y += side {
		for x := r.Min.X / side * side; x < r.Max.X; x += side {
			t := image.Rect(x, y, x+side, y+side).Intersect(img.Rect)
			draw.Draw(img, t, image.NewUniform(mean(img, t)), image.Point{}, draw.Src)
		}
	}
}

// part is a Source of a part of a picture.
type part struct{ img *image.RGBA }

// Size implements infer.Source.
func (p part) Size() (w, h int) { return p.img.Rect.Dx(), p.img.Rect.Dy() }

// RGB implements infer.Source.
func (p part) RGB(dst []byte, w, h, stride int) error {
	small := image.NewRGBA(image.Rect(0, 0, w, h))
	xdraw.ApproxBiLinear.Scale(small, small.Rect, p.img, p.img.Rect, xdraw.Src, nil)
	for y := range h {
		for x := range w {
			copy(dst[y*stride+3*x:y*stride+3*x+3], small.Pix[small.PixOffset(x, y):])
		}
	}
	return nil
}

func mean(img *image.RGBA, r image.Rectangle) color.RGBA {
	var sum [3]int
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			pix := img.Pix[img.PixOffset(x, y):]
			for c := range sum {
				sum[c] += int(pix[c])
			}
		}
	}
	n := max(1, r.Dx()*r.Dy())
	return color.RGBA{R: uint8(sum[0] / n), G: uint8(sum[1] / n), B: uint8(sum[2] / n), A: 255}
}
