package stall

import (
	"encoding/json"
	"fmt"
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
	Near  int             `json:"near,omitempty"` // looks since First with a person staying by
	What  string          `json:"what,omitempty"` // label of the strongest thing
}

// Observe takes the next look.
func (r *rule) Observe(l detectors.Look) []detectors.Signal {
	things, since := r.things(l)
	there := len(things) > 0 && r.zone.InHours(l.At)
	var by []detectors.Detection
	if there {
		by = staying(l.Tracks, things, l.At)
	}
	near := r.state.Near
	if len(by) > 0 {
		near++
	}
	share := float64(near) / float64(max(1, r.state.Dwell.Support+1))
	phase := r.state.Dwell.Observe(l.At, there, since, share >= r.set["person_share"], r.times)
	r.remember(phase, near, len(by) > 0, things)
	boxes := append(things, by...)
	r.look(there && len(by) > 0, boxes)
	if phase == "" {
		return nil
	}
	return []detectors.Signal{{
		Phase: phase, Zone: r.zone.ID, First: r.state.Dwell.First, Last: r.state.Dwell.Last,
		Boxes: boxes, Why: r.latest.Why, Values: r.latest.Values, Version: Version,
	}}
}

// remember counts the looks with a person since the suspicion began.
func (r *rule) remember(phase detectors.Phase, near int, nearNow bool, things []detectors.Detection) {
	switch {
	case phase == detectors.Sighted || phase == detectors.Ended || !r.state.Dwell.Open():
		r.state.Near = 0
		if nearNow && r.state.Dwell.Open() {
			r.state.Near = 1
		}
	default:
		r.state.Near = near
	}
	if len(things) > 0 {
		r.state.What = things[0].Label
	}
}

// look keeps what the latest look showed.
func (r *rule) look(present bool, boxes []detectors.Detection) {
	d := r.state.Dwell
	share := float64(r.state.Near) / float64(max(1, d.Support))
	r.latest = detectors.Presence{
		Present: present, Boxes: boxes, Open: d.Open(),
		Values: map[string]float64{"dwell_s": d.For().Seconds(), "person_share": share, "things": float64(count(boxes))},
		Why:    r.explain(r.state.What, d.For(), share),
	}
}

func count(boxes []detectors.Detection) int {
	n := 0
	for _, b := range boxes {
		if isThing(b.Label) {
			n++
		}
	}
	return n
}

func isThing(label string) bool {
	switch label {
	case "goods", "cart", "table", "umbrella":
		return true
	}
	return false
}

func isVehicle(label string) bool {
	switch label {
	case "car", "truck", "bicycle", "motorcycle":
		return true
	}
	return false
}

// things returns what stands still in the zone, strongest first, and since when.
func (r *rule) things(l detectors.Look) ([]detectors.Detection, time.Time) {
	var found []detectors.Detection
	var since time.Time
	for _, t := range l.Tracks {
		if !isThing(t.Label) || !t.Anchored.Before(l.At) || !r.stands(t.Box) || parked(l.Tracks, t) {
			continue
		}
		if len(found) > 0 && t.Score > found[0].Score {
			found = append([]detectors.Detection{t.Detection}, found...)
		} else {
			found = append(found, t.Detection)
		}
		if since.IsZero() || t.Anchored.Before(since) {
			since = t.Anchored
		}
	}
	return found, since
}

// stands says whether a thing is in the zone: with its foot, or with its middle
// where people hide the foot.
func (r *rule) stands(b detectors.Box) bool {
	return r.zone.Polygon.Has(b.Foot()) || r.zone.Polygon.Has(b.Center())
}

// parked says whether a thing is a part of a vehicle, such as its load.
func parked(tracks []detectors.Track, thing detectors.Track) bool {
	const most = 0.7
	for _, t := range tracks {
		if isVehicle(t.Label) && t.Score >= thing.Score && thing.Box.Covered(t.Box) >= most {
			return true
		}
	}
	return false
}

// staying returns the people who are near a thing and were seen there before.
func staying(tracks []detectors.Track, things []detectors.Detection, at time.Time) []detectors.Detection {
	var by []detectors.Detection
	for _, t := range tracks {
		if t.Label != "person" || !t.First.Before(at) || mistaken(tracks, t) {
			continue
		}
		for _, thing := range things {
			if beside(t.Box, thing.Box) {
				by = append(by, t.Detection)
				break
			}
		}
	}
	return by
}

// mistaken says whether a person is a parked bicycle that was taken for one: their
// boxes are nearly the same. Who rides or pushes one stands out above it.
func mistaken(tracks []detectors.Track, person detectors.Track) bool {
	const most = 0.6
	for _, t := range tracks {
		if (t.Label == "bicycle" || t.Label == "motorcycle") && t.Box.IoU(person.Box) >= most {
			return true
		}
	}
	return false
}

// beside says whether a person stands within about an arm's length of a thing:
// one and a half widths of the person to the side, a third of the height up or
// down the picture.
func beside(person, thing detectors.Box) bool {
	return person.Grow(1.5*person.Width(), person.Height()/3).Meet(thing).Area() > 0
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
		return fmt.Errorf("restore the stall rule of zone %s: %w", r.zone.ID, err)
	}
	r.latest.Open = r.state.Dwell.Open()
	return nil
}
