// Package testvideo makes small videos for tests with Debian's ffmpeg: a moving
// test pattern, encoded as the test wants it. Only tests import it.
package testvideo

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"testing"
)

// Spec says what the video should be. Zero values take the defaults.
type Spec struct {
	Name    string // of the file, without extension; default "camera"
	Codec   string // "h264" (default), "h265", "mjpeg"
	Size    string // default 320x240
	FPS     int    // default 25
	GOP     int    // pictures from key to key; default 12
	Seconds int    // default 3
	BFrames int
	Still   bool // one picture, standing still
}

// Make encodes a video into the test's folder and returns its path.
func Make(t testing.TB, s Spec) string {
	t.Helper()
	if s.Name == "" {
		s.Name = "camera"
	}
	file := filepath.Join(t.TempDir(), s.Name+".mp4")
	cmd := exec.Command("nice", append([]string{"-n", "5", "ffmpeg"}, s.arguments(file)...)...)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("make a test video with ffmpeg (apt-get install ffmpeg): %v\n%s", err, out)
	}
	return file
}

func (s Spec) arguments(file string) []string {
	if s.Size == "" {
		s.Size = "320x240"
	}
	def := func(v *int, d int) {
		if *v == 0 {
			*v = d
		}
	}
	def(&s.FPS, 25)
	def(&s.GOP, 12)
	def(&s.Seconds, 3)
	source := "testsrc2"
	if s.Still {
		source = "smptebars"
	}
	args := []string{"-nostdin", "-loglevel", "error", "-threads", "1", "-f", "lavfi",
		"-i", fmt.Sprintf("%s=size=%s:rate=%d:duration=%d", source, s.Size, s.FPS, s.Seconds)}
	gop := fmt.Sprint(s.GOP)
	switch s.Codec {
	case "mjpeg":
		args = append(args, "-c:v", "mjpeg", "-huffman", "default", "-pix_fmt", "yuvj420p", "-q:v", "5")
	case "h265":
		args = append(args, "-c:v", "libx265", "-preset", "ultrafast", "-pix_fmt", "yuv420p",
			"-x265-params", fmt.Sprintf("log-level=error:pools=1:frame-threads=1:keyint=%s:min-keyint=%s:scenecut=0:bframes=%d", gop, gop, s.BFrames))
	default:
		args = append(args, "-c:v", "libx264", "-preset", "veryfast", "-threads", "1", "-pix_fmt", "yuv420p",
			"-g", gop, "-keyint_min", gop, "-sc_threshold", "0", "-bf", fmt.Sprint(s.BFrames))
	}
	return append(args, "-an", "-y", file)
}
