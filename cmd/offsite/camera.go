package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"offsite/config"
	"offsite/pipeline/decode"
	"offsite/pipeline/probe"
	"offsite/pipeline/rtspserve"
)

// cameraCmd is about single cameras, without database or console.
type cameraCmd struct {
	Probe cameraProbeCmd `cmd:"" help:"Look at a camera for a few seconds and say what it sends, or what is wrong."`
	Serve cameraServeCmd `cmd:"" help:"Play videos in a loop as RTSP cameras."`
}

type cameraProbeCmd struct {
	URL      string `arg:"" help:"Address, as in rtsp://user:password@10.0.0.5/stream1. The password can come from OFFSITE_CAMERA_PASSWORD instead."`
	Protocol string `enum:",tcp,udp" default:"" help:"tcp or udp; default: UDP, then TCP."`
	Picture  string `help:"Write the first picture to this JPEG file." placeholder:"FILE"`
	JSON     bool   `help:"Print the report as JSON."`
}

// Help is shown by `offsite camera probe --help`.
func (cameraProbeCmd) Help() string {
	return "Examples:\n\n  offsite camera probe rtsp://10.0.0.5/stream1\n  offsite camera probe rtsp://10.0.0.5/stream1 --picture now.jpg"
}

// Run prints the report; a problem ends with status 1 and a sentence.
func (c *cameraProbeCmd) Run(ctx context.Context) error {
	report, err := probe.Camera(ctx, c.URL, c.Protocol, nil)
	if err != nil {
		var problem *probe.Problem
		if errors.As(err, &problem) {
			return fmt.Errorf("%s\n%s", problem.EN, problem.ZH)
		}
		return err
	}
	if c.Picture != "" {
		jpeg, err := decode.JPEG(report.Key, 0)
		if err != nil {
			return fmt.Errorf("decode the first picture: %w", err)
		}
		if err := os.WriteFile(c.Picture, jpeg, 0o600); err != nil {
			return fmt.Errorf("write the picture: %w", err)
		}
	}
	if c.JSON {
		return printJSON(report)
	}
	fmt.Printf("%s %s, %d×%d, %.4g pictures/s, a key picture every %s, %d kbit/s\n", report.Codec, report.Profile,
		report.Width, report.Height, report.FPS, report.GOPTime, report.BitRate/1000)
	fmt.Printf("over %s; first picture after %s; time from %s", report.Transport, report.FirstAfter.Round(1e6), report.ClockSource)
	if report.ClockKnown {
		fmt.Printf(", %s off ours", report.ClockOffset.Round(1e6))
	}
	fmt.Println()
	if report.Remark != nil {
		fmt.Println(report.Remark.EN)
	}
	return nil
}

type cameraServeCmd struct {
	Files    []string   `arg:"" help:"MP4 files (H.264, H.265, MJPEG); each is served under its name without extension."`
	Listen   string     `default:"127.0.0.1:8554" help:"Address to serve at; port 0 takes a free one." placeholder:"HOST:PORT"`
	User     string     `help:"User name that viewers must give." placeholder:"NAME"`
	Password string     `help:"Password that viewers must give." placeholder:"TEXT"`
	Addrs    string     `name:"addresses" help:"Write the RTSP addresses and the time of the first picture as JSON to this file once they answer." placeholder:"FILE"`
	Log      config.Log `embed:"" prefix:"log."`
}

// Help is shown by `offsite camera serve --help`.
func (cameraServeCmd) Help() string {
	return "The videos loop for ever; RTCP sender reports carry the wall clock.\n\n  offsite camera serve scenes/*.mp4\n  ffplay rtsp://127.0.0.1:8554/stall"
}

// Run serves until it is stopped.
func (c *cameraServeCmd) Run(ctx context.Context) error {
	server := rtspserve.New(rtspserve.Options{
		Listen: c.Listen, Files: c.Files, User: c.User, Password: c.Password, Logger: newLogger(os.Stderr, c.Log),
	})
	if err := server.Start(ctx); err != nil {
		return err
	}
	defer server.Stop()
	served := servedCameras{Addresses: map[string]string{}, Epoch: server.Epoch()}
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
