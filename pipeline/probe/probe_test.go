package probe

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"offsite/pipeline/ingest"
	"offsite/pipeline/rtspserve"
	"offsite/pipeline/rtspserve/testvideo"
)

// TestMain fails where a test leaves a goroutine behind.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func serve(t *testing.T, o rtspserve.Options) *rtspserve.Server {
	t.Helper()
	o.Listen = "127.0.0.1:0"
	s := rtspserve.New(o)
	if err := s.Start(context.Background()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Stop)
	return s
}

func TestReportsWhatTheCameraSends(t *testing.T) {
	t.Parallel()
	for codec, profile := range map[string]string{"h264": "High", "h265": "Main", "mjpeg": ""} {
		t.Run(codec, func(t *testing.T) {
			t.Parallel()
			file := testvideo.Make(t, testvideo.Spec{Codec: codec, GOP: 25})
			s := serve(t, rtspserve.Options{Files: []string{file}, User: "admin", Password: "p@ss word"})
			address := strings.Replace(s.URL("camera"), "://", "://admin:"+url.QueryEscape("p@ss")+"%20word@", 1)
			r, err := Camera(context.Background(), address, "", nil)
			if err != nil {
				t.Fatal(err)
			}
			gop := 25
			if codec == "mjpeg" {
				gop = 1
			}
			if r.Codec != codec || r.Width != 320 || r.Height != 240 || r.GOP != gop || !strings.HasPrefix(r.Profile, profile) {
				t.Errorf("report %+v, want %s 320x240, GOP %d, profile %s", r, codec, gop, profile)
			}
			if r.FPS < 24 || r.FPS > 26 || r.BitRate < 10_000 || r.Lost != 0 {
				t.Errorf("rate %.2f, %d bit/s, %d lost", r.FPS, r.BitRate, r.Lost)
			}
			if r.ClockSource != "rtcp" || r.ClockOffset.Abs() > time.Second || r.Transport != "udp" {
				t.Errorf("clock %s %s, by %s", r.ClockSource, r.ClockOffset, r.Transport)
			}
			if !r.Key.Key || len(r.Key.AnnexB()) < 500 || r.Took > 5*time.Second {
				t.Errorf("key unit of %d bytes, took %s", len(r.Key.AnnexB()), r.Took)
			}
		})
	}
}

func TestSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	file := testvideo.Make(t, testvideo.Spec{})
	s := serve(t, rtspserve.Options{
		User: "admin", Password: "right-password",
		Streams: []rtspserve.Stream{{Files: []string{file}}, {Path: "sound", Files: []string{file}, As: "audio"}},
	})
	const closed = "127.0.0.1:1" // nobody listens there, and no test is given it
	for address, want := range map[string]ingest.Code{
		"http://camera/":          ingest.BadAddress,
		"rtsp://" + closed + "/x": ingest.Refused,
		"rtsp://admin:wrong-password@" + s.Addr() + "/camera":  ingest.Unauthorized,
		"rtsp://admin:right-password@" + s.Addr() + "/nowhere": ingest.NotFound,
		"rtsp://admin:right-password@" + s.Addr() + "/sound":   ingest.NoVideo,
	} {
		t.Run(string(want), func(t *testing.T) {
			t.Parallel()
			_, err := Camera(context.Background(), address, "", nil)
			var p *Problem
			if !errors.As(err, &p) || p.Code != want {
				t.Fatalf("%v, want code %s", err, want)
			}
			if p.ZH == "" || p.EN == "" || strings.Contains(p.ZH+p.Error(), "-password") {
				t.Errorf("sentences %q %q", p.ZH, p.Error())
			}
		})
	}
}

func TestEndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Camera(ctx, "rtsp://127.0.0.1:1/x", "tcp", nil); !errors.Is(err, context.Canceled) {
		t.Errorf("%v, want the context's error", err)
	}
}
