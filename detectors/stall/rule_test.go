package stall

import (
	"strings"
	"testing"
	"time"

	"offsite/detectors"
	"offsite/detectors/ruletest"
)

var noon = time.Date(2026, 11, 24, 4, 0, 0, 0, time.UTC) // 12:00 in China

const step = 2 * time.Second

// zone is the left half of the picture.
func zone() detectors.Zone {
	return detectors.Zone{ID: "z", Version: 1, Detector: "stall", NameZH: "禁摆区", NameEN: "no stalls here",
		Polygon: detectors.Polygon{{X: 0, Y: 0}, {X: .5, Y: 0}, {X: .5, Y: 1}, {X: 0, Y: 1}},
		Params:  map[string]float64{"dwell_s": 60, "rearm_s": 0}}
}

// thing is something in the picture from one look to another; moving, it is somewhere
// else at each.
type thing struct {
	label    string
	box      detectors.Box
	from, to int // looks
	every    int // it is seen in every n-th look; 0: in each
	moving   bool
}

func stand(label string, from, to int) thing {
	return thing{label: label, box: detectors.Box{X1: .2, Y1: .6, X2: .3, Y2: .75}, from: from, to: to}
}

func vendor(from, to int) thing {
	return thing{label: "person", box: detectors.Box{X1: .31, Y1: .5, X2: .35, Y2: .75}, from: from, to: to}
}

// at makes the tracks of a look.
func at(i int, things []thing) []detectors.Track {
	var tracks []detectors.Track
	for k, th := range things {
		if i < th.from || i >= th.to || th.every > 0 && i%th.every != 0 {
			continue
		}
		t := detectors.Track{ID: uint64(k), Detection: detectors.Detection{Label: th.label, Score: .8, Box: th.box},
			First: noon.Add(time.Duration(th.from) * step), Last: noon.Add(time.Duration(i) * step)}
		t.Anchored = t.First
		if th.moving {
			t.ID, t.First, t.Anchored = uint64(100*k+i), t.Last, t.Last
		}
		tracks = append(tracks, t)
	}
	return tracks
}

func TestStall(t *testing.T) {
	t.Parallel()
	away := func(th thing) thing { th.box.X1 += .5; th.box.X2 += .5; return th }
	for _, c := range []struct {
		name   string
		things []thing
		change func(*detectors.Zone)
		raised int // at that look; -1: never
	}{
		{name: "goods with a vendor", things: []thing{stand("goods", 5, 100), vendor(5, 100)}, raised: 35},
		{name: "a cart with a vendor", things: []thing{stand("cart", 5, 100), vendor(5, 100)}, raised: 35},
		{name: "seen in every other look", things: []thing{{label: "goods", box: detectors.Box{X1: .2, Y1: .6, X2: .3, Y2: .75}, from: 4, to: 100, every: 2}, vendor(4, 100)}, raised: 34},
		{name: "goods without anyone", things: []thing{stand("goods", 5, 100)}, raised: -1},
		{name: "the vendor is away half the time", things: []thing{stand("goods", 0, 100), {label: "person", box: vendor(0, 0).box, from: 0, to: 100, every: 2}}, raised: 30},
		{name: "goods for less than the dwell", things: []thing{stand("goods", 5, 30), vendor(5, 30)}, raised: -1},
		{name: "outside the zone", things: []thing{away(stand("goods", 5, 100)), away(vendor(5, 100))}, raised: -1},
		{name: "people who wait", things: []thing{vendor(0, 100), {label: "person", box: detectors.Box{X1: .2, Y1: .5, X2: .24, Y2: .75}, from: 0, to: 100}}, raised: -1},
		{name: "people who walk by goods", things: []thing{stand("goods", 0, 100), {label: "person", box: vendor(0, 0).box, from: 0, to: 100, moving: true}}, raised: -1},
		{name: "a cart that is pushed through", things: []thing{{label: "cart", box: stand("", 0, 0).box, from: 0, to: 100, moving: true}, vendor(0, 100)}, raised: -1},
		{name: "a parked bicycle", things: []thing{stand("bicycle", 0, 100), vendor(0, 100)}, raised: -1},
		{name: "a delivery by a bicycle that is taken for a person", things: []thing{stand("goods", 0, 100), vendor(0, 100), {label: "bicycle", box: vendor(0, 0).box, from: 0, to: 100}}, raised: -1},
		{name: "the load of a parked truck", things: []thing{stand("goods", 0, 100), vendor(0, 100), {label: "truck", box: detectors.Box{X1: .1, Y1: .4, X2: .4, Y2: .8}, from: 0, to: 100}}, raised: -1},
		{name: "out of hours", things: []thing{stand("goods", 5, 100), vendor(5, 100)}, raised: -1,
			change: func(z *detectors.Zone) { z.Hours = []detectors.Hours{{FromMin: 18 * 60, ToMin: 6 * 60}} }},
		{name: "a shorter dwell", things: []thing{stand("goods", 5, 100), vendor(5, 100)}, raised: 15,
			change: func(z *detectors.Zone) { z.Params["dwell_s"] = 20 }},
		{name: "no vendor wanted", things: []thing{stand("goods", 5, 100)}, raised: 35,
			change: func(z *detectors.Zone) { z.Params["person_share"] = 0 }},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			z := zone()
			if c.change != nil {
				c.change(&z)
			}
			r, err := New().NewRule(z)
			if err != nil {
				t.Fatal(err)
			}
			raised := -1
			for i := range 100 {
				for _, s := range r.Observe(detectors.Look{At: noon.Add(time.Duration(i) * step), Tracks: at(i, c.things)}) {
					if s.Phase != detectors.Persists {
						continue
					}
					if raised >= 0 {
						t.Errorf("raised again at look %d", i)
					}
					raised = i
					checkSignal(t, z, s)
				}
			}
			if raised != c.raised {
				t.Errorf("raised at look %d, want %d", raised, c.raised)
			}
		})
	}
}

func checkSignal(t *testing.T, z detectors.Zone, s detectors.Signal) {
	t.Helper()
	if len(s.Boxes) == 0 || s.Version != Version || s.Zone != z.ID {
		t.Errorf("signal %+v", s)
	}
	if !strings.Contains(s.Why.ZH, z.NameZH) || !strings.Contains(s.Why.EN, z.NameEN) || s.Values["dwell_s"] < z.Params["dwell_s"] {
		t.Errorf("why %+v, values %v", s.Why, s.Values)
	}
}

func TestStallIsOverAndComesBack(t *testing.T) {
	t.Parallel()
	z := zone()
	things := []thing{stand("goods", 0, 50), vendor(0, 50), stand("cart", 80, 150), vendor(80, 150)}
	var phases []string
	r, err := New().NewRule(z)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 150 {
		for _, s := range r.Observe(detectors.Look{At: noon.Add(time.Duration(i) * step), Tracks: at(i, things)}) {
			phases = append(phases, string(s.Phase))
		}
		if i == 40 && !r.Presence().Present || i == 60 && (r.Presence().Present || r.Presence().Open) {
			t.Errorf("look %d: %+v", i, r.Presence())
		}
	}
	if got := strings.Join(phases, " "); got != "sighted persists ended sighted persists" {
		t.Errorf("phases %q", got)
	}
}

func TestStallGoesOnFromItsState(t *testing.T) {
	t.Parallel()
	things := []thing{stand("goods", 5, 100), {label: "person", box: vendor(0, 0).box, from: 5, to: 100, every: 2}}
	ruletest.GoesOnFromItsState(t, New(), zone(), 100, func(i int) detectors.Look {
		return detectors.Look{At: noon.Add(time.Duration(i) * step), Tracks: at(i, things)}
	})
}

func TestStallRefusesZones(t *testing.T) {
	t.Parallel()
	ruletest.RefusesZones(t, New(), zone, map[string]func(*detectors.Zone){
		"no outline":     func(z *detectors.Zone) { z.Polygon = nil },
		"foreign number": func(z *detectors.Zone) { z.Params["min_area_m2"] = 1 },
		"out of bounds":  func(z *detectors.Zone) { z.Params["dwell_s"] = 1 },
	})
}
