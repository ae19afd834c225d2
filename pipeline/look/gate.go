package look

import (
	"fmt"
	"image"

	"gocv.io/x/gocv"

	"offsite/detectors"
)

// The small picture that the gate compares, in pixels.
const (
	GateWidth  = 160
	GateHeight = 90
)

const (
	gateStep   = 13.0 // of 255: difference from which a pixel counts as changed
	gatePixels = 6    // changed pixels from which the picture is examined
	// DefaultRegardless is the n of "every n-th look is examined regardless".
	DefaultRegardless = 5
)

// Gate says whether a picture shows anything that the latest examined one did not.
// Exposure and contrast of the whole picture are fitted first, so that a change of
// exposure alone opens nothing. It holds memory of OpenCV: Close it.
type Gate struct {
	regardless int
	mask       gocv.Mat // 255 where changes count; empty: everywhere
	seen       gocv.Mat // examined last
	waited     int      // looks since then
	still      int      // looks in a row that showed nothing new

	now, fitted, diff gocv.Mat // used again at each look
}

// NewGate makes a gate that opens at least every regardless-th look; 0 takes the
// default.
func NewGate(regardless int) *Gate {
	if regardless <= 0 {
		regardless = DefaultRegardless
	}
	return &Gate{regardless: regardless, mask: gocv.NewMat(), seen: gocv.NewMat(),
		now: gocv.NewMat(), fitted: gocv.NewMat(), diff: gocv.NewMat()}
}

// Close frees the gate.
func (g *Gate) Close() {
	for _, m := range []*gocv.Mat{&g.mask, &g.seen, &g.now, &g.fitted, &g.diff} {
		_ = m.Close() // it frees memory; there is nothing to do about a failure
	}
}

// Within limits the gate to parts of the picture, with a margin around; none means
// the whole picture. What happens elsewhere concerns no zone.
func (g *Gate) Within(parts []detectors.Box) {
	const margin = 0.08
	_ = g.mask.Close()
	if len(parts) == 0 {
		g.mask = gocv.NewMat()
		return
	}
	g.mask = gocv.NewMatWithSize(GateHeight, GateWidth, gocv.MatTypeCV8U)
	for _, p := range parts {
		p = p.Grow(margin, margin)
		r := image.Rect(int(p.X1*GateWidth), int(p.Y1*GateHeight), int(p.X2*GateWidth+1), int(p.Y2*GateHeight+1)).
			Intersect(image.Rect(0, 0, GateWidth, GateHeight))
		part := g.mask.Region(r)
		part.SetTo(gocv.NewScalar(255, 0, 0, 0))
		_ = part.Close()
	}
}

// Open says whether the picture, GateWidth×GateHeight bytes of brightness, is to be
// examined; if so it is the one that later ones are compared with.
func (g *Gate) Open(luma []byte) (bool, error) {
	now, err := gocv.NewMatFromBytes(GateHeight, GateWidth, gocv.MatTypeCV8U, luma)
	if err != nil {
		return false, fmt.Errorf("compare a picture with the one before: %w", err)
	}
	_ = g.now.Close()
	g.now = now
	g.waited++
	if still := !g.seen.Empty() && g.changed() < gatePixels; still {
		g.still++
	} else {
		g.still = 0
	}
	if g.still > 0 && g.waited < g.regardless {
		return false, nil
	}
	g.waited = 0
	g.now.CopyTo(&g.seen)
	return true, nil
}

// Still tells how many looks in a row have shown nothing new, those included that were
// examined regardless.
func (g *Gate) Still() int { return g.still }

// Force makes the next look open.
func (g *Gate) Force() { g.waited = g.regardless }

// changed counts the pixels that differ once exposure and contrast are fitted.
func (g *Gate) changed() int {
	gain, offset := fit(g.seen, g.now)
	g.seen.ConvertToWithParams(&g.fitted, gocv.MatTypeCV8U, gain, offset)
	gocv.AbsDiff(g.now, g.fitted, &g.diff)
	gocv.GaussianBlur(g.diff, &g.diff, image.Pt(3, 3), 0, 0, gocv.BorderReplicate) // noise and rain are single pixels
	gocv.Threshold(g.diff, &g.diff, gateStep, 255, gocv.ThresholdBinary)
	if !g.mask.Empty() {
		gocv.BitwiseAnd(g.diff, g.mask, &g.diff)
	}
	return gocv.CountNonZero(g.diff)
}

// fit returns gain and offset that give a picture the mean and the contrast of
// another.
func fit(from, to gocv.Mat) (gain, offset float32) {
	m1, d1 := meanDeviation(from)
	m2, d2 := meanDeviation(to)
	gain = 1
	if d1 > 1 {
		gain = float32(min(max(d2/d1, 0.4), 2.5))
	}
	return gain, float32(m2) - gain*float32(m1)
}

func meanDeviation(m gocv.Mat) (mean, deviation float64) {
	a, b := gocv.NewMat(), gocv.NewMat()
	defer func() { _, _ = a.Close(), b.Close() }()
	gocv.MeanStdDev(m, &a, &b)
	return a.GetDoubleAt(0, 0), b.GetDoubleAt(0, 0)
}
