package node

import (
	"context"
	"errors"
	"fmt"
	"time"

	"offsite/pipeline"
	"offsite/pipeline/watch"
)

// patience of a re-check, in which a camera must give a clear picture.
const patience = 30 * time.Second

// Recheck takes a fresh look at a zone and says whether the violation is there, as
// an incident of kind "recheck" with that id. Errors wrap ErrNotWatched, ErrNoLook.
func (n *Node) Recheck(ctx context.Context, zoneID, incidentID string) (pipeline.Incident, error) {
	for _, c := range n.all() {
		if c.watch == nil {
			continue
		}
		answer, forget, err := c.watch.Ask(zoneID, incidentID)
		if errors.Is(err, watch.ErrZone) {
			continue
		}
		defer forget()
		timeout := time.NewTimer(patience)
		defer timeout.Stop()
		select {
		case in, ok := <-answer:
			if !ok {
				return pipeline.Incident{}, fmt.Errorf("look at zone %s again: %w", zoneID, ErrNotWatched)
			}
			return in, nil
		case <-timeout.C:
			s := c.status()
			return pipeline.Incident{}, fmt.Errorf("look at zone %s again: camera %s is %s %s: %w", zoneID, c.id, s.State, s.Health, ErrNoLook)
		case <-ctx.Done():
			return pipeline.Incident{}, fmt.Errorf("look at zone %s again: %w: %w", zoneID, ErrNoLook, ctx.Err())
		}
	}
	return pipeline.Incident{}, fmt.Errorf("look at zone %s again: %w", zoneID, ErrNotWatched)
}
