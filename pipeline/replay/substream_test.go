package replay

import (
	"bytes"
	"context"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"offsite/detectors/all"
	"offsite/pipeline"
	"offsite/pipeline/infer/infertest"
	"offsite/pipeline/rtspserve/testvideo"
)

// Every violation of the scenes is found from a substream of 640×360 pixels and 512 kbit/s
// as from the main stream, and nothing else is until then; what is kept shows people the main
// stream, and lets the finding be made again from the substream's bits.
func TestScenesAreToldFromASubstream(t *testing.T) {
	t.Parallel()
	for _, s := range allScenes(t) {
		t.Run(s.Key, func(t *testing.T) {
			t.Parallel()
			const enough = 60 // seconds: whatever is true has been raised by then
			for _, truth := range s.Truth {
				if truth.FromS+truth.DwellS+slack.Seconds() > enough {
					t.Fatalf("%s may be raised after second %d", truth.Detector, enough)
				}
			}
			file := filepath.Join(t.TempDir(), s.Key+".mp4")
			if err := os.WriteFile(file, s.Video, 0o600); err != nil {
				t.Fatal(err)
			}
			sub := testvideo.Encode(t, file, testvideo.Again{Name: "sub", Size: "640x360", For: enough})
			r, err := Run(context.Background(), file, Options{Engine: infertest.Engine(t), Detectors: all.All(), Start: begun,
				Camera: pipeline.Camera{ID: s.Key, Zones: s.Zones}, Substream: sub})
			if err != nil {
				t.Fatal(err)
			}
			checkTruth(t, s, r, slack)
			for _, l := range r.Looks {
				if l.Stream != pipeline.FromSubstream {
					t.Fatalf("a look was taken from %q", l.Stream)
				}
			}
			for _, in := range r.Incidents {
				checkBoth(t, in)
				follows(t, in)
			}
		})
	}
}

// checkBoth says whether an incident has every moment twice: for people, and as the machine
// saw it.
func checkBoth(t *testing.T, in pipeline.Incident) {
	t.Helper()
	const height = 720 // of the scenes
	roles := map[string]pipeline.Still{}
	for i, s := range in.Stills {
		roles[s.Role] = s
		looked, want := strings.HasPrefix(s.Role, pipeline.Looked), height
		if looked {
			want = 360
		}
		if (s.Stream == pipeline.FromSubstream) != looked || i > 0 && strings.HasPrefix(in.Stills[i-1].Role, pipeline.Looked) && !looked {
			t.Errorf("%s, number %d, is of stream %q", s.Role, i, s.Stream)
		}
		if img, err := png.Decode(bytes.NewReader(s.PNG)); err != nil || img.Bounds().Dy() != want || len(s.Overlay) == 0 || len(s.AccessUnit) == 0 {
			t.Errorf("%s: %v, want %d lines", s.Role, err, want)
		}
	}
	for role, s := range roles {
		if strings.HasPrefix(role, pipeline.Looked) {
			continue
		}
		looked, ok := roles[pipeline.Looked+role]
		if !ok || s.Apart != s.At.Sub(looked.At) || s.Apart.Abs() > 40*time.Millisecond {
			t.Errorf("%s is %s apart from what was looked at (%v)", role, s.Apart, ok)
		}
	}
	if _, ok := roles["raised"]; !ok || len(in.Clip) == 0 || len(in.LookedClip) == 0 {
		t.Errorf("stills %v, clips of %d and %d bytes", len(roles), len(in.Clip), len(in.LookedClip))
	}
	if in.Stream.Height != height || in.Substream == nil || in.Substream.Width != 640 {
		t.Errorf("streams %+v and %+v", in.Stream, in.Substream)
	}
}
