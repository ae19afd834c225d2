package replay

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/png"
	"slices"
	"testing"

	"offsite/detectors/all"
	"offsite/pipeline"
	"offsite/pipeline/infer/infertest"
)

func outcomes(t *testing.T, in pipeline.Incident) map[string]string {
	t.Helper()
	steps, err := Again(in, infertest.Engine(t), all.All())
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, s := range steps {
		if s.Why.ZH == "" || s.Why.EN == "" {
			t.Errorf("%s says nothing", s.Name)
		}
		t.Logf("%s %s %s: %s", in.Detector, s.Name, s.Outcome, s.Why.EN)
		got[s.Name] = s.Outcome
	}
	return got
}

// follows says whether what was found in a scene follows from what is kept of it.
func follows(t *testing.T, in pipeline.Incident) {
	t.Helper()
	got := outcomes(t, in)
	if got["models"] != Same || got["pixels"] != Same {
		t.Errorf("%s: %v", in.Detector, got)
	}
	want := []string{Same}
	if in.Detector == "crossdoor" || in.Detector == "soil" { // they stand on maps, which are not kept
		want = []string{Same, Near}
	}
	if !slices.Contains(want, got["verdict"]) || got["detections"] == Differs {
		t.Errorf("%s: %v", in.Detector, got)
	}
}

// altered says whether what does not follow is told.
func altered(t *testing.T, in pipeline.Incident) {
	t.Helper()
	for name, c := range map[string]struct {
		change func(*pipeline.Incident)
		step   string
		want   string
	}{
		"another model":     {func(in *pipeline.Incident) { in.Models[0].SHA256 = "0" + in.Models[0].SHA256[1:] }, "models", Unknown},
		"another threshold": {func(in *pipeline.Incident) { in.Models[0].Thresholds = map[string]float64{"person": 0.1} }, "models", Unknown},
		"another rule":      {func(in *pipeline.Incident) { in.Rule = "stall 1999" }, "models", Unknown},
		"another picture":   {func(in *pipeline.Incident) { in.Stills[len(in.Stills)-1].PNG = grey(t, in.Stills[0].PNG) }, "pixels", Differs},
		"a huge picture":    {func(in *pipeline.Incident) { in.Stills[len(in.Stills)-1].PNG = huge(in.Stills[0].PNG) }, "pixels", Differs},
		"no bits":           {func(in *pipeline.Incident) { in.Stills[0].AccessUnit = []byte("these are none") }, "pixels", Differs},
		"a list of files":   {func(in *pipeline.Incident) { in.Stills[0].Codec = "m3u8" }, "pixels", Differs},
		"no film":           {func(in *pipeline.Incident) { in.Clip = []byte("this is none") }, "pixels", Differs},
		"other bits": {func(in *pipeline.Incident) {
			in.Stills[len(in.Stills)-1].AccessUnit = in.Stills[0].AccessUnit
			in.Stills[len(in.Stills)-1].PNG = in.Stills[0].PNG
		}, "detections", Differs},
		"an invented box": {func(in *pipeline.Incident) {
			last := &in.Looks[len(in.Looks)-1]
			last.Tracks, last.Fire = slices.Clone(last.Tracks), slices.Clone(last.Fire)
			last.Fire[0].Box.X1 += 0.1
		}, "detections", Differs},
		"another sentence": {func(in *pipeline.Incident) { in.Why.EN = "because" }, "verdict", Differs},
		"other numbers": {func(in *pipeline.Incident) {
			in.Values = map[string]float64{"things": 50, "change": 0.9, "score": 0.99}
		}, "verdict", Differs},
	} {
		in := in
		in.Models, in.Stills, in.Looks = slices.Clone(in.Models), slices.Clone(in.Stills), slices.Clone(in.Looks)
		c.change(&in)
		if got := outcomes(t, in); got[c.step] != c.want {
			t.Errorf("%s, %s: %v", in.Detector, name, got)
		}
	}
}

// huge is a picture that claims to measure 60,000 by 60,000.
func huge(like []byte) []byte {
	out := bytes.Clone(like)
	header := out[12 : 12+4+13] // IHDR and what it holds; its checksum follows
	binary.BigEndian.PutUint32(header[4:], 60_000)
	binary.BigEndian.PutUint32(header[8:], 60_000)
	binary.BigEndian.PutUint32(out[12+4+13:], crc32.ChecksumIEEE(header))
	return out
}

// grey is a picture of the same size without anything on it.
func grey(t *testing.T, like []byte) []byte {
	t.Helper()
	img, err := png.Decode(bytes.NewReader(like))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := png.Encode(&out, image.NewRGBA(img.Bounds())); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}
