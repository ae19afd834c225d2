package burning

import (
	"strings"
	"testing"
	"time"

	"offsite/detectors"
	"offsite/detectors/ruletest"
)

var noon = time.Date(2026, 11, 24, 4, 0, 0, 0, time.UTC)

const step = 2 * time.Second

func zone() detectors.Zone {
	return detectors.Zone{ID: "z", Version: 1, Detector: "burning", NameZH: "田野", NameEN: "the field",
		Polygon: detectors.Polygon{{X: 0, Y: .2}, {X: 1, Y: .2}, {X: 1, Y: 1}, {X: 0, Y: 1}},
		Params:  map[string]float64{"rearm_s": 0}}
}

func box(label string, x1, y1, x2, y2 float64) detectors.Detection {
	return detectors.Detection{Label: label, Score: .6, Box: detectors.Box{X1: x1, Y1: y1, X2: x2, Y2: y2}}
}

// flame flickers: its box differs from look to look.
func flame(i int) []detectors.Detection {
	d := float64(i%3) * .02
	return []detectors.Detection{box("fire", .4-d, .6-2*d, .5+d, .8)}
}

// plume rises and drifts.
func plume(i int) []detectors.Detection {
	d := float64(i%4) * .03
	return []detectors.Detection{box("smoke", .4, .3-d/2, .6+d, .8)}
}

// lamp is the same each time.
func lamp(int) []detectors.Detection { return []detectors.Detection{box("fire", .4, .6, .5, .8)} }

func only(from, to int, f func(int) []detectors.Detection) func(int) []detectors.Detection {
	return func(i int) []detectors.Detection {
		if i < from || i >= to {
			return nil
		}
		return f(i)
	}
}

func TestBurning(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		found  func(i int) []detectors.Detection
		change func(*detectors.Zone)
		raised int // at that look; -1: never
	}{
		{name: "flames", found: only(5, 60, flame), raised: 7},
		{name: "smoke", found: only(5, 60, plume), raised: 7},
		{name: "flames in every other look", found: func(i int) []detectors.Detection {
			if i%2 == 0 {
				return nil
			}
			return flame(i)
		}, raised: 5},
		{name: "a lamp", found: lamp, raised: -1},
		{name: "two looks", found: only(5, 7, flame), raised: -1},
		{name: "tail lights here and there", found: func(i int) []detectors.Detection {
			x := .1 + .3*float64(i%3)
			return []detectors.Detection{box("fire", x, .6, x+.05, .65)}
		}, raised: -1},
		{name: "a low sun above the zone", found: func(i int) []detectors.Detection {
			d := float64(i%3) * .01
			return []detectors.Detection{box("fire", .4-d, .02, .5+d, .12)}
		}, raised: -1},
		{name: "fire once, smoke once, at one place", found: func(i int) []detectors.Detection {
			if i%4 == 0 {
				return flame(i)
			}
			if i%4 == 2 {
				return plume(i)
			}
			return nil
		}, raised: -1},
		{name: "a heap of straw that is doubted each time", found: func(i int) []detectors.Detection {
			f := flame(i)
			f[0].Score = .37
			return f
		}, raised: -1},
		{name: "flames that are doubted at first", found: func(i int) []detectors.Detection {
			f := flame(i)
			f[0].Score = min(.1*float64(i), .9)
			return f
		}, raised: 5},
		{name: "too weak", found: flame, raised: -1, change: func(z *detectors.Zone) { z.Params["min_score"] = .7 }},
		{name: "all five looks wanted", found: only(5, 60, flame), raised: 9, change: func(z *detectors.Zone) { z.Params["looks"] = 5 }},
		{name: "out of hours", found: flame, raised: -1, change: func(z *detectors.Zone) { z.Hours = []detectors.Hours{{FromMin: 0, ToMin: 60}} }},
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
			for i := range 60 {
				for _, s := range r.Observe(detectors.Look{At: noon.Add(time.Duration(i) * step), Fire: c.found(i)}) {
					if s.Phase != detectors.Persists {
						continue
					}
					if raised >= 0 {
						t.Errorf("raised again at look %d", i)
					}
					raised = i
					if len(s.Boxes) == 0 || s.Version != Version || !strings.Contains(s.Why.ZH, z.NameZH) || !strings.Contains(s.Why.EN, z.NameEN) {
						t.Errorf("signal %+v", s)
					}
				}
			}
			if raised != c.raised {
				t.Errorf("raised at look %d, want %d", raised, c.raised)
			}
		})
	}
}

func TestBurningGoesOutAndIsLitAgain(t *testing.T) {
	t.Parallel()
	r, err := New().NewRule(zone())
	if err != nil {
		t.Fatal(err)
	}
	var phases []string
	for i := range 90 {
		found := only(0, 20, flame)(i)
		if i >= 50 {
			found = plume(i)
		}
		for _, s := range r.Observe(detectors.Look{At: noon.Add(time.Duration(i) * step), Fire: found}) {
			phases = append(phases, string(s.Phase))
		}
		if i == 15 && !r.Presence().Present || i == 40 && (r.Presence().Present || r.Presence().Open) {
			t.Errorf("look %d: %+v", i, r.Presence())
		}
	}
	if got := strings.Join(phases, " "); got != "sighted persists ended sighted persists" {
		t.Errorf("phases %q", got)
	}
}

func TestBurningGoesOnFromItsState(t *testing.T) {
	t.Parallel()
	ruletest.GoesOnFromItsState(t, New(), zone(), 40, func(i int) detectors.Look {
		return detectors.Look{At: noon.Add(time.Duration(i) * step), Fire: only(3, 20, flame)(i)}
	})
}

func TestBurningRefusesZones(t *testing.T) {
	t.Parallel()
	ruletest.RefusesZones(t, New(), zone, map[string]func(*detectors.Zone){
		"no outline":    func(z *detectors.Zone) { z.Polygon = nil },
		"out of bounds": func(z *detectors.Zone) { z.Params["looks"] = 9 },
	})
}
