package crossdoor

import (
	"encoding/json"
	"fmt"

	"offsite/detectors"
)

// rule watches one zone.
type rule struct {
	zone   detectors.Zone
	set    detectors.Settings
	times  detectors.DwellTimes
	ground *detectors.Ground

	cells  []int     // of the novelty map that lie in the zone
	areaM2 []float64 // of each of them on the ground; nil without homography
	width  int
	height int

	state  state
	area   float64 // m², latest look
	share  float64 // of the zone, latest look
	latest detectors.Presence
}

// state is what a rule remembers: how steadily each cell of the zone has been new,
// 0 to 255, in the order of cells.
type state struct {
	Dwell  detectors.Dwell `json:"dwell"`
	Width  int             `json:"width,omitempty"`
	Height int             `json:"height,omitempty"`
	Steady []byte          `json:"steady,omitempty"`
}

const (
	steady = 128 // from which a cell counts as standing
	gain   = 80  // per look in which it is new; two looks make it steady
	keep   = 0.8 // of the least area, until which a suspicion is supported
)

// Observe takes the next look. Looks without a novelty map are passed over.
func (r *rule) Observe(l detectors.Look) []detectors.Signal {
	if l.Novel == nil {
		return nil
	}
	r.fit(l.Novel)
	r.follow(l)
	r.measure()
	there := r.enough() && r.zone.InHours(l.At)
	phase := r.state.Dwell.Observe(l.At, there, l.At, true, r.times)
	boxes := r.boxes()
	seconds := r.state.Dwell.For().Seconds()
	values := map[string]float64{"dwell_s": seconds, "share": r.share}
	if r.ground != nil {
		values["area_m2"] = r.area
	}
	r.latest = detectors.Presence{Present: there, Boxes: boxes, Values: values, Why: r.explain(seconds), Open: r.state.Dwell.Open()}
	if phase == "" {
		return nil
	}
	return []detectors.Signal{{
		Phase: phase, Zone: r.zone.ID, First: r.state.Dwell.First, Last: r.state.Dwell.Last,
		Boxes: boxes, Why: r.latest.Why, Values: values, Version: Version,
	}}
}

// fit computes the zone's cells for the size of the map.
func (r *rule) fit(m *detectors.NoveltyMap) {
	if r.width == m.Width && r.height == m.Height {
		return
	}
	r.width, r.height = m.Width, m.Height
	r.cells = r.zone.Polygon.Mask(m.Width, m.Height)
	r.areaM2 = nil
	if r.ground != nil {
		for _, c := range r.cells {
			r.areaM2 = append(r.areaM2, r.ground.AreaM2(r.cellBox(c)))
		}
	}
	if r.state.Width != m.Width || r.state.Height != m.Height || len(r.state.Steady) != len(r.cells) {
		r.state.Width, r.state.Height = m.Width, m.Height
		r.state.Steady = make([]byte, len(r.cells))
	}
}

func (r *rule) cellBox(c int) detectors.Box {
	return detectors.CellBox(c%r.width, c/r.width, r.width, r.height)
}

// follow makes cells that are new steadier and the others less so. Behind people
// and vehicles a cell stays as it was.
func (r *rule) follow(l detectors.Look) {
	masks := movable(l.Tracks)
	least := r.set["novelty"] * 255
	for i, c := range r.cells {
		if hidden(r.cellBox(c).Center(), masks) {
			continue
		}
		if float64(l.Novel.Cells[c]) >= least {
			r.state.Steady[i] = byte(min(255, int(r.state.Steady[i])+gain))
		} else {
			r.state.Steady[i] = byte(max(0, int(r.state.Steady[i])-gain))
		}
	}
}

// movable returns the boxes of people and vehicles, a little wider than they are.
func movable(tracks []detectors.Track) []detectors.Box {
	var masks []detectors.Box
	for _, t := range tracks {
		switch t.Label {
		case "person", "bicycle", "motorcycle", "car", "truck":
			masks = append(masks, t.Box.Grow(0.15*t.Box.Width(), 0.08*t.Box.Height()))
		}
	}
	return masks
}

func hidden(p detectors.Point, masks []detectors.Box) bool {
	for _, m := range masks {
		if m.Has(p) {
			return true
		}
	}
	return false
}

// measure adds up what stands.
func (r *rule) measure() {
	r.area, r.share = 0, 0
	for i := range r.cells {
		if r.state.Steady[i] < steady {
			continue
		}
		r.share += 1 / float64(len(r.cells))
		if r.areaM2 != nil {
			r.area += r.areaM2[i]
		}
	}
}

func (r *rule) enough() bool {
	got, want := r.share, r.set["min_share"]
	if r.ground != nil {
		got, want = r.area, r.set["min_area_m2"]
	}
	if r.state.Dwell.Open() {
		want *= keep
	}
	return got >= want
}

// boxes returns the outlines of connected cells that stand, largest first, at most
// eight.
func (r *rule) boxes() []detectors.Detection {
	index := make(map[int]int, len(r.cells)) // cell -> place in cells, of those that stand
	for i, c := range r.cells {
		if r.state.Steady[i] >= steady {
			index[c] = i
		}
	}
	var found []detectors.Detection
	var sizes []int
	for _, c := range r.cells {
		if _, ok := index[c]; !ok {
			continue
		}
		box, size := r.flood(c, index)
		at := len(sizes)
		for at > 0 && sizes[at-1] < size {
			at--
		}
		sizes = append(sizes[:at], append([]int{size}, sizes[at:]...)...)
		d := detectors.Detection{Label: "new", Score: 1, Box: box}
		found = append(found[:at], append([]detectors.Detection{d}, found[at:]...)...)
	}
	const most = 8
	return found[:min(len(found), most)]
}

// flood takes a cell and all connected ones out of index.
func (r *rule) flood(c int, index map[int]int) (detectors.Box, int) {
	delete(index, c)
	stack := []int{c}
	box, size := r.cellBox(c), 0
	for len(stack) > 0 {
		c := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		box, size = box.Join(r.cellBox(c)), size+1
		x := c % r.width
		for _, n := range [4]int{c - r.width, c + r.width, c - 1, c + 1} {
			if _, ok := index[n]; !ok || n == c-1 && x == 0 || n == c+1 && x == r.width-1 {
				continue
			}
			delete(index, n)
			stack = append(stack, n)
		}
	}
	return box, size
}

// Presence tells what the latest look showed.
func (r *rule) Presence() detectors.Presence { return r.latest }

// State and Restore move the rule.
func (r *rule) State() (json.RawMessage, error) { return json.Marshal(r.state) }

// Restore goes on from a State; nil starts afresh.
func (r *rule) Restore(raw json.RawMessage) error {
	r.state, r.latest = state{}, detectors.Presence{}
	r.width, r.height = 0, 0
	if raw == nil {
		return nil
	}
	if err := json.Unmarshal(raw, &r.state); err != nil {
		return fmt.Errorf("restore the crossdoor rule of zone %s: %w", r.zone.ID, err)
	}
	r.latest.Open = r.state.Dwell.Open()
	return nil
}
