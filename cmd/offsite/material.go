package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"

	"offsite/detectors"
	"offsite/evidence"
	"offsite/pipeline"
)

// incidentDoc is data/incident.json of a bundle; docs/formats/bundle.md names
// every field.
type incidentDoc struct {
	ID       string                `json:"id"`
	Act      string                `json:"act"`
	Kind     string                `json:"kind"`
	Detector string                `json:"detector"`
	Camera   string                `json:"camera"`
	Zone     detectors.Zone        `json:"zone"`
	Rule     string                `json:"rule_version"`
	Params   map[string]float64    `json:"params"`
	First    string                `json:"first"`
	Last     string                `json:"last"`
	Raised   string                `json:"raised"`
	DwellS   float64               `json:"dwell_s"`
	Present  bool                  `json:"present"`
	Why      detectors.Explanation `json:"why"`
	Values   map[string]float64    `json:"values"`
	Boxes    []detectors.Detection `json:"boxes"`
	ClipFrom string                `json:"clip_from"`
	ClipTo   string                `json:"clip_to"`
	Looked   string                `json:"looked_from,omitempty"`
	Missing  []pipeline.Missing    `json:"missing,omitempty"`
	Stills   []stillDoc            `json:"stills"`
}

type stillDoc struct {
	Name   string                `json:"name"` // files stills/<name>.*
	Role   string                `json:"role"`
	Stream string                `json:"stream,omitempty"`
	Apart  float64               `json:"apart_ms,omitempty"`
	Unit   uint64                `json:"unit"`
	At     string                `json:"at"`
	Codec  string                `json:"codec"`
	Boxes  []detectors.Detection `json:"boxes"`
}

// lookedFile is the film of the substream, where looks were taken from one. It begins as
// the clip does: who may see the one may see the other.
const lookedFile = "clip-looked.mp4"

const timeFormat = "2006-01-02T15:04:05.000000Z07:00"

// material turns what the pipeline raised into what evidence seals. camera is
// the registry's description of the camera at that time.
func material(in pipeline.Incident, camera, summary any) (evidence.Material, error) {
	m := evidence.Material{ID: in.ID, Act: in.Act, Kind: in.Kind, Camera: in.Camera.ID, Raised: in.Raised}
	doc := incidentDoc{
		ID: in.ID, Act: in.Act, Kind: in.Kind, Detector: in.Detector, Camera: in.Camera.ID, Zone: in.Zone,
		Rule: in.Rule, Params: in.Params, Present: in.Present, Why: in.Why, Values: in.Values, Boxes: in.Boxes, Missing: in.Missing,
		First: in.First.UTC().Format(timeFormat), Last: in.Last.UTC().Format(timeFormat),
		Raised: in.Raised.UTC().Format(timeFormat), DwellS: in.Last.Sub(in.First).Seconds(),
		ClipFrom: in.ClipFrom.UTC().Format(timeFormat), ClipTo: in.ClipTo.UTC().Format(timeFormat),
	}
	if len(in.Clip) > 0 {
		m.Files = append(m.Files, evidence.File{Path: "clip.mp4", Data: in.Clip})
	}
	if len(in.LookedClip) > 0 {
		doc.Looked = in.LookedFrom.UTC().Format(timeFormat)
		m.Files = append(m.Files, evidence.File{Path: lookedFile, Data: in.LookedClip})
	}
	for i, still := range in.Stills {
		name := stillName(i)
		doc.Stills = append(doc.Stills, stillDoc{Name: name, Role: still.Role, Stream: still.Stream, Apart: milliseconds(still.Apart),
			Unit: still.Unit, At: still.At.UTC().Format(timeFormat), Codec: still.Codec, Boxes: still.Boxes})
		m.Files = append(m.Files, evidence.File{Path: "stills/" + name + "." + still.Codec, Data: still.AccessUnit})
		if len(still.PNG) > 0 {
			m.Files = append(m.Files, evidence.File{Path: "stills/" + name + ".png", Data: still.PNG})
		}
		if len(still.Overlay) > 0 {
			m.Files = append(m.Files, evidence.File{Path: "overlays/" + name + ".jpg", Data: still.Overlay})
		}
	}
	cameraDoc := struct {
		Registered any                 `json:"registered"`
		Stream     pipeline.Stream     `json:"stream"`
		Clock      pipeline.Clock      `json:"clock"`
		Substream  *pipeline.Substream `json:"substream,omitempty"`
		ReceivedAt string              `json:"received_at"`
	}{camera, in.Stream, in.Clock, in.Substream, in.Received.UTC().Format(timeFormat)}

	for _, part := range []struct {
		into *json.RawMessage
		from any
	}{{&m.Incident, doc}, {&m.CameraDoc, cameraDoc}, {&m.Models, in.Models}, {&m.Summary, summary}} {
		text, err := json.Marshal(part.from)
		if err != nil {
			return m, fmt.Errorf("write documents of incident %s: %w", in.ID, err)
		}
		*part.into = text
	}
	for _, look := range in.Looks {
		line, err := json.Marshal(look)
		if err != nil {
			return m, fmt.Errorf("write looks of incident %s: %w", in.ID, err)
		}
		m.Looks = append(m.Looks, line)
	}
	return m, nil
}

// incidentOf is the reverse of material: the incident that the files of a bundle,
// by path, tell of. What is no part of a verdict is left out.
func incidentOf(files map[string][]byte) (pipeline.Incident, error) {
	var doc incidentDoc
	if err := json.Unmarshal(files["data/incident.json"], &doc); err != nil {
		return pipeline.Incident{}, fmt.Errorf("read data/incident.json: %w", err)
	}
	in := pipeline.Incident{
		ID: doc.ID, Act: doc.Act, Kind: doc.Kind, Detector: doc.Detector, Camera: pipeline.Camera{ID: doc.Camera}, Zone: doc.Zone,
		Rule: doc.Rule, Params: doc.Params, Present: doc.Present, Why: doc.Why, Values: doc.Values, Boxes: doc.Boxes,
		Clip: files["data/clip.mp4"], LookedClip: files["data/"+lookedFile],
	}
	if err := json.Unmarshal(files["data/models.json"], &in.Models); err != nil {
		return in, fmt.Errorf("read data/models.json: %w", err)
	}
	for line := range bytes.Lines(files["data/detections.ndjson"]) {
		var r pipeline.LookRecord
		if err := json.Unmarshal(line, &r); err != nil {
			return in, fmt.Errorf("read data/detections.ndjson: %w", err)
		}
		in.Looks = append(in.Looks, r)
	}
	for _, s := range doc.Stills {
		still := pipeline.Still{Unit: s.Unit, Role: s.Role, Stream: s.Stream, Codec: s.Codec, Boxes: s.Boxes,
			AccessUnit: files["data/stills/"+s.Name+"."+s.Codec], PNG: files["data/stills/"+s.Name+".png"]}
		if err := readTimes(map[*time.Time]string{&still.At: s.At}); err != nil {
			return in, err
		}
		in.Stills = append(in.Stills, still)
	}
	times := map[*time.Time]string{&in.First: doc.First, &in.Last: doc.Last, &in.Raised: doc.Raised, &in.ClipFrom: doc.ClipFrom, &in.ClipTo: doc.ClipTo}
	if doc.Looked != "" {
		times[&in.LookedFrom] = doc.Looked
	}
	return in, readTimes(times)
}

// milliseconds keeps microseconds.
func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

func readTimes(times map[*time.Time]string) error {
	for into, text := range times {
		at, err := time.Parse(time.RFC3339, text)
		if err != nil {
			return fmt.Errorf("read data/incident.json: %w", err)
		}
		*into = at
	}
	return nil
}
