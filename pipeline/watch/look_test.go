package watch

import (
	"reflect"
	"testing"
	"time"

	"offsite/detectors"
	registered "offsite/detectors/all"
	"offsite/pipeline"
	"offsite/pipeline/decode"
	"offsite/pipeline/infer/infertest"
	"offsite/pipeline/ingest"
	"offsite/pipeline/look"
	"offsite/pipeline/recording"
	"offsite/pipeline/ring"
	"offsite/pipeline/rtspserve/testvideo"
)

func TestMain(m *testing.M) { infertest.Main(m) }

// watched is a camera with a zone of every detector, and the units of a video.
func watched(t testing.TB, spec testvideo.Spec, folder string) (*Watch, []ingest.Unit) {
	t.Helper()
	v, err := recording.Open(testvideo.Make(t, spec))
	if err != nil {
		t.Fatal(err)
	}
	defer v.Close()
	params, err := ingest.NewParams(v.Codec, v.VPS, v.SPS, v.PPS)
	if err != nil {
		t.Fatal(err)
	}
	kept := ring.New(ring.Limits{})
	var keys []ingest.Unit
	for i, s := range v.Samples {
		nalus, err := v.NALUs(i)
		if err != nil {
			t.Fatal(err)
		}
		u := ingest.Unit{Seq: uint64(i) + 1, Codec: v.Codec, NALUs: nalus, Key: s.Key, PTS: s.PTS,
			At: noon.Add(s.PTS), Received: noon.Add(s.DTS), Params: params}
		kept.Push(u)
		if s.Key {
			keys = append(keys, u)
		}
	}
	camera := pipeline.Camera{ID: "camera"}
	for _, d := range registered.All() {
		camera.Zones = append(camera.Zones, detectors.Zone{ID: d.Key(), Version: 1, Detector: d.Key(),
			Polygon: detectors.Polygon{{X: .1, Y: .1}, {X: .9, Y: .1}, {X: .9, Y: .9}, {X: .1, Y: .9}}})
	}
	decoders := decode.NewPool()
	t.Cleanup(decoders.Close)
	w, err := New(Options{Engine: infertest.Engine(t), Detectors: registered.All(), Decoders: decoders, Camera: camera, Ring: kept, Folder: folder})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Close)
	return w, keys
}

func TestLooksGoOnAfterARestart(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	spec := testvideo.Spec{Seconds: 8, GOP: 25}
	w, keys := watched(t, spec, folder)
	for i, u := range keys {
		out, err := w.Look([]ingest.Unit{u})
		if err != nil {
			t.Fatal(err)
		}
		if out.Health != look.Clear || out.Record.Unit != u.Seq || out.Record.Light <= 0 {
			t.Errorf("look %d: %+v", i, out)
		}
	}
	if err := w.Save(); err != nil {
		t.Fatal(err)
	}
	if w.base == nil || !w.base.ready() {
		t.Fatal("after eight looks there is no baseline")
	}
	again, _ := watched(t, spec, folder)
	if again.base == nil || !again.base.ready() || again.eye != w.eye || !reflect.DeepEqual(again.stance, w.stance) {
		t.Error("baseline or eye are not taken up")
	}
	other := w.camera
	other.Zones = other.Zones[3:] // burning alone
	again.Set(other)
	if len(again.stance.Edges) == 0 {
		t.Error("the registered view went with a zone that was taken away")
	}
	other.Zones[0].Version++ // drawn anew
	again.Set(other)
	if len(again.stance.Edges) != 0 {
		t.Error("a zone was drawn, and the registered view is the old one")
	}
	if again.base != nil || len(again.zones) != 1 || len(again.needs) != 1 {
		t.Errorf("after a change: %d zones, needs %v", len(again.zones), again.needs)
	}
}

func TestUnchangedPicturesAreSpared(t *testing.T) {
	t.Parallel()
	w, keys := watched(t, testvideo.Spec{Seconds: 12, GOP: 25, Still: true}, "")
	examined := 0
	for i, u := range keys {
		out, err := w.Look([]ingest.Unit{u})
		if err != nil {
			t.Fatal(err)
		}
		if out.Examined {
			examined++
		}
		if i == 7 { // someone asks: the next look is examined whatever it shows
			if _, _, err := w.Ask("burning", "x"); err != nil {
				t.Fatal(err)
			}
			w.asks[0].at = time.Time{}
		}
	}
	if examined < 3 || examined > 5 {
		t.Errorf("%d of %d looks at a still picture were examined", examined, len(keys))
	}
}

func TestClosedWatchTakesNoLook(t *testing.T) {
	t.Parallel()
	w, keys := watched(t, testvideo.Spec{Seconds: 1}, "")
	answer, _, err := w.Ask("burning", "x")
	if err != nil {
		t.Fatal(err)
	}
	w.Close()
	w.Close()
	if _, ok := <-answer; ok {
		t.Error("a closed watch answered")
	}
	if _, err := w.Look(keys[:1]); err == nil {
		t.Error("a closed watch looked")
	}
}

// BenchmarkLook is one look at 1280×720 with all four detectors: decode, gate, models,
// tracks, rules.
func BenchmarkLook(b *testing.B) {
	w, keys := watched(b, testvideo.Spec{Size: "1280x720", Seconds: 4, GOP: 25}, "")
	i := 0
	for b.Loop() {
		u := keys[i%len(keys)]
		u.Seq, u.At = uint64(i), noon.Add(time.Duration(i)*2*time.Second)
		u.Received = u.At
		i++
		if _, err := w.Look([]ingest.Unit{u}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkDecode is the part of it that libavcodec needs.
func BenchmarkDecode(b *testing.B) {
	_, keys := watched(b, testvideo.Spec{Size: "1280x720", Seconds: 1, GOP: 25}, "")
	d := decode.New()
	defer d.Close()
	for b.Loop() {
		p, err := d.Decode(keys[0])
		if err != nil {
			b.Fatal(err)
		}
		p.Release()
	}
}
