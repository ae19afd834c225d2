package node

import (
	"bytes"
	"image/png"
	"slices"
	"strings"
	"testing"
	"time"

	"offsite/detectors"
	"offsite/pipeline"
	"offsite/pipeline/look"
	"offsite/pipeline/rtspserve"
	"offsite/pipeline/rtspserve/testvideo"
)

// twin serves a camera with a substream of 320×180 pixels, made of the main stream through
// a filter of ffmpeg.
func twin(t *testing.T, size, filter string, script map[string][]rtspserve.Fault) *rtspserve.Server {
	t.Helper()
	main := video(t, testvideo.Spec{Name: "main", Size: "640x360"})
	sub := testvideo.Encode(t, main, testvideo.Again{Name: "sub", Size: size, Filter: filter, Kbps: 300, GOP: 25})
	s := rtspserve.New(rtspserve.Options{Listen: "127.0.0.1:0", Streams: []rtspserve.Stream{
		{Path: "main", Files: []string{main}, Script: script["main"]}, {Path: "sub", Files: []string{sub}, Script: script["sub"]},
	}})
	if err := s.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Stop)
	return s
}

func twinCamera(s *rtspserve.Server, zones ...detectors.Zone) pipeline.Camera {
	return pipeline.Camera{ID: "camera", URL: s.URL("main"), Substream: s.URL("sub"), Protocol: "tcp", Zones: zones}
}

func stands(state string) func(CameraStatus) bool {
	return func(s CameraStatus) bool { return s.Substream != nil && s.Substream.State == state }
}

func TestLooksAreTakenFromTheSubstream(t *testing.T) {
	t.Parallel()
	s, k := twin(t, "320x180", "", nil), newKeeper()
	n := start(t, options(t, k, t.TempDir()), twinCamera(s))
	got := untilStatus(t, n, "camera", "looks from the substream", stands(SubstreamLooked))
	if got.State != Live || got.Why.EN != "" || got.Substream.Stream.Width != 320 || got.Stream.Width != 640 || got.Substream.Fit < look.SameFit {
		t.Errorf("status %+v, substream %+v", got, got.Substream)
	}
	n.Set([]pipeline.Camera{twinCamera(s, zone("z", "standing"))}) // nothing began before that
	in := k.first(t)
	if in.ClipFrom.After(in.First) || in.Raised.Sub(in.ClipTo) > time.Second { // the main stream may be a picture behind
		t.Errorf("clip from %s to %s of %s to %s", in.ClipFrom, in.ClipTo, in.First, in.Raised)
	}
	for _, l := range in.Looks {
		if l.Stream != pipeline.FromSubstream && !l.At.Before(in.First) { // before that they may be of the main stream
			t.Errorf("a look of %s was taken from %q", l.At, l.Stream)
		}
	}
	if in.Camera.URL != "" || in.Camera.Substream != "" {
		t.Error("the incident holds addresses")
	}
	if len(in.LookedClip) == 0 || in.LookedFrom.IsZero() || in.Substream == nil || in.Substream.Height != 180 {
		t.Errorf("of the substream: a clip of %d bytes from %s, %+v", len(in.LookedClip), in.LookedFrom, in.Substream)
	}
	var roles []string
	for _, s := range in.Stills {
		roles = append(roles, s.Role)
		wide := 640
		if strings.HasPrefix(s.Role, pipeline.Looked) {
			wide = 320
		}
		if img, err := png.Decode(bytes.NewReader(s.PNG)); err != nil || img.Bounds().Dx() != wide || len(s.Overlay) == 0 || len(s.AccessUnit) == 0 {
			t.Errorf("%s: %v", s.Role, err)
		}
		if s.Apart.Abs() > time.Second {
			t.Errorf("%s is %s off what was looked at", s.Role, s.Apart)
		}
	}
	slices.Sort(roles)
	if want := "first looked_first looked_raised raised"; !strings.HasSuffix(strings.Replace(strings.Join(roles, " "), "looked_before ", "", 1), want) {
		t.Errorf("stills %v", roles)
	}
}

// A substream that goes costs no look: they are taken from the main stream, which the
// camera's state says in a sentence, and from the substream again once it is back. Between
// the two a suspicion goes on.
func TestSubstreamGoesAndComesBack(t *testing.T) {
	t.Parallel()
	s, k := twin(t, "320x180", "", nil), newKeeper()
	z := zone("z", "standing")
	z.Params = map[string]float64{"dwell_s": 9}
	n := start(t, options(t, k, t.TempDir()), twinCamera(s))
	untilStatus(t, n, "camera", "looks from the substream", stands(SubstreamLooked))
	n.Set([]pipeline.Camera{twinCamera(s, z)})
	untilStatus(t, n, "camera", "a suspicion", func(s CameraStatus) bool { return len(s.Open) > 0 })
	if err := s.Inject("sub", rtspserve.Fault{Kind: rtspserve.Refuse}); err != nil {
		t.Fatal(err)
	}
	gone := untilStatus(t, n, "camera", "the substream to be gone", stands(SubstreamGone))
	if gone.State != Live || !strings.Contains(gone.Why.EN, "main stream") || !strings.Contains(gone.Why.ZH, "主码流") {
		t.Errorf("state %s, why %+v", gone.State, gone.Why)
	}
	untilStatus(t, n, "camera", "looks from the main stream", func(s CameraStatus) bool { return s.Looks+s.Unchanged > gone.Looks+gone.Unchanged+1 })
	s.Calm("sub")
	if back := untilStatus(t, n, "camera", "looks from the substream again", stands(SubstreamLooked)); back.Why.EN != "" {
		t.Errorf("why %+v", back.Why)
	}
	in := k.first(t)
	streams := map[string]int{}
	for i, l := range in.Looks {
		streams[l.Stream]++
		if i > 0 && !l.At.After(in.Looks[i-1].At) {
			t.Errorf("a look at %s follows one at %s", l.At, in.Looks[i-1].At)
		}
	}
	if streams[""] == 0 || streams[pipeline.FromSubstream] == 0 || in.Last.Sub(in.First) < 9*time.Second {
		t.Errorf("looks by stream %v, dwelled %s", streams, in.Last.Sub(in.First))
	}
}

// Without its main stream a camera is gone, whatever its substream shows: nobody could be
// shown what was found.
func TestMainStreamGoneIsTheCameraGone(t *testing.T) {
	t.Parallel()
	s := twin(t, "320x180", "", nil)
	n := start(t, options(t, newKeeper(), t.TempDir()), twinCamera(s))
	untilStatus(t, n, "camera", "looks from the substream", stands(SubstreamLooked))
	if err := s.Inject("main", rtspserve.Fault{Kind: rtspserve.Refuse}); err != nil {
		t.Fatal(err)
	}
	gone := untilStatus(t, n, "camera", "the camera to be gone", func(s CameraStatus) bool { return s.State != Live && s.Why.EN != "" })
	time.Sleep(3 * time.Second)                                                                           // in which the substream would be looked at thrice
	if now := n.Status()[0]; now.Looks+now.Unchanged > gone.Looks+gone.Unchanged+1 || now.State == Live { // one may have been under way
		t.Errorf("%d looks while %s, and %d before", now.Looks+now.Unchanged, now.State, gone.Looks+gone.Unchanged)
	}
	s.Calm("main")
	untilStatus(t, n, "camera", "looks from the substream again", func(s CameraStatus) bool {
		return s.State == Live && s.Substream.State == SubstreamLooked && s.Looks+s.Unchanged > gone.Looks+gone.Unchanged+2
	})
}

// A substream of another view is refused with a sentence, and the camera is looked at as if
// it had none.
func TestOtherViewIsRefused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ size, filter, en, zh string }{
		"mirrored":    {"320x180", "hflip", "another view", "不是同一视野"},
		"enlarged":    {"320x180", "crop=iw*0.8:ih*0.8", "another view", "不是同一视野"},
		"other shape": {"352x288", "", "aspect ratio", "画面比例"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, k := twin(t, c.size, c.filter, nil), newKeeper()
			n := start(t, options(t, k, t.TempDir()), twinCamera(s, zone("z", "standing")))
			got := untilStatus(t, n, "camera", "the substream to be refused", stands(SubstreamRefused))
			if got.State != Live || !strings.Contains(got.Why.EN, c.en) || !strings.Contains(got.Why.ZH, c.zh) {
				t.Errorf("state %s, why %+v", got.State, got.Why)
			}
			for _, l := range k.first(t).Looks {
				if l.Stream != "" {
					t.Errorf("a look was taken from %q", l.Stream)
				}
			}
		})
	}
}

// Looks keep the main stream's time, whatever the substream's clock says.
func TestLooksKeepTheMainStreamsTime(t *testing.T) {
	t.Parallel()
	for name, off := range map[string]map[string]time.Duration{
		"substream ahead": {"sub": 20 * time.Second}, "main ahead": {"main": 20 * time.Second}, "both": {"main": -20 * time.Second, "sub": -20 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			script := map[string][]rtspserve.Fault{}
			for path, by := range off {
				script[path] = []rtspserve.Fault{{Kind: rtspserve.ClockStep, By: by}}
			}
			s, k := twin(t, "320x180", "", script), newKeeper()
			n := start(t, options(t, k, t.TempDir()), twinCamera(s))
			untilStatus(t, n, "camera", "the camera's time, and looks from the substream", func(s CameraStatus) bool {
				return s.Clock.Source == "rtcp" && (s.Clock.OffsetNS-off["main"]).Abs() < time.Second && stands(SubstreamLooked)(s)
			})
			n.Set([]pipeline.Camera{twinCamera(s, zone("z", "standing"))})
			in := k.first(t)
			if d := in.Raised.Sub(in.Received) - off["main"]; d.Abs() > time.Second {
				t.Errorf("raised at %s, received at %s: %s off the main stream's time", in.Raised, in.Received, d)
			}
			for _, s := range in.Stills {
				if s.Apart.Abs() > time.Second || s.Role == "raised" && s.Stream != "" {
					t.Errorf("%s of %q is %s apart", s.Role, s.Stream, s.Apart)
				}
			}
			if off["main"] != off["sub"] && in.Substream.Clock.Source != "main" {
				t.Errorf("the substream's clock is %+v", in.Substream.Clock)
			}
		})
	}
}
