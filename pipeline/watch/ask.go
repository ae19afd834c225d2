package watch

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"offsite/pipeline"
	"offsite/pipeline/decode"
)

// ErrZone says that the camera has no such zone, or cannot watch it.
var ErrZone = errors.New("the zone is not watched")

// ask is a request for a fresh look at a zone.
type ask struct {
	zone     string
	incident string
	at       time.Time
	answer   chan pipeline.Incident
}

// Ask wants the next clear look at a zone, as an incident of kind "recheck" with that
// id. The channel gives it, or is closed when the watch ends or the zone goes; call
// forget when it is not wanted any more. Errors wrap ErrZone.
func (w *Watch) Ask(zoneID, incidentID string) (answer <-chan pipeline.Incident, forget func(), err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !slices.ContainsFunc(w.zones, func(z *zone) bool { return z.zone.ID == zoneID }) {
		return nil, nil, fmt.Errorf("look at zone %s again: %w", zoneID, ErrZone)
	}
	a := ask{zoneID, incidentID, w.o.Now(), make(chan pipeline.Incident, 1)}
	w.asks = append(w.asks, a)
	return a.answer, func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.asks = slices.DeleteFunc(w.asks, func(b ask) bool { return b.answer == a.answer })
	}, nil
}

// answer gives those who asked before this look what they asked for.
func (w *Watch) answer(f *frame, p *decode.Picture) {
	w.asks = slices.DeleteFunc(w.asks, func(a ask) bool {
		i := slices.IndexFunc(w.zones, func(z *zone) bool { return z.zone.ID == a.zone })
		if i < 0 {
			close(a.answer)
			return true
		}
		if f.received.Before(a.at) {
			return false
		}
		in, err := w.recheck(w.zones[i], a.incident, f, p)
		if err != nil {
			w.log.Error("a re-check lacks a part", "camera", w.camera.ID, "zone", a.zone, "error", err)
		}
		a.answer <- in
		return true
	})
}
