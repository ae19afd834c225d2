package decode

import (
	"bytes"
	"fmt"
	"image"
	"image/jpeg"
	"sync/atomic"
	"time"
	"unsafe"

	"github.com/asticode/go-astiav"
)

// Picture is one decoded picture. It must be released; Retain makes a further
// owner. Its methods may be called from any goroutine until then.
type Picture struct {
	Unit     uint64 // access unit it was decoded from; of a file: its number, from 0
	At       time.Time
	Received time.Time
	Width    int // pixels
	Height   int // pixels

	frame   *astiav.Frame
	scalers *scalers
	owners  atomic.Int32
	done    func() // gives its decoder back; may be nil
}

func newPicture(f *astiav.Frame, s *scalers) *Picture {
	p := &Picture{Width: f.Width(), Height: f.Height(), frame: f, scalers: s}
	p.owners.Store(1)
	return p
}

// Retain adds an owner, who must call Release too.
func (p *Picture) Retain() *Picture {
	p.owners.Add(1)
	return p
}

// Release gives the picture up; with the last owner its memory goes back.
func (p *Picture) Release() {
	if p.owners.Add(-1) == 0 {
		p.frame.Free()
		p.frame = nil
		if p.done != nil {
			p.done()
		}
	}
}

// Size returns width and height in pixels.
func (p *Picture) Size() (w, h int) { return p.Width, p.Height }

func (p *Picture) raw() unsafe.Pointer { return rawFrame(p.frame) }

// rawFrame is libav's frame, for our own C functions.
func rawFrame(f *astiav.Frame) unsafe.Pointer {
	return unsafe.Pointer(f.UnsafeTypedPointer()) // #nosec G103 -- C cannot take it otherwise
}

// RGB scales to w×h pixels into dst, three bytes a pixel, stride bytes a line. dst
// must hold (h-1)*stride+3*w bytes.
func (p *Picture) RGB(dst []byte, w, h, stride int) error {
	if w < 1 || h < 1 || stride < 3*w || len(dst) < (h-1)*stride+3*w {
		return fmt.Errorf("scale to %d×%d RGB: %d bytes with a stride of %d are too few", w, h, len(dst), stride)
	}
	return p.scalers.scale(p.raw(), w, h, rgb24, plane{dst, stride})
}

// Luma scales to w×h pixels of brightness, full range, into dst of w*h bytes.
func (p *Picture) Luma(dst []byte, w, h int) error {
	if w < 1 || h < 1 || len(dst) < w*h {
		return fmt.Errorf("scale to %d×%d luma: %d bytes are too few", w, h, len(dst))
	}
	return p.scalers.scale(p.raw(), w, h, gray, plane{dst, w})
}

// Image returns the picture at full size.
func (p *Picture) Image() (*image.RGBA, error) {
	img := image.NewRGBA(image.Rect(0, 0, p.Width, p.Height))
	return img, p.scalers.scale(p.raw(), p.Width, p.Height, rgba, plane{img.Pix, img.Stride})
}

// JPEG encodes the picture with a quality of 1 to 100, scaled down to maxWidth
// pixels if that is above 0 and less than its width.
func (p *Picture) JPEG(quality, maxWidth int) ([]byte, error) {
	w, h := p.Width, p.Height
	if maxWidth > 0 && w > maxWidth {
		w, h = maxWidth, max(1, h*maxWidth/w)
	}
	img := image.NewYCbCr(image.Rect(0, 0, w, h), image.YCbCrSubsampleRatio420)
	err := p.scalers.scale(p.raw(), w, h, jpeg420,
		plane{img.Y, img.YStride}, plane{img.Cb, img.CStride}, plane{img.Cr, img.CStride})
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if err := jpeg.Encode(&out, img, &jpeg.Options{Quality: quality}); err != nil {
		return nil, fmt.Errorf("encode a JPEG of %d×%d: %w", w, h, err)
	}
	return out.Bytes(), nil
}

// PNG encodes the picture at full size, losslessly.
func (p *Picture) PNG() ([]byte, error) {
	img, err := p.Image()
	if err != nil {
		return nil, err
	}
	return PNG(img)
}
