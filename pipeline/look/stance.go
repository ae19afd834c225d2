package look

import (
	"fmt"
	"image"
	"math"

	"gocv.io/x/gocv"

	"offsite/detectors"
)

// The outlines that a Stance keeps, in pixels, and what it looks for again: its middle.
const (
	stanceWidth  = 80
	stanceHeight = 45
	middleX      = 12
	middleY      = 7
)

const (
	movedBy      = 2    // pixels of stanceWidth: a fortieth of the picture; wind moves it by less
	movedFit     = 0.45 // correlation of the outlines at the new place
	movedGain    = 0.15 // by how much that is better than at the registered place
	movedLooks   = 5    // in a row
	turnedFit    = 0.3  // correlation at the registered place under which nothing is where it was
	turnedLooks  = 15   // in a row: a lorry before the lens drives on
	learnFit     = 0.4  // from which the outlines follow the season and the light
	learnDivisor = 16   // by a sixteenth of the difference a look
)

// Stance is the view that the zones of a camera were drawn in: the outlines of what
// stands there. It begins with the first clear look after they were drawn, and follows
// slow change of light; people, vehicles and shadows are small against the rest. Its
// fields are its state.
type Stance struct {
	Edges  []byte `json:"edges,omitempty"` // strength of outlines
	Moved  int    `json:"moved,omitempty"` // looks in a row that show the view elsewhere
	Turned int    `json:"turned,omitempty"`
}

// Fit is how well a picture agrees with the registered view.
type Fit struct {
	Here   float64 // correlation of the outlines where they should be, -1..1
	Best   float64 // the greatest, where they are
	DX, DY float64 // from the one to the other, in shares of width and height
}

// Judge says whether the camera still looks where it did, GateWidth×GateHeight bytes of
// brightness of a clear picture given.
func (s *Stance) Judge(luma []byte) (Health, detectors.Explanation, error) {
	now, err := outlines(luma)
	if err != nil {
		return "", detectors.Explanation{}, err
	}
	if len(s.Edges) != len(now) {
		*s = Stance{Edges: now}
		return Clear, detectors.Explanation{}, nil
	}
	f, err := compare(s.Edges, now)
	if err != nil {
		return "", detectors.Explanation{}, err
	}
	shifted := f.Best >= movedFit && f.Best-f.Here >= movedGain &&
		math.Max(math.Abs(f.DX)*stanceWidth, math.Abs(f.DY)*stanceHeight) >= movedBy-0.01
	s.Moved, s.Turned = more(s.Moved, shifted), more(s.Turned, f.Here < turnedFit)
	switch {
	case s.Moved >= movedLooks:
		return Moved, detectors.Explanation{
			ZH: fmt.Sprintf("画面与划定区域时相比偏移了（横向 %.0f%%，纵向 %.0f%%），检测已暂停：请复位摄像机，或重新划定区域", f.DX*100, f.DY*100),
			EN: fmt.Sprintf("the view has shifted since the zones were drawn (%.0f %% across, %.0f %% down), detection pauses: turn the camera back, or draw the zones anew", f.DX*100, f.DY*100),
		}, nil
	case s.Turned >= turnedLooks:
		return Moved, detectors.Explanation{
			ZH: fmt.Sprintf("画面与划定区域时完全不同（轮廓相关度 %.2f），检测已暂停：请复位摄像机，或重新划定区域", f.Here),
			EN: fmt.Sprintf("the view is another one than when the zones were drawn (outlines agree to %.2f), detection pauses: turn the camera back, or draw the zones anew", f.Here),
		}, nil
	}
	if f.Here >= learnFit && !shifted {
		s.learn(now)
	}
	return Clear, detectors.Explanation{}, nil
}

func more(n int, is bool) int {
	if is {
		return n + 1
	}
	return 0
}

func (s *Stance) learn(now []byte) {
	for i, v := range now {
		d := int(v) - int(s.Edges[i])
		step := d / learnDivisor
		if step == 0 && d > 1 {
			step = 1
		} else if step == 0 && d < -1 {
			step = -1
		}
		s.Edges[i] = byte(int(s.Edges[i]) + step)
	}
}

// outlines are the strengths of edges, whatever the light: in shares of the strongest.
func outlines(luma []byte) ([]byte, error) {
	m, err := gocv.NewMatFromBytes(GateHeight, GateWidth, gocv.MatTypeCV8U, luma)
	if err != nil {
		return nil, fmt.Errorf("find the outlines of a picture: %w", err)
	}
	across, down, strength, small := gocv.NewMat(), gocv.NewMat(), gocv.NewMat(), gocv.NewMat()
	defer func() {
		for _, m := range []*gocv.Mat{&m, &across, &down, &strength, &small} {
			_ = m.Close() // it frees memory; there is nothing to do about a failure
		}
	}()
	gocv.GaussianBlur(m, &m, image.Pt(3, 3), 0, 0, gocv.BorderReplicate)
	gocv.Sobel(m, &across, gocv.MatTypeCV32F, 1, 0, 3, 1, 0, gocv.BorderReplicate)
	gocv.Sobel(m, &down, gocv.MatTypeCV32F, 0, 1, 3, 1, 0, gocv.BorderReplicate)
	gocv.Magnitude(across, down, &strength)
	gocv.Pow(strength, 0.5, &strength) // a few strong edges must not speak for all
	gocv.Resize(strength, &small, image.Pt(stanceWidth, stanceHeight), 0, 0, gocv.InterpolationArea)
	gocv.Normalize(small, &small, 0, 255, gocv.NormMinMax)
	small.ConvertTo(&small, gocv.MatTypeCV8U)
	return small.ToBytes(), nil
}

// compare looks for the middle of the registered outlines in those of a picture.
func compare(registered, now []byte) (Fit, error) {
	a, err := gocv.NewMatFromBytes(stanceHeight, stanceWidth, gocv.MatTypeCV8U, registered)
	if err != nil {
		return Fit{}, fmt.Errorf("compare a view with the registered one: %w", err)
	}
	defer func() { _ = a.Close() }()
	b, err := gocv.NewMatFromBytes(stanceHeight, stanceWidth, gocv.MatTypeCV8U, now)
	if err != nil {
		return Fit{}, fmt.Errorf("compare a view with the registered one: %w", err)
	}
	defer func() { _ = b.Close() }()
	middle := a.Region(image.Rect(middleX, middleY, stanceWidth-middleX, stanceHeight-middleY))
	scores, none := gocv.NewMat(), gocv.NewMat()
	defer func() { _, _, _ = middle.Close(), scores.Close(), none.Close() }()
	gocv.MatchTemplate(b, middle, &scores, gocv.TmCcoeffNormed, none)
	_, best, _, at := gocv.MinMaxLoc(scores)
	return Fit{Here: float64(scores.GetFloatAt(middleY, middleX)), Best: float64(best),
		DX: float64(at.X-middleX) / stanceWidth, DY: float64(at.Y-middleY) / stanceHeight}, nil
}
