package api

import (
	"context"
	"net/http"

	"offsite/api/problem"
	"offsite/api/wire"
)

func (a *API) discoveryOperations() {
	const tag = "cameras"
	handle(a, operation{id: "discover-cameras", method: http.MethodPost, path: "/cameras/discovery", summary: "Look for cameras in the allowed networks (ONVIF, WS-Discovery)", tag: tag}, a.discoverCameras)
	handle(a, operation{id: "ask-device", method: http.MethodPost, path: "/cameras/discovery/device", summary: "Ask one device for its streams and a picture (ONVIF)", tag: tag}, a.askDevice)
}

func (a *API) discovery() (finder, error) {
	if a.o.Discovery == nil {
		return nil, problem.Away("此服务未启用摄像机搜索。", "This server looks for no cameras.", nil)
	}
	return a.o.Discovery, nil
}

func (a *API) discoverCameras(ctx context.Context, in *struct{ Body wire.DiscoveryRequest }) (*list[wire.FoundCamera], error) {
	f, err := a.discovery()
	if err != nil {
		return nil, err
	}
	found, err := f.Discover(ctx, in.Body.At)
	if err != nil {
		return nil, err
	}
	return listOf(found), nil
}

func (a *API) askDevice(ctx context.Context, in *struct{ Body wire.DeviceRequest }) (*answer[wire.Device], error) {
	f, err := a.discovery()
	if err != nil {
		return nil, err
	}
	device, err := f.Ask(ctx, in.Body)
	if err != nil {
		return nil, err
	}
	return &answer[wire.Device]{device}, nil
}
