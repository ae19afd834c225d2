package node

import (
	"context"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode"

	"offsite/detectors"
	"offsite/pipeline"
	"offsite/pipeline/rtspserve"
	"offsite/pipeline/rtspserve/testvideo"
)

// What cameras send that is not the usual: each is either looked at like any other, or
// has a state and a sentence that says what to do.
func TestUnusualStreams(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		video testvideo.Spec
		terse bool // the description lacks parameter sets
		state string
		why   string // in the sentence; "": there is none, and pictures are looked at
		group int    // ms from key unit to key unit; 0: any
	}{
		"H.264 in open groups":           {video: testvideo.Spec{OpenGOP: true, BFrames: 2, Seconds: 8}, state: Live, group: 1000},
		"H.265 in open groups":           {video: testvideo.Spec{Codec: "h265", OpenGOP: true, BFrames: 3, Seconds: 8}, state: Live, group: 1000},
		"groups of 20 s":                 {video: testvideo.Spec{GOP: 500, Seconds: 20}, state: Live},
		"intra refresh, no key pictures": {video: testvideo.Spec{Refresh: true, Seconds: 40}, state: Stalled, why: "key frame"},
		"interlaced":                     {video: testvideo.Spec{Interlaced: true}, state: Live, group: 1000},
		"4:2:2":                          {video: testvideo.Spec{Pixels: "yuv422p"}, state: Live},
		"4:4:4":                          {video: testvideo.Spec{Pixels: "yuv444p"}, state: Live},
		"10 bit":                         {video: testvideo.Spec{Pixels: "yuv420p10le"}, state: Live},
		"10 bit H.265":                   {video: testvideo.Spec{Codec: "h265", Pixels: "yuv420p10le"}, state: Live},
		"no parameter sets described":    {video: testvideo.Spec{}, terse: true, state: Live},
		"nor those of H.265":             {video: testvideo.Spec{Codec: "h265"}, terse: true, state: Live},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := rtspserve.New(rtspserve.Options{Listen: "127.0.0.1:0",
				Streams: []rtspserve.Stream{{Files: []string{video(t, c.video)}, Terse: c.terse}}})
			if err := s.Start(context.Background()); err != nil {
				t.Fatal(err)
			}
			t.Cleanup(s.Stop)
			o := options(t, newKeeper(), t.TempDir())
			if c.state == Live {
				o.Reader.StallAfter = 30 * time.Second // a first key picture may be that far
			}
			n := start(t, o, pipeline.Camera{ID: "camera", URL: s.URL("camera"), Protocol: "tcp", Zones: []detectorsZone{zone("z", "standing")}})
			got := untilStatus(t, n, "camera", name, func(s CameraStatus) bool {
				return s.State == c.state && (c.why != "" || s.Looks+s.Unchanged >= 4 && (c.group == 0 || s.Stream.GOPMS != 0))
			})
			if c.why == "" && (got.Health != Clear || got.Why != detectors.Explanation{} || got.Dropped["damaged"] > 1) {
				t.Errorf("health %s, %+v, dropped %v", got.Health, got.Why, got.Dropped)
			}
			if c.why != "" {
				sentence(t, got.Why, c.why)
			}
			if c.group != 0 && (got.Stream.GOPMS < c.group-50 || got.Stream.GOPMS > c.group+50) {
				t.Errorf("a key picture each %d ms, want %d", got.Stream.GOPMS, c.group)
			}
		})
	}
}

// sentence wants Chinese in one, English with a word in the other.
func sentence(t *testing.T, why detectors.Explanation, word string) {
	t.Helper()
	if !strings.ContainsFunc(why.ZH, func(r rune) bool { return unicode.Is(unicode.Han, r) }) || !strings.Contains(why.EN, word) {
		t.Errorf("sentences %q and %q, want one with %q", why.ZH, why.EN, word)
	}
}

// H.265 is not among them: its decoders do not notice, and hand out what they made of
// the bits. Missing packets are noticed before, with every codec.
func TestCorruptedSlicesAreNoPictures(t *testing.T) {
	t.Parallel()
	s := serve(t, video(t, testvideo.Spec{}))
	n := start(t, options(t, newKeeper(), t.TempDir()),
		pipeline.Camera{ID: "camera", URL: s.URL("camera"), Protocol: "tcp", Zones: []detectorsZone{zone("z", "standing")}})
	untilStatus(t, n, "camera", "a clear picture", func(s CameraStatus) bool { return s.Health == Clear })
	if err := s.Inject("camera", rtspserve.Fault{Kind: rtspserve.Corrupt, Share: 1}); err != nil {
		t.Fatal(err)
	}
	got := untilStatus(t, n, "camera", "a broken picture", func(s CameraStatus) bool { return s.Health == Broken })
	sentence(t, got.HealthWhy, "cannot be decoded")
	if got.State != Live || got.Dropped["damaged"] < brokenAfter {
		t.Errorf("state %s, dropped %v", got.State, got.Dropped)
	}
	s.Calm("camera")
	untilStatus(t, n, "camera", "a clear picture again", func(s CameraStatus) bool { return s.Health == Clear })
}

func TestCodecChanges(t *testing.T) {
	t.Parallel()
	// At an address of its own no other test takes the port while nobody listens.
	first := rtspserve.New(rtspserve.Options{Listen: "127.0.0.2:0", Files: []string{video(t, testvideo.Spec{})}})
	if err := first.Start(context.Background()); err != nil {
		t.Fatal(err)
	}
	n := start(t, options(t, newKeeper(), t.TempDir()),
		pipeline.Camera{ID: "camera", URL: first.URL("camera"), Protocol: "tcp", Zones: []detectorsZone{zone("z", "standing")}})
	before := untilStatus(t, n, "camera", "H.264", func(s CameraStatus) bool { return s.Looks+s.Unchanged > 1 && s.Stream.Codec == "h264" })
	first.Stop()
	got := untilStatus(t, n, "camera", "the loss of the camera", func(s CameraStatus) bool { return s.State == Failed })
	sentence(t, got.Why, "refuses the connection")
	second := rtspserve.New(rtspserve.Options{Listen: first.Addr(), Files: []string{video(t, testvideo.Spec{Codec: "h265"})}})
	if err := second.Start(context.Background()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(second.Stop)
	got = untilStatus(t, n, "camera", "H.265", func(s CameraStatus) bool {
		return s.State == Live && s.Stream.Codec == "h265" && s.Looks+s.Unchanged > before.Looks+before.Unchanged+2
	})
	if got.Health != Clear {
		t.Errorf("health %s: %+v", got.Health, got.HealthWhy)
	}
}

// A server that stops within a packet and keeps the connection is given up, and
// connected to again.
func TestServerStallsWithinAPacket(t *testing.T) {
	t.Parallel()
	s := serve(t, video(t, testvideo.Spec{}))
	address := relay(t, s.Addr(), 60_001)
	n := start(t, options(t, newKeeper(), t.TempDir()),
		pipeline.Camera{ID: "camera", URL: "rtsp://" + address + "/camera", Protocol: "tcp", Zones: []detectorsZone{zone("z", "standing")}})
	got := untilStatus(t, n, "camera", "a stall", func(s CameraStatus) bool { return s.State == Stalled })
	sentence(t, got.Why, "no new picture")
	looks := got.Looks + got.Unchanged
	untilStatus(t, n, "camera", "looks after it", func(s CameraStatus) bool {
		return s.State == Live && s.Health == Clear && s.Looks+s.Unchanged > looks
	})
}

// relay passes connections on to a server; what the server says on the first one ends
// after some bytes, without being closed.
func relay(t *testing.T, server string, bytes int64) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var work sync.WaitGroup
	work.Go(func() {
		for first := true; ; first = false {
			client, err := l.Accept()
			if err != nil {
				return
			}
			camera, err := net.Dial("tcp", server)
			if err != nil {
				client.Close()
				continue
			}
			shut := func() { client.Close(); camera.Close() }
			unhook := context.AfterFunc(ctx, shut)
			work.Go(func() { io.Copy(camera, client); shut(); unhook() })
			work.Go(func() {
				if first {
					io.CopyN(client, camera, bytes)
					return // and stays open
				}
				io.Copy(client, camera)
				shut()
			})
		}
	})
	t.Cleanup(func() { cancel(); l.Close(); work.Wait() })
	return l.Addr().String()
}
