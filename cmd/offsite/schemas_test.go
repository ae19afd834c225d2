package main

import (
	"encoding/json"
	"testing"
	"time"

	"offsite/detectors"
	"offsite/evidence/specimen"
	"offsite/pipeline"
	"offsite/pipeline/gap"
	"offsite/pipeline/look"
	"offsite/pipeline/mask"
)

// What the program seals is as docs/formats says: findings from one stream and from two,
// gaps, and redacted copies; the recording of an inquiry is casework's.
func TestSealedDocumentsFitTheirSchemas(t *testing.T) {
	t.Parallel()
	for _, small := range []bool{false, true} {
		in := found(t, "burning", small)
		in.Clock.Source = "arrival" // it was looked at in files, which have no clock
		if in.Substream != nil {
			second := *in.Substream
			second.Clock.Source = "main"
			in.Substream = &second
		}
		m, err := material(in, pipeline.Camera{ID: "burning"}, nil)
		if err != nil {
			t.Fatal(err)
		}
		specimen.Fits(t, "incident", m.Incident)
		specimen.Fits(t, "camera", m.CameraDoc)
		specimen.Fits(t, "models", m.Models)
		for _, line := range m.Looks {
			specimen.Fits(t, "detection", line)
		}
		if len(m.Looks) == 0 {
			t.Error("no look is sealed")
		}
	}
	from := time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)
	blind, err := (&watcher{}).gapMaterial(gap.Gap{ID: "0198c000-0000-7000-8000-000000000008", Kind: gap.Kind, Camera: "camera", Cause: string(look.Moved),
		Why: detectors.Explanation{ZH: "被转动", EN: "it was turned"}, From: from, To: from.Add(time.Minute)})
	if err != nil {
		t.Fatal(err)
	}
	specimen.Fits(t, "gap", blind.Incident)
	specimen.Fits(t, "camera", blind.CameraDoc)
	specimen.Fits(t, "models", blind.Models)
	redacted, err := json.Marshal(redactedDoc{ID: "0198c000-0000-7000-8000-000000000006", Kind: "redacted", Camera: "camera", Parent: "0198c000-0000-7000-8000-000000000001", Covered: mask.Covered(),
		Files: []redactedFile{{Path: "data/stills/0001.png", SHA256: "0000000000000000000000000000000000000000000000000000000000000000"}}})
	if err != nil {
		t.Fatal(err)
	}
	specimen.Fits(t, "redacted", redacted)
}
