package mask

import (
	"errors"
	"image"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"offsite/pipeline/decode"
	"offsite/pipeline/film"
	"offsite/pipeline/infer/infertest"
)

// pictures are those of a video, so far apart, at most n.
func pictures(t *testing.T, name string, every time.Duration, n int) (all []*image.RGBA) {
	t.Helper()
	in, err := decode.Open(name, every)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	for len(all) < n {
		img, _, err := next(in)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, img)
	}
	return all
}

// Each picture of a masked clip is covered where the picture itself would be.
func TestClipIsCoveredPictureByPicture(t *testing.T) {
	t.Parallel()
	m, err := New(infertest.Engine(t))
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "clip.mp4")
	street := pictures(t, "../../scenes/street.mp4", 4*time.Second, 3)
	clip, err := film.Create(name, street[0].Rect.Dx()&^1, street[0].Rect.Dy()&^1, clipEvery)
	if err != nil {
		t.Fatal(err)
	}
	for i, img := range street {
		if err := clip.Add(fit(img), time.Duration(i)*clipEvery); err != nil {
			t.Fatal(err)
		}
	}
	if err := clip.Close(); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	masked, err := m.MP4(t.Context(), raw)
	if err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(t.TempDir(), "masked.mp4")
	if err := os.WriteFile(out, masked, 0o600); err != nil {
		t.Fatal(err)
	}
	before, after := pictures(t, name, 0, 10), pictures(t, out, 0, 10)
	if len(before) != len(street) || len(after) != len(street) {
		t.Fatalf("%d pictures became %d", len(before), len(after))
	}
	covered := 0
	for i, img := range before {
		boxes, err := m.Regions(img)
		if err != nil {
			t.Fatal(err)
		}
		want := image.NewRGBA(img.Rect)
		copy(want.Pix, img.Pix)
		for _, b := range boxes {
			cover(want, b)
		}
		covered += len(boxes)
		for _, b := range boxes {
			if near, was := apart(after[i], want, b), apart(after[i], img, b); near > 12 || near > was {
				t.Errorf("picture %d, %v: %.1f from the mosaic, %.1f from the picture", i, b, near, was)
			}
		}
	}
	if covered == 0 {
		t.Fatal("the street has nobody and nothing to cover")
	}
	if _, err := m.MP4(t.Context(), []byte("no clip")); err == nil {
		t.Error("what is no clip is masked")
	}
}

// apart is the mean difference of two pictures in a region, of 255.
func apart(a, b *image.RGBA, r image.Rectangle) float64 {
	sum, n := 0, 0
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			p, q := a.RGBAAt(x, y), b.RGBAAt(x, y)
			for _, d := range []int{int(p.R) - int(q.R), int(p.G) - int(q.G), int(p.B) - int(q.B)} {
				sum += max(d, -d)
				n++
			}
		}
	}
	return float64(sum) / float64(max(1, n))
}
