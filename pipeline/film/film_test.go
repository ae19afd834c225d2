package film_test

import (
	"errors"
	"image"
	"image/color"
	"image/draw"
	"io"
	"path/filepath"
	"testing"
	"time"

	"offsite/pipeline/decode"
	"offsite/pipeline/film"
)

func TestPicturesComeBack(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), "film.mp4")
	f, err := film.Create(name, 64, 48, 200*time.Millisecond)
	if err != nil {
		t.Fatal(err)
	}
	colours := []color.RGBA{{200, 30, 30, 255}, {30, 200, 30, 255}, {30, 30, 200, 255}, {128, 128, 128, 255}}
	for i, c := range colours {
		img := image.NewRGBA(image.Rect(0, 0, 64, 48))
		draw.Draw(img, img.Rect, image.NewUniform(c), image.Point{}, draw.Src)
		if err := f.Add(img, time.Duration(i)*200*time.Millisecond); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.Add(image.NewRGBA(image.Rect(0, 0, 32, 48)), time.Second); err == nil {
		t.Error("a picture of another size is written")
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	in, err := decode.Open(name, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	for i, want := range colours {
		p, err := in.Next(time.Time{})
		if err != nil {
			t.Fatal(err)
		}
		img, err := p.Image()
		if err != nil {
			t.Fatal(err)
		}
		got := img.RGBAAt(32, 24)
		for _, d := range []int{int(got.R) - int(want.R), int(got.G) - int(want.G), int(got.B) - int(want.B)} {
			if d < -12 || d > 12 {
				t.Errorf("picture %d is %v, was %v", i, got, want)
			}
		}
		if at := p.At.Sub(time.Time{}); at != time.Duration(i)*200*time.Millisecond {
			t.Errorf("picture %d comes at %s", i, at)
		}
		p.Release()
	}
	if _, err := in.Next(time.Time{}); !errors.Is(err, io.EOF) {
		t.Errorf("after the last: %v", err)
	}
}

func TestSizesThatCannotBeAreRefused(t *testing.T) {
	t.Parallel()
	for _, size := range [][2]int{{0, 2}, {63, 48}, {64, 47}} {
		if _, err := film.Create(filepath.Join(t.TempDir(), "film.mp4"), size[0], size[1], time.Second); err == nil {
			t.Errorf("%v: a video is begun", size)
		}
	}
	if _, err := film.Create(filepath.Join(t.TempDir(), "no", "film.mp4"), 64, 48, time.Second); err == nil {
		t.Error("a video is begun in a folder that is not there")
	}
}
