package soil

import (
	"encoding/json"
	"fmt"
	"slices"

	"offsite/detectors"
)

// rule watches one zone.
type rule struct {
	zone   detectors.Zone
	set    detectors.Settings
	times  detectors.DwellTimes
	ground *detectors.Ground

	cells  []int
	areaM2 []float64
	width  int
	height int

	state  state
	latest detectors.Presence
}

// state is what a rule remembers.
type state struct {
	Dwell detectors.Dwell `json:"dwell"`
	// Recent are the shares of the latest looks by daylight, oldest first; the rule
	// goes by their median, so that one odd look changes nothing.
	Recent []float64 `json:"recent,omitempty"`
}

const (
	recent    = 3
	minLooks  = 3
	keepShare = 0.85 // of the least share, until which a suspicion is supported
)

// Observe takes the next look. Looks without a class map, or in the dark, are
// passed over.
func (r *rule) Observe(l detectors.Look) []detectors.Signal {
	if l.Ground == nil || l.Light < r.set["min_light"] {
		return nil
	}
	r.fit(l.Ground)
	share, area := r.measure(l.Ground)
	r.state.Recent = append(r.state.Recent, share)
	if n := len(r.state.Recent); n > recent {
		r.state.Recent = slices.Delete(r.state.Recent, 0, n-recent)
	}
	want := r.set["min_share"]
	if r.state.Dwell.Open() {
		want *= keepShare
	}
	there := median(r.state.Recent) >= want && r.zone.InHours(l.At)
	phase := r.state.Dwell.Observe(l.At, there, l.At, r.state.Dwell.Support+1 >= minLooks, r.times)
	r.look(there, share, area)
	if phase == "" {
		return nil
	}
	return []detectors.Signal{{
		Phase: phase, Zone: r.zone.ID, First: r.state.Dwell.First, Last: r.state.Dwell.Last,
		Boxes: r.latest.Boxes, Why: r.latest.Why, Values: r.latest.Values, Version: Version,
	}}
}

func median(v []float64) float64 {
	s := slices.Sorted(slices.Values(v))
	return s[(len(s)-1)/2]
}

// fit computes the zone's cells for the size of the map.
func (r *rule) fit(m *detectors.ClassMap) {
	if r.width == m.Width && r.height == m.Height {
		return
	}
	r.width, r.height = m.Width, m.Height
	r.cells = r.zone.Polygon.Mask(m.Width, m.Height)
	r.areaM2 = nil
	if r.ground != nil {
		for _, c := range r.cells {
			r.areaM2 = append(r.areaM2, r.ground.AreaM2(detectors.CellBox(c%m.Width, c/m.Width, m.Width, m.Height)))
		}
	}
}

// measure returns the share of the outline that is bare, of what can be seen of
// it, and its area in m² (0 without homography).
func (r *rule) measure(m *detectors.ClassMap) (share, area float64) {
	bare, seen := 0, 0
	for i, c := range r.cells {
		switch m.Labels[m.Cells[c]] {
		case "machine":
			continue
		case "bare_soil":
			bare++
			if r.areaM2 != nil {
				area += r.areaM2[i]
			}
		}
		seen++
	}
	if seen == 0 {
		return 0, 0
	}
	return float64(bare) / float64(seen), area
}

// look keeps what the latest look showed.
func (r *rule) look(there bool, share, area float64) {
	d := r.state.Dwell
	values := map[string]float64{"share": share, "looks": float64(d.Support), "span_s": d.For().Seconds()}
	if r.ground != nil {
		values["area_m2"] = area
	}
	r.latest = detectors.Presence{Present: there, Open: d.Open(), Values: values, Why: r.explain(values)}
	if there {
		r.latest.Boxes = []detectors.Detection{{Label: "bare_soil", Score: min(1, share), Box: r.zone.Polygon.Bounds()}}
	}
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
		return fmt.Errorf("restore the soil rule of zone %s: %w", r.zone.ID, err)
	}
	r.latest.Open = r.state.Dwell.Open()
	return nil
}
