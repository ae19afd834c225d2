package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/prometheus/client_golang/prometheus"

	"offsite/api"
	"offsite/api/guard"
	"offsite/api/problem"
	"offsite/pipeline/ingest"
	"offsite/pipeline/live"
)

// viewer shows registered cameras live, in the allowed networks alone. This process
// connects to the camera itself: docs/decisions says why.
func (d *desk) viewer(addresses *guard.Guard) api.Viewer {
	d.views = live.New(live.Options{Reader: ingest.Config{Control: addresses.Control, Logger: d.log.With("part", "live")}})
	gauge := func(name, help string, count func() int) {
		d.metrics.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, func() float64 { return float64(count()) }))
	}
	gauge("offsite_live_viewers", "Live views that are open.", d.views.Viewers)
	gauge("offsite_live_cameras", "Cameras that are connected to for live views.", d.views.Cameras)
	return d.show
}

// show opens a camera's live picture.
func (d *desk) show(ctx context.Context, cameraID string) (api.LiveView, error) {
	camera, err := d.registry.Camera(ctx, cameraID)
	if err != nil {
		return nil, err
	}
	address, err := d.registry.CameraAddress(ctx, cameraID)
	if err != nil {
		return nil, err
	}
	view, err := d.views.Open(ctx, live.Camera{ID: cameraID, URL: address, Protocol: camera.Protocol})
	if err != nil {
		return nil, notShown(err)
	}
	return view, nil
}

// notShown says why a camera cannot be shown now. That it cannot be reached from here
// does not mean that it is not watched: the watching node may be in its network alone.
func notShown(err error) error {
	var p *ingest.Problem
	switch {
	case errors.As(err, &p):
		return problem.New(http.StatusConflict, "无法从本服务器播放实时画面："+p.ZH, "The live picture cannot be shown from this server: "+p.EN).Because(err)
	case errors.Is(err, live.ErrFull):
		return problem.Away("同时查看实时画面的人数已达上限，请稍后再试。", "As many people are looking at live pictures as may; try again later.", err)
	case errors.Is(err, live.ErrStopped), errors.Is(err, live.ErrChanged):
		return problem.Away("实时画面已中断，请重试。", "The live picture broke off; try again.", err)
	}
	return fmt.Errorf("open a live picture: %w", err)
}
