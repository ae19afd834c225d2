package look

import (
	"fmt"
	"hash/fnv"
	"image"
	"math"
	"slices"
	"time"

	"gocv.io/x/gocv"

	"offsite/detectors"
)

// The picture that an Eye judges, in pixels.
const (
	EyeWidth  = 320
	EyeHeight = 180
)

// Health says whether a camera can see.
type Health string

// The healths. Only of a clear picture anything is examined.
const (
	Clear   Health = "clear"
	Dark    Health = "dark"
	Covered Health = "covered"
	Blurred Health = "blurred"
	Frozen  Health = "frozen" // the same picture again and again
	Moved   Health = "moved"  // another view than the registered one
)

// Light is what is measured of a picture's brightness.
type Light struct {
	Mean      float64 // 0..1
	Deviation float64 // 0..1
	High      float64 // the brightness under which 99 % of the picture is, 0..1
	Sharpness float64 // variance of the Laplacian, in shares of the brightness' own
	Print     uint64  // of all pixels: two pictures of a sensor never have the same
}

const (
	darkMean      = 0.05
	darkHigh      = 0.22 // a lamp, or a fire, in the night is worth looking at
	flatDeviation = 0.025
	softShare     = 0.1    // of the usual sharpness
	softSharpness = 0.0006 // thick smoke has more
	usualAfter    = 15     // looks until the usual sharpness is known
	usualStep     = 0.02   // how much of it each clear look changes
	frozenLooks   = 10     // in a row, to the last pixel the same
	frozenFor     = time.Minute
)

// Eye judges the pictures of one camera, by measure and by what is usual for it. Its
// fields are its state.
type Eye struct {
	Usual float64   `json:"usual,omitempty"` // mean of the logarithm of sharpness
	Looks int       `json:"looks,omitempty"` // clear ones
	Print uint64    `json:"print,omitempty"` // of the latest picture
	Same  int       `json:"same,omitempty"`  // looks in a row with it
	Since time.Time `json:"since,omitzero"`  // the first of them
}

// Measure takes EyeWidth×EyeHeight bytes of brightness.
func Measure(luma []byte) (Light, error) {
	m, err := gocv.NewMatFromBytes(EyeHeight, EyeWidth, gocv.MatTypeCV8U, luma)
	if err != nil {
		return Light{}, fmt.Errorf("measure a picture's light: %w", err)
	}
	defer func() { _ = m.Close() }()
	calm, edges := gocv.NewMat(), gocv.NewMat()
	defer func() { _, _ = calm.Close(), edges.Close() }()
	gocv.GaussianBlur(m, &calm, image.Pt(3, 3), 0, 0, gocv.BorderReplicate) // noise is not sharpness
	gocv.Laplacian(calm, &edges, gocv.MatTypeCV16S, 1, 1, 0, gocv.BorderReplicate)
	mean, deviation := meanDeviation(m)
	_, e := meanDeviation(edges)
	l := Light{Mean: mean / 255, Deviation: deviation / 255, High: percentile(luma, 0.99), Print: fingerprint(luma)}
	if deviation > 0 {
		l.Sharpness = e * e / (deviation * deviation)
	}
	return l, nil
}

// Small shrinks the picture of an Eye to that of a Gate.
func Small(luma []byte) ([]byte, error) {
	m, err := gocv.NewMatFromBytes(EyeHeight, EyeWidth, gocv.MatTypeCV8U, luma)
	if err != nil {
		return nil, fmt.Errorf("shrink a picture: %w", err)
	}
	defer func() { _ = m.Close() }()
	small := gocv.NewMat()
	defer func() { _ = small.Close() }()
	gocv.Resize(m, &small, image.Pt(GateWidth, GateHeight), 0, 0, gocv.InterpolationArea)
	return small.ToBytes(), nil
}

func fingerprint(luma []byte) uint64 {
	h := fnv.New64a()
	_, _ = h.Write(luma) // a hash takes everything
	return h.Sum64()
}

func percentile(luma []byte, share float64) float64 {
	var count [256]int
	for _, v := range luma {
		count[v]++
	}
	under, want := 0, int(share*float64(len(luma)))
	for v, n := range count {
		if under += n; under > want {
			return float64(v) / 255
		}
	}
	return 1
}

// Judge says whether the camera sees, and if not, why, given what was measured of the
// picture and when it was taken. Only clear pictures make what is usual.
func (e *Eye) Judge(l Light, at time.Time) (Health, detectors.Explanation) {
	usual := math.Exp(e.Usual)
	e.repeat(l.Print, at)
	switch {
	case l.Mean < darkMean && l.High < darkHigh:
		return Dark, detectors.Explanation{
			ZH: fmt.Sprintf("画面过暗（亮度 %.0f%%），检测已暂停：请检查补光或夜视", l.Mean*100),
			EN: fmt.Sprintf("the picture is too dark (brightness %.0f %%), detection pauses: check the lighting or night mode", l.Mean*100),
		}
	case l.Deviation < flatDeviation:
		return Covered, detectors.Explanation{
			ZH: "画面没有内容，镜头可能被遮挡，检测已暂停：请到现场检查镜头",
			EN: "the picture shows nothing, the lens may be covered, detection pauses: look at the lens on site",
		}
	case l.Sharpness < softSharpness || e.Looks >= usualAfter && l.Sharpness < softShare*usual:
		return Blurred, detectors.Explanation{
			ZH: "画面模糊，检测已暂停：请检查对焦，或清洁镜头",
			EN: "the picture is blurred, detection pauses: check the focus, or clean the lens",
		}
	case e.Same >= frozenLooks && at.Sub(e.Since) >= frozenFor:
		return Frozen, detectors.Explanation{
			ZH: fmt.Sprintf("画面已静止不动 %.0f 秒，每个像素都相同，检测已暂停：请重启摄像机或检查前端编码", at.Sub(e.Since).Seconds()),
			EN: fmt.Sprintf("the picture has been the same to the last pixel for %.0f s, detection pauses: restart the camera, or check its encoder", at.Sub(e.Since).Seconds()),
		}
	}
	e.learn(l.Sharpness)
	return Clear, detectors.Explanation{}
}

// repeat notes whether the picture is the one before.
func (e *Eye) repeat(mark uint64, at time.Time) {
	if mark != e.Print || at.Before(e.Since) {
		e.Print, e.Same, e.Since = mark, 0, at
	}
	e.Same++
}

func (e *Eye) learn(sharpness float64) {
	e.Looks++
	step := max(usualStep, 1/float64(e.Looks))
	e.Usual += step * (math.Log(sharpness) - e.Usual)
}

// Healths lists all, for metrics.
func Healths() []Health { return slices.Clone([]Health{Clear, Dark, Covered, Blurred, Frozen, Moved}) }
