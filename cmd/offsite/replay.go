package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"offsite/config"
	"offsite/detectors"
	"offsite/detectors/all"
	"offsite/pipeline"
	"offsite/pipeline/infer"
	"offsite/pipeline/replay"
)

type replayCmd struct {
	Videos      []string           `arg:"" help:"Recorded videos."`
	Zones       string             `help:"JSON file with a list of zones, or a scene's description; default: the file beside each video, with .json for its extension." placeholder:"FILE"`
	Start       time.Time          `help:"When the recordings began (RFC 3339); hours of zones are held against it." placeholder:"TIME"`
	Cadence     time.Duration      `default:"2s" help:"Video time between looks." placeholder:"DURATION"`
	Speed       string             `default:"max" help:"How many times faster than the video's own time; max: as fast as this machine can." placeholder:"N"`
	JSON        bool               `help:"Print each incident as one JSON line."`
	Out         string             `help:"Write the incidents to this file, a JSON line each." placeholder:"FILE"`
	ONNXRuntime config.ONNXRuntime `name:"onnxruntime" embed:"" prefix:"onnxruntime."`
}

// Help is shown by `offsite replay --help`.
func (replayCmd) Help() string {
	return "The same looks, models and rules as on a live camera:\n\n  offsite replay scenes/*.mp4\n  offsite replay street.mp4 --zones zones.json --start 2026-11-24T08:00:00+08:00 --out incidents.ndjson"
}

// Run prints what the rules found.
func (c *replayCmd) Run(ctx context.Context) error {
	var speed float64
	if c.Speed != "max" {
		var err error
		if speed, err = strconv.ParseFloat(c.Speed, 64); err != nil || speed <= 0 {
			return exitError{2, fmt.Errorf("--speed %s: give max, or a number above 0", c.Speed)}
		}
	}
	zones := map[string][]detectors.Zone{}
	for _, video := range c.Videos {
		var err error
		if zones[video], err = c.zones(video); err != nil {
			return err
		}
	}
	engine, err := newEngine(c.ONNXRuntime)
	if err != nil {
		return err
	}
	defer engine.Close()
	out, done, err := c.lines()
	if err != nil {
		return err
	}
	for _, video := range c.Videos {
		if err := c.one(ctx, engine, video, zones[video], speed, out); err != nil {
			return errors.Join(err, done())
		}
	}
	return done()
}

// lines opens what incidents are written to, nil where they are told in words.
func (c *replayCmd) lines() (out *json.Encoder, done func() error, err error) {
	switch {
	case c.Out != "":
		file, err := os.Create(c.Out)
		if err != nil {
			return nil, nil, fmt.Errorf("write incidents: %w", err)
		}
		return json.NewEncoder(file), file.Close, nil
	case c.JSON:
		return json.NewEncoder(os.Stdout), func() error { return nil }, nil
	}
	return nil, func() error { return nil }, nil
}

func (c *replayCmd) zones(video string) ([]detectors.Zone, error) {
	if c.Zones != "" {
		return readZones(c.Zones)
	}
	return readZones(strings.TrimSuffix(video, filepath.Ext(video)) + ".json")
}

func (c *replayCmd) one(ctx context.Context, engine *infer.Engine, video string, zones []detectors.Zone, speed float64, out *json.Encoder) error {
	bar := newBar(os.Stderr, filepath.Base(video))
	result, err := replay.Run(ctx, video, replay.Options{
		Engine: engine, Detectors: all.All(), Start: c.Start, Cadence: c.Cadence, Speed: speed, Progress: bar.show,
		Camera: pipeline.Camera{ID: "replay", Name: video, Cadence: c.Cadence, Zones: zones},
		Raise:  func(in pipeline.Incident) error { bar.clear(); return tell(out, video, in) },
	})
	bar.clear()
	if err != nil {
		return err
	}
	fmt.Fprintf(os.Stderr, "%s: %d incidents in %s of video, %d looks, %s, %.3g times its own speed\n", filepath.Base(video), len(result.Incidents),
		result.Video.Round(time.Millisecond), len(result.Looks), result.Took.Round(time.Millisecond), result.Video.Seconds()/result.Took.Seconds())
	return nil
}

// tell writes an incident as a JSON line, or where there is no encoder in words.
func tell(out *json.Encoder, video string, in pipeline.Incident) error {
	if out == nil {
		fmt.Printf("%s %s %s: %s\n", filepath.Base(video), in.Raised.Format(time.RFC3339), in.Detector, in.Why.EN)
		return nil
	}
	err := out.Encode(map[string]any{
		"file": video, "detector": in.Detector, "zone": in.Zone.ID, "first": in.First, "last": in.Last, "raised": in.Raised,
		"why": in.Why, "values": in.Values, "boxes": in.Boxes,
	})
	if err != nil {
		return fmt.Errorf("write incidents: %w", err)
	}
	return nil
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
