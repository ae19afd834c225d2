package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"offsite/detectors/all"
	"offsite/evidence/bundle"
	"offsite/evidence/specimen"
	"offsite/evidence/verify"
	"offsite/pipeline"
	"offsite/pipeline/replay"
	"offsite/pipeline/rtspserve/testvideo"
	"offsite/scenes"
)

// violations keeps what was found, by scene: looking again gives the same, and takes long.
var violations = struct {
	sync.Mutex
	found map[string]pipeline.Incident
}{found: map[string]pipeline.Incident{}}

// found is a violation of a scene's first 50 seconds, as the pipeline raises it; small: looks
// are taken from a substream.
func found(t *testing.T, key string, small bool) pipeline.Incident {
	t.Helper()
	violations.Lock()
	defer violations.Unlock()
	name := fmt.Sprint(key, " ", small)
	if _, known := violations.found[name]; !known {
		violations.found[name] = lookedAt(t, key, small)
	}
	return violations.found[name]
}

func lookedAt(t *testing.T, key string, small bool) pipeline.Incident {
	t.Helper()
	list, err := scenes.All()
	if err != nil {
		t.Fatal(err)
	}
	engine, err := newEngine(configOfRuntime())
	if err != nil {
		t.Fatal(err)
	}
	defer engine.Close()
	for _, s := range list {
		if s.Key != key {
			continue
		}
		file := cut(t, s.Video, "0", "50")
		o := replay.Options{Engine: engine, Detectors: all.All(),
			Camera: pipeline.Camera{ID: s.Key, Zones: s.Zones}, Start: time.Date(2026, 11, 24, 2, 0, 0, 0, time.UTC)}
		if small {
			o.Substream = testvideo.Encode(t, file, testvideo.Again{Name: "sub", Size: "640x360"})
		}
		result, err := replay.Run(t.Context(), file, o)
		if err != nil {
			t.Fatal(err)
		}
		if len(result.Incidents) > 0 {
			return result.Incidents[0]
		}
	}
	t.Fatalf("nothing is found in scene %q", key)
	return pipeline.Incident{}
}

// What follows from its pixels is said to; a bundle that is well sealed and says more
// than its pixels show is not.
func TestSealedFindingsAreMadeAgain(t *testing.T) {
	t.Parallel()
	in, small := found(t, "burning", false), found(t, "burning", true)
	maker := specimen.New(t)
	invented := in
	invented.Values = map[string]float64{"score": 0.99, "change": 0.9}
	stranger := in
	stranger.Models = append([]pipeline.ModelUse{}, in.Models...)
	stranger.Models[0].SHA256 = strings.Repeat("0", 64)
	for _, s := range summary(small, "", 0).Stills {
		if strings.HasPrefix(s.Role, pipeline.Looked) {
			t.Errorf("casework is told of %s, and would show people fewer pixels", s.Role)
		}
	}
	exchanged := small
	exchanged.Stills = slices.Clone(small.Stills)
	last := &exchanged.Stills[len(exchanged.Stills)-1]
	before := small.Stills[slices.IndexFunc(small.Stills, func(s pipeline.Still) bool { return s.Role == pipeline.Looked+"before" })]
	last.AccessUnit, last.PNG = before.AccessUnit, before.PNG
	for name, c := range map[string]struct {
		in   pipeline.Incident
		exit int
		says string
	}{
		"as it was":                      {in, 0, "the rule comes to the same verdict"},
		"from a substream":               {small, 0, "the rule comes to the same verdict"},
		"from a substream, not its bits": {exchanged, 1, "the models do not say again what is sealed"},
		"invented":                       {invented, 1, "does not follow from the sealed pixels"},
		"by other models":                {stranger, 2, "replay it with the program of that time"},
	} {
		tar := sealed(t, maker, c.in)
		path := filepath.Join(t.TempDir(), "bundle.tar")
		if err := os.WriteFile(path, tar, 0o600); err != nil {
			t.Fatal(err)
		}
		report, err := fileSource(path, "").check(t.Context(), maker.Trust, verify.Options{})
		if err != nil || report.Exit() != 0 {
			t.Fatalf("%s: the bundle itself: %v %+v", name, err, report.Checks)
		}
		again := &replayer{library: configOfRuntime()}
		err = again.replay(t.Context(), fileSource(path, ""), &report)
		again.close()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		var said strings.Builder
		for _, check := range report.Checks {
			said.WriteString(check.EN + "\n")
		}
		if report.Exit() != c.exit || !strings.Contains(said.String(), c.says) {
			t.Errorf("%s: exit %d, want %d:\n%s", name, report.Exit(), c.exit, &said)
		}
	}
}

// sealed seals an incident as evidence does.
func sealed(t *testing.T, maker *specimen.Maker, in pipeline.Incident) []byte {
	t.Helper()
	m, err := material(in, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	files := []bundle.Payload{{Path: "incident.json", Data: m.Incident}, {Path: "camera.json", Data: m.CameraDoc}, {Path: "models.json", Data: m.Models},
		{Path: "detections.ndjson", Data: lines(m.Looks)}}
	for _, f := range m.Files {
		files = append(files, bundle.Payload{Path: f.Path, Data: f.Data})
	}
	return maker.Bundle(t, specimen.Spec{ID: in.ID, Files: files})
}

func lines(list []json.RawMessage) []byte {
	var out []byte
	for _, one := range list {
		out = append(append(out, one...), '\n')
	}
	return out
}
