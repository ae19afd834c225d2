package api

import (
	"cmp"
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humachi"

	"offsite/api/problem"
	"offsite/registry"
)

const (
	livePath = "/cameras/{id}/live"
	liveMost = 15 * time.Minute // of one view: who still looks opens it anew
)

func (a *API) liveOperations() {
	handle(a, operation{id: "watch-camera", method: http.MethodGet, path: livePath,
		summary: "The camera's pictures as they come, for a quarter of an hour at most, as a fragmented MP4; the view is recorded", tag: "cameras", binary: "video/mp4"}, a.watchCamera)
}

type liveRequest struct {
	ByID
	For string `query:"for" required:"true" enum:"device,verification,supervision" doc:"Why it is looked at; goes into the record of views."`
}

// why is the reason for the record of views.
func (r *liveRequest) why() string {
	return map[string]string{
		"device":       "检查设备 checking the device",
		"verification": "核实线索 verifying a finding",
		"supervision":  "督察检查 supervision",
	}[r.For]
}

// watchCamera records who looks before anything is sent.
func (a *API) watchCamera(ctx context.Context, in *liveRequest) (*stream, error) {
	if a.o.Live == nil {
		return nil, problem.Away("此服务未启用实时画面。", "This server shows no live pictures.", nil)
	}
	if _, err := a.o.Registry.Camera(ctx, in.ID); err != nil {
		return nil, err
	}
	return &stream{func(hc huma.Context) {
		r, w := humachi.Unwrap(hc)
		view, err := a.o.Live(r.Context(), in.ID)
		if err == nil {
			defer view.Close()
			err = a.o.Registry.RecordView(r.Context(), registry.View{By: cmp.Or(actor(ctx).Name, actor(ctx).ID), What: "live", Subject: in.ID, Reason: in.why()})
		}
		if err != nil {
			a.refuse(w, r, a.problem(ctx, "watch-camera", err))
			return
		}
		a.show(r.Context(), w, view, callerOf(ctx).token)
	}}, nil
}

// show sends what comes until the camera, the viewer, the session or the time ends.
func (a *API) show(ctx context.Context, w http.ResponseWriter, view LiveView, token string) {
	ctx, cancel := context.WithTimeout(ctx, liveMost)
	defer cancel()
	go a.whileSignedIn(ctx, cancel, token)
	h := w.Header()
	h.Set("Content-Type", view.Type())
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no") // nginx would hold pictures back
	out := sender{w, http.NewResponseController(w)}
	for {
		parts, err := view.Next(ctx)
		if err != nil {
			return // the client asks again, and is told why where it cannot be
		}
		for _, p := range parts {
			if !out.write(p) {
				return
			}
		}
		if out.c.Flush() != nil {
			return
		}
	}
}

// whileSignedIn cancels when the session ends.
func (a *API) whileSignedIn(ctx context.Context, cancel context.CancelFunc, token string) {
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-beat.C:
			if _, err := a.o.Accounts.Session(ctx, token); err != nil {
				cancel()
				return
			}
		}
	}
}
