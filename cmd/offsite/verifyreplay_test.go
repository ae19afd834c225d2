package main

import (
	"strings"
	"testing"

	"offsite/detectors/all"
	"offsite/pipeline/replay"
)

// FuzzReplay: whatever a bundle's documents say, they are read or refused, and what was
// read can be judged, written and read again.
func FuzzReplay(f *testing.F) {
	const zone = `{"id":"z","version":1,"detector":"KEY","polygon":[{"x":0.1,"y":0.5},{"x":0.9,"y":0.5},{"x":0.9,"y":0.9},{"x":0.1,"y":0.9}],"door_line":[{"x":0.1,"y":0.5},{"x":0.9,"y":0.5}]}`
	const incident = `{"id":"i","kind":"incident","detector":"KEY","zone":` + zone + `,"rule_version":"VERSION","params":{"dwell_s":2},"first":"2026-11-24T08:30:00Z","last":"2026-11-24T08:31:05Z","raised":"2026-11-24T08:31:05Z",` +
		`"clip_from":"2026-11-24T08:30:00Z","clip_to":"2026-11-24T08:31:15Z","stills":[{"name":"0001","role":"raised","unit":2,"at":"2026-11-24T08:31:05Z","codec":"h264"}]}`
	const looks = `{"unit":1,"at":"2026-11-24T08:30:00Z","light":0.6,"tracks":[{"id":7,"label":"stall","score":0.9,"box":{"x1":0.3,"y1":0.55,"x2":0.45,"y2":0.8},"first":"2026-11-24T08:30:00Z","last":"2026-11-24T08:31:04Z"}],` +
		`"fire":[{"label":"smoke","score":0.9,"box":{"x1":0.3,"y1":0.55,"x2":0.45,"y2":0.8}}]}` + "\n" + `{"unit":2,"at":"2026-11-24T08:31:05Z","light":0.6,"areas":{"soil":0.4}}` + "\n"
	for _, d := range all.All() {
		f.Add([]byte(strings.NewReplacer("KEY", d.Key(), "VERSION", d.Version()).Replace(incident)), []byte(looks))
	}
	f.Add([]byte(`{}`), []byte("null\n"))
	f.Fuzz(func(t *testing.T, doc, looks []byte) {
		// Models would run, and have tests of their own.
		files := map[string][]byte{"data/incident.json": doc, "data/detections.ndjson": looks, "data/models.json": []byte(`[]`)}
		in, err := incidentOf(files)
		if err != nil {
			return
		}
		if _, err := replay.Again(in, nil, all.All()); err != nil {
			t.Fatalf("what was read cannot be judged: %v", err)
		}
		again, err := material(in, nil, nil)
		if err != nil {
			return // a time beyond the year 9999 can be reckoned with, but not written
		}
		back, err := incidentOf(map[string][]byte{"data/incident.json": again.Incident, "data/detections.ndjson": lines(again.Looks), "data/models.json": again.Models})
		if err != nil || len(back.Looks) != len(in.Looks) || len(back.Stills) != len(in.Stills) || back.Why != in.Why {
			t.Fatalf("written again it is read as another: %v", err)
		}
	})
}
