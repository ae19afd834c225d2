package burning

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"offsite/detectors"
)

// rule watches one zone.
type rule struct {
	zone   detectors.Zone
	set    detectors.Settings
	times  detectors.DwellTimes
	state  state
	latest detectors.Presence
}

// state is what a rule remembers.
type state struct {
	Dwell detectors.Dwell `json:"dwell"`
	Last  []seen          `json:"last,omitempty"` // latest looks, oldest first
}

// seen is what one look held in the zone.
type seen struct {
	At    time.Time             `json:"at"`
	Found []detectors.Detection `json:"found,omitempty"`
}

const (
	window = 5
	within = 15 * time.Second // looks older than that say nothing of now
)

// Observe takes the next look.
func (r *rule) Observe(l detectors.Look) []detectors.Signal {
	now := seen{At: l.At}
	for _, d := range l.Fire {
		if d.Score >= r.set["min_score"] && r.inZone(d.Box) {
			now.Found = append(now.Found, d)
		}
	}
	r.state.Last = append(r.state.Last, now)
	r.state.Last = slices.DeleteFunc(r.state.Last, func(s seen) bool { return l.At.Sub(s.At) > within })
	if n := len(r.state.Last); n > window {
		r.state.Last = slices.Delete(r.state.Last, 0, n-window)
	}
	looks, change, first := r.weigh()
	burns := float64(looks) >= r.set["looks"] && change >= r.set["change"] && len(now.Found) > 0
	there := len(now.Found) > 0 && r.zone.InHours(l.At)
	phase := r.state.Dwell.Observe(l.At, there && (burns || !r.raised()), first, burns, r.times)
	if phase == detectors.Sighted && burns { // one look may do it all after a continuation
		phase = r.state.Dwell.Observe(l.At, true, first, true, r.times)
	}
	r.look(there && burns, now.Found, looks, change)
	if phase == "" {
		return nil
	}
	return []detectors.Signal{{
		Phase: phase, Zone: r.zone.ID, First: r.state.Dwell.First, Last: r.state.Dwell.Last,
		Boxes: now.Found, Why: r.latest.Why, Values: r.latest.Values, Version: Version,
	}}
}

func (r *rule) raised() bool { return r.state.Dwell.Phase == detectors.Persists }

// inZone says whether a flame's foot or a cloud's middle is in the zone.
func (r *rule) inZone(b detectors.Box) bool {
	return r.zone.Polygon.Has(b.Foot()) || r.zone.Polygon.Has(b.Center())
}

// weigh follows the strongest chain of boxes through the window: in how many looks
// something is at the place of the latest box, by how much it changes from one to
// the next (1 - IoU, on average), and when it was first there.
func (r *rule) weigh() (looks int, change float64, first time.Time) {
	if len(r.state.Last) == 0 {
		return 0, 0, time.Time{}
	}
	newest := r.state.Last[len(r.state.Last)-1]
	for _, d := range newest.Found {
		n, c, at := r.chain(d)
		if n > looks || n == looks && c > change {
			looks, change, first = n, c, at
		}
	}
	return looks, change, first
}

func (r *rule) chain(d detectors.Detection) (looks int, change float64, first time.Time) {
	box, looks := d.Box, 1
	first = r.state.Last[len(r.state.Last)-1].At
	for i := len(r.state.Last) - 2; i >= 0; i-- {
		prior, ok := nearest(r.state.Last[i].Found, d.Label, box)
		if !ok {
			continue
		}
		change += 1 - box.IoU(prior)
		looks++
		box, first = prior, r.state.Last[i].At
	}
	if looks > 1 {
		change /= float64(looks - 1)
	}
	return looks, change, first
}

// nearest returns the box of that label that overlaps most, or touches the grown
// box: flames and clouds move a little.
func nearest(found []detectors.Detection, label string, box detectors.Box) (detectors.Box, bool) {
	grown := box.Grow(box.Width()/2, box.Height()/2)
	best, most := detectors.Box{}, 0.0
	for _, d := range found {
		if d.Label != label {
			continue
		}
		if o := grown.IoU(d.Box); o > most {
			best, most = d.Box, o
		}
	}
	return best, most > 0
}

// look keeps what the latest look showed.
func (r *rule) look(burns bool, found []detectors.Detection, looks int, change float64) {
	v := map[string]float64{"looks": float64(looks), "change": change, "dwell_s": r.state.Dwell.For().Seconds()}
	for _, d := range found {
		v["score"] = max(v["score"], d.Score)
		v[d.Label]++
	}
	r.latest = detectors.Presence{Present: burns, Boxes: found, Values: v, Why: r.explain(v), Open: r.state.Dwell.Open()}
}

// Presence tells what the latest look showed.
func (r *rule) Presence() detectors.Presence { return r.latest }

// State and Restore move the rule.
func (r *rule) State() (json.RawMessage, error) { return json.Marshal(r.state) }

// Restore goes on from a State; nil starts afresh.
func (r *rule) Restore(raw json.RawMessage) error {
	r.state, r.latest = state{}, detectors.Presence{}
	if raw == nil {
		return nil
	}
	if err := json.Unmarshal(raw, &r.state); err != nil {
		return fmt.Errorf("restore the burning rule of zone %s: %w", r.zone.ID, err)
	}
	return nil
}
