package look

import (
	"image"
	"math/rand/v2"
	"testing"
	"time"

	"gocv.io/x/gocv"
)

func TestEyeJudges(t *testing.T) {
	t.Parallel()
	base := street(EyeWidth, EyeHeight)
	for _, c := range []struct {
		name string
		luma []byte
		want Health
	}{
		{"day", base, Clear},
		{"dusk", change(base, func(_ int, v float64) float64 { return v * 0.3 }), Clear},
		{"night", change(base, func(_ int, v float64) float64 { return v * 0.04 }), Dark},
		{"night with a fire", change(base, func(i int, v float64) float64 {
			if x, y := i%EyeWidth, i/EyeWidth; x > 100 && x < 140 && y > 80 && y < 110 {
				return 230
			}
			return v * 0.04
		}), Clear},
		{"covered", change(base, func(i int, _ float64) float64 { return 70 + float64(i%EyeWidth)/40 }), Covered},
		{"out of focus", blur(t, base, 41), Blurred},
		{"a little soft", blur(t, base, 3), Clear},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			eye := Eye{}
			for range 20 {
				if h, _ := eye.Judge(measured(t, base), time.Time{}); h != Clear {
					t.Fatalf("the usual picture is %s", h)
				}
			}
			l := measured(t, c.luma)
			got, why := eye.Judge(l, time.Time{})
			if got != c.want {
				t.Errorf("%s, want %s: %+v", got, c.want, l)
			}
			if (got == Clear) != (why.ZH == "" && why.EN == "") {
				t.Errorf("%s with the sentence %+v", got, why)
			}
		})
	}
}

func measured(t *testing.T, luma []byte) Light {
	t.Helper()
	l, err := Measure(luma)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func blur(t *testing.T, luma []byte, size int) []byte {
	t.Helper()
	m, err := gocv.NewMatFromBytes(EyeHeight, EyeWidth, gocv.MatTypeCV8U, luma)
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	out := gocv.NewMat()
	defer out.Close()
	gocv.GaussianBlur(m, &out, image.Pt(size, size), 0, 0, gocv.BorderReplicate)
	return out.ToBytes()
}

// A picture that stays to the last pixel is no picture of now; one that changes by a
// little noise is.
func TestEyeTellsAFrozenPicture(t *testing.T) {
	t.Parallel()
	base := street(EyeWidth, EyeHeight)
	noise := rand.New(rand.NewPCG(5, 6))
	for _, c := range []struct {
		name  string
		looks int
		noise bool
		want  Health
	}{
		{"for a while", 25, false, Clear},
		{"for more than a minute", 35, false, Frozen},
		{"with the noise of a sensor", 200, true, Clear},
	} {
		t.Run(c.name, func(t *testing.T) {
			eye, got, at := Eye{}, Health(""), time.Date(2026, 11, 24, 2, 0, 0, 0, time.UTC)
			for range c.looks {
				picture := base
				if c.noise {
					picture = change(base, func(i int, v float64) float64 {
						if i%997 == 0 {
							return v + float64(noise.IntN(3))
						}
						return v
					})
				}
				got, _ = eye.Judge(measured(t, picture), at)
				at = at.Add(2 * time.Second)
			}
			if got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
			moving := change(base, func(i int, v float64) float64 { return v + float64(i%7) })
			if got, _ = eye.Judge(measured(t, moving), at); got != Clear {
				t.Errorf("the next picture is %s", got)
			}
		})
	}
}

func TestSmallKeepsWhatTheGateSees(t *testing.T) {
	t.Parallel()
	small, err := Small(street(EyeWidth, EyeHeight))
	if err != nil || len(small) != GateWidth*GateHeight {
		t.Fatalf("%d bytes, %v", len(small), err)
	}
	if _, err := Small([]byte{1}); err == nil {
		t.Skip("OpenCV takes what it is given") // lengths are checked by the caller
	}
}
