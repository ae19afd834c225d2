// Package testvideo makes small videos for tests with Debian's ffmpeg: a moving
// test pattern, encoded as the test wants it. Only tests import it.
package testvideo

import (
	"cmp"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
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

	OpenGOP    bool   // key pictures that pictures before them refer to; with BFrames
	Refresh    bool   // H.264 without key pictures but the first: intra refresh column by column
	Interlaced bool   // H.264 in fields
	Pixels     string // ffmpeg's name of the pixel format; default yuv420p, yuvj420p for mjpeg
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

// Again says how a video is encoded anew, as a camera's second stream of the same view.
type Again struct {
	Name   string // of the file, without extension
	Size   string // as 640x360
	Filter string // before that, as ffmpeg writes it: crop=…, hflip, …
	Kbps   int    // default 512
	GOP    int    // pictures from key to key; default 50
	For    int    // seconds of it; default all
}

// Encode makes another video of one, H.264, into the test's folder and returns its path.
func Encode(t testing.TB, file string, a Again) string {
	t.Helper()
	filter := "scale=" + strings.Replace(a.Size, "x", ":", 1)
	if a.Filter != "" {
		filter = a.Filter + "," + filter
	}
	rate, gop := fmt.Sprintf("%dk", cmp.Or(a.Kbps, 512)), fmt.Sprint(cmp.Or(a.GOP, 50))
	out := filepath.Join(t.TempDir(), a.Name+".mp4")
	args := []string{"-n", "5", "ffmpeg", "-nostdin", "-loglevel", "error", "-threads", "1"}
	if a.For > 0 {
		args = append(args, "-t", fmt.Sprint(a.For))
	}
	cmd := exec.Command("nice", append(args, "-i", file, "-vf", filter,
		"-c:v", "libx264", "-preset", "superfast", "-threads", "1", "-pix_fmt", "yuv420p", "-b:v", rate, "-maxrate", rate, "-bufsize", rate,
		"-g", gop, "-keyint_min", gop, "-sc_threshold", "0", "-bf", "0", "-an", "-y", out)...)
	if told, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("make a second stream with ffmpeg (apt-get install ffmpeg): %v\n%s", err, told)
	}
	return out
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
	return append(append(args, s.encoder()...), "-an", "-y", file)
}

// encoder is what ffmpeg is told of the codec.
func (s Spec) encoder() []string {
	gop, pixels := fmt.Sprint(s.GOP), s.Pixels
	if pixels == "" {
		pixels = "yuv420p"
	}
	flag := func(on bool, name string) string {
		if on {
			return ":" + name
		}
		return ""
	}
	switch s.Codec {
	case "mjpeg":
		if s.Pixels == "" {
			pixels = "yuvj420p"
		}
		return []string{"-c:v", "mjpeg", "-huffman", "default", "-pix_fmt", pixels, "-q:v", "5"}
	case "h265":
		return []string{"-c:v", "libx265", "-preset", "ultrafast", "-pix_fmt", pixels, "-x265-params",
			fmt.Sprintf("log-level=error:pools=1:frame-threads=1:keyint=%s:min-keyint=%s:scenecut=0:bframes=%d:open-gop=%d",
				gop, gop, s.BFrames, map[bool]int{true: 1}[s.OpenGOP])}
	default:
		args := []string{"-c:v", "libx264", "-preset", "veryfast", "-threads", "1", "-pix_fmt", pixels,
			"-g", gop, "-keyint_min", gop, "-sc_threshold", "0", "-bf", fmt.Sprint(s.BFrames)}
		if s.OpenGOP || s.Refresh || s.Interlaced {
			args = append(args, "-x264-params", fmt.Sprintf("scenecut=0%s%s%s",
				flag(s.OpenGOP, "open-gop=1"), flag(s.Refresh, "intra-refresh=1"), flag(s.Interlaced, "tff=1")))
		}
		return args
	}
}
