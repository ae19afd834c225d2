package scenes_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"offsite/detectors/all"
	"offsite/registry/identity"
	"offsite/scenes"
)

const (
	width, height = 1280, 720
	framesPerS    = 25
	gopS          = 2
	mostBytes     = 30 << 20 // all videos together
	leastCleanS   = 40       // without a violation, over the seam of the loop
)

func every(t *testing.T) []scenes.Scene {
	t.Helper()
	found, err := scenes.All()
	if err != nil {
		t.Fatalf("read the scenes: %v", err)
	}
	return found
}

func TestAllScenesAreThere(t *testing.T) {
	t.Parallel()
	size, codecs, keys := 0, map[string]bool{}, ""
	for _, s := range every(t) {
		size += len(s.Video)
		codecs[s.Codec] = true
		keys += s.Key + " "
	}
	if keys != "burning crossdoor soil stall street " {
		t.Errorf("the scenes are %q", keys)
	}
	if !codecs["h264"] || !codecs["h265"] {
		t.Errorf("codecs are %v, want both h264 and h265", codecs)
	}
	if size > mostBytes {
		t.Errorf("the videos hold %d bytes, more than %d; encode them smaller", size, mostBytes)
	}
}

func TestZonesFitTheirRules(t *testing.T) {
	t.Parallel()
	for _, s := range every(t) {
		for _, z := range s.Zones {
			d, ok := all.ByKey(z.Detector)
			if !ok {
				t.Errorf("%s: zone %s names no detector: %q", s.Key, z.ID, z.Detector)
				continue
			}
			if _, err := d.NewRule(z); err != nil {
				t.Errorf("%s: zone %s: %v", s.Key, z.ID, err)
			}
			if z.Object != "" && (s.Object == nil || s.Object.Key != z.Object) {
				t.Errorf("%s: zone %s names the object %q, which the scene does not hold", s.Key, z.ID, z.Object)
			}
			if z.Detector == "crossdoor" && len(z.DoorLine) < 2 {
				t.Errorf("%s: zone %s has no door line", s.Key, z.ID)
			}
		}
	}
}

// dwellOf is what the zone's rule wants, by the scene's parameters.
func dwellOf(s scenes.Scene, truth scenes.Truth) (float64, bool) {
	for _, z := range s.Zones {
		if z.ID == truth.Zone && z.Detector == truth.Detector {
			return z.Params["dwell_s"] + z.Params["span_s"], true
		}
	}
	return 0, false
}

func TestTruthFitsZonesAndLoop(t *testing.T) {
	t.Parallel()
	for _, s := range every(t) {
		for _, truth := range s.Truth {
			dwell, ok := dwellOf(s, truth)
			if !ok {
				t.Errorf("%s: no zone %s of detector %s", s.Key, truth.Zone, truth.Detector)
			}
			if dwell != truth.DwellS {
				t.Errorf("%s: the truth says a dwell of %v s, the zone %v s", s.Key, truth.DwellS, dwell)
			}
			if lasts := truth.ToS - truth.FromS; lasts < truth.DwellS+15+10 {
				t.Errorf("%s: the violation lasts %v s, too short for its dwell of %v s", s.Key, lasts, truth.DwellS)
			}
			if clean := s.DurationS - truth.ToS + truth.FromS; clean < leastCleanS {
				t.Errorf("%s: %v s without a violation between two loops, want %d", s.Key, clean, leastCleanS)
			}
		}
	}
}

func TestPartiesHaveWellFormedNumbers(t *testing.T) {
	t.Parallel()
	for _, s := range every(t) {
		if s.Party == nil {
			continue
		}
		err := identity.Unit(s.Party.Identity)
		if s.Party.Kind == "person" {
			err = identity.Citizen(s.Party.Identity, time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
		}
		if err != nil {
			t.Errorf("%s: %s: %v", s.Key, s.Party.Identity, err)
		}
	}
}

// probe is what ffprobe tells of a video's pictures.
type probe struct {
	Streams []struct {
		Codec  string `json:"codec_name"`
		Width  int    `json:"width"`
		Height int    `json:"height"`
		Rate   string `json:"r_frame_rate"`
		Behind int    `json:"has_b_frames"`
		Frames string `json:"nb_frames"`
	} `json:"streams"`
	Packets []struct {
		At    string `json:"pts_time"`
		Flags string `json:"flags"`
	} `json:"packets"`
}

func TestVideosAreWhatTheyAreSaidToBe(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("ffprobe"); err != nil {
		t.Skip("SKIPPED: ffprobe is not installed; apt-get install ffmpeg")
	}
	for _, s := range every(t) {
		t.Run(s.Key, func(t *testing.T) {
			t.Parallel()
			p := examine(t, s)
			v := p.Streams[0]
			if want := map[string]string{"h264": "h264", "h265": "hevc"}[s.Codec]; v.Codec != want {
				t.Errorf("codec %s, want %s", v.Codec, want)
			}
			if v.Width != width || v.Height != height || v.Rate != strconv.Itoa(framesPerS)+"/1" || v.Behind != 0 {
				t.Errorf("%d×%d at %s, %d pictures reordered", v.Width, v.Height, v.Rate, v.Behind)
			}
			if want := strconv.Itoa(int(s.DurationS * framesPerS)); v.Frames != want {
				t.Errorf("%s pictures, want %s", v.Frames, want)
			}
			keyPicturesEvery(t, p)
		})
	}
}

func examine(t *testing.T, s scenes.Scene) probe {
	t.Helper()
	file := filepath.Join(t.TempDir(), s.Key+".mp4")
	if err := os.WriteFile(file, s.Video, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), "ffprobe", "-v", "error", "-of", "json", "-select_streams", "v",
		"-show_entries", "stream=codec_name,width,height,r_frame_rate,has_b_frames,nb_frames:packet=pts_time,flags", file).Output()
	if err != nil {
		t.Fatalf("ffprobe %s: %v", s.Key, err)
	}
	var p probe
	if err := json.Unmarshal(out, &p); err != nil || len(p.Streams) != 1 {
		t.Fatalf("ffprobe %s said %d streams: %v", s.Key, len(p.Streams), err)
	}
	return p
}

// keyPicturesEvery wants a key picture at every GOP's beginning and nowhere else.
func keyPicturesEvery(t *testing.T, p probe) {
	t.Helper()
	for i, packet := range p.Packets {
		key, due := strings.HasPrefix(packet.Flags, "K"), i%(gopS*framesPerS) == 0
		if key != due {
			t.Errorf("picture %d at %s s: key %v, want %v", i, packet.At, key, due)
			return
		}
	}
}
