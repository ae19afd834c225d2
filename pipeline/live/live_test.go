package live_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/bluenviron/mediacommon/v2/pkg/formats/fmp4"
	"go.uber.org/goleak"

	"offsite/pipeline/ingest"
	"offsite/pipeline/live"
	"offsite/pipeline/rtspserve"
	"offsite/pipeline/rtspserve/testvideo"
)

// TestMain fails where a connection is left behind.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// serve plays a stream as a camera and returns its address.
func serve(t *testing.T, s rtspserve.Stream) string {
	t.Helper()
	server := rtspserve.New(rtspserve.Options{Listen: "127.0.0.1:0", Streams: []rtspserve.Stream{s}})
	if err := server.Start(context.Background()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Stop)
	return server.URL("camera")
}

func views(t *testing.T, o live.Options) *live.Views {
	t.Helper()
	v := live.New(o)
	t.Cleanup(v.Stop)
	return v
}

// watch reads a view until it has brought n fragments, header included.
func watch(t *testing.T, v *live.View, n int) []byte {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	var all []byte
	for got := 0; got < n; {
		parts, err := v.Next(ctx)
		if err != nil {
			t.Fatalf("after %d fragments: %v", got, err)
		}
		for _, p := range parts {
			all = append(all, p...)
			got++
		}
	}
	return all
}

func TestABrowserCanPlayWhatComes(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		spec  testvideo.Spec
		terse bool
		want  string // beginning of the type
	}{
		"h264":               {testvideo.Spec{Codec: "h264"}, false, `video/mp4; codecs="avc1.64`},
		"h264 with B-frames": {testvideo.Spec{Codec: "h264", BFrames: 2}, false, `video/mp4; codecs="avc1.64`},
		"h264, sets in band": {testvideo.Spec{Codec: "h264"}, true, `video/mp4; codecs="avc1.64`},
		"h265":               {testvideo.Spec{Codec: "h265"}, false, `video/mp4; codecs="hvc1.1.6.L`},
		"h265 with B-frames": {testvideo.Spec{Codec: "h265", BFrames: 2}, false, `video/mp4; codecs="hvc1.1.6.L`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			url := serve(t, rtspserve.Stream{Path: "camera", Files: []string{testvideo.Make(t, c.spec)}, Terse: c.terse})
			v, err := views(t, live.Options{}).Open(t.Context(), live.Camera{ID: "c", URL: url, Protocol: "tcp"})
			if err != nil {
				t.Fatal(err)
			}
			defer v.Close()
			if !strings.HasPrefix(v.Type(), c.want) {
				t.Errorf("it is a %s, not %s…", v.Type(), c.want)
			}
			const pictures = 50
			mp4 := watch(t, v, pictures+1)
			checkTimes(t, mp4)
			checkWithFFprobe(t, mp4, pictures)
		})
	}
}

// checkTimes reads the fragments: each decoded after the one before, none without
// length, the first a key picture.
func checkTimes(t *testing.T, mp4 []byte) {
	t.Helper()
	var parts fmp4.Parts
	if err := parts.Unmarshal(mp4); err != nil {
		t.Fatal(err)
	}
	next := parts[0].Tracks[0].BaseTime
	for i, p := range parts {
		track, sample := p.Tracks[0], p.Tracks[0].Samples[0]
		if track.BaseTime != next || sample.Duration == 0 {
			t.Fatalf("fragment %d is decoded at %d for %d, the one before ends at %d", i, track.BaseTime, sample.Duration, next)
		}
		next += uint64(sample.Duration)
		if i == 0 && sample.IsNonSyncSample {
			t.Error("it does not begin with a key picture")
		}
	}
}

// checkWithFFprobe decodes all and expects pictures in rising order.
func checkWithFFprobe(t *testing.T, mp4 []byte, want int) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "live.mp4")
	if err := os.WriteFile(file, mp4, 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("ffprobe", "-loglevel", "error", "-of", "json", "-show_entries", "frame=pts", file)
	var complaints bytes.Buffer
	cmd.Stderr = &complaints
	out, err := cmd.Output()
	if err != nil || complaints.Len() > 0 {
		t.Fatalf("ffprobe: %v %s", err, complaints.String())
	}
	var told struct{ Frames []struct{ PTS int64 } }
	if err := json.Unmarshal(out, &told); err != nil {
		t.Fatal(err)
	}
	times := make([]int64, len(told.Frames))
	for i, f := range told.Frames {
		times[i] = f.PTS
	}
	if len(times) < want-2 || !slices.IsSorted(times) || len(slices.Compact(slices.Clone(times))) != len(times) {
		t.Errorf("%d pictures of %d are shown, at %v", len(times), want, times)
	}
}

func TestViewersShareOneConnectionThatEndsWithThem(t *testing.T) {
	t.Parallel()
	url := serve(t, rtspserve.Stream{Path: "camera", Files: []string{testvideo.Make(t, testvideo.Spec{})}})
	all := views(t, live.Options{Linger: time.Millisecond, Viewers: 2})
	camera := live.Camera{ID: "c", URL: url, Protocol: "tcp"}
	first, err := all.Open(t.Context(), camera)
	if err != nil {
		t.Fatal(err)
	}
	watch(t, first, 30)
	second, err := all.Open(t.Context(), camera)
	if err != nil {
		t.Fatal(err)
	}
	checkTimes(t, watch(t, second, 20)) // begins at a key picture, in the middle of the stream
	if all.Cameras() != 1 || all.Viewers() != 2 {
		t.Errorf("%d connections for %d viewers", all.Cameras(), all.Viewers())
	}
	if _, err := all.Open(t.Context(), camera); !errors.Is(err, live.ErrFull) {
		t.Errorf("a third of two viewers: %v", err)
	}
	first.Close()
	first.Close() // is heard once
	watch(t, second, 5)
	second.Close()
	limit, tick := time.After(5*time.Second), time.NewTicker(5*time.Millisecond)
	defer tick.Stop()
	for all.Cameras() > 0 {
		select {
		case <-limit:
			t.Fatal("the camera is still connected to, and nobody looks")
		case <-tick.C:
		}
	}
	if all.Viewers() != 0 {
		t.Errorf("%d viewers are left", all.Viewers())
	}
}

func TestWhyACameraIsNotShown(t *testing.T) {
	t.Parallel()
	mjpeg := serve(t, rtspserve.Stream{Path: "camera", Files: []string{testvideo.Make(t, testvideo.Spec{Codec: "mjpeg"})}})
	silent := serve(t, rtspserve.Stream{Path: "camera", Files: []string{testvideo.Make(t, testvideo.Spec{})},
		Script: []rtspserve.Fault{{Kind: rtspserve.Silence, For: time.Minute}}})
	refused := errors.New("outside the networks")
	for name, c := range map[string]struct {
		url  string
		o    live.Options
		want ingest.Code
	}{
		"no video that browsers play": {mjpeg, live.Options{}, ingest.UnknownCodec},
		"no such path":                {mjpeg + "x", live.Options{}, ingest.NotFound},
		"nothing comes":               {silent, live.Options{Patience: 300 * time.Millisecond}, ingest.NoPictures},
		"an address that is guarded": {mjpeg, live.Options{Reader: ingest.Config{Control: func(string, string, syscall.RawConn) error { return refused }}},
			ingest.Unreachable},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := views(t, c.o).Open(t.Context(), live.Camera{ID: "c", URL: c.url, Protocol: "tcp"})
			var p *ingest.Problem
			if !errors.As(err, &p) || p.Code != c.want || p.ZH == "" || p.EN == "" {
				t.Errorf("the answer is %v, want code %s", err, c.want)
			}
		})
	}
}

func TestAViewEndsWithTheCamera(t *testing.T) {
	t.Parallel()
	url := serve(t, rtspserve.Stream{Path: "camera", Files: []string{testvideo.Make(t, testvideo.Spec{})},
		Script: []rtspserve.Fault{{Kind: rtspserve.Drop, After: 2 * time.Second}}})
	v, err := views(t, live.Options{}).Open(t.Context(), live.Camera{ID: "c", URL: url, Protocol: "tcp"})
	if err != nil {
		t.Fatal(err)
	}
	defer v.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	for err == nil {
		_, err = v.Next(ctx)
	}
	if errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("the camera dropped the connection, the view says %v", err)
	}
}

func TestASlowViewerGoesOnAtAKeyPicture(t *testing.T) {
	t.Parallel()
	size := "1280x720"
	url := serve(t, rtspserve.Stream{Path: "camera", Files: []string{testvideo.Make(t, testvideo.Spec{Size: size, GOP: 10})}})
	all := views(t, live.Options{Waiting: 64 << 10})
	camera := live.Camera{ID: "c", URL: url, Protocol: "tcp"}
	slow, err := all.Open(t.Context(), camera)
	if err != nil {
		t.Fatal(err)
	}
	defer slow.Close()
	quick, err := all.Open(t.Context(), camera)
	if err != nil {
		t.Fatal(err)
	}
	defer quick.Close()
	watch(t, slow, 2) // the header is taken
	watch(t, quick, 60)
	var parts fmp4.Parts
	if err := parts.Unmarshal(watch(t, slow, 3)); err != nil {
		t.Fatal(err)
	}
	if first := parts[0].Tracks[0].Samples[0]; first.IsNonSyncSample || parts[0].SequenceNumber < 20 {
		t.Errorf("it goes on at picture %s, key %v", strconv.Itoa(int(parts[0].SequenceNumber)), !first.IsNonSyncSample)
	}
}
