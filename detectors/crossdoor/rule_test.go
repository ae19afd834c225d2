package crossdoor

import (
	"math"
	"strings"
	"testing"
	"time"

	"offsite/detectors"
	"offsite/detectors/ruletest"
)

var noon = time.Date(2026, 11, 24, 4, 0, 0, 0, time.UTC)

const (
	step  = 2 * time.Second
	cells = 64
)

// zone is the lower half of the picture, 8 m wide and 4 m deep.
func zone() detectors.Zone {
	lower := [4]detectors.Point{{X: 0, Y: .5}, {X: 1, Y: .5}, {X: 1, Y: 1}, {X: 0, Y: 1}}
	return detectors.Zone{ID: "z", Version: 1, Detector: "crossdoor", NameZH: "水果店门前", NameEN: "before the fruit shop",
		Polygon:    lower[:],
		Homography: &detectors.Homography{Picture: lower, GroundM: [4]detectors.Point{{X: 0, Y: 4}, {X: 8, Y: 4}, {X: 8, Y: 0}, {X: 0, Y: 0}}},
		Params:     map[string]float64{"dwell_s": 60, "rearm_s": 0}}
}

// thing is new in the picture over some looks.
type thing struct {
	box      detectors.Box
	from, to int
	value    uint8
	moving   bool // elsewhere at each look
	label    string
}

// square is 1 m wide and 1 m deep on the ground, within the zone.
func square(from, to int) thing {
	return thing{box: detectors.Box{X1: .25, Y1: .625, X2: .375, Y2: .75}, from: from, to: to, value: 220}
}

func look(i int, things []thing) detectors.Look {
	l := detectors.Look{At: noon.Add(time.Duration(i) * step), Novel: &detectors.NoveltyMap{Width: cells, Height: cells, Cells: make([]uint8, cells*cells)}}
	for k, th := range things {
		if i < th.from || i >= th.to {
			continue
		}
		b := th.box
		if th.moving {
			shift := math.Mod(float64(i)*.21, .6)
			b.X1, b.X2 = b.X1-.2+shift, b.X2-.2+shift
		}
		for c := range l.Novel.Cells {
			if b.Has(detectors.CellBox(c%cells, c/cells, cells, cells).Center()) {
				l.Novel.Cells[c] = th.value
			}
		}
		if th.label != "" {
			l.Tracks = append(l.Tracks, detectors.Track{ID: uint64(k), Detection: detectors.Detection{Label: th.label, Score: .8, Box: b}})
		}
	}
	return l
}

func TestCrossdoor(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		things []thing
		change func(*detectors.Zone)
		raised int // at that look; -1: never
	}{
		{name: "a square metre of goods", things: []thing{square(5, 100)}, raised: 36}, // steady in the second look
		{name: "a quarter of it", things: []thing{{box: detectors.Box{X1: .25, Y1: .625, X2: .31, Y2: .69}, from: 5, to: 100, value: 220}}, raised: -1},
		{name: "several small things", things: []thing{
			{box: detectors.Box{X1: .25, Y1: .625, X2: .32, Y2: .69}, from: 5, to: 100, value: 220},
			{box: detectors.Box{X1: .45, Y1: .625, X2: .52, Y2: .69}, from: 5, to: 100, value: 220},
			{box: detectors.Box{X1: .65, Y1: .625, X2: .72, Y2: .69}, from: 5, to: 100, value: 220}}, raised: 36},
		{name: "faint", things: []thing{func() thing { th := square(5, 100); th.value = 100; return th }()}, raised: -1},
		{name: "faint, and that is enough", things: []thing{func() thing { th := square(5, 100); th.value = 100; return th }()}, raised: 36,
			change: func(z *detectors.Zone) { z.Params["novelty"] = .3 }},
		{name: "inside the shop", things: []thing{{box: detectors.Box{X1: .2, Y1: .2, X2: .6, Y2: .45}, from: 5, to: 100, value: 220}}, raised: -1},
		{name: "a person who waits", things: []thing{func() thing { th := square(5, 100); th.label = "person"; return th }()}, raised: -1},
		{name: "a parked car", things: []thing{func() thing { th := square(5, 100); th.label = "car"; return th }()}, raised: -1},
		{name: "people who pass unseen by the objects model", things: []thing{func() thing { th := square(0, 100); th.moving = true; return th }()}, raised: -1},
		{name: "goods behind people who pass", things: []thing{square(5, 100),
			{box: detectors.Box{X1: .2, Y1: .55, X2: .4, Y2: .8}, from: 12, to: 20, value: 220, label: "person"}}, raised: 36},
		{name: "taken in before the time is over", things: []thing{square(5, 30)}, raised: -1},
		{name: "out of hours", things: []thing{square(5, 100)}, raised: -1,
			change: func(z *detectors.Zone) { z.Hours = []detectors.Hours{{FromMin: 18 * 60, ToMin: 6 * 60}} }},
		{name: "without homography", things: []thing{square(5, 100)}, raised: -1, // 3 % of the zone
			change: func(z *detectors.Zone) { z.Homography = nil }},
		{name: "without homography, a smaller share set", things: []thing{square(5, 100)}, raised: 36,
			change: func(z *detectors.Zone) { z.Homography, z.Params["min_share"] = nil, .02 }},
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
				if i%17 == 16 {
					r.Observe(detectors.Look{At: noon.Add(time.Duration(i) * step)}) // no map: passed over
					continue
				}
				for _, s := range r.Observe(look(i, c.things)) {
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
	if len(s.Boxes) == 0 || s.Version != Version || !strings.Contains(s.Why.ZH, z.NameZH) || !strings.Contains(s.Why.EN, z.NameEN) {
		t.Errorf("signal %+v", s)
	}
	if area, ok := s.Values["area_m2"]; ok != (z.Homography != nil) || ok && (area < .5 || area > 1.2) {
		t.Errorf("area %v of a square metre or less", area)
	}
}

// Goods are looked for often enough that a dwell is well observed, and people at each look.
func TestEvery(t *testing.T) {
	for _, c := range []struct {
		model  string
		dwellS float64
		want   time.Duration
	}{
		{"novelty", 20, 400 * time.Millisecond},
		{"novelty", 100, 2 * time.Second},
		{"novelty", 300, 5 * time.Second},
		{"novelty", 7200, 5 * time.Second},
		{"objects", 300, 0},
	} {
		if got := New().Every(c.model, detectors.Settings{"dwell_s": c.dwellS}, false); got != c.want {
			t.Errorf("%s with a dwell of %g s runs each %s, want %s", c.model, c.dwellS, got, c.want)
		}
	}
}

func TestAreaIsThatOfTheGround(t *testing.T) {
	t.Parallel()
	r, err := New().NewRule(zone())
	if err != nil {
		t.Fatal(err)
	}
	for i := range 3 {
		r.Observe(look(i, []thing{square(0, 10)}))
	}
	if got := r.Presence().Values["area_m2"]; math.Abs(got-1) > .1 {
		t.Errorf("%v m², want 1 m²", got)
	}
	for i := range 12 {
		r.Observe(look(3+i, nil))
	}
	if p := r.Presence(); p.Present || p.Open || p.Values["area_m2"] != 0 {
		t.Errorf("after the goods were taken in: %+v", p)
	}
}

func TestCrossdoorGoesOnFromItsState(t *testing.T) {
	t.Parallel()
	ruletest.GoesOnFromItsState(t, New(), zone(), 60, func(i int) detectors.Look { return look(i, []thing{square(5, 100)}) })
}

func TestCrossdoorRefusesZones(t *testing.T) {
	t.Parallel()
	ruletest.RefusesZones(t, New(), zone, map[string]func(*detectors.Zone){
		"no outline":     func(z *detectors.Zone) { z.Polygon = nil },
		"flat ground":    func(z *detectors.Zone) { z.Homography.GroundM[3] = z.Homography.GroundM[0] },
		"foreign number": func(z *detectors.Zone) { z.Params["person_share"] = 1 },
	})
}
