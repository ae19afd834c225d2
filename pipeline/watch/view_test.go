package watch

import (
	"image"
	"image/color"
	"os"
	"path/filepath"
	"testing"
	"time"

	"gocv.io/x/gocv"

	"offsite/pipeline/decode"
	"offsite/pipeline/look"
	"offsite/scenes"
)

// real is a pavement with people walking, from a camera that nobody here set up; it
// lies outside the repository (models/DATA.md).
const real = "../../../shared/data/videos/vtest.avi"

// views are the looks of two seconds apart of real and rendered streets, 320×180.
func views(t *testing.T) map[string][][]byte {
	t.Helper()
	files := map[string]string{}
	if _, err := os.Stat(real); err == nil {
		files["vtest"] = real
	} else {
		t.Logf("NOT TESTED on real pictures: %v", err)
	}
	all, err := scenes.All()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range all {
		files[s.Key] = filepath.Join(t.TempDir(), s.Key+".mp4")
		if err := os.WriteFile(files[s.Key], s.Video, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	got := map[string][][]byte{}
	for name, file := range files {
		in, err := decode.Open(file, 2*time.Second)
		if err != nil {
			t.Fatal(err)
		}
		defer in.Close()
		for len(got[name]) < 40 {
			p, err := in.Next(time.Time{})
			if err != nil {
				break // the end
			}
			luma := make([]byte, look.EyeWidth*look.EyeHeight)
			err = p.Luma(luma, look.EyeWidth, look.EyeHeight)
			p.Release()
			if err != nil {
				t.Fatal(err)
			}
			got[name] = append(got[name], luma)
		}
	}
	return got
}

// altered returns a changed copy of a look.
func altered(t *testing.T, luma []byte, change func(m, out *gocv.Mat)) []byte {
	t.Helper()
	m, err := gocv.NewMatFromBytes(look.EyeHeight, look.EyeWidth, gocv.MatTypeCV8U, luma)
	if err != nil {
		t.Fatal(err)
	}
	out := gocv.NewMat()
	defer func() { _, _ = m.Close(), out.Close() }()
	change(&m, &out)
	return out.ToBytes()
}

// warp moves a picture by shares of its size and zooms it.
func warp(dx, dy, zoom float64) func(m, out *gocv.Mat) {
	return func(m, out *gocv.Mat) {
		a := gocv.NewMatWithSize(2, 3, gocv.MatTypeCV64F)
		defer func() { _ = a.Close() }()
		a.SetDoubleAt(0, 0, zoom)
		a.SetDoubleAt(1, 1, zoom)
		a.SetDoubleAt(0, 2, dx*look.EyeWidth)
		a.SetDoubleAt(1, 2, dy*look.EyeHeight)
		gocv.WarpAffineWithParams(*m, out, a, image.Pt(look.EyeWidth, look.EyeHeight), gocv.InterpolationLinear, gocv.BorderReflect101, color.RGBA{})
	}
}

func light(gain, offset float32) func(m, out *gocv.Mat) {
	return func(m, out *gocv.Mat) { m.ConvertToWithParams(out, gocv.MatTypeCV8U, gain, offset) }
}

// showing puts another picture in the place of any.
func showing(luma []byte) func(m, out *gocv.Mat) {
	return func(_, out *gocv.Mat) {
		other, err := gocv.NewMatFromBytes(look.EyeHeight, look.EyeWidth, gocv.MatTypeCV8U, luma)
		if err != nil {
			panic(err) // the bytes are of that size
		}
		defer func() { _ = other.Close() }()
		other.CopyTo(out)
	}
}

// Real and rendered pictures as they are, and altered as a camera's go wrong: each is
// told by what it is, and by nothing else.
func TestHealthOfRealPictures(t *testing.T) {
	t.Parallel()
	seen := views(t)
	for name, all := range seen {
		elsewhere := seen["street"]
		if name == "street" {
			elsewhere = seen["soil"]
		}
		for _, c := range []struct {
			name  string
			alter func(m, out *gocv.Mat)
			want  look.Health
		}{
			{"as it is", light(1, 0), look.Clear},
			{"a cloud", light(0.7, 0), look.Clear},
			{"dusk", light(0.35, 0), look.Clear},
			{"glare", light(1.2, 30), look.Clear},
			{"wind in the mast", warp(0.008, 0.008, 1), look.Clear},
			{"night without light", light(0.02, 0), look.Dark},
			{"a bag over the lens", light(0.02, 80), look.Covered},
			{"out of focus", func(m, out *gocv.Mat) { gocv.GaussianBlur(*m, out, image.Pt(41, 41), 0, 0, gocv.BorderReplicate) }, look.Blurred},
			{"knocked aside", warp(0.08, 0.03, 1), look.Moved},
			{"sunk", warp(0, -0.1, 1), look.Moved},
			{"turned round", showing(elsewhere[12]), look.Moved},
		} {
			t.Run(name+"/"+c.name, func(t *testing.T) {
				eye, stance := look.Eye{}, look.Stance{}
				judge := func(luma []byte, at int) look.Health {
					l, err := look.Measure(luma)
					if err != nil {
						t.Fatal(err)
					}
					health, _ := eye.Judge(l, noon.Add(time.Duration(at)*2*time.Second))
					if health != look.Clear {
						return health
					}
					small, err := look.Small(luma)
					if err != nil {
						t.Fatal(err)
					}
					health, why, err := stance.Judge(small)
					if err != nil || (health == look.Clear) != (why.ZH == "" || why.EN == "") {
						t.Fatalf("%s, %+v, %v", health, why, err)
					}
					return health
				}
				half := min(len(all)/2, 20)
				for i, luma := range all[:half] {
					if got := judge(luma, i); got != look.Clear {
						t.Fatalf("look %d before is %s", i, got)
					}
				}
				var got look.Health
				for i, luma := range all[half:] {
					got = judge(altered(t, luma, c.alter), half+i)
					if c.want == look.Clear && got != look.Clear {
						t.Fatalf("look %d is %s", half+i, got)
					}
				}
				if got != c.want {
					t.Errorf("%s, want %s", got, c.want)
				}
				if got != look.Clear { // it ends when the camera sees again
					if got := judge(all[0], len(all)); got != look.Clear {
						t.Errorf("set right again it is %s", got)
					}
				}
			})
		}
	}
}
