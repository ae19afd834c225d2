package ingest

import (
	"bufio"
	"fmt"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestForeignServer reads GStreamer's RTSP server, which shares no code with ours.
func TestForeignServer(t *testing.T) {
	t.Parallel()
	for _, method := range []string{"", "basic", "digest"} {
		t.Run("password "+method, func(t *testing.T) {
			t.Parallel()
			address, codecs := foreign(t, method)
			user := ""
			if method != "" {
				user = "viewer:pass%20word@"
			}
			for i, codec := range codecs {
				for _, protocol := range []string{"tcp", "udp"} {
					if method != "" && (codec != H264 || protocol == "udp") {
						continue // passwords do not depend on them
					}
					// One after another: that server asserts, and dies, where streams are made ready
					// at once on a busy machine.
					t.Run(codec+" by "+protocol, func(t *testing.T) {
						readForeign(t, fmt.Sprintf("rtsp://%s%s/%s", user, address, codecs[i]), protocol, codec)
					})
				}
			}
			if method == "" {
				return
			}
			_, w := read(t, Config{URL: fmt.Sprintf("rtsp://viewer:wrong@%s/h264", address), Protocol: "tcp"})
			w.untilState(t, 0, Failed, Unauthorized)
			_, w = read(t, Config{URL: fmt.Sprintf("rtsp://%s%s/nothing", user, address), Protocol: "tcp"})
			w.untilState(t, 0, Failed, NotFound)
		})
	}
}

func readForeign(t *testing.T, url, protocol, codec string) {
	r, w := read(t, Config{URL: url, Protocol: protocol, StallAfter: 8 * time.Second, Timeout: 10 * time.Second})
	state, _ := w.untilState(t, 0, Live, "")
	var last Unit
	w.until(t, "a unit with the camera's time", func() bool { // the first report may take 5 s
		if len(w.units) > 0 {
			last = w.units[len(w.units)-1]
		}
		return len(w.units) >= 40 && !last.NTP.IsZero()
	})
	if state.Transport != protocol {
		t.Errorf("came by %s, want %s", state.Transport, protocol)
	}
	if last.Codec != codec || last.Params == nil || last.Params.Width != 320 || last.Params.Height != 240 {
		t.Errorf("codec %s, params %+v", last.Codec, last.Params)
	}
	if c := r.Clock(); !c.Known || c.Source != "rtcp" || c.Offset.Abs() > 3*time.Second {
		t.Errorf("clock %+v, want RTCP and a small offset", c)
	}
	if d := last.NTP.Sub(last.Received).Abs(); d > 3*time.Second {
		t.Errorf("the camera's time is %s from ours on the same machine", d)
	}
	// GStreamer prepares one picture before it plays, and on a busy machine stamps it
	// with another running time than what follows: one jump, at the beginning.
	if c := r.Counters(); c.Jumps > 1 {
		t.Errorf("counters %+v", c)
	}
}

// foreign starts GStreamer's server; it ends when the test does.
func foreign(t *testing.T, method string) (address string, codecs []string) {
	t.Helper()
	const need = "apt-get install python3-gi gir1.2-gst-rtsp-server-1.0 gstreamer1.0-plugins-{base,good,bad,ugly}"
	const probe = "import gi; gi.require_version('GstRtspServer', '1.0'); from gi.repository import GstRtspServer"
	if out, err := exec.Command("/usr/bin/python3", "-c", probe).CombinedOutput(); err != nil {
		t.Skipf("NOT TESTED: GStreamer's RTSP server is missing (%s): %v\n%s", need, err, out)
	}
	cmd := exec.Command("nice", "-n", "5", "/usr/bin/python3", "testdata/gst_rtsp_server.py", method)
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = t.Output()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stdin.Close()
		kill := time.AfterFunc(10*time.Second, func() { cmd.Process.Kill() })
		defer kill.Stop()
		io.Copy(io.Discard, stdout)
		if err := cmd.Wait(); err != nil {
			t.Logf("GStreamer's server ended: %v", err)
		}
	})
	line, err := bufio.NewReader(stdout).ReadString('\n')
	words := strings.Fields(line)
	if err != nil || len(words) < 3 || words[0] != "ready" || !slices.Contains(words[2:], H264) {
		t.Fatalf("GStreamer's server says %q (%v); install %s", line, err, need)
	}
	return "127.0.0.1:" + words[1], words[2:]
}
