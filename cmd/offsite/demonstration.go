package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"offsite/config"
	"offsite/demo"
	"offsite/demo/district"
	"offsite/scenes"
)

// demonstration is the outside world of `offsite up --demo`: cameras, payment
// provider and SMS gateway, each a process of its own, and the people.
type demonstration struct {
	data     string
	scenes   []scenes.Scene
	stage    demo.Stage
	children []*child
}

// setStage starts the outside world and points the configuration at it.
func setStage(ctx context.Context, c *config.Config, grace time.Duration, log *slog.Logger) (*demonstration, error) {
	all, err := scenes.All()
	if err != nil {
		return nil, err
	}
	d := &demonstration{data: c.Data, scenes: all, stage: demo.Stage{Accounts: map[string]demo.Account{}, GraceS: grace.Seconds(), PID: os.Getpid()}}
	if err := os.Remove(demo.StageFile(c.Data)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("set the stage: %w", err)
	}
	for _, start := range []func(context.Context, *config.Config, *slog.Logger) error{d.gateways, d.cameras, d.drawMap} {
		if err := start(ctx, c, log); err != nil {
			d.Stop()
			return nil, err
		}
	}
	return d, nil
}

// Stop ends the outside world.
func (d *demonstration) Stop() {
	for _, c := range d.children {
		c.Stop()
	}
}

// drawMap writes the invented district's map, unless the bureau has one.
func (d *demonstration) drawMap(_ context.Context, c *config.Config, _ *slog.Logger) error {
	if c.Bureau.Map != "" {
		return nil
	}
	text, err := district.Map()
	if err != nil {
		return err
	}
	c.Bureau.Map = c.Path("demo", "map.geojson")
	if err := os.WriteFile(c.Bureau.Map, text, 0o600); err != nil {
		return fmt.Errorf("set the stage: %w", err)
	}
	return nil
}

func (d *demonstration) gateways(ctx context.Context, c *config.Config, log *slog.Logger) error {
	keys := map[string]string{"payment": c.Path("keys", "payment.key"), "message": c.Path("keys", "message.key")}
	urls := map[string]string{}
	for _, name := range []string{"payment", "message"} {
		if err := makeKey(keys[name]); err != nil {
			return err
		}
		listen, err := freeAddress()
		if err != nil {
			return err
		}
		dir := c.Path("demo", name)
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return fmt.Errorf("set the stage: %w", err)
		}
		p, err := startChild(ctx, log, name, "sandbox", name, "--dir", dir, "--key-file", keys[name], "--listen", listen)
		if err != nil {
			return err
		}
		d.children = append(d.children, p)
		urls[name] = "http://" + listen
	}
	c.Payment.URL, c.Payment.KeyFile = urls["payment"], keys["payment"]
	c.Reminder.URL, c.Reminder.KeyFile = urls["message"], keys["message"]
	key, err := readKey(keys["message"])
	if err != nil {
		return err
	}
	d.stage.PaymentURL, d.stage.MessageURL, d.stage.MessageKey = urls["payment"], urls["message"], string(key)
	return nil
}

// cameras writes the videos out and plays them over RTSP.
func (d *demonstration) cameras(ctx context.Context, c *config.Config, log *slog.Logger) error {
	dir := c.Path("demo", "scenes")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("set the stage: %w", err)
	}
	listen, err := freeAddress()
	if err != nil {
		return err
	}
	onvif, err := freeAddress()
	if err != nil {
		return err
	}
	addresses := c.Path("run", "cameras.json")
	if err := os.Remove(addresses); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("set the stage: %w", err)
	}
	args := []string{"camera", "serve", "--listen", listen, "--onvif", onvif, "--addresses", addresses}
	for _, s := range d.scenes {
		file := filepath.Join(dir, s.Key+".mp4")
		if err := os.WriteFile(file, s.Video, 0o600); err != nil {
			return fmt.Errorf("set the stage: %w", err)
		}
		args = append(args, file)
	}
	if len(d.scenes) == 0 {
		return errors.New("set the stage: this program was built without scenes")
	}
	p, err := startChild(ctx, log, "cameras", args...)
	if err != nil {
		return err
	}
	d.children = append(d.children, p)
	playing, err := waitForCameras(ctx, addresses)
	if err != nil {
		return err
	}
	d.stage.ONVIF = playing.ONVIF
	for _, s := range d.scenes {
		d.stage.Cameras = append(d.stage.Cameras, playing.Addresses[s.Key])
		d.stage.Scenes = append(d.stage.Scenes, demo.Playing{Key: s.Key, Address: playing.Addresses[s.Key], Epoch: playing.Epoch, DurationS: s.DurationS})
	}
	return nil
}

// servedCameras is what `offsite camera serve --addresses` writes.
type servedCameras struct {
	Addresses map[string]string `json:"addresses"`
	Epoch     time.Time         `json:"epoch"`           // when all loops first began
	ONVIF     string            `json:"onvif,omitempty"` // where it answers ONVIF, host:port
}

func waitForCameras(ctx context.Context, file string) (servedCameras, error) {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		text, err := os.ReadFile(file)
		if err == nil {
			var served servedCameras
			if err := json.Unmarshal(text, &served); err != nil {
				return served, fmt.Errorf("read %s: %w", file, err)
			}
			return served, nil
		}
		select {
		case <-ctx.Done():
			return servedCameras{}, fmt.Errorf("the demonstration's cameras do not answer; see the log: %w", ctx.Err())
		case <-tick.C:
		}
	}
}

// announce writes the stage, once everything answers, and tells the reader of the
// terminal.
func (d *demonstration) announce(url string) error {
	d.stage.URL = url
	if err := writeJSON(demo.StageFile(d.data), d.stage); err != nil {
		return err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "Demonstration accounts (%s):\n", demo.StageFile(d.data))
	for _, part := range parts() {
		a, made := d.stage.Accounts[part.key]
		if !made { // a folder that was made before there was such an account
			continue
		}
		fmt.Fprintf(&b, "  %-10s %s\n", a.Username, a.Password)
	}
	fmt.Print(b.String())
	return nil
}

// freeAddress finds a loopback address that nobody listens at. It stays the same
// over restarts of the child that takes it.
func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("find a free port: %w", err)
	}
	defer l.Close()
	return l.Addr().String(), nil
}
