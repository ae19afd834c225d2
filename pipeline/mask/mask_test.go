package mask

import (
	"bytes"
	"encoding/json"
	"errors"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"io"
	"math/rand/v2"
	"os"
	"testing"
	"time"

	"offsite/pipeline/decode"
	"offsite/pipeline/infer/infertest"
)

func TestMain(m *testing.M) { infertest.Main(m) }

// people are the persons of vtest.avi whose boxes were checked by eye; the video lies
// outside the repository (models/DATA.md).
type people struct {
	FPS    float64
	Frames []struct {
		Frame  int
		Person [][4]int
	}
}

const (
	video   = "../../../shared/data/videos/vtest.avi"
	checked = "../../models/training/annotations/vtest.json"
)

// Of every hundred people in real pictures the mask covers the heads of at least 95,
// and most of the picture stays as it is.
func TestPeopleAreCovered(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile(checked)
	if err != nil {
		t.Fatal(err)
	}
	var all people
	if err := json.Unmarshal(raw, &all); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(video); errors.Is(err, os.ErrNotExist) {
		t.Skipf("NOT MEASURED: %v", err)
	}
	file, err := decode.Open(video, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	m, err := New(infertest.Engine(t))
	if err != nil {
		t.Fatal(err)
	}
	persons, met, share := 0, 0, 0.0
	for number, left := 0, all.Frames; len(left) > 0; number++ {
		p, err := file.Next(time.Time{})
		if errors.Is(err, io.EOF) {
			t.Fatalf("the video ends before picture %d", left[0].Frame)
		}
		if err != nil {
			t.Fatal(err)
		}
		if number < left[0].Frame {
			p.Release()
			continue
		}
		img, err := p.Image()
		p.Release()
		if err != nil {
			t.Fatal(err)
		}
		hidden, err := coverage(m, img)
		if err != nil {
			t.Fatal(err)
		}
		for _, b := range left[0].Person {
			persons++
			head := image.Rect(b[0], b[1], b[2], b[1]+(b[3]-b[1])/5)
			if part := covered(hidden, head); part >= 0.95 {
				met++
			} else {
				t.Logf("picture %d: of the head at %v only %.0f %% is covered", number, head, part*100)
			}
		}
		share += covered(hidden, img.Rect) / float64(len(all.Frames))
		left = left[1:]
	}
	recall := float64(met) / float64(persons)
	t.Logf("the heads of %d of %d people are covered (%.3f); %.0f %% of the pictures is covered", met, persons, recall, share*100)
	if recall < 0.95 {
		t.Errorf("recall %.3f", recall)
	}
	if share > 0.35 {
		t.Errorf("%.0f %% of the pictures is covered: nothing is left to see", share*100)
	}
}

// coverage marks what the mask covers.
func coverage(m *Masker, img *image.RGBA) (*image.Alpha, error) {
	regions, err := m.Regions(img)
	hidden := image.NewAlpha(img.Rect)
	for _, r := range regions {
		draw.Draw(hidden, r, image.Opaque, image.Point{}, draw.Src)
	}
	return hidden, err
}

func covered(hidden *image.Alpha, r image.Rectangle) float64 {
	n := 0
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			if hidden.AlphaAt(x, y).A > 0 {
				n++
			}
		}
	}
	return float64(n) / float64(r.Dx()*r.Dy())
}

// Two pictures that differ inside a tile, but not in its mean, give the same copy:
// what was covered cannot be had back. What lies outside stays.
func TestCoverIsIrreversible(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(1, 2))
	for range 50 {
		a := image.NewRGBA(image.Rect(0, 0, 120+rng.IntN(80), 90+rng.IntN(60)))
		for i := range a.Pix {
			a.Pix[i] = uint8(rng.IntN(256)) | 255*uint8(i%4/3)
		}
		x, y := rng.IntN(60), rng.IntN(40)
		r := image.Rect(x, y, x+20+rng.IntN(60), y+20+rng.IntN(60)).Intersect(a.Rect)
		before := image.NewRGBA(a.Rect)
		copy(before.Pix, a.Pix)
		cover(a, r)
		side := min(max(min(r.Dx(), r.Dy())/across, tileMin), tileMost)
		hull := image.Rect(r.Min.X/side*side, r.Min.Y/side*side, (r.Max.X+side-1)/side*side, (r.Max.Y+side-1)/side*side)
		for y := range a.Rect.Dy() {
			for x := range a.Rect.Dx() {
				at, corner := image.Pt(x, y), image.Pt(x/side*side, y/side*side)
				switch {
				case !at.In(hull) && a.RGBAAt(x, y) != before.RGBAAt(x, y):
					t.Fatalf("%v changed outside %v", at, hull)
				case at.In(hull) && a.RGBAAt(x, y) != a.RGBAAt(corner.X, corner.Y):
					t.Fatalf("the tile at %v has more than one colour", corner)
				}
			}
		}
	}
}

func TestPicturesWithoutPeopleStay(t *testing.T) {
	t.Parallel()
	m, err := New(infertest.Engine(t))
	if err != nil {
		t.Fatal(err)
	}
	img := image.NewRGBA(image.Rect(0, 0, 320, 180))
	draw.Draw(img, img.Rect, image.NewUniform(color.RGBA{R: 90, G: 120, B: 150, A: 255}), image.Point{}, draw.Src)
	var raw bytes.Buffer
	if err := png.Encode(&raw, img); err != nil {
		t.Fatal(err)
	}
	masked, err := m.PNG(raw.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	got, err := png.Decode(bytes.NewReader(masked))
	if err != nil || got.Bounds() != img.Rect || got.At(17, 31) != color.Color(color.RGBA{R: 90, G: 120, B: 150, A: 255}) {
		t.Errorf("%v, %v, %v", got.Bounds(), got.At(17, 31), err)
	}
	if _, err := m.PNG([]byte("no picture")); err == nil {
		t.Error("what is no picture was masked")
	}
}
