package watch

import (
	"slices"
	"sync"
	"time"

	"offsite/detectors"
	"offsite/pipeline"
	"offsite/pipeline/decode"
	"offsite/pipeline/infer"
)

// examined is what the models said of the latest picture they saw. Looks in which
// nothing has changed show the same.
type examined struct {
	things []detectors.Detection
	fire   []detectors.Detection
	ground *detectors.ClassMap
	novel  *detectors.NoveltyMap
}

// need is how far apart a model may run, and how it went.
type need struct {
	calm, roused time.Duration
	ran, found   time.Time // when it ran last; when it found something last
	owed         bool      // passed over though something had changed
}

// calmAfter is how long nothing is found, and suspected, until a model is run as far apart
// as before; longer than any rule remembers of what it never suspected.
const calmAfter = 20 * time.Second

// need notes which models a zone's rule reads.
func (w *Watch) need(z *zone) {
	paced, _ := z.detector.(detectors.Paced)
	for _, m := range z.detector.Models() {
		var n need
		if paced != nil {
			n.calm, n.roused = paced.Every(m, z.params, false), paced.Every(m, z.params, true)
		}
		if other, ok := w.needs[m]; ok {
			n.calm, n.roused = min(n.calm, other.calm), min(n.roused, other.roused)
		}
		w.needs[m] = &n
	}
}

// due says whether a model that is wanted is to run on this look, and takes note of it. A
// baseline that is yet to be made, or that does not fit, is seen to at each look.
func (w *Watch) due(model string, at time.Time) bool {
	n := w.needs[model]
	every := n.calm
	if at.Sub(n.found) < calmAfter || w.suspects(model) {
		every = n.roused
	}
	hurry := len(w.asks) > 0 || model == "novelty" && !w.base.fits()
	since := at.Sub(n.ran)
	n.owed = since >= 0 && since < every && !hurry
	if !n.owed {
		n.ran = at
	}
	return !n.owed
}

// scratch is the memory of a look under way. Few looks are under way at a time, however
// many cameras are watched.
type scratch struct {
	shared infer.Shared
	now    []byte // the picture as the baseline is
}

var scratches = sync.Pool{New: func() any { return new(scratch) }}

// examine runs models on a picture. Where something has changed (anew), what others
// said before stands no more.
func (w *Watch) examine(p *decode.Picture, at time.Time, models map[string]bool, anew bool) error {
	var e examined
	if !anew {
		e = *w.last
	}
	held := scratches.Get().(*scratch)
	defer scratches.Put(held)
	shared := held.shared.Of(p)
	if models["objects"] {
		found, err := w.o.Engine.Boxes("objects", shared)
		if err != nil {
			return err
		}
		e.things = found[0]
	}
	if models["burning"] {
		found, err := w.o.Engine.Boxes("burning", shared)
		if err != nil {
			return err
		}
		e.fire = found[0]
		if len(e.fire) > 0 {
			w.needs["burning"].found = at
		}
	}
	if models["ground"] {
		maps, err := w.o.Engine.ClassMap("ground", shared)
		if err != nil {
			return err
		}
		e.ground = maps[0]
	}
	if models["novelty"] {
		novel, err := w.compare(held, at, e.things)
		if err != nil {
			return err
		}
		e.novel = novel
	}
	w.last = &e
	return nil
}

// compare runs the novelty model against the clean baseline, and lets the baseline
// follow the light. While there is no baseline it says nothing (nil).
func (w *Watch) compare(held *scratch, at time.Time, things []detectors.Detection) (*detectors.NoveltyMap, error) {
	if w.base == nil {
		m, err := w.o.Engine.Manifest("novelty")
		if err != nil {
			return nil, err
		}
		w.base = newBaseline(m.Input.Width(), m.Input.Height(), m.Output.Shape[3], m.Output.Shape[2])
	}
	p := &held.shared
	held.now = slices.Grow(held.now[:0], 3*w.base.Width*w.base.Height)[:3*w.base.Width*w.base.Height]
	now := held.now
	if err := p.RGB(now, w.base.Width, w.base.Height, 3*w.base.Width); err != nil {
		return nil, err
	}
	masks := movable(things)
	if !w.base.ready() {
		w.base.form(now, masks, at)
		return nil, nil
	}
	maps, err := w.o.Engine.Novelty("novelty", infer.Pair{Baseline: w.base, Current: p})
	if err != nil {
		return nil, err
	}
	novel := maps[0]
	novel.BaselineAt = w.base.At
	if w.base.strange(novel, masks, w.suspects("novelty")) {
		return nil, nil
	}
	w.base.follow(now, novel, masks, w.absorbable(), at)
	return novel, nil
}

// suspects says whether a suspicion stands in a zone whose rule reads that model.
func (w *Watch) suspects(model string) bool {
	for _, z := range w.zones {
		for _, m := range z.detector.Models() {
			if m == model && z.rule.Presence().Open {
				return true
			}
		}
	}
	return false
}

// absorbable is the novelty, 0..255, under which a place belongs to the baseline: well
// under what any zone regards as new.
func (w *Watch) absorbable() uint8 {
	least := 0.4
	for _, z := range w.zones {
		if v, ok := z.params["novelty"]; ok {
			least = min(least, v)
		}
	}
	return uint8(least / 2 * 255)
}

// movable returns the boxes of what comes and goes, a little wider than they are.
func movable(things []detectors.Detection) []detectors.Box {
	var masks []detectors.Box
	for _, t := range things {
		switch t.Label {
		case "person", "bicycle", "motorcycle", "car", "truck":
			masks = append(masks, t.Box.Grow(0.15*t.Box.Width(), 0.08*t.Box.Height()))
		}
	}
	return masks
}

// look makes what the rules observe.
func (e *examined) look(w *Watch, f *frame, light float64) detectors.Look {
	return detectors.Look{
		Camera: w.camera.ID, Unit: f.seq, At: f.at, Light: light,
		Tracks: w.tracker.Follow(f.at, e.things), Fire: e.fire, Ground: e.ground, Novel: e.novel,
	}
}

const (
	preRoll     = 10 * time.Second // of looks and clip before the beginning
	mostRecords = 1800             // an hour at 2 s; of a longer suspicion every second one goes
	calmRecords = 10               // kept while there is no suspicion
)

// record keeps a look as evidence does.
func (w *Watch) record(l detectors.Look, stream string) pipeline.LookRecord {
	r := pipeline.LookRecord{Unit: l.Unit, Stream: stream, At: l.At, Light: l.Light, Tracks: l.Tracks, Fire: l.Fire, Areas: w.areas(l)}
	w.records = append(w.records, r)
	w.carry.taken++
	n := len(w.records)
	switch {
	case len(w.open()) == 0 && n > calmRecords:
		w.records = append(w.records[:0:0], w.records[n-calmRecords:]...)
	case n > mostRecords:
		kept := w.records[:0]
		for i, r := range w.records {
			if i%2 == 0 || i > n-calmRecords {
				kept = append(kept, r)
			}
		}
		w.records = kept
		w.carry.thinned()
	}
	return r
}

// areas measures what covers the zones, by label, in shares of all zones that the
// model is run for.
func (w *Watch) areas(l detectors.Look) map[string]float64 {
	count, all := map[string]int{}, map[string]int{}
	for _, z := range w.zones {
		for _, m := range z.detector.Models() {
			switch {
			case m == "ground" && l.Ground != nil:
				for _, c := range z.cells(l.Ground.Width, l.Ground.Height) {
					count[l.Ground.Labels[l.Ground.Cells[c]]]++
					all["ground"]++
				}
			case m == "novelty" && l.Novel != nil:
				for _, c := range z.cells(l.Novel.Width, l.Novel.Height) {
					if float64(l.Novel.Cells[c]) >= z.params["novelty"]*255 {
						count["new"]++
					}
					all["novelty"]++
				}
			}
		}
	}
	if len(all) == 0 {
		return nil
	}
	areas := map[string]float64{}
	for label, n := range count {
		of := all["ground"]
		if label == "new" {
			of = all["novelty"]
		}
		areas[label] = float64(n) / float64(of)
	}
	return areas
}

// cells lists the cells of a map that lie in the zone.
func (z *zone) cells(width, height int) []int {
	size := [2]int{width, height}
	if z.masks == nil {
		z.masks = map[[2]int][]int{}
	}
	cells, ok := z.masks[size]
	if !ok {
		cells = z.zone.Polygon.Mask(width, height)
		z.masks[size] = cells
	}
	return cells
}
