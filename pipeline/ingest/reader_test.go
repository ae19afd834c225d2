package ingest

import (
	"testing"
	"time"

	"offsite/pipeline/rtspserve"
	"offsite/pipeline/rtspserve/testvideo"
)

func TestReadsEveryCodecByEveryTransport(t *testing.T) {
	t.Parallel()
	for _, codec := range []string{H264, H265, MJPEG} {
		file := testvideo.Make(t, testvideo.Spec{Codec: codec})
		s := serve(t, rtspserve.Options{Files: []string{file}})
		for _, protocol := range []string{"tcp", "udp", ""} {
			t.Run(codec+" by "+protocol, func(t *testing.T) {
				t.Parallel()
				r, w := read(t, Config{URL: s.URL("camera"), Protocol: protocol})
				state, _ := w.untilState(t, 0, Live, "")
				units := w.untilUnits(t, 30)
				want := protocol
				if want == "" {
					want = "udp"
				}
				if state.Transport != want {
					t.Errorf("came by %q, want %q", state.Transport, want)
				}
				checkUnits(t, units, codec)
				if c := r.Clock(); c.Source != "rtcp" || c.Offset.Abs() > time.Second {
					t.Errorf("clock %+v, want RTCP and a small offset", c)
				}
			})
		}
	}
}

// checkUnits looks at what must hold for any healthy stream of testvideo.
func checkUnits(t *testing.T, units []Unit, codec string) {
	t.Helper()
	if !units[0].Key {
		t.Error("the first unit is not a key unit")
	}
	for i, u := range units {
		if u.Codec != codec || u.Params == nil || u.Params.Width != 320 || u.Params.Height != 240 {
			t.Fatalf("unit %d: codec %s, params %+v", i, u.Codec, u.Params)
		}
		if i == 0 {
			continue
		}
		step := u.PTS - units[i-1].PTS
		if u.Seq != units[i-1].Seq+1 || step < 39*time.Millisecond || step > 41*time.Millisecond {
			t.Errorf("unit %d: seq %d after %d, step %s, want 40 ms", i, u.Seq, units[i-1].Seq, step)
		}
		if u.Params != units[0].Params {
			t.Errorf("unit %d: parameter sets changed", i)
		}
	}
}
