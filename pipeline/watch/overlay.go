package watch

import (
	"fmt"
	"image"
	"image/color"

	"gocv.io/x/gocv"

	"offsite/detectors"
)

// overlay draws a zone, its door line and what a rule stands on, and says in the
// picture that it is derived. It returns a JPEG.
func overlay(img *image.RGBA, z detectors.Zone, boxes []detectors.Detection) ([]byte, error) {
	w, h := img.Rect.Dx(), img.Rect.Dy()
	pixels, err := gocv.NewMatFromBytes(h, w, gocv.MatTypeCV8UC4, img.Pix)
	if err != nil {
		return nil, fmt.Errorf("draw boxes and zone: %w", err)
	}
	defer func() { _ = pixels.Close() }()
	m := gocv.NewMat()
	defer func() { _ = m.Close() }()
	gocv.CvtColor(pixels, &m, gocv.ColorRGBAToBGR)

	pen := max(1, h/360)
	letters := float64(h) / 1100
	outline(&m, points(z.Polygon, w, h), true, color.RGBA{R: 255, G: 210, A: 255}, pen)
	outline(&m, points(z.DoorLine, w, h), false, color.RGBA{G: 220, B: 255, A: 255}, pen)
	for _, d := range boxes {
		red := color.RGBA{R: 235, G: 30, B: 30, A: 255}
		r := image.Rect(int(d.Box.X1*float64(w)), int(d.Box.Y1*float64(h)), int(d.Box.X2*float64(w)), int(d.Box.Y2*float64(h)))
		gocv.Rectangle(&m, r, red, pen)
		write(&m, fmt.Sprintf("%s %.2f", d.Label, d.Score), image.Pt(r.Min.X, max(r.Min.Y-2*pen, 12*pen)), letters, red, pen)
	}
	write(&m, "derived: zone and boxes drawn by Offsite", image.Pt(4*pen, h-5*pen), letters, color.RGBA{R: 255, G: 255, B: 255, A: 255}, pen)
	out, err := gocv.IMEncodeWithParams(gocv.JPEGFileExt, m, []int{gocv.IMWriteJpegQuality, 85})
	if err != nil {
		return nil, fmt.Errorf("encode the picture with boxes and zone: %w", err)
	}
	defer out.Close()
	return append([]byte(nil), out.GetBytes()...), nil
}

func points(line []detectors.Point, w, h int) []image.Point {
	var at []image.Point
	for _, p := range line {
		at = append(at, image.Pt(int(p.X*float64(w)), int(p.Y*float64(h))))
	}
	return at
}

func outline(m *gocv.Mat, line []image.Point, closed bool, c color.RGBA, pen int) {
	if len(line) < 2 {
		return
	}
	v := gocv.NewPointsVectorFromPoints([][]image.Point{line})
	defer v.Close()
	gocv.Polylines(m, v, closed, c, pen)
}

// write puts text on a dark edge, to be read on any ground.
func write(m *gocv.Mat, text string, at image.Point, size float64, c color.RGBA, pen int) {
	gocv.PutText(m, text, at, gocv.FontHersheySimplex, size, color.RGBA{A: 255}, 3*pen)
	gocv.PutText(m, text, at, gocv.FontHersheySimplex, size, c, pen)
}
