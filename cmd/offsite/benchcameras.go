package main

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"offsite/config"
	"offsite/detectors/all"
	"offsite/pipeline/look"
	"offsite/pipeline/throughput"
	"offsite/scenes"
)

// streamsDir keeps the streams that are measured with, from run to run.
const streamsDir = "build/bench-cameras"

type benchCamerasCmd struct {
	Cameras     int                `default:"20" help:"How many to watch at a time." placeholder:"N"`
	Soak        time.Duration      `default:"1m" help:"For how long." placeholder:"DURATION"`
	Profile     string             `help:"Write a profile of watching them to this file, for go tool pprof." placeholder:"FILE"`
	ONNXRuntime config.ONNXRuntime `name:"onnxruntime" embed:"" prefix:"onnxruntime."`
}

// Help is shown by `offsite bench cameras --help`.
func (benchCamerasCmd) Help() string {
	return "The cameras are played by a process of its own, whose time is not counted. The long run of the goals is\n\n  offsite bench cameras --cameras 100 --soak 10m"
}

// Run measures and keeps the figures.
func (c *benchCamerasCmd) Run(ctx context.Context) error {
	if c.Cameras < 1 {
		return exitError{2, fmt.Errorf("--cameras %d: watch one at least", c.Cameras)}
	}
	frugal() // as a node does
	engine, err := newEngine(c.ONNXRuntime)
	if err != nil {
		return err
	}
	defer engine.Close()
	rendered, err := scenes.All()
	if err != nil {
		return err
	}
	o := throughput.Options{Engine: engine, Detectors: all.All(), Folder: streamsDir, Cameras: c.Cameras, Soak: c.Soak,
		Profile: c.Profile, Serve: serveCameras,
		Tell: func(what string) { fmt.Fprintln(os.Stderr, "bench: "+what) }}
	for _, s := range rendered {
		o.Scenes = append(o.Scenes, throughput.Scene{Name: s.Key, Video: s.Video})
	}
	set, err := throughput.Cameras(ctx, o)
	if err != nil {
		return err
	}
	return keepFigures(set, "cameras")
}

// serveCameras plays the files in a process of its own.
func serveCameras(ctx context.Context, files []string) (urls []string, stop func(), err error) {
	listen, err := freeAddress()
	if err != nil {
		return nil, nil, err
	}
	folder, err := os.MkdirTemp("", "offsite-serve-")
	if err != nil {
		return nil, nil, fmt.Errorf("serve cameras: %w", err)
	}
	addresses := filepath.Join(folder, "addresses.json")
	args := append([]string{"camera", "serve", "--listen", listen, "--addresses", addresses,
		"--spread", look.DefaultCadence.String()}, files...)
	p, err := startChild(ctx, newLogger(os.Stderr, config.Log{Level: "warn"}), "cameras", args...)
	if err != nil {
		return nil, nil, err
	}
	stop = func() {
		p.Stop()
		_ = os.RemoveAll(folder) // only the addresses lie there
	}
	playing, err := waitForCameras(ctx, addresses)
	if err != nil {
		stop()
		return nil, nil, err
	}
	for _, path := range slices.Sorted(maps.Keys(playing.Addresses)) {
		urls = append(urls, playing.Addresses[path])
	}
	return urls, stop, nil
}
