package soil

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"offsite/detectors"
	"offsite/detectors/ruletest"
)

var noon = time.Date(2026, 11, 24, 4, 0, 0, 0, time.UTC)

const (
	step          = 10 * time.Second
	width, height = 112, 64
)

var labels = []string{"other", "bare_soil", "net", "vegetation", "hard_ground", "water", "machine", "sky"}

// zone is the lower half, 20 m by 10 m.
func zone() detectors.Zone {
	lower := [4]detectors.Point{{X: 0, Y: .5}, {X: 1, Y: .5}, {X: 1, Y: 1}, {X: 0, Y: 1}}
	return detectors.Zone{ID: "z", Version: 1, Detector: "soil", NameZH: "工地", NameEN: "the site", Polygon: lower[:],
		Homography: &detectors.Homography{Picture: lower, GroundM: [4]detectors.Point{{X: 0, Y: 10}, {X: 20, Y: 10}, {X: 20, Y: 0}, {X: 0, Y: 0}}},
		Params:     map[string]float64{"span_s": 120, "rearm_s": 0}}
}

// ground is what covers the zone, from its left: shares that sum to 1.
type ground map[string]float64

func look(i int, light float64, g ground) detectors.Look {
	m := &detectors.ClassMap{Labels: labels, Width: width, Height: height, Cells: make([]uint8, width*height)}
	x := 0.0
	for _, label := range []string{"bare_soil", "net", "vegetation", "water", "hard_ground", "machine"} {
		for c := range m.Cells {
			if at := (float64(c%width) + .5) / width; at >= x && at < x+g[label] {
				m.Cells[c] = uint8(slices.Index(labels, label))
			}
		}
		x += g[label]
	}
	return detectors.Look{At: noon.Add(time.Duration(i) * step), Light: light, Ground: m}
}

func TestSoil(t *testing.T) {
	t.Parallel()
	day := func(int) float64 { return .5 }
	for _, c := range []struct {
		name   string
		ground func(i int) ground
		light  func(i int) float64
		change func(*detectors.Zone)
		raised int // at that look; -1: never
	}{
		{name: "bare", ground: func(int) ground { return ground{"bare_soil": .8, "net": .2} }, raised: 12},
		{name: "covered", ground: func(int) ground { return ground{"bare_soil": .1, "net": .9} }, raised: -1},
		{name: "green", ground: func(int) ground { return ground{"bare_soil": .2, "vegetation": .8} }, raised: -1},
		{name: "just enough", ground: func(int) ground { return ground{"bare_soil": .32, "net": .68} }, raised: 12},
		{name: "machines hide half of it", ground: func(int) ground { return ground{"bare_soil": .2, "net": .2, "machine": .6} }, raised: 12},
		{name: "one odd look", ground: func(i int) ground {
			if i == 5 {
				return ground{"bare_soil": .9, "net": .1}
			}
			return ground{"bare_soil": .1, "net": .9}
		}, raised: -1},
		{name: "one covered look in between", ground: func(i int) ground {
			if i == 5 {
				return ground{"net": 1}
			}
			return ground{"bare_soil": .8, "net": .2}
		}, raised: 12},
		{name: "at night", ground: func(int) ground { return ground{"bare_soil": .8} }, light: func(int) float64 { return .05 }, raised: -1},
		{name: "covered in time", ground: func(i int) ground {
			if i >= 8 {
				return ground{"net": 1}
			}
			return ground{"bare_soil": .8, "net": .2}
		}, raised: -1},
		{name: "a higher share set", ground: func(int) ground { return ground{"bare_soil": .8, "net": .2} }, raised: -1,
			change: func(z *detectors.Zone) { z.Params["min_share"] = .9 }},
		{name: "nothing but machines", ground: func(int) ground { return ground{"machine": 1} }, raised: -1},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			z := zone()
			if c.change != nil {
				c.change(&z)
			}
			if c.light == nil {
				c.light = day
			}
			r, err := New().NewRule(z)
			if err != nil {
				t.Fatal(err)
			}
			raised := -1
			for i := range 40 {
				for _, s := range r.Observe(look(i, c.light(i), c.ground(i))) {
					if s.Phase != detectors.Persists {
						continue
					}
					if raised >= 0 {
						t.Errorf("raised again at look %d", i)
					}
					raised = i
					if len(s.Boxes) != 1 || s.Version != Version || !strings.Contains(s.Why.ZH, "平方米") || !strings.Contains(s.Why.EN, "m²") {
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

func TestSoilAreaIsThatOfTheGround(t *testing.T) {
	t.Parallel()
	r, err := New().NewRule(zone())
	if err != nil {
		t.Fatal(err)
	}
	r.Observe(look(0, .5, ground{"bare_soil": .5, "net": .5}))
	if p := r.Presence(); math.Abs(p.Values["area_m2"]-100) > 5 || math.Abs(p.Values["share"]-.5) > .02 {
		t.Errorf("%v, want half of 200 m²", p.Values)
	}
}

func TestSoilGoesOnFromItsState(t *testing.T) {
	t.Parallel()
	ruletest.GoesOnFromItsState(t, New(), zone(), 40, func(i int) detectors.Look {
		if i > 25 {
			return look(i, .5, ground{"net": 1})
		}
		return look(i, .5, ground{"bare_soil": .8, "net": .2})
	})
}

func TestSoilRefusesZones(t *testing.T) {
	t.Parallel()
	ruletest.RefusesZones(t, New(), zone, map[string]func(*detectors.Zone){
		"out of bounds": func(z *detectors.Zone) { z.Params["span_s"] = 1 },
		"flat ground":   func(z *detectors.Zone) { z.Homography = &detectors.Homography{} },
	})
}
