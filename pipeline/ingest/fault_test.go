package ingest

import (
	"bytes"
	"context"
	"testing"
	"time"

	"offsite/pipeline/rtspserve"
	"offsite/pipeline/rtspserve/testvideo"
)

func inject(t *testing.T, s *rtspserve.Server, f rtspserve.Fault) {
	t.Helper()
	if err := s.Inject("camera", f); err != nil {
		t.Fatal(err)
	}
}

func TestFrozenPictureIsAStall(t *testing.T) {
	t.Parallel()
	for _, codec := range []string{H264, MJPEG} {
		t.Run(codec, func(t *testing.T) {
			t.Parallel()
			s := serve(t, rtspserve.Options{Files: []string{testvideo.Make(t, testvideo.Spec{Codec: codec})}})
			r, w := read(t, Config{URL: s.URL("camera"), Protocol: "tcp", StallAfter: time.Second})
			_, n := w.untilState(t, 0, Live, "")
			inject(t, s, rtspserve.Fault{Kind: rtspserve.Freeze})
			state, n := w.untilState(t, n, Stalled, Frozen)
			checkSentences(t, state.Why)
			units := r.Counters().Units
			w.until(t, "more of the same picture", func() bool { return uint64(len(w.units)) > units+5 })
			s.Calm("camera")
			w.untilState(t, n, Live, "")
			if c := r.Counters(); c.Stalls != 1 {
				t.Errorf("%d stalls counted, want 1", c.Stalls)
			}
		})
	}
}

func TestSilenceIsAStall(t *testing.T) {
	t.Parallel()
	s := serve(t, rtspserve.Options{Files: []string{testvideo.Make(t, testvideo.Spec{})}})
	r, w := read(t, Config{URL: s.URL("camera"), Protocol: "tcp", StallAfter: time.Second})
	_, n := w.untilState(t, 0, Live, "")
	inject(t, s, rtspserve.Fault{Kind: rtspserve.Silence})
	state, n := w.untilState(t, n, Stalled, NoPictures)
	checkSentences(t, state.Why)
	s.Calm("camera")
	w.untilState(t, n, Live, "")
	if c := r.Counters(); c.Reconnects == 0 {
		t.Error("a silent connection was not given up")
	}
}

func TestDroppedConnectionComesBack(t *testing.T) {
	t.Parallel()
	s := serve(t, rtspserve.Options{Files: []string{testvideo.Make(t, testvideo.Spec{})}})
	r, w := read(t, Config{URL: s.URL("camera"), Protocol: "tcp"})
	_, n := w.untilState(t, 0, Live, "")
	before := r.Params()
	inject(t, s, rtspserve.Fault{Kind: rtspserve.Drop})
	_, n = w.untilState(t, n, Connecting, Closed)
	w.untilState(t, n, Live, "")
	units := w.untilUnits(t, 40)
	for i := range units[1:] {
		if units[i+1].Seq != units[i].Seq+1 {
			t.Errorf("unit numbers %d, %d", units[i].Seq, units[i+1].Seq)
		}
	}
	if r.Params() != before || r.Counters().Reconnects != 1 {
		t.Errorf("after one reconnection: %+v, the same parameter sets: %v", r.Counters(), r.Params() == before)
	}
}

func TestServerKilledAndReturned(t *testing.T) {
	t.Parallel()
	file := testvideo.Make(t, testvideo.Spec{})
	// At an address of its own no other test takes the port while nobody listens.
	first := rtspserve.New(rtspserve.Options{Listen: "127.0.0.2:0", Files: []string{file}})
	if err := first.Start(context.Background()); err != nil {
		t.Fatal(err)
	}
	_, w := read(t, Config{URL: first.URL("camera"), Protocol: "tcp"})
	_, n := w.untilState(t, 0, Live, "")
	first.Stop()
	_, n = w.untilState(t, n, Failed, Refused)
	serve(t, rtspserve.Options{Listen: first.Addr(), Files: []string{file}})
	w.untilState(t, n, Live, "")
}

func TestResolutionChangesInMidStream(t *testing.T) {
	t.Parallel()
	for _, codec := range []string{H264, H265, MJPEG} {
		t.Run(codec, func(t *testing.T) {
			t.Parallel()
			small := testvideo.Make(t, testvideo.Spec{Codec: codec, Seconds: 1, GOP: 5})
			large := testvideo.Make(t, testvideo.Spec{Codec: codec, Seconds: 1, GOP: 5, Size: "480x272"})
			s := serve(t, rtspserve.Options{Streams: []rtspserve.Stream{{Path: "camera", Files: []string{small, large}}}})
			_, w := read(t, Config{URL: s.URL("camera"), Protocol: "tcp"})
			state, _ := w.untilState(t, 0, Live, ResolutionChanged)
			checkSentences(t, state.Why)
			w.until(t, "both sizes", func() bool {
				wide := map[int]bool{}
				for _, u := range w.units {
					wide[u.Params.Width] = true
				}
				return wide[320] && wide[480]
			})
		})
	}
}

func TestTimeStampsJump(t *testing.T) {
	t.Parallel()
	for name, by := range map[string]time.Duration{"back": -time.Hour, "ahead": 20 * time.Minute} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, rtspserve.Options{Files: []string{testvideo.Make(t, testvideo.Spec{})}})
			r, w := read(t, Config{URL: s.URL("camera"), Protocol: "tcp"})
			w.untilState(t, 0, Live, "")
			inject(t, s, rtspserve.Fault{Kind: rtspserve.TimeJump, By: by})
			state, _ := w.untilState(t, 0, Live, TimeJumped)
			checkSentences(t, state.Why)
			units := w.untilUnits(t, len(w.seen())+15)
			for i := range units[1:] {
				if d := units[i+1].PTS - units[i].PTS; d <= 0 || d > 2*time.Second {
					t.Errorf("stream time goes from %s to %s", units[i].PTS, units[i+1].PTS)
				}
				if d := units[i+1].At.Sub(units[i].At); d.Abs() > 5*time.Second {
					t.Errorf("wall time goes from %s to %s", units[i].At, units[i+1].At)
				}
			}
			if c := r.Counters(); c.Jumps != 1 {
				t.Errorf("%d jumps counted, want 1", c.Jumps)
			}
		})
	}
}

func TestWrongClockIsNotGoneBy(t *testing.T) {
	t.Parallel()
	s := serve(t, rtspserve.Options{Files: []string{testvideo.Make(t, testvideo.Spec{})}})
	inject(t, s, rtspserve.Fault{Kind: rtspserve.ClockStep, By: -8 * time.Hour})
	r, w := read(t, Config{URL: s.URL("camera"), Protocol: "tcp"})
	state, _ := w.untilState(t, 0, Live, ClockOff)
	checkSentences(t, state.Why)
	c := r.Clock()
	if c.Source != "arrival" || (c.Offset+8*time.Hour).Abs() > time.Second {
		t.Errorf("clock %+v, want arrival and an offset of -8 h", c)
	}
	u := w.untilUnits(t, len(w.seen())+5)
	last := u[len(u)-1]
	if !last.At.Equal(last.Received) || (last.Received.Sub(last.NTP)-8*time.Hour).Abs() > 2*time.Second {
		t.Errorf("at %s, received %s, camera says %s", last.At, last.Received, last.NTP)
	}
}

func TestWallTimeIsTheServersTime(t *testing.T) {
	t.Parallel()
	s := serve(t, rtspserve.Options{Files: []string{testvideo.Make(t, testvideo.Spec{Seconds: 1, GOP: 5})}})
	_, w := read(t, Config{URL: s.URL("camera"), Protocol: "tcp"})
	units := w.untilUnits(t, 50) // two loops of the file
	for _, u := range units {
		if u.NTP.IsZero() {
			continue // before the first report
		}
		off := u.At.Sub(s.Epoch()) % (40 * time.Millisecond)
		if off > 20*time.Millisecond {
			off -= 40 * time.Millisecond
		}
		if off.Abs() > time.Millisecond {
			t.Errorf("unit %d at epoch + %s is %s off the file's pictures", u.Seq, u.At.Sub(s.Epoch()), off)
		}
	}
	if units[len(units)-1].NTP.IsZero() {
		t.Error("no report came")
	}
}

func TestFallsBackToTCP(t *testing.T) {
	t.Parallel()
	file := testvideo.Make(t, testvideo.Spec{})
	t.Run("the server refuses UDP", func(t *testing.T) {
		t.Parallel()
		s := serve(t, rtspserve.Options{Files: []string{file}, NoUDP: true})
		_, w := read(t, Config{URL: s.URL("camera")})
		if state, _ := w.untilState(t, 0, Live, ""); state.Transport != "tcp" {
			t.Errorf("came by %s", state.Transport)
		}
		_, w = read(t, Config{URL: s.URL("camera"), Protocol: "udp"})
		w.untilState(t, 0, Failed, UDPBlocked)
	})
	t.Run("UDP brings nothing", func(t *testing.T) {
		t.Parallel()
		s := serve(t, rtspserve.Options{Files: []string{file}})
		inject(t, s, rtspserve.Fault{Kind: rtspserve.Loss, Share: 1, For: 3 * time.Second})
		_, w := read(t, Config{URL: s.URL("camera"), StallAfter: 20 * time.Second})
		if state, _ := w.untilState(t, 0, Live, ""); state.Transport != "tcp" {
			t.Errorf("came by %s", state.Transport)
		}
	})
}

func TestLossDropsWholePictures(t *testing.T) {
	t.Parallel()
	file := testvideo.Make(t, testvideo.Spec{Size: "640x480"})
	for _, codec := range []string{H264} {
		t.Run(codec, func(t *testing.T) {
			t.Parallel()
			s := serve(t, rtspserve.Options{Files: []string{file}})
			r, w := read(t, Config{URL: s.URL("camera"), Protocol: "udp"})
			_, lossless := read(t, Config{URL: s.URL("camera"), Protocol: "tcp"})
			whole := lossless.untilUnits(t, 75) // one loop: what each picture looks like
			inject(t, s, rtspserve.Fault{Kind: rtspserve.Loss, Share: 0.05})
			w.until(t, "damaged units and gaps", func() bool {
				gaps := 0
				for _, u := range w.units {
					if u.Gap {
						gaps++
					}
				}
				return gaps > 5
			})
			if c := r.Counters(); c.Damaged == 0 || c.Lost == 0 {
				t.Errorf("nothing counted: %+v", c)
			}
			// Parameter sets and remarks of the encoder are packets of their own: a
			// picture that lost those has all its slices still.
			slices := func(u Unit) string {
				picture := make([][]byte, 0, len(u.NALUs))
				for _, nalu := range u.NALUs {
					if isPicture(codec, nalu) {
						picture = append(picture, nalu)
					}
				}
				return string(bytes.Join(picture, nil))
			}
			known := map[string]bool{}
			for _, u := range whole {
				known[slices(u)] = true
			}
			for _, u := range w.seen() {
				if !known[slices(u)] {
					t.Fatalf("unit %d of %d bytes is not a whole picture of the file", u.Seq, u.Size())
				}
			}
		})
	}
}

func TestBFrames(t *testing.T) {
	t.Parallel()
	s := serve(t, rtspserve.Options{Files: []string{testvideo.Make(t, testvideo.Spec{BFrames: 2})}})
	r, w := read(t, Config{URL: s.URL("camera"), Protocol: "tcp"})
	w.untilState(t, 0, Live, "")
	back := 0
	units := w.untilUnits(t, 60)
	for i := range units[1:] {
		if units[i+1].PTS < units[i].PTS {
			back++
		}
	}
	if back == 0 {
		t.Error("no picture is out of order, this test tests nothing")
	}
	if c := r.Counters(); c.Jumps != 0 || c.Damaged != 0 {
		t.Errorf("reordering is taken for a fault: %+v", c)
	}
}

func TestStartStopAtAnyMoment(t *testing.T) {
	t.Parallel()
	s := serve(t, rtspserve.Options{Files: []string{testvideo.Make(t, testvideo.Spec{})}})
	for i := range 40 {
		w := newWatcher()
		r := New(Config{URL: s.URL("camera"), Protocol: []string{"tcp", "udp"}[i%2]}, w)
		ctx, cancel := context.WithCancel(context.Background())
		if err := r.Start(ctx); err != nil {
			t.Fatal(err)
		}
		if r.Start(ctx) == nil {
			t.Error("a second start is accepted")
		}
		if i%4 == 0 {
			w.untilUnits(t, i/4)
		}
		if i%3 == 0 {
			cancel()
		}
		r.Stop()
		r.Stop()
		cancel()
	}
	New(Config{}, newWatcher()).Stop() // never started
}
