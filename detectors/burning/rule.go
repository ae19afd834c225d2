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
	c := r.weigh()
	burns := float64(c.looks) >= r.set["looks"] && c.change >= r.set["change"] && c.score >= r.set["sure"] && len(now.Found) > 0
	there := len(now.Found) > 0 && r.zone.InHours(l.At)
	if burns && r.state.Dwell.Phase == detectors.Sighted { // not since what was only doubted
		r.state.Dwell.First = c.first
	}
	phase := r.state.Dwell.Observe(l.At, there && (burns || !r.raised()), c.first, burns, r.times)
	if phase == detectors.Sighted && burns { // one look may do it all after a continuation
		phase = r.state.Dwell.Observe(l.At, true, c.first, true, r.times)
	}
	r.look(there && burns, now.Found, c)
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

// chain is what is seen at one place through the window.
type chain struct {
	label  string
	looks  int       // in which something is there
	change float64   // of its box from one of them to the next: 1 - IoU, on average
	score  float64   // the best of them
	first  time.Time // when it was first there
}

// weigh gives the strongest chain of those that end in the latest look.
func (r *rule) weigh() chain {
	var best chain
	if len(r.state.Last) == 0 {
		return best
	}
	newest := r.state.Last[len(r.state.Last)-1]
	for _, d := range newest.Found {
		if c := r.follow(d); c.looks > best.looks || c.looks == best.looks && c.change > best.change {
			best = c
		}
	}
	return best
}

// follow goes back through the window from a detection in the latest look.
func (r *rule) follow(d detectors.Detection) chain {
	last := r.state.Last
	c := chain{label: d.Label, looks: 1, score: d.Score, first: last[len(last)-1].At}
	box := d.Box
	for i := len(last) - 2; i >= 0; i-- {
		prior, ok := nearest(last[i].Found, d.Label, box)
		if !ok {
			continue
		}
		c.change += 1 - box.IoU(prior.Box)
		c.looks++
		c.score = max(c.score, prior.Score)
		box, c.first = prior.Box, last[i].At
	}
	if c.looks > 1 {
		c.change /= float64(c.looks - 1)
	}
	return c
}

// nearest returns the detection of that label that overlaps most, or touches the grown
// box: flames and clouds move a little.
func nearest(found []detectors.Detection, label string, box detectors.Box) (detectors.Detection, bool) {
	grown := box.Grow(box.Width()/2, box.Height()/2)
	best, most := detectors.Detection{}, 0.0
	for _, d := range found {
		if d.Label != label {
			continue
		}
		if o := grown.IoU(d.Box); o > most {
			best, most = d, o
		}
	}
	return best, most > 0
}

// look keeps what the latest look showed.
func (r *rule) look(burns bool, found []detectors.Detection, c chain) {
	v := map[string]float64{"looks": float64(c.looks), "change": c.change, "score": c.score, "dwell_s": r.state.Dwell.For().Seconds()}
	for _, d := range found {
		v[d.Label]++
	}
	r.latest = detectors.Presence{Present: burns, Boxes: found, Values: v, Why: r.explain(c), Open: r.state.Dwell.Open()}
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
	r.latest.Open = r.state.Dwell.Open()
	return nil
}
