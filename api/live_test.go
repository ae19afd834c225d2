package api_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"offsite/api"
	"offsite/api/problem"
	"offsite/api/wire"
	"offsite/pipeline/ingest"
	"offsite/pipeline/live"
	"offsite/pipeline/rtspserve"
	"offsite/pipeline/rtspserve/testvideo"
	"offsite/registry"
)

// shown opens a house that shows cameras live, and registers one that plays a video.
func shown(t *testing.T) (h *house, camera wire.Camera, views *live.Views) {
	t.Helper()
	server := rtspserve.New(rtspserve.Options{Listen: "127.0.0.1:0", Streams: []rtspserve.Stream{{Path: "camera", Files: []string{testvideo.Make(t, testvideo.Spec{})}}}})
	if err := server.Start(context.Background()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Stop)
	views = live.New(live.Options{Linger: time.Millisecond})
	t.Cleanup(views.Stop)
	h = open(t, func(o *api.Options) {
		r := o.Registry.(*registry.Registry)
		o.Live = func(ctx context.Context, id string) (api.LiveView, error) {
			address, err := r.CameraAddress(ctx, id)
			if err != nil {
				return nil, err
			}
			v, err := views.Open(ctx, live.Camera{ID: id, URL: address, Protocol: "tcp"})
			var p *ingest.Problem
			if errors.As(err, &p) {
				return nil, problem.New(http.StatusConflict, p.ZH, p.EN)
			}
			return v, err
		}
	})
	h.staff("operator").do("POST", "/cameras", `{"name":"东门","place":"东门路口","url":"`+server.URL("camera")+`","protocol":"tcp"}`).into(t, &camera)
	return h, camera, views
}

// watch opens a camera live.
func (p *person) watch(ctx context.Context, path string) *http.Response {
	p.h.t.Helper()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, p.h.url+"/api/v1"+path, nil)
	if err != nil {
		p.h.t.Fatal(err)
	}
	res, err := p.http.Do(req)
	if err != nil {
		p.h.t.Fatal(err)
	}
	p.h.t.Cleanup(func() { res.Body.Close() })
	return res
}

func TestALiveViewIsRecordedAndEndsWithItsViewer(t *testing.T) {
	t.Parallel()
	h, camera, views := shown(t)
	at := "/cameras/" + camera.ID + "/live?for=verification"
	reviewer := h.staff("reviewer")
	ctx, leave := context.WithCancel(t.Context())
	res := reviewer.watch(ctx, at)
	if res.StatusCode != http.StatusOK || !strings.HasPrefix(res.Header.Get("Content-Type"), `video/mp4; codecs="avc1.`) {
		t.Fatalf("watch: %s %v", res.Status, res.Header)
	}
	begin := make([]byte, 64<<10)
	if _, err := io.ReadFull(res.Body, begin); err != nil || string(begin[4:8]) != "ftyp" || !strings.Contains(string(begin), "moof") {
		t.Errorf("what comes is no fragmented MP4: %v", err)
	}
	seen, err := h.registry.Views(t.Context(), registry.ViewFilter{Subject: camera.ID})
	if err != nil || len(seen) != 1 || seen[0].What != "live" || seen[0].By != "reviewer" || !strings.Contains(seen[0].Reason, "核实线索") {
		t.Errorf("the record of views: %+v, %v", seen, err)
	}
	leave()
	limit, tick := time.After(10*time.Second), time.NewTicker(5*time.Millisecond)
	defer tick.Stop()
	for views.Cameras() > 0 {
		select {
		case <-limit:
			t.Fatal("the camera is still connected to, and nobody looks")
		case <-tick.C:
		}
	}
}

func TestWhoMayNotSeeACameraLive(t *testing.T) {
	t.Parallel()
	h, camera, views := shown(t)
	at := "/cameras/" + camera.ID + "/live"
	for role, want := range map[string]int{"collector": http.StatusForbidden, "admin": http.StatusForbidden, "auditor": http.StatusForbidden, "legal": http.StatusForbidden} {
		if r := h.staff(role).do("GET", at+"?for=device", nil); r.status != want {
			t.Errorf("as %s: %s", role, r)
		}
	}
	officer := h.staff("officer")
	for path, want := range map[string]int{
		at:                    http.StatusUnprocessableEntity,
		at + "?for=curiosity": http.StatusUnprocessableEntity,
		"/cameras/" + nobody + "/live?for=device": http.StatusNotFound,
	} {
		if r := officer.do("GET", path, nil); r.status != want {
			t.Errorf("%s: %s, want %d", path, r, want)
		}
	}
	if seen, err := h.registry.Views(t.Context(), registry.ViewFilter{Subject: camera.ID}); err != nil || len(seen) != 0 || views.Cameras() != 0 {
		t.Errorf("recorded %+v (%v), %d cameras are connected to", seen, err, views.Cameras())
	}
	var gone wire.Camera
	h.staff("operator", "collector").do("POST", "/cameras", `{"name":"西门","place":"西门路口","url":"rtsp://127.0.0.1:1/x","protocol":"tcp"}`).into(t, &gone)
	if r := officer.do("GET", "/cameras/"+gone.ID+"/live?for=device", nil); r.status != http.StatusConflict || problemOf(t, r).DetailZH == "" {
		t.Errorf("a camera that is away: %s", r)
	}
}
