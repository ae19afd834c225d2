package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"time"

	"offsite/config"
	"offsite/detectors"
	"offsite/detectors/all"
	"offsite/pipeline"
	"offsite/pipeline/replay"
)

type replayCmd struct {
	Video       string             `arg:"" help:"Recorded video."`
	Zones       string             `required:"" help:"JSON file with a list of zones, or a scene's description." placeholder:"FILE"`
	Start       time.Time          `help:"When the recording began (RFC 3339); hours of zones are held against it." placeholder:"TIME"`
	Cadence     time.Duration      `default:"2s" help:"Video time between looks." placeholder:"DURATION"`
	JSON        bool               `help:"Print each incident as one JSON line."`
	ONNXRuntime config.ONNXRuntime `name:"onnxruntime" embed:"" prefix:"onnxruntime."`
}

// Help is shown by `offsite replay --help`.
func (replayCmd) Help() string {
	return "The same looks, models and rules as on a live camera, as fast as this machine can:\n\n  offsite replay scenes/stall.mp4 --zones scenes/stall.json"
}

// Run prints what the rules found.
func (c *replayCmd) Run(ctx context.Context) error {
	zones, err := readZones(c.Zones)
	if err != nil {
		return err
	}
	engine, err := newEngine(c.ONNXRuntime)
	if err != nil {
		return err
	}
	defer engine.Close()
	o := replay.Options{
		Engine: engine, Detectors: all.All(), Start: c.Start, Cadence: c.Cadence,
		Camera: pipeline.Camera{ID: "replay", Name: c.Video, Cadence: c.Cadence, Zones: zones},
		Raise:  func(in pipeline.Incident) error { return c.print(in) },
	}
	result, err := replay.Run(ctx, c.Video, o)
	if err != nil {
		return err
	}
	fmt.Fprintf(os.Stderr, "%d incidents in %s of video, %d looks, %s\n", len(result.Incidents),
		result.Video.Round(time.Millisecond), len(result.Looks), result.Took.Round(time.Millisecond))
	return nil
}

func (c *replayCmd) print(in pipeline.Incident) error {
	if !c.JSON {
		fmt.Printf("%s %s: %s\n", in.Raised.Format(time.RFC3339), in.Detector, in.Why.EN)
		return nil
	}
	return printLine(map[string]any{
		"detector": in.Detector, "zone": in.Zone.ID, "first": in.First, "last": in.Last, "raised": in.Raised,
		"why": in.Why, "values": in.Values, "boxes": in.Boxes,
	})
}

// readZones takes a list of zones, or an object with one under "zones".
func readZones(path string) ([]detectors.Zone, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read zones: %w", err)
	}
	var zones []detectors.Zone
	if err := json.Unmarshal(text, &zones); err == nil {
		return zones, nil
	}
	var scene struct {
		Zones []detectors.Zone `json:"zones"`
	}
	if err := json.Unmarshal(text, &scene); err != nil {
		return nil, fmt.Errorf("read zones: %s: %w; give a JSON list of zones", path, err)
	}
	if len(scene.Zones) == 0 {
		return nil, fmt.Errorf("read zones: %s has none", path)
	}
	return scene.Zones, nil
}
