package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"offsite/registry"
)

const publishEvery = 2 * time.Second

// publish writes what the cameras do, and what evidence waits, into the database,
// from where every console reads it.
func (w *watcher) publish(ctx context.Context) {
	shown := map[string]time.Time{} // the newest picture written, by camera
	tick := time.NewTicker(publishEvery)
	defer tick.Stop()
	for {
		count, oldest := w.keeper.Waiting()
		err := errors.Join(w.publishOnce(ctx, shown), w.desk.registry.SaveWaiting(ctx, w.name, count, oldest))
		if err != nil && ctx.Err() == nil {
			w.log.Warn("the state of this node could not be written", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func (w *watcher) publishOnce(ctx context.Context, shown map[string]time.Time) error {
	status := w.node.Status()
	live, fresh := make([]registry.Live, 0, len(status)), map[string]time.Time{}
	for _, s := range status {
		text, err := json.Marshal(s)
		if err != nil {
			return fmt.Errorf("write state of camera %s: %w", s.CameraID, err)
		}
		l := registry.Live{CameraID: s.CameraID, State: s.State, Status: text}
		if jpeg, at, ok := w.node.Picture(s.CameraID); ok && at.After(shown[s.CameraID]) {
			l.Picture, l.PictureAt = jpeg, &at
			fresh[s.CameraID] = at
		}
		live = append(live, l)
	}
	if err := w.desk.registry.SaveLive(ctx, w.name, live); err != nil {
		return err
	}
	for id, at := range fresh {
		shown[id] = at
	}
	return nil
}
