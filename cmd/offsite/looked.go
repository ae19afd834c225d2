package main

import (
	"context"
	"time"

	"offsite/detectors/hindsight"
	"offsite/registry"
)

// keepEvery is how often what the models said goes into the database, from where a
// zone's rule can be tried on it (docs/decisions/0016).
const keepEvery = time.Minute

// keepLooks writes what the models said. What cannot be written is let go: it is for
// trying rules, not evidence.
func (w *watcher) keepLooks(ctx context.Context) {
	each(ctx, keepEvery, func() {
		if err := w.desk.registry.SaveLooks(ctx, w.name, w.packLooks(w.looked.Take())); err != nil && ctx.Err() == nil {
			w.log.Warn("what the models said of the last minute is not kept for trying rules", "error", err)
		}
	})
}

func (w *watcher) packLooks(parts map[string]hindsight.Part) map[string][]byte {
	packed := make(map[string][]byte, len(parts))
	for id, p := range parts {
		text, err := hindsight.Encode(p)
		if err != nil || len(text) > registry.LooksBytes {
			w.log.Warn("what the models said of the last minute is not kept for trying rules", "camera", id, "bytes", len(text), "error", err)
			continue
		}
		packed[id] = text
	}
	return packed
}
