package node

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"offsite/detectors"
	"offsite/detectors/burning"
	"offsite/pipeline"
	"offsite/pipeline/recording"
)

// detectorsZone keeps literals short.
type detectorsZone = detectors.Zone

// black is a camera in the dark.
func black(t testing.TB) string {
	t.Helper()
	return ffmpeg(t, "black", "-f", "lavfi", "-i", "color=c=0x030303:size=320x240:rate=25:duration=4")
}

// ffmpeg encodes a video with a key unit each second.
func ffmpeg(t testing.TB, name string, input ...string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name+".mp4")
	args := append([]string{"-n", "5", "ffmpeg", "-nostdin", "-loglevel", "error"}, input...)
	args = append(args, "-c:v", "libx264", "-preset", "veryfast", "-threads", "1", "-pix_fmt", "yuv420p",
		"-g", "25", "-keyint_min", "25", "-sc_threshold", "0", "-bf", "0", "-an", "-y", file)
	if out, err := exec.Command("nice", args...).CombinedOutput(); err != nil {
		t.Fatalf("make a test video with ffmpeg (apt-get install ffmpeg): %v\n%s", err, out)
	}
	return file
}

// A real fire, frame by frame from a video that the model was not trained on, played
// as a camera, raises one incident of the real rule by the real model.
func TestRealFireIsRaisedOnce(t *testing.T) {
	t.Parallel()
	frames, err := filepath.Glob("../../../shared/data/fire-smoke/images/*.jpg")
	if err != nil || len(frames) == 0 {
		t.Skip("SKIPPED: the real pictures of fire are not here (shared/data/fire-smoke)")
	}
	list := testFrames(t, frames)
	s := serve(t, list)
	k := newKeeper()
	o := options(t, k, t.TempDir())
	o.Detectors = []detectors.Detector{burning.New()}
	z := zone("z", "burning")
	z.Polygon = detectors.Polygon{{X: 0, Y: 0}, {X: 1, Y: 0}, {X: 1, Y: 1}, {X: 0, Y: 1}}
	n := start(t, o, pipeline.Camera{ID: "camera", URL: s.URL("fire"), Protocol: "tcp", Zones: []detectors.Zone{z}})
	in := k.first(t)
	if in.Detector != "burning" || !strings.Contains(in.Why.EN, "fire") && !strings.Contains(in.Why.EN, "smoke") {
		t.Errorf("%s: %s", in.Detector, in.Why.EN)
	}
	if d := in.Raised.Sub(in.First); d.Seconds() > 15 {
		t.Errorf("raised %s after it was first seen, want within 15 s", d)
	}
	looks := n.Status()[0].Looks
	untilStatus(t, n, "camera", "more looks", func(s CameraStatus) bool { return s.Looks > looks+5 })
	if raised := len(k.incidents()); raised != 1 {
		t.Errorf("%d raised, want 1", raised)
	}
	t.Log(in.Why.EN, in.Values)
}

// testFrames makes a video of the held-out frames, each shown for a second.
func testFrames(t *testing.T, frames []string) string {
	t.Helper()
	var list strings.Builder
	for n := 28; n < 68; n++ { // fire2_mp4-28 to 67, in models/training/splits/burning_test.txt
		for _, f := range frames {
			if strings.TrimSuffix(filepath.Base(f), ".jpg") == fmt.Sprintf("fire2_mp4-%d", n) {
				abs, err := filepath.Abs(f)
				if err != nil {
					t.Fatal(err)
				}
				fmt.Fprintf(&list, "file '%s'\nduration 1\n", abs)
			}
		}
	}
	file := filepath.Join(t.TempDir(), "frames.txt")
	if err := os.WriteFile(file, []byte(list.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return ffmpeg(t, "fire", "-f", "concat", "-safe", "0", "-i", file, "-vf", "fps=25", "-t", "30")
}

// torn damages every key picture of a video, in the middle of its bits.
func torn(t testing.TB, file string) string {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	v, err := recording.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer v.Close()
	for i, s := range v.Samples {
		if !s.Key {
			continue
		}
		nalus, err := v.NALUs(i)
		if err != nil {
			t.Fatal(err)
		}
		biggest := slices.MaxFunc(nalus, func(a, b []byte) int { return len(a) - len(b) })
		at := bytes.Index(content, biggest)
		for k := at + len(biggest)/3; k < at+len(biggest); k++ {
			content[k] ^= 0x5a
		}
	}
	if err := os.WriteFile(file, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}
