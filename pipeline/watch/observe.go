package watch

import (
	"slices"
	"time"

	"offsite/detectors"
	"offsite/pipeline/decode"
)

// observe lets every rule see the look.
func (w *Watch) observe(l detectors.Look, f *frame, p *decode.Picture, out *Outcome) {
	for _, z := range w.zones {
		prior, err := z.rule.State()
		if err != nil { // it cannot be saved; it can still watch
			w.log.Error("a rule's state cannot be kept", "camera", w.camera.ID, "zone", z.zone.ID, "error", err)
		}
		for _, s := range z.rule.Observe(l) {
			w.carry.hurry()
			switch s.Phase {
			case detectors.Sighted:
				w.sighted(z, s, f)
			case detectors.Persists:
				in, err := w.raise(z, s, f, p, prior)
				if err != nil {
					w.log.Error("an incident lacks a part", "camera", w.camera.ID, "zone", z.zone.ID, "incident", in.ID, "error", err)
				}
				out.Raised = append(out.Raised, in)
			case detectors.Ended:
				if z.raised {
					out.Ended = append(out.Ended, w.owe(z.act, s.Last))
				}
				z.over()
			}
		}
	}
}

// owe notes an end, which is kept until the sink has been told.
func (w *Watch) owe(id string, last time.Time) Ended {
	e := Ended{ID: id, Last: last}
	w.owed = append(w.owed, e)
	return e
}

// Owed lists the ends that the sink has not been told yet, those of before a restart
// first.
func (w *Watch) Owed() []Ended {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.owed)
}

// Told says that the sink knows of an end.
func (w *Watch) Told(e Ended) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.carry.hurry()
	w.owed = slices.DeleteFunc(w.owed, func(o Ended) bool { return o.ID == e.ID && o.Last.Equal(e.Last) })
	return w.save()
}

// open lists the suspicions that stand.
func (w *Watch) open() []OpenZone {
	var zones []OpenZone
	for _, z := range w.zones {
		if !z.rule.Presence().Open {
			continue
		}
		o := OpenZone{ZoneID: z.zone.ID, Detector: z.detector.Key(), Raised: z.raised, First: z.first}
		if z.raised {
			o.Incident = z.act
		}
		zones = append(zones, o)
	}
	return zones
}
