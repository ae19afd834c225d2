package watch

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"offsite/detectors"
	"offsite/pipeline"
	"offsite/pipeline/look"
)

// zone is one zone and what its rule knows.
type zone struct {
	zone     detectors.Zone
	detector detectors.Detector
	rule     detectors.Rule
	params   detectors.Settings

	id       string // of the latest incident raised here
	reserved string // of the next one, so that it is known before it is raised
	act      string // of the suspicion that stands, or the latest, on whichever node
	raised   bool   // the suspicion that stands, or the latest, was raised
	first    time.Time
	last     time.Time // latest signal
	before   *frame    // held for the stills
	start    *frame
	began    []detectors.Detection // what was sighted

	pin     *zoneState // what is saved while an incident is not safe yet
	pending int        // incidents that are not safe yet
	fresh   bool       // frames changed since they were saved

	masks map[[2]int][]int // by size of a map: its cells in the zone
}

// Set takes a changed camera. Zones that stay as they were go on; a raised incident
// of one that goes has ended.
func (w *Watch) Set(c pipeline.Camera) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.set(c)
}

func (w *Watch) set(c pipeline.Camera) {
	old := w.zones
	if len(old) > 0 { // a new watch has nothing to say before its first look
		w.carry.hurry()
	}
	w.camera, w.zones, w.needs = c, nil, map[string]*need{}
	faults := []ZoneFault{}
	for _, z := range c.Zones {
		if i := slices.IndexFunc(old, func(o *zone) bool { return same(o.zone, z) }); i >= 0 {
			w.zones = append(w.zones, old[i])
			old = slices.Delete(slices.Clone(old), i, i+1)
			continue
		}
		made, err := w.newZone(z)
		if err != nil {
			faults = append(faults, ZoneFault{ZoneID: z.ID, Why: explain(z, err)})
			continue
		}
		w.zones = append(w.zones, made)
		w.stance = look.Stance{} // a zone was drawn: in the view of now
		delete(w.carry.said, viewPart)
	}
	w.faults.Store(&faults)
	for _, z := range old {
		if z.raised && z.rule.Presence().Open {
			w.ended = append(w.ended, w.owe(z.act, z.last))
		}
		z.letGo()
	}
	var parts []detectors.Box
	for _, z := range w.zones {
		parts = append(parts, z.zone.Polygon.Bounds())
		w.need(z)
	}
	w.gate.Within(parts)
	w.last = nil // models may have joined
	if _, ok := w.needs["novelty"]; !ok {
		w.base = nil
	}
}

// same says whether two zones are one and the same version.
func same(a, b detectors.Zone) bool {
	x, errX := json.Marshal(a)
	y, errY := json.Marshal(b)
	return errX == nil && errY == nil && bytes.Equal(x, y)
}

var errNoDetector = errors.New("there is no such detector")

// missingModel says that a zone's detector wants a model that is not there.
type missingModel string

func (m missingModel) Error() string { return fmt.Sprintf("the model %q is missing", string(m)) }

func (w *Watch) newZone(z detectors.Zone) (*zone, error) {
	i := slices.IndexFunc(w.o.Detectors, func(d detectors.Detector) bool { return d.Key() == z.Detector })
	if i < 0 {
		return nil, fmt.Errorf("%w: %q", errNoDetector, z.Detector)
	}
	d := w.o.Detectors[i]
	for _, m := range d.Models() {
		if !w.o.Engine.Has(m) {
			return nil, missingModel(m)
		}
	}
	rule, err := d.NewRule(z)
	if err != nil {
		return nil, err
	}
	params, err := z.Effective(d.Parameters())
	if err != nil {
		return nil, err
	}
	return &zone{zone: z, detector: d, rule: rule, params: params}, nil
}

// explain says why a zone is not watched, for its operator.
func explain(z detectors.Zone, err error) detectors.Explanation {
	name := func(given string) string {
		if given == "" {
			return z.ID
		}
		return given
	}
	zh := fmt.Sprintf("区域“%s”未被检测：", name(z.NameZH))
	en := fmt.Sprintf("the zone “%s” is not watched: ", name(z.NameEN))
	var missing missingModel
	switch {
	case errors.As(err, &missing):
		zh += fmt.Sprintf("缺少模型“%s”，请安装", string(missing))
		en += err.Error() + ", install it"
	case errors.Is(err, errNoDetector):
		zh += fmt.Sprintf("没有检测类型 %q", z.Detector)
		en += err.Error()
	default:
		zh += fmt.Sprintf("区域设置有误（%v）", err)
		en += err.Error()
	}
	return detectors.Explanation{ZH: zh, EN: en}
}

// sighted begins a suspicion: the pictures of before and of the beginning are held.
func (w *Watch) sighted(z *zone, s detectors.Signal, f *frame) {
	z.letGo()
	if z.raised {
		z.act = "" // that was another
	}
	z.raised, z.first, z.last, z.began = false, s.First, s.Last, s.Boxes
	z.reserve()
	z.before, z.start = w.beside(w.frameBefore(s.First)), w.beside(w.frameAt(s.First, f))
	z.fresh = true
}

// reserve names the incident to come, and the act unless another node did.
func (z *zone) reserve() {
	if z.reserved == "" {
		z.reserved = newID()
	}
	if z.act == "" {
		z.act = z.reserved
	}
}

// newID makes an incident's id.
func newID() string { return uuid.Must(uuid.NewV7()).String() }

// hold keeps what is saved of the zone as it was before this look, until it is told
// that what came of it is safe.
func (z *zone) hold(prior json.RawMessage) {
	z.pending++
	if z.pin == nil {
		state := z.state(prior)
		z.pin = &state
	}
}

// over ends a suspicion.
func (z *zone) over() {
	if !z.raised {
		z.reserved, z.act = "", ""
	}
	z.letGo()
	z.began, z.fresh = nil, true
}

// letGo gives the held pictures up.
func (z *zone) letGo() {
	z.before.release()
	z.start.release()
	z.before, z.start = nil, nil
}

// Safe tells that an incident has been taken by the sink for good.
func (w *Watch) Safe(incidentID string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, z := range w.zones {
		if z.id != incidentID || z.pending == 0 {
			continue
		}
		if z.pending--; z.pending == 0 {
			z.pin = nil
			w.carry.hurry()
			return w.save()
		}
	}
	return nil
}
