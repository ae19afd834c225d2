package ring

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/bluenviron/mediacommon/v2/pkg/formats/fmp4"
	"github.com/bluenviron/mediacommon/v2/pkg/formats/mp4"
	"go.uber.org/goleak"

	"offsite/pipeline/ingest"
	"offsite/pipeline/rtspserve"
	"offsite/pipeline/rtspserve/testvideo"
)

// TestMain fails where a test leaves a goroutine behind.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// recorder keeps units in a ring and aside.
type recorder struct {
	ring *Ring
	want int

	mu    sync.Mutex
	units []ingest.Unit
	done  chan struct{}
}

func (r *recorder) OnUnit(u ingest.Unit) {
	r.ring.Push(u)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.units = append(r.units, u)
	if len(r.units) == r.want {
		close(r.done)
	}
}

func (r *recorder) OnState(ingest.State) {}

// record reads n units of a stream into a ring, over real RTSP.
func record(t *testing.T, stream rtspserve.Stream, n int) (*Ring, []ingest.Unit) {
	t.Helper()
	s := rtspserve.New(rtspserve.Options{Listen: "127.0.0.1:0", Streams: []rtspserve.Stream{stream}})
	if err := s.Start(context.Background()); err != nil {
		t.Fatal(err)
	}
	defer s.Stop()
	rec := &recorder{ring: New(Limits{}), want: n, done: make(chan struct{})}
	r := ingest.New(ingest.Config{URL: s.URL("camera"), Protocol: "tcp"}, rec)
	if err := r.Start(context.Background()); err != nil {
		t.Fatal(err)
	}
	select {
	case <-rec.done:
	case <-time.After(30 * time.Second):
		t.Errorf("%d units did not come: %+v", n, r.State())
	}
	r.Stop()
	return rec.ring, rec.units
}

func TestClipHoldsTheCamerasOwnBits(t *testing.T) {
	t.Parallel()
	for name, spec := range map[string]testvideo.Spec{
		"h264":                {Codec: "h264"},
		"h264 with B-frames":  {Codec: "h264", BFrames: 2},
		"h265":                {Codec: "h265"},
		"h265 with B-frames":  {Codec: "h265", BFrames: 2},
		"mjpeg":               {Codec: "mjpeg"},
		"h264 over two loops": {Codec: "h264", Seconds: 1, GOP: 5},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, units := record(t, rtspserve.Stream{Files: []string{testvideo.Make(t, spec)}}, 45)
			from, to := units[20].At, units[40].At
			clip, err := r.Clip(from, to)
			if err != nil {
				t.Fatal(err)
			}
			checkSamples(t, clip, units)
			checkTimes(t, clip, from, to)
			checkWithFFmpeg(t, clip, units)
		})
	}
}

// checkSamples reads the clip with mediacommon and compares bit by bit.
func checkSamples(t *testing.T, clip Clip, units []ingest.Unit) {
	t.Helper()
	bySeq := map[uint64]ingest.Unit{}
	for _, u := range units {
		bySeq[u.Seq] = u
	}
	samples := readSamples(t, clip.MP4)
	if len(samples) != len(clip.Pictures) {
		t.Fatalf("the file holds %d samples, the clip says %d", len(samples), len(clip.Pictures))
	}
	for i, bits := range samples {
		p := clip.Pictures[i]
		want := bySeq[p.Seq]
		got := split(clip.Codec, bits)
		if len(got) != len(want.NALUs) {
			t.Fatalf("sample %d holds %d NAL units, %d were pushed", i, len(got), len(want.NALUs))
		}
		for j := range got {
			if !bytes.Equal(got[j], want.NALUs[j]) {
				t.Fatalf("sample %d, NAL unit %d differs from what was pushed", i, j)
			}
		}
	}
}

// readSamples reads the payloads of a fragmented MP4 with mediacommon's reader.
func readSamples(t *testing.T, file []byte) [][]byte {
	t.Helper()
	var init fmp4.Init
	if err := init.Unmarshal(bytes.NewReader(file)); err != nil {
		t.Fatal(err)
	}
	if len(init.Tracks) != 1 {
		t.Fatalf("%d tracks, want 1", len(init.Tracks))
	}
	if c, ok := init.Tracks[0].Codec.(*mp4.CodecH264); ok && len(c.SPS) == 0 {
		t.Fatal("no SPS in the header")
	}
	var parts fmp4.Parts
	if err := parts.Unmarshal(file); err != nil {
		t.Fatal(err)
	}
	var samples [][]byte
	for _, p := range parts {
		for _, s := range p.Tracks[0].Samples {
			samples = append(samples, s.Payload)
		}
	}
	return samples
}

// checkTimes looks at where the clip starts and what its prft boxes say.
func checkTimes(t *testing.T, clip Clip, from, to time.Time) {
	t.Helper()
	if !clip.Pictures[0].Key || clip.From.After(from) || clip.Cut {
		t.Errorf("the clip starts at %s (key %v, cut %v), want a key at or before %s", clip.From, clip.Pictures[0].Key, clip.Cut, from)
	}
	if clip.To.After(to) {
		t.Errorf("the clip ends at %s, after %s", clip.To, to)
	}
	var keys []time.Time
	for _, p := range clip.Pictures {
		if p.Key {
			keys = append(keys, p.At)
		}
	}
	walls, err := WallClock(clip.MP4)
	if err != nil {
		t.Fatal(err)
	}
	if len(walls) != len(keys) {
		t.Fatalf("%d prft boxes for %d groups", len(walls), len(keys))
	}
	for i := range keys {
		if d := walls[i].Sub(keys[i]).Abs(); d > time.Microsecond {
			t.Errorf("group %d: prft is %s off", i, d)
		}
	}
}

// checkWithFFmpeg lets a stranger read the clip: ffprobe describes it, ffmpeg
// copies the bits out and decodes them without a complaint.
func checkWithFFmpeg(t *testing.T, clip Clip, units []ingest.Unit) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "clip.mp4")
	if err := os.WriteFile(file, clip.MP4, 0o600); err != nil {
		t.Fatal(err)
	}
	out := run(t, "ffprobe", "-v", "error", "-of", "json", "-show_streams", "-show_format", "-count_packets", file)
	var probe struct {
		Streams []struct {
			Codec   string `json:"codec_name"`
			Tag     string `json:"codec_tag_string"`
			Width   int    `json:"width"`
			Packets string `json:"nb_read_packets"`
		} `json:"streams"`
		Format struct {
			Duration string `json:"duration"`
		} `json:"format"`
	}
	if err := json.Unmarshal(out, &probe); err != nil {
		t.Fatal(err)
	}
	s := probe.Streams[0]
	want := map[string]string{ingest.H264: "h264 avc1", ingest.H265: "hevc hvc1", ingest.MJPEG: "mjpeg mp4v"}[clip.Codec]
	if s.Codec+" "+s.Tag != want || s.Width != 320 || s.Packets != fmt.Sprint(len(clip.Pictures)) {
		t.Errorf("ffprobe says %+v, want %s, width 320, %d packets", s, want, len(clip.Pictures))
	}
	seconds, err := strconv.ParseFloat(probe.Format.Duration, 64)
	if length := float64(len(clip.Pictures)) / 25; err != nil || math.Abs(seconds-length) > 0.1 {
		t.Errorf("ffprobe says %s s, want about %.2f", probe.Format.Duration, length)
	}
	if noise := run(t, "ffmpeg", "-v", "warning", "-xerror", "-i", file, "-f", "null", "-"); len(noise) > 0 &&
		clip.Codec != ingest.MJPEG { // its pixel format is called deprecated
		t.Errorf("ffmpeg decodes with complaints: %s", noise)
	}
	if clip.Codec == ingest.MJPEG {
		return
	}
	format := map[string]string{ingest.H264: "h264", ingest.H265: "hevc"}[clip.Codec]
	copied := run(t, "ffmpeg", "-v", "error", "-i", file, "-c", "copy", "-f", format, "-")
	var pushed []byte
	for _, u := range units {
		if u.Seq >= clip.FirstSeq && u.Seq <= clip.LastSeq {
			for _, nalu := range u.NALUs {
				pushed = append(append(pushed, 0, 0, 0, 1), nalu...)
			}
		}
	}
	if clip.Codec == ingest.H265 { // ffmpeg repeats the header's sets before each key unit
		copied, pushed = withoutSets(copied), withoutSets(pushed)
	}
	if !bytes.Equal(startCodes(copied), startCodes(pushed)) {
		t.Errorf("ffmpeg -c copy gives other bits: %d bytes, pushed %d", len(copied), len(pushed))
	}
}

// startCodes makes all start codes three bytes long, for muxers differ in that.
func startCodes(b []byte) []byte {
	return bytes.ReplaceAll(b, []byte{0, 0, 0, 1}, []byte{0, 0, 1})
}

// withoutSets leaves the H.265 parameter sets out of Annex B bits.
func withoutSets(b []byte) []byte {
	var out []byte
	for _, nalu := range bytes.Split(startCodes(b), []byte{0, 0, 1}) {
		if len(nalu) > 0 && ((nalu[0]>>1)&0x3f < 32 || (nalu[0]>>1)&0x3f > 34) {
			out = append(append(out, 0, 0, 1), nalu...)
		}
	}
	return out
}

func run(t *testing.T, name string, args ...string) []byte {
	t.Helper()
	out, err := exec.Command(name, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", name, err, out)
	}
	return out
}

func TestClipDoesNotMixParameterSets(t *testing.T) {
	t.Parallel()
	small := testvideo.Make(t, testvideo.Spec{Seconds: 1, GOP: 5})
	large := testvideo.Make(t, testvideo.Spec{Seconds: 1, GOP: 5, Size: "480x272"})
	r, units := record(t, rtspserve.Stream{Path: "camera", Files: []string{small, large}}, 45)
	var change int
	for i := range units {
		if i > 0 && units[i].Params != units[i-1].Params {
			change = i
			break
		}
	}
	if change == 0 {
		t.Fatal("the parameter sets did not change")
	}
	clip, err := r.Clip(units[change-8].At, units[change+6].At)
	if err != nil {
		t.Fatal(err)
	}
	if clip.FirstSeq != units[change].Seq || !clip.Cut || clip.Params.Width != 480 {
		t.Errorf("the clip starts at %d (cut %v, width %d), want %d, where the change is", clip.FirstSeq, clip.Cut, clip.Params.Width, units[change].Seq)
	}
	checkSamples(t, clip, units)
	before, err := r.Clip(units[change-8].At, units[change-1].At)
	if err != nil || before.Params.Width != 320 {
		t.Errorf("before the change: width %v, error %v", before.Params, err)
	}
}

func TestClipOutsideTheRing(t *testing.T) {
	t.Parallel()
	r := New(Limits{})
	if _, err := r.Clip(time.Now(), time.Now()); !errors.Is(err, ErrEmpty) {
		t.Errorf("empty ring: %v", err)
	}
	u := picture(1, true, 100)
	r.Push(u)
	if _, err := r.Clip(u.At.Add(-time.Minute), u.At.Add(-time.Second)); !errors.Is(err, ErrOutside) {
		t.Errorf("before the ring: %v", err)
	}
}

// A ring that has just begun says how much later its film begins than it would; one that has
// let old pictures go does not.
func TestClipOfARingThatHasJustBegun(t *testing.T) {
	t.Parallel()
	const span = 2 * time.Second
	r := New(Limits{Span: span})
	late := func(n uint64, asked time.Duration) time.Duration {
		last := picture(n, false, 10).At
		_, _, late, err := r.copyOut(last.Add(-asked), last)
		if err != nil {
			t.Fatal(err)
		}
		return late
	}
	for n := uint64(1); n <= 26; n++ { // a second
		r.Push(picture(n, n%25 == 1, 10))
	}
	for asked, want := range map[time.Duration]time.Duration{
		500 * time.Millisecond: 0, 1500 * time.Millisecond: 500 * time.Millisecond, time.Minute: span - time.Second,
	} {
		if got := late(26, asked); got != want {
			t.Errorf("of %s that were asked for, %s are said to be missing, want %s", asked, got, want)
		}
	}
	for n := uint64(27); n <= 201; n++ {
		r.Push(picture(n, n%25 == 1, 10))
	}
	if got := late(201, time.Minute); got != 0 {
		t.Errorf("the ring is full, and %s are said to be missing", got)
	}
}
