package mask

import (
	"context"
	"errors"
	"fmt"
	"image"
	"io"
	"os"
	"path/filepath"
	"time"

	xdraw "golang.org/x/image/draw"

	"offsite/pipeline/decode"
	"offsite/pipeline/film"
)

const (
	clipEvery = 200 * time.Millisecond // between the pictures of a masked clip
	clipWidth = 1280                   // pixels at most
)

// ErrNoPictures: a clip without a picture that can be decoded.
var ErrNoPictures = errors.New("the clip holds no picture that can be decoded")

// MP4 returns a masked copy of a clip: five pictures a second, each examined and covered
// by itself, so that none is shown that was not looked at. It takes about as long as the
// clip on two cores.
func (m *Masker) MP4(ctx context.Context, clip []byte) ([]byte, error) {
	dir, err := os.MkdirTemp("", "offsite-mask-")
	if err != nil {
		return nil, fmt.Errorf("mask a clip: %w", err)
	}
	defer os.RemoveAll(dir)
	from, to := filepath.Join(dir, "clip.mp4"), filepath.Join(dir, "masked.mp4")
	if err := os.WriteFile(from, clip, 0o600); err != nil {
		return nil, fmt.Errorf("mask a clip: %w", err)
	}
	if err := m.copyMasked(ctx, from, to); err != nil {
		return nil, fmt.Errorf("mask a clip: %w", err)
	}
	out, err := os.ReadFile(to)
	if err != nil {
		return nil, fmt.Errorf("mask a clip: %w", err)
	}
	return out, nil
}

func (m *Masker) copyMasked(ctx context.Context, from, to string) (err error) {
	in, err := decode.Open(from, clipEvery)
	if err != nil {
		return err
	}
	defer in.Close()
	var out *film.Film
	defer func() {
		if out != nil {
			err = errors.Join(err, out.Close())
		}
	}()
	var begun time.Time
	for last := time.Duration(-1); ; {
		img, at, err := next(in)
		if errors.Is(err, io.EOF) && out == nil {
			return ErrNoPictures
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return err
		}
		boxes, err := m.Regions(img)
		if err != nil {
			return err
		}
		for _, b := range boxes {
			cover(img, b)
		}
		small := fit(img)
		if out == nil {
			begun = at
			if out, err = film.Create(to, small.Rect.Dx(), small.Rect.Dy(), clipEvery); err != nil {
				return err
			}
		}
		since := max(at.Sub(begun), last+time.Millisecond)
		if err := out.Add(small, since); err != nil {
			return err
		}
		last = since
	}
}

// next is the next picture of a clip and its time.
func next(in *decode.File) (*image.RGBA, time.Time, error) {
	p, err := in.Next(time.Time{})
	if err != nil {
		return nil, time.Time{}, err
	}
	defer p.Release()
	img, err := p.Image()
	return img, p.At, err
}

// fit brings a picture to a size that encoders take: even, and no wider than is shown.
func fit(img *image.RGBA) *image.RGBA {
	w, h := img.Rect.Dx(), img.Rect.Dy()
	if w > clipWidth {
		w, h = clipWidth, max(2, h*clipWidth/w)
	}
	if w, h = w&^1, h&^1; w == img.Rect.Dx() && h == img.Rect.Dy() {
		return img
	}
	small := image.NewRGBA(image.Rect(0, 0, w, h))
	xdraw.ApproxBiLinear.Scale(small, small.Rect, img, img.Rect, xdraw.Src, nil)
	return small
}
