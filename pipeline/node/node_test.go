package node

import (
	"bytes"
	"context"
	"errors"
	"image/jpeg"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"offsite/pipeline"
	"offsite/pipeline/ring"
	"offsite/pipeline/rtspserve"
	"offsite/pipeline/rtspserve/testvideo"
)

func TestIncidentIsComplete(t *testing.T) {
	t.Parallel()
	for _, codec := range []string{"h264", "h265", "mjpeg"} {
		t.Run(codec, func(t *testing.T) {
			t.Parallel()
			s := serve(t, video(t, testvideo.Spec{Codec: codec}))
			k := newKeeper()
			n := start(t, options(t, k, t.TempDir()), pipeline.Camera{ID: "camera", URL: s.URL("camera"), Protocol: "tcp",
				Zones: []detectorsZone{zone("z", "standing")}})
			in := k.first(t)
			if in.Kind != "incident" || in.ID == "" || in.Zone.ID != "z" || in.Detector != "standing" || in.Camera.URL != "" {
				t.Errorf("incident %+v", in.Zone)
			}
			if d := in.Last.Sub(in.First); d < 3*time.Second || d > 8*time.Second {
				t.Errorf("it dwelled %s, want 3 s", d)
			}
			checkStills(t, in, codec)
			checkClip(t, in)
			if len(in.Looks) < 3 || len(in.Models) != 1 || in.Models[0].Name != "burning" || in.Params["dwell_s"] != 3 {
				t.Errorf("%d looks, models %v, params %v", len(in.Looks), in.Models, in.Params)
			}
			if in.Stream.Codec != codec || in.Stream.Width != 320 || in.Clock.Source == "" || in.Received.IsZero() {
				t.Errorf("stream %+v, clock %+v", in.Stream, in.Clock)
			}
			if jpg, _, ok := n.Picture("camera"); !ok {
				t.Error("no picture")
			} else if _, err := jpeg.Decode(bytes.NewReader(jpg)); err != nil {
				t.Error(err)
			}
		})
	}
}

func checkStills(t *testing.T, in pipeline.Incident, codec string) {
	t.Helper()
	var roles []string
	for _, s := range in.Stills {
		roles = append(roles, s.Role)
		img, err := png.Decode(bytes.NewReader(s.PNG))
		if err != nil || img.Bounds().Dx() != 320 || img.Bounds().Dy() != 240 {
			t.Errorf("%s: PNG %v", s.Role, err)
		}
		if img, err := jpeg.Decode(bytes.NewReader(s.Overlay)); err != nil || img.Bounds().Dx() != 320 {
			t.Errorf("%s: overlay %v", s.Role, err)
		}
		if s.Codec != codec || len(s.AccessUnit) < 100 {
			t.Errorf("%s: %s of %d bytes", s.Role, s.Codec, len(s.AccessUnit))
		}
	}
	if got := strings.Join(roles, " "); got != "first raised" && got != "before first raised" {
		t.Errorf("stills %q", got)
	}
}

func checkClip(t *testing.T, in pipeline.Incident) {
	t.Helper()
	times, err := ring.WallClock(in.Clip)
	if err != nil || len(times) == 0 {
		t.Fatalf("clip of %d bytes: %v", len(in.Clip), err)
	}
	if in.ClipFrom.After(in.First) || in.ClipTo.Before(in.Raised) {
		t.Errorf("clip from %s to %s of %s to %s", in.ClipFrom, in.ClipTo, in.First, in.Raised)
	}
}

func TestZoneWithoutModelSaysSo(t *testing.T) {
	t.Parallel()
	s := serve(t, video(t, testvideo.Spec{}))
	k := newKeeper()
	o := options(t, k, t.TempDir())
	o.Detectors = append(o.Detectors, renamed{standing{"absent"}, "seer"})
	bad := zone("bad", "standing")
	bad.Params = map[string]float64{"dwell_s": -1}
	n := start(t, o, pipeline.Camera{ID: "camera", URL: s.URL("camera"),
		Zones: []detectorsZone{zone("seer", "seer"), zone("other", "nobody"), bad, zone("good", "standing")}})
	if in := k.first(t); in.Zone.ID != "good" {
		t.Errorf("raised in %s", in.Zone.ID)
	}
	got := n.Status()[0]
	if got.State != Live || len(got.Faults) != 3 || got.Why.ZH == "" || !strings.Contains(got.Faults[0].Why.EN, "absent") {
		t.Errorf("state %s, faults %+v, why %+v", got.State, got.Faults, got.Why)
	}
}

type renamed struct {
	standing
	key string
}

func (r renamed) Key() string { return r.key }

func TestKilledNodeRaisesAgainUnderTheSameID(t *testing.T) {
	t.Parallel()
	s := serve(t, video(t, testvideo.Spec{}))
	camera := pipeline.Camera{ID: "camera", URL: s.URL("camera"), Protocol: "tcp", Zones: []detectorsZone{zone("z", "standing")}}
	folder, k := t.TempDir(), newKeeper()
	k.refuse = true
	ids := map[string]bool{}
	o := options(t, refusing{k, ids}, folder)
	n := start(t, o, camera)
	k.until(t, "the sink to be asked thrice", func() bool { return k.asked > 2 })
	if w := n.Status()[0].Waiting; w != 1 {
		t.Errorf("%d incidents wait, want 1", w)
	}
	asKilled := t.TempDir() // what a kill would leave: the folder as it is this moment
	if err := os.CopyFS(asKilled, os.DirFS(folder)); err != nil {
		t.Fatal(err)
	}
	n.Stop()
	for name, left := range map[string]string{"killed": asKilled, "stopped": folder} {
		t.Run(name, func(t *testing.T) {
			again := newKeeper()
			start(t, options(t, again, left), camera)
			in := again.first(t)
			if !ids[in.ID] || len(ids) != 1 {
				t.Errorf("raised as %s, before as %v", in.ID, ids)
			}
			if len(in.Stills) < 2 {
				t.Errorf("%d stills: those of before are lost", len(in.Stills))
			}
		})
	}
}

// refusing notes the ids that a sink refuses.
type refusing struct {
	*keeper
	ids map[string]bool
}

func (r refusing) Raise(ctx context.Context, in pipeline.Incident) error {
	r.mu.Lock()
	r.ids[in.ID] = true
	r.mu.Unlock()
	return r.keeper.Raise(ctx, in)
}

func TestWhatIsSafeIsRaisedOnce(t *testing.T) {
	t.Parallel()
	s := serve(t, video(t, testvideo.Spec{}))
	camera := pipeline.Camera{ID: "camera", URL: s.URL("camera"), Protocol: "tcp", Zones: []detectorsZone{zone("z", "standing")}}
	folder, k := t.TempDir(), newKeeper()
	for range 3 { // the matter goes on over restarts
		n := start(t, options(t, k, folder), camera)
		in := k.first(t)
		untilStatus(t, n, "camera", "looks", func(s CameraStatus) bool {
			return s.Looks+s.Unchanged >= 3 && s.Waiting == 0 && len(s.Open) == 1 && s.Open[0].Incident == in.ID
		})
		n.Stop()
	}
	if len(k.raised) != 1 || len(k.ended) != 0 {
		t.Errorf("%d raised, %d ended, want one raised", len(k.raised), len(k.ended))
	}
}

func TestCameraGoneAndBack(t *testing.T) {
	t.Parallel()
	s := serve(t, video(t, testvideo.Spec{}))
	k := newKeeper()
	n := start(t, options(t, k, t.TempDir()), pipeline.Camera{ID: "camera", URL: s.URL("camera"), Protocol: "tcp",
		Zones: []detectorsZone{zone("z", "standing")}},
		pipeline.Camera{ID: "nowhere", URL: "rtsp://127.0.0.1:1/none", Zones: []detectorsZone{zone("y", "standing")}})
	in := k.first(t)
	if err := s.Inject("camera", rtspserve.Fault{Kind: rtspserve.Refuse, For: time.Second}); err != nil {
		t.Fatal(err)
	}
	gone := untilStatus(t, n, "camera", "it to fail", func(s CameraStatus) bool { return s.State == Failed })
	if gone.Why.ZH == "" || gone.Why.EN == "" {
		t.Errorf("failed without a sentence: %+v", gone)
	}
	looks := gone.Looks + gone.Unchanged
	back := untilStatus(t, n, "camera", "it to be live and looked at", func(s CameraStatus) bool {
		return s.State == Live && s.Looks+s.Unchanged > looks+1
	})
	if len(back.Open) != 1 || back.Open[0].Incident != in.ID {
		t.Errorf("open %+v, want the incident of before", back.Open)
	}
	untilStatus(t, n, "nowhere", "the other to have failed", func(s CameraStatus) bool { return s.State == Failed })
	if raised := len(k.incidents()); raised != 1 {
		t.Errorf("%d raised, want 1", raised)
	}
}

func TestSetKeepsRulesOfUnchangedZones(t *testing.T) {
	t.Parallel()
	s := serve(t, video(t, testvideo.Spec{}))
	k := newKeeper()
	long := zone("long", "standing")
	long.Params = map[string]float64{"dwell_s": 900}
	camera := pipeline.Camera{ID: "camera", URL: s.URL("camera"), Protocol: "tcp", Zones: []detectorsZone{long, zone("z", "standing")}}
	n := start(t, options(t, k, t.TempDir()), camera)
	in := k.first(t)
	both := untilStatus(t, n, "camera", "both", func(s CameraStatus) bool { return len(s.Open) == 2 && s.Waiting == 0 })
	changed := zone("z", "standing")
	changed.Version, changed.Polygon[0].X = 2, .3
	camera.Zones = []detectorsZone{long, changed}
	n.Set([]pipeline.Camera{camera})
	k.until(t, "the old zone's incident to end and the new one to be raised", func() bool {
		return len(k.ended) == 1 && k.ended[0] == in.ID && len(k.raised) == 2
	})
	if next := k.incidents()[1]; next.ID == in.ID || next.Zone.Version != 2 {
		t.Errorf("then %s of version %d", next.ID, next.Zone.Version)
	}
	for _, o := range n.Status()[0].Open {
		if o.ZoneID == "long" && !o.First.Equal(both.Open[0].First) {
			t.Errorf("the unchanged zone began anew at %s", o.First)
		}
	}
	n.Set(nil)
	if len(n.Status()) != 0 {
		t.Error("a camera that was taken away is still there")
	}
	n.Set([]pipeline.Camera{camera}) // and back
	untilStatus(t, n, "camera", "looks", func(s CameraStatus) bool { return s.Looks > 0 })
}

func TestEndsWaitAndHoldNoIncidentUp(t *testing.T) {
	t.Parallel()
	s := serve(t, video(t, testvideo.Spec{}))
	k, folder := newKeeper(), t.TempDir()
	k.deaf = true
	camera := pipeline.Camera{ID: "camera", URL: s.URL("camera"), Protocol: "tcp", Zones: []detectorsZone{zone("z", "standing")}}
	n := start(t, options(t, k, folder), camera)
	in := k.first(t)
	changed := zone("z", "standing")
	changed.Version = 2
	camera.Zones = []detectorsZone{changed}
	n.Set([]pipeline.Camera{camera})
	k.until(t, "the changed zone's incident", func() bool { return len(k.raised) == 2 })
	n.Stop()
	again := newKeeper()
	start(t, options(t, again, folder), camera)
	again.until(t, "the end of the first to be told after a restart", func() bool {
		return len(again.ended) == 1 && again.ended[0] == in.ID
	})
}

func TestChangedAddressIsFollowed(t *testing.T) {
	t.Parallel()
	a, b := serve(t, video(t, testvideo.Spec{})), serve(t, video(t, testvideo.Spec{Size: "640x360"}))
	k := newKeeper()
	camera := pipeline.Camera{ID: "camera", URL: a.URL("camera"), Zones: []detectorsZone{zone("z", "standing")}}
	n := start(t, options(t, k, t.TempDir()), camera)
	untilStatus(t, n, "camera", "the first", func(s CameraStatus) bool { return s.Looks > 0 && s.Stream.Width == 320 })
	camera.URL = b.URL("camera")
	n.Set([]pipeline.Camera{camera})
	s := untilStatus(t, n, "camera", "the second", func(s CameraStatus) bool { return s.Stream.Width == 640 && s.Looks > 2 })
	if s.Dropped["damaged"] != 0 || s.Dropped["not_in_ring"] != 0 {
		t.Errorf("dropped %v", s.Dropped)
	}
	k.first(t)
}

func TestRecheck(t *testing.T) {
	t.Parallel()
	s := serve(t, video(t, testvideo.Spec{}))
	n := start(t, options(t, newKeeper(), t.TempDir()), pipeline.Camera{ID: "camera", URL: s.URL("camera"),
		Zones: []detectorsZone{zone("z", "standing"), zone("nobody", "nobody")}},
		pipeline.Camera{ID: "gone", URL: "rtsp://127.0.0.1:1/none", Zones: []detectorsZone{zone("blind", "standing")}})
	asked := time.Now()
	in, err := n.Recheck(context.Background(), "z", "0190-recheck")
	if err != nil {
		t.Fatal(err)
	}
	if in.Kind != "recheck" || in.ID != "0190-recheck" || !in.Present || in.Received.Before(asked) {
		t.Errorf("%s %s, present %v, received %s after asking", in.Kind, in.ID, in.Present, in.Received.Sub(asked))
	}
	if len(in.Stills) != 1 || in.Stills[0].Role != "after" || len(in.Stills[0].PNG) == 0 || len(in.Clip) == 0 {
		t.Errorf("%d stills, clip of %d bytes", len(in.Stills), len(in.Clip))
	}
	for _, id := range []string{"nobody", "unknown"} {
		if _, err := n.Recheck(context.Background(), id, "x"); !errors.Is(err, ErrNotWatched) {
			t.Errorf("%s: %v", id, err)
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer cancel()
	if _, err := n.Recheck(ctx, "blind", "x"); !errors.Is(err, ErrNoLook) {
		t.Errorf("a camera that is not there: %v", err)
	}
}

func TestBlindCameraIsNotExamined(t *testing.T) {
	t.Parallel()
	s := serve(t, black(t))
	k := newKeeper()
	n := start(t, options(t, k, t.TempDir()), pipeline.Camera{ID: "camera", URL: s.URL("black"), Zones: []detectorsZone{zone("z", "standing")}})
	got := untilStatus(t, n, "camera", "looks", func(s CameraStatus) bool { return s.Dropped["blind"] >= 4 })
	if raised := len(k.incidents()); got.Health != Dark || got.HealthWhy.ZH == "" || got.Looks != 0 || raised != 0 {
		t.Errorf("health %s, %d looks, %d raised", got.Health, got.Looks, raised)
	}
}

func TestPicturesThatCannotBeDecodedAreTold(t *testing.T) {
	t.Parallel()
	s := serve(t, torn(t, video(t, testvideo.Spec{})))
	k := newKeeper()
	n := start(t, options(t, k, t.TempDir()), pipeline.Camera{ID: "camera", URL: s.URL("camera"), Protocol: "tcp", Zones: []detectorsZone{zone("z", "standing")}})
	got := untilStatus(t, n, "camera", "it to be broken", func(s CameraStatus) bool { return s.Health == Broken })
	if raised := len(k.incidents()); got.State != Live || got.HealthWhy.ZH == "" || got.Dropped["damaged"] < 3 || raised != 0 {
		t.Errorf("%s, %+v, dropped %v, %d raised", got.State, got.HealthWhy, got.Dropped, raised)
	}
}

func TestMetrics(t *testing.T) {
	t.Parallel()
	s := serve(t, video(t, testvideo.Spec{}))
	k := newKeeper()
	o := options(t, k, t.TempDir())
	registry := prometheus.NewPedanticRegistry()
	o.Registerer = registry
	n := start(t, o, pipeline.Camera{ID: "camera", URL: s.URL("camera"), Zones: []detectorsZone{zone("z", "standing")}})
	k.first(t)
	untilStatus(t, n, "camera", "delivery", func(s CameraStatus) bool { return s.Waiting == 0 })
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	have := map[string]bool{}
	for _, f := range families {
		have[f.GetName()] = true
	}
	for _, want := range []string{"offsite_camera_state", "offsite_look_seconds", "offsite_looks_examined_total", "offsite_incidents_raised_total", "offsite_suspicions_open"} {
		if !have[want] {
			t.Errorf("%s is missing of %v", want, have)
		}
	}
}

func TestStartStop(t *testing.T) {
	t.Parallel()
	s := serve(t, video(t, testvideo.Spec{}))
	camera := pipeline.Camera{ID: "camera", URL: s.URL("camera"), Zones: []detectorsZone{zone("z", "standing")}}
	folder := t.TempDir()
	for i := range 30 {
		n := New(options(t, newKeeper(), folder))
		n.Stop() // before Start
		if i%2 == 0 {
			n.Set([]pipeline.Camera{camera})
		}
		ctx, cancel := context.WithCancel(context.Background())
		if err := n.Start(ctx); err != nil {
			t.Fatal(err)
		}
		if err := n.Start(ctx); err == nil {
			t.Fatal("started twice")
		}
		events := n.Watch(context.Background())
		n.Set([]pipeline.Camera{camera})
		if i%3 == 0 {
			cancel() // while it runs
		}
		n.Stop()
		n.Stop()
		cancel()
		for range events { // closed by Stop
		}
	}
}

func TestUnreadableStateIsToldAndHarmsNoOther(t *testing.T) {
	t.Parallel()
	s := serve(t, video(t, testvideo.Spec{}))
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "bad"), nil, 0o600); err != nil { // a file where the folder should be
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(folder, "torn"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "torn", "state.json"), []byte(`{"camera":`), 0o600); err != nil {
		t.Fatal(err)
	}
	k := newKeeper()
	n := start(t, options(t, k, folder),
		pipeline.Camera{ID: "bad", URL: s.URL("camera"), Zones: []detectorsZone{zone("a", "standing")}},
		pipeline.Camera{ID: "torn", URL: s.URL("camera"), Zones: []detectorsZone{zone("z", "standing")}})
	if in := k.first(t); in.Zone.ID != "z" {
		t.Errorf("raised in %s", in.Zone.ID)
	}
	if got := n.Status()[0]; got.State != Failed || got.Why.ZH == "" {
		t.Errorf("%+v", got)
	}
}

// A camera that changes its size, freezes and jumps in time is looked at on, and its
// suspicion stands.
func TestUnsteadyStreamIsLookedAtOn(t *testing.T) {
	t.Parallel()
	s := rtspserve.New(rtspserve.Options{Listen: "127.0.0.1:0", Streams: []rtspserve.Stream{{Path: "camera", Files: []string{
		video(t, testvideo.Spec{Seconds: 3}), video(t, testvideo.Spec{Seconds: 3, Size: "640x360"}),
	}}}})
	if err := s.Start(context.Background()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Stop)
	k := newKeeper()
	n := start(t, options(t, k, t.TempDir()), pipeline.Camera{ID: "camera", URL: s.URL("camera"), Protocol: "tcp",
		Zones: []detectorsZone{zone("z", "standing")}})
	in := k.first(t)
	if len(in.Clip) == 0 || len(in.Stills) < 2 {
		t.Errorf("clip of %d bytes, %d stills", len(in.Clip), len(in.Stills))
	}
	for _, f := range []rtspserve.Fault{{Kind: rtspserve.TimeJump, By: time.Hour}, {Kind: rtspserve.TimeJump, By: -time.Hour}, {Kind: rtspserve.Drop}} {
		if err := s.Inject("camera", f); err != nil {
			t.Fatal(err)
		}
		from := n.Status()[0]
		untilStatus(t, n, "camera", "looks after "+string(f.Kind), func(s CameraStatus) bool {
			return s.Looks+s.Unchanged >= from.Looks+from.Unchanged+3
		})
	}
	got := n.Status()[0]
	if raised := len(k.incidents()); got.Dropped["damaged"]+got.Dropped["failed"] > 0 || raised != 1 || len(got.Open) != 1 {
		t.Errorf("dropped %v, %d raised, open %+v", got.Dropped, raised, got.Open)
	}
}
