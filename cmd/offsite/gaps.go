package main

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"offsite/casework"
	"offsite/evidence"
	"offsite/pipeline/gap"
)

const gapsEvery = 2 * time.Second

// seeGaps seals the times in which cameras were not watched.
func (w *watcher) seeGaps(ctx context.Context) {
	tick := time.NewTicker(gapsEvery)
	defer tick.Stop()
	for {
		if err := w.sealGaps(ctx); err != nil && ctx.Err() == nil {
			w.log.Warn("a time in which a camera was not watched is not sealed yet", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func (w *watcher) sealGaps(ctx context.Context) error {
	pending, err := w.gaps.Observe(time.Now(), w.node.Status())
	if err != nil {
		return err
	}
	for _, g := range pending {
		m, err := w.gapMaterial(g)
		if err != nil {
			return err
		}
		if err := w.keeper.Keep(ctx, m); err != nil {
			return err
		}
		if err := w.gaps.Kept(g.ID); err != nil {
			return err
		}
	}
	return nil
}

// gapMaterial is what is sealed of a gap; docs/formats/bundle.md names every field.
func (w *watcher) gapMaterial(g gap.Gap) (evidence.Material, error) {
	w.mu.Lock()
	camera, known := w.cameras[g.Camera]
	w.mu.Unlock()
	var registered any // null of a camera that has been removed since
	if known {
		registered = camera
	}
	m := evidence.Material{ID: g.ID, Kind: g.Kind, Camera: g.Camera, Raised: g.To, Models: json.RawMessage("[]")}
	for _, part := range []struct {
		into *json.RawMessage
		from any
	}{
		{&m.Incident, g},
		{&m.CameraDoc, map[string]any{"registered": registered}},
		{&m.Summary, casework.Gap{Kind: g.Kind, CameraID: g.Camera, From: g.From, To: g.To, GoesOn: g.GoesOn, Cause: g.Cause, Why: casework.Text(g.Why)}},
	} {
		text, err := json.Marshal(part.from)
		if err != nil {
			return m, fmt.Errorf("write documents of gap %s: %w", g.ID, err)
		}
		*part.into = text
	}
	return m, nil
}
