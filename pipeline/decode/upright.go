package decode

/*
#cgo pkg-config: libavutil
#include <libavutil/frame.h>

// turn_of writes the quarters and mirrors by which the frame is turned to be shown:
// x' = t[0]*x + t[2]*y and y' = t[1]*x + t[3]*y, but for a shift. It returns 0 where the
// frame names none.
static int turn_of(const AVFrame *f, int *t) {
	const AVFrameSideData *s = av_frame_get_side_data(f, AV_FRAME_DATA_DISPLAYMATRIX);
	if (!s || s->size < 9 * sizeof(int32_t)) return 0;
	const int32_t *m = (const int32_t *)s->data;
	t[0] = m[0] / 65536; t[1] = m[1] / 65536; t[2] = m[3] / 65536; t[3] = m[4] / 65536;
	return 1;
}
*/
import "C"

import (
	"slices"
	"unsafe"

	"github.com/asticode/go-astiav"
)

// turn is how a picture lies in its file and is shown: x' = t[0]*x + t[2]*y,
// y' = t[1]*x + t[3]*y, each from the edge where the result begins.
type turn [4]int

// turns are those that EXIF knows, but for none: quarters and mirrors.
var turns = []turn{{-1, 0, 0, 1}, {-1, 0, 0, -1}, {1, 0, 0, -1}, {0, 1, 1, 0}, {0, 1, -1, 0}, {0, -1, -1, 0}, {0, -1, 1, 0}}

// turnOf tells how a frame is to be turned, if it is.
func turnOf(frame unsafe.Pointer) (turn, bool) {
	var t [4]C.int
	if C.turn_of((*C.AVFrame)(frame), &t[0]) == 0 {
		return turn{}, false
	}
	to := turn{int(t[0]), int(t[1]), int(t[2]), int(t[3])}
	return to, slices.Contains(turns, to)
}

// upright gives the frame as its file says that it is shown, in place of the given one,
// which it frees; a frame that already is comes back as it is.
func upright(frame *astiav.Frame, s *scalers) (*astiav.Frame, error) {
	to, ok := turnOf(rawFrame(frame))
	if !ok {
		return frame, nil
	}
	defer frame.Free()
	w, h := frame.Width(), frame.Height()
	lying := plane{make([]byte, 3*w*h), 3 * w}
	if err := s.scale(rawFrame(frame), w, h, rgb24, lying); err != nil {
		return nil, err
	}
	shown := astiav.AllocFrame()
	shown.SetWidth(w)
	shown.SetHeight(h)
	if to[0] == 0 { // by a quarter
		shown.SetWidth(h)
		shown.SetHeight(w)
	}
	shown.SetPixelFormat(astiav.PixelFormatRgb24)
	if err := shown.AllocBuffer(0); err != nil {
		shown.Free()
		return nil, err
	}
	to.copy(onlyPlane(rawFrame(shown)), lying, w, h)
	return shown, nil
}

// copy writes w×h pixels of RGB as they are shown.
func (t turn) copy(shown, lying plane, w, h int) {
	x0, y0 := begin(t[0], w)+begin(t[2], h), begin(t[1], w)+begin(t[3], h)
	for y := range h {
		for x := range w {
			at := (y0+t[1]*x+t[3]*y)*shown.stride + 3*(x0+t[0]*x+t[2]*y)
			copy(shown.pix[at:at+3], lying.pix[y*lying.stride+3*x:])
		}
	}
}

// begin is where an axis of so many pixels begins that goes by that step.
func begin(step, pixels int) int {
	if step < 0 {
		return pixels - 1
	}
	return 0
}
