package registry

import (
	"bytes"
	"image"
	"image/jpeg"
	"image/png"
	"testing"
)

// FuzzRedrawn: of whatever is sent as a photograph, a JPEG of the same size is kept, or
// nothing.
func FuzzRedrawn(f *testing.F) {
	var asJPEG, asPNG bytes.Buffer
	if err := jpeg.Encode(&asJPEG, image.NewGray(image.Rect(0, 0, 16, 8)), nil); err != nil {
		f.Fatal(err)
	}
	if err := png.Encode(&asPNG, image.NewNRGBA(image.Rect(0, 0, 8, 16))); err != nil {
		f.Fatal(err)
	}
	f.Add(asJPEG.Bytes())
	f.Add(asPNG.Bytes())
	f.Add([]byte("GIF89a"))
	f.Fuzz(func(t *testing.T, photograph []byte) {
		if claimed, _, err := image.DecodeConfig(bytes.NewReader(photograph)); err == nil && claimed.Width*claimed.Height > 1<<20 && claimed.Width*claimed.Height <= signPixels {
			t.Skip("it only takes long")
		}
		kept, err := Redrawn("photograph", photograph)
		if err != nil {
			return
		}
		sent, _, err := image.DecodeConfig(bytes.NewReader(photograph))
		if err != nil {
			t.Fatal(err)
		}
		got, err := jpeg.Decode(bytes.NewReader(kept))
		if err != nil || got.Bounds().Dx() != sent.Width || got.Bounds().Dy() != sent.Height || len(kept) > signBytes {
			t.Fatalf("%d × %d becomes %v, %d bytes: %v", sent.Width, sent.Height, got, len(kept), err)
		}
	})
}
