package decode

import (
	"bytes"
	"image"
	"image/png"
	"math/rand/v2"
	"testing"
)

func TestPNGKeepsEachPixel(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	for _, size := range []image.Point{{1, 1}, {33, 17}, {640, 360}} {
		img := image.NewRGBA(image.Rectangle{Max: size})
		for i := range img.Pix {
			img.Pix[i] = byte(random.Uint32())
			if i%4 == 3 {
				img.Pix[i] = 255
			}
		}
		out, err := PNG(img)
		if err != nil {
			t.Fatal(err)
		}
		got, err := png.Decode(bytes.NewReader(out))
		if err != nil {
			t.Fatal(err)
		}
		if _, ok := got.(*image.RGBA); !ok || got.Bounds() != img.Rect {
			t.Fatalf("%v came back as %T of %v", size, got, got.Bounds())
		}
		if !bytes.Equal(got.(*image.RGBA).Pix, img.Pix) {
			t.Errorf("%v came back with other pixels", size)
		}
	}
}

func TestAnEmptyPictureIsNoPNG(t *testing.T) {
	t.Parallel()
	if _, err := PNG(image.NewRGBA(image.Rectangle{})); err == nil {
		t.Error("nothing was encoded")
	}
}
