package look

import (
	"fmt"
	"math"

	"offsite/detectors"
	"offsite/pipeline"
	"offsite/pipeline/decode"
)

// What pictures of two streams must have in common to be of one view, so that a zone drawn
// in the one covers the same ground in the other. On the scenes (TestTwoStreamsOfOneView)
// the same view as 640×360 at 512 kbit/s agrees to 0.99, the same enlarged by a tenth, moved
// or mirrored, or another scene, to 0.74 at most.
const (
	SameFit   = 0.8 // correlation of the outlines
	sameShift = 1   // pixels of stanceWidth and stanceHeight
)

// View is what is compared of a picture.
type View struct {
	Width, Height int    // of the picture, in pixels
	luma          []byte // GateWidth×GateHeight
	clear         bool
}

// ViewOf measures a picture.
func ViewOf(p *decode.Picture) (View, error) {
	luma := make([]byte, EyeWidth*EyeHeight)
	if err := p.Luma(luma, EyeWidth, EyeHeight); err != nil {
		return View{}, err
	}
	light, err := Measure(luma)
	if err != nil {
		return View{}, err
	}
	small, err := Small(luma)
	health, _ := new(Eye).Judge(light, p.At)
	return View{Width: p.Width, Height: p.Height, luma: small, clear: health == Clear}, err
}

// Agreement says whether two streams show the same view.
type Agreement struct {
	Same  bool
	Known bool // false: it is too dark or blurred to tell
	Fit   Fit
	Why   detectors.Explanation // where they do not, or it cannot be told
}

// Agree compares a picture of the main stream with one of the substream, of about the same
// time.
func Agree(main, sub View) (Agreement, error) {
	switch {
	case !pipeline.SameShape(main.Width, main.Height, sub.Width, sub.Height):
		return Agreement{Known: true, Why: detectors.Explanation{
			ZH: fmt.Sprintf("子码流画面比例（%d×%d）与主码流（%d×%d）不同，检测改用主码流：请将子码流设为相同比例，如 640×360", sub.Width, sub.Height, main.Width, main.Height),
			EN: fmt.Sprintf("the substream's picture (%d×%d) has another aspect ratio than the main stream's (%d×%d), looks are taken from the main stream: give it the same, as 640×360", sub.Width, sub.Height, main.Width, main.Height),
		}}, nil
	case !main.clear || !sub.clear: // in the dark all views are alike, and none is
		return Agreement{Why: detectors.Explanation{
			ZH: "画面过暗或模糊，尚不能确认子码流与主码流为同一视野，检测暂用主码流",
			EN: "it is too dark or blurred to tell whether the substream shows the main stream's view; looks are taken from the main stream",
		}}, nil
	}
	a, err := outlines(main.luma)
	if err != nil {
		return Agreement{}, err
	}
	b, err := outlines(sub.luma)
	if err != nil {
		return Agreement{}, err
	}
	fit, err := compare(a, b)
	if err != nil || fit.same() {
		return Agreement{Same: err == nil, Known: true, Fit: fit}, err
	}
	return Agreement{Known: true, Fit: fit, Why: detectors.Explanation{
		ZH: fmt.Sprintf("子码流与主码流不是同一视野（轮廓相关度 %.2f，须不低于 %.2f），检测改用主码流：请核对子码流地址，关闭其裁剪或电子放大", fit.Here, SameFit),
		EN: fmt.Sprintf("the substream shows another view than the main stream (outlines agree to %.2f, %.2f is needed), looks are taken from the main stream: check its address, and that it is neither cropped nor enlarged", fit.Here, SameFit),
	}}, nil
}

func (f Fit) same() bool {
	return f.Here >= SameFit && math.Abs(f.DX)*stanceWidth < sameShift+0.01 && math.Abs(f.DY)*stanceHeight < sameShift+0.01
}
