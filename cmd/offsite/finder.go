package main

import (
	"context"
	"encoding/base64"
	"errors"
	"net/http"

	"offsite/api/guard"
	"offsite/api/problem"
	"offsite/api/wire"
	"offsite/pipeline/onvif"
)

// finder finds cameras for the console, in the allowed networks alone.
type finder struct {
	addresses *guard.Guard
	client    *onvif.Client
}

func newFinder(addresses *guard.Guard) *finder {
	return &finder{addresses, onvif.New(addresses.Control)}
}

// Discover looks for devices.
func (f *finder) Discover(ctx context.Context, at []string) ([]wire.FoundCamera, error) {
	targets, err := onvif.Targets(at)
	if err != nil {
		return nil, deviceProblem(err)
	}
	for _, t := range targets {
		if !f.addresses.Allows(t.Addr()) {
			return nil, problem.New(http.StatusForbidden, "地址 "+t.Addr().String()+" 不在允许的摄像机网段内；请联系系统管理员在配置 cameras.networks 中加入该网段。",
				"The address "+t.Addr().String()+" lies outside the camera networks; your administrator can add its network to cameras.networks.")
		}
	}
	found, err := onvif.Discover(ctx, onvif.Search{At: targets, Allowed: f.addresses.Allows})
	if errors.Is(err, onvif.ErrNobody) {
		return nil, problem.Invalid("本服务器的网卡都不在摄像机网段内，无法广播搜索：请填写要查询的地址或网段。",
			"None of this server's interfaces lies in the camera networks, so nobody can be called: name the addresses or networks to ask.").Because(err)
	}
	if err != nil {
		return nil, err
	}
	out := make([]wire.FoundCamera, len(found))
	for i, one := range found {
		out[i] = wire.FoundCamera(one)
	}
	return out, nil
}

// Ask asks a device for its streams, and for a picture where it gives one.
func (f *finder) Ask(ctx context.Context, r wire.DeviceRequest) (wire.Device, error) {
	camera, err := f.client.Ask(ctx, r.Address, r.User, r.Password)
	if err != nil {
		return wire.Device{}, deviceProblem(err)
	}
	out := wire.Device{Manufacturer: camera.Manufacturer, Model: camera.Model, Firmware: camera.Firmware, Serial: camera.Serial, ClockOffsetS: camera.ClockOffset.Seconds()}
	for i, s := range camera.Streams {
		one := wire.DeviceStream{Profile: s.Profile, Name: s.Name, Codec: s.Codec, Width: s.Width, Height: s.Height, FPS: s.FPS, Kbps: s.Kbps, URL: s.URL}
		if small, ok := camera.Substream(i); ok {
			one.Substream = small.URL
		}
		out.Streams = append(out.Streams, one)
		if s.Snapshot == "" || out.Picture != "" {
			continue
		}
		if jpeg, err := f.client.Snapshot(ctx, s.Snapshot, r.User, r.Password); err == nil { // a help, no more
			out.Picture = base64.StdEncoding.EncodeToString(jpeg)
		}
	}
	return out, nil
}

func deviceProblem(err error) error {
	var p *onvif.Problem
	if errors.As(err, &p) {
		return problem.Invalid(p.ZH, p.EN).Because(err)
	}
	return err
}
