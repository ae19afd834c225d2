package evaluate

import (
	"bufio"
	"errors"
	"fmt"
	"image"
	_ "image/png" // masks are PNG files
	"io"
	"os"
	"slices"
	"time"

	"offsite/detectors"
	"offsite/pipeline/decode"
)

// open decodes a picture file as production decodes an access unit. The caller
// releases it.
func (f folders) open(name string) (*decode.Picture, error) {
	file, err := f.find(name)
	if err != nil {
		return nil, err
	}
	return decode.First(file)
}

// mask reads classes from a grey or paletted PNG file, cells of w×h, each the value
// at its middle.
func (f folders) mask(name string, w, h int) ([]uint8, error) {
	file, err := f.find(name)
	if err != nil {
		return nil, err
	}
	in, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer func() { _ = in.Close() }() // it was only read
	picture, _, err := image.Decode(bufio.NewReader(in))
	if err != nil {
		return nil, fmt.Errorf("read mask %s: %w", file, err)
	}
	grey, ok := picture.(*image.Gray)
	if !ok {
		return nil, fmt.Errorf("read mask %s: it is no 8-bit grey PNG", file)
	}
	size := grey.Bounds().Size()
	cells := make([]uint8, w*h)
	for y := range h {
		for x := range w {
			cells[y*w+x] = grey.GrayAt((2*x+1)*size.X/(2*w), (2*y+1)*size.Y/(2*h)).Y
		}
	}
	return cells, nil
}

// truths returns the boxes of an entry.
func (f folders) truths(e entry) ([]detectors.Detection, error) {
	var all []detectors.Detection
	for _, t := range e.Boxes {
		all = append(all, detectors.Detection{Label: t.Label, Box: detectors.Box{X1: t.Box[0], Y1: t.Box[1], X2: t.Box[2], Y2: t.Box[3]}})
	}
	if e.Labels == "" {
		return all, nil
	}
	file, err := f.find(e.Labels)
	if err != nil {
		return nil, err
	}
	in, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer func() { _ = in.Close() }() // it was only read
	for lines := bufio.NewScanner(in); lines.Scan(); {
		var class int
		var x, y, w, h float64
		if n, _ := fmt.Sscan(lines.Text(), &class, &x, &y, &w, &h); n == 0 {
			continue
		} else if n < 5 || class < 0 || class >= len(e.Classes) {
			return nil, fmt.Errorf("read boxes %s: %q is no class of %q with centre and size", file, lines.Text(), e.Classes)
		}
		all = append(all, detectors.Detection{Label: e.Classes[class], Box: detectors.Box{X1: x - w/2, Y1: y - h/2, X2: x + w/2, Y2: y + h/2}})
	}
	return all, nil
}

// each hands on the pictures of a share of a video.
func (f folders) each(v video, picture func(*decode.Picture, time.Duration) error) error {
	file, err := f.find(v.File)
	if err != nil {
		return err
	}
	in, err := decode.Open(file, time.Duration(v.Every*float64(time.Second)))
	if err != nil {
		return err
	}
	defer in.Close()
	for {
		p, err := in.Next(time.Time{})
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		at := p.At.Sub(time.Time{})
		if v.Last > 0 && at.Seconds() >= v.Last {
			p.Release()
			return nil
		}
		if at.Seconds() >= v.First {
			err = picture(p, at)
		}
		p.Release()
		if err != nil {
			return err
		}
	}
}

func labelled(all []detectors.Detection, label string) []detectors.Detection {
	return slices.DeleteFunc(slices.Clone(all), func(d detectors.Detection) bool { return d.Label != label })
}
