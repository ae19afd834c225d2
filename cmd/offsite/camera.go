package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"

	"offsite/config"
	"offsite/pipeline/decode"
	"offsite/pipeline/look"
	"offsite/pipeline/probe"
	"offsite/pipeline/rtspserve"
)

// cameraCmd is about single cameras, without database or console.
type cameraCmd struct {
	Discover cameraDiscoverCmd `cmd:"" help:"Look for cameras in the network (ONVIF) and list their streams."`
	Probe    cameraProbeCmd    `cmd:"" help:"Look at a camera for a few seconds and say what it sends, or what is wrong."`
	Serve    cameraServeCmd    `cmd:"" help:"Play videos in a loop as RTSP cameras."`
}

type cameraProbeCmd struct {
	URL      string `arg:"" help:"Address, as in rtsp://user:password@10.0.0.5/stream1. The password can come from OFFSITE_CAMERA_PASSWORD instead."`
	Protocol string `enum:",tcp,udp" default:"" help:"tcp or udp; default: UDP, then TCP."`
	Sub      string `name:"substream" help:"Also look at this address of the same camera, and say whether looks can be taken from it." placeholder:"URL"`
	Picture  string `help:"Write the first picture to this JPEG file." placeholder:"FILE"`
	JSON     bool   `help:"Print the report as JSON; with --substream, a list of two."`
}

// Help is shown by `offsite camera probe --help`.
func (cameraProbeCmd) Help() string {
	return "Examples:\n\n  offsite camera probe rtsp://10.0.0.5/stream1\n  offsite camera probe rtsp://10.0.0.5/stream1 --picture now.jpg\n  offsite camera probe rtsp://10.0.0.5/stream1 --substream rtsp://10.0.0.5/stream2"
}

// Run prints the report; a problem ends with status 1 and a sentence.
func (c *cameraProbeCmd) Run(ctx context.Context) error {
	report, err := c.probe(ctx, c.URL)
	if err != nil {
		return err
	}
	if c.Picture != "" {
		jpeg, err := decode.JPEG(0, report.Key)
		if err != nil {
			return fmt.Errorf("decode the first picture: %w", err)
		}
		if err := os.WriteFile(c.Picture, jpeg, 0o600); err != nil {
			return fmt.Errorf("write the picture: %w", err)
		}
	}
	if c.Sub != "" {
		return c.both(ctx, report)
	}
	if c.JSON {
		return printJSON(report)
	}
	return explain(os.Stdout, report)
}

// probe looks at one address; a problem is its sentence.
func (c *cameraProbeCmd) probe(ctx context.Context, url string) (probe.Report, error) {
	report, err := probe.Camera(ctx, url, c.Protocol, nil)
	var problem *probe.Problem
	if errors.As(err, &problem) {
		return report, fmt.Errorf("%s\n%s", problem.EN, problem.ZH)
	}
	return report, err
}

// both looks at the substream too, and says whether it shows what the main stream does.
func (c *cameraProbeCmd) both(ctx context.Context, main probe.Report) error {
	sub, err := c.probe(ctx, c.Sub)
	if err != nil {
		return fmt.Errorf("the substream: %w", err)
	}
	var views [2]look.View
	for i, report := range []probe.Report{main, sub} {
		d := decode.New()
		defer d.Close()
		p, err := d.Decode(report.Key)
		if err != nil {
			return fmt.Errorf("decode the first picture: %w", err)
		}
		views[i], err = look.ViewOf(p)
		p.Release()
		if err != nil {
			return err
		}
	}
	agreed, err := look.Agree(views[0], views[1])
	if err != nil {
		return err
	}
	if c.JSON {
		if err := printJSON([]probe.Report{main, sub}); err != nil {
			return err
		}
	} else {
		for _, report := range []probe.Report{main, sub} {
			if err := explain(os.Stdout, report); err != nil {
				return err
			}
			fmt.Println()
		}
	}
	if !agreed.Same {
		return fmt.Errorf("%s\n%s", agreed.Why.EN, agreed.Why.ZH)
	}
	if !c.JSON {
		fmt.Printf("both show the same view (outlines agree to %.2f, %.2f is needed): looks can be taken from the substream\n", agreed.Fit.Here, look.SameFit)
	}
	return nil
}

// explain tells on one screen what a camera sends.
func explain(w io.Writer, r probe.Report) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "video\t%s %s, %d×%d, %.4g pictures/s\n", r.Codec, r.Profile, r.Width, r.Height, r.FPS)
	switch {
	case r.GOP == 0:
		fmt.Fprintf(t, "key pictures\tone alone came in %d pictures: set the camera's key picture interval (GOP) to 2 s\n", r.Units)
	case r.GOPTime > 2*look.DefaultCadence:
		fmt.Fprintf(t, "key pictures\teach %s, %d pictures: looks in between decode all since then; 2 s is better\n", r.GOPTime.Round(time.Millisecond), r.GOP)
	default:
		fmt.Fprintf(t, "key pictures\teach %s, %d pictures\n", r.GOPTime.Round(time.Millisecond), r.GOP)
	}
	fmt.Fprintf(t, "bit rate\t%d kbit/s\n", r.BitRate/1000)
	fmt.Fprintf(t, "transport\t%s, first picture after %s\n", r.Transport, r.FirstAfter.Round(time.Millisecond))
	clock := "the camera does not tell its time; ours at arrival is taken"
	if r.ClockKnown {
		clock = fmt.Sprintf("the camera's is %s off ours; times are taken from %s", r.ClockOffset.Round(time.Millisecond),
			map[string]string{"rtcp": "the camera", "arrival": "arrival here"}[r.ClockSource])
	}
	fmt.Fprintf(t, "clock\t%s\n", clock)
	fmt.Fprintf(t, "losses\t%d packets, %d pictures dropped for that, of %d\n", r.Lost, r.Damaged, uint64(r.Units)+r.Damaged)
	if r.Remark != nil {
		fmt.Fprintf(t, "remark\t%s\n\t%s\n", r.Remark.EN, r.Remark.ZH)
	}
	return t.Flush()
}

type cameraServeCmd struct {
	Files    []string      `arg:"" help:"MP4 files (H.264, H.265, MJPEG); each is served under its name without extension."`
	Listen   string        `default:"127.0.0.1:8554" help:"Address to serve at; port 0 takes a free one." placeholder:"HOST:PORT"`
	User     string        `help:"User name that viewers must give." placeholder:"NAME"`
	Password string        `help:"Password that viewers must give." placeholder:"TEXT"`
	Script   string        `help:"JSON file of what goes wrong, by path: {\"stall\": [{\"kind\": \"freeze\", \"after\": \"20s\", \"for\": \"10s\"}]}." placeholder:"FILE"`
	ONVIF    string        `name:"onvif" help:"Also answer ONVIF here, Probes by UDP and questions by HTTP; port 0 takes a free one." placeholder:"HOST:PORT"`
	Spread   time.Duration `help:"Let the cameras begin evenly within this time, not all at once." placeholder:"DURATION"`
	Addrs    string        `name:"addresses" help:"Write the RTSP addresses and the time of the first picture as JSON to this file once they answer." placeholder:"FILE"`
	Log      config.Log    `embed:"" prefix:"log."`
}

// Help is shown by `offsite camera serve --help`.
func (cameraServeCmd) Help() string {
	return "What can go wrong: drop, refuse, silence, freeze, loss and corrupt (with share), time_jump and clock_step (with by). The videos loop for ever; RTCP sender reports carry the wall clock.\n\n  offsite camera serve scenes/*.mp4\n  ffplay rtsp://127.0.0.1:8554/stall"
}

// Run serves until it is stopped.
func (c *cameraServeCmd) Run(ctx context.Context) error {
	streams, err := c.streams()
	if err != nil {
		return err
	}
	server := rtspserve.New(rtspserve.Options{
		Listen: c.Listen, Streams: streams, User: c.User, Password: c.Password, Spread: c.Spread, Logger: newLogger(os.Stderr, c.Log),
	})
	if err := server.Start(ctx); err != nil {
		return err
	}
	defer server.Stop()
	served := servedCameras{Addresses: map[string]string{}, Epoch: server.Epoch()}
	if c.ONVIF != "" {
		device, err := c.answerONVIF(ctx, server)
		if err != nil {
			return err
		}
		defer device.Stop()
		served.ONVIF = device.Addr()
		fmt.Println("ONVIF at " + device.Address())
	}
	for _, path := range server.Paths() {
		served.Addresses[path] = server.URL(path)
		fmt.Println(server.URL(path))
	}
	if c.Addrs != "" {
		if err := writeJSON(c.Addrs, served); err != nil {
			return err
		}
	}
	<-ctx.Done()
	return nil
}

// step is one fault of a script.
type step struct {
	Kind  rtspserve.Kind `json:"kind"`
	After string         `json:"after"`
	For   string         `json:"for"`
	By    string         `json:"by"`
	Share float64        `json:"share"`
}

// streams are the files, each with what its script says.
func (c *cameraServeCmd) streams() ([]rtspserve.Stream, error) {
	script := map[string][]step{}
	if c.Script != "" {
		text, err := os.ReadFile(c.Script)
		if err != nil {
			return nil, fmt.Errorf("read the script: %w", err)
		}
		dec := json.NewDecoder(bytes.NewReader(text))
		dec.DisallowUnknownFields()
		if err := dec.Decode(&script); err != nil {
			return nil, fmt.Errorf("read the script %s: %w; see offsite camera serve --help", c.Script, err)
		}
	}
	var streams []rtspserve.Stream
	for _, file := range c.Files {
		s := rtspserve.Stream{Files: []string{file}, Path: pathOf(file)}
		for i, step := range script[s.Path] {
			f, err := step.fault()
			if err != nil {
				return nil, fmt.Errorf("read the script %s: step %d of %s: %w", c.Script, i+1, s.Path, err)
			}
			s.Script = append(s.Script, f)
		}
		delete(script, s.Path)
		streams = append(streams, s)
	}
	for path := range script {
		return nil, fmt.Errorf("read the script %s: no file is served as %q", c.Script, path)
	}
	return streams, nil
}

// pathOf is under what a file is served.
func pathOf(file string) string { return strings.TrimSuffix(filepath.Base(file), filepath.Ext(file)) }

func (s step) fault() (rtspserve.Fault, error) {
	f := rtspserve.Fault{Kind: s.Kind, Share: s.Share}
	for text, to := range map[*string]*time.Duration{&s.After: &f.After, &s.For: &f.For, &s.By: &f.By} {
		if *text == "" {
			continue
		}
		d, err := time.ParseDuration(*text)
		if err != nil {
			return f, fmt.Errorf("%q is no duration like 20s: %w", *text, err)
		}
		*to = d
	}
	return f, nil
}
