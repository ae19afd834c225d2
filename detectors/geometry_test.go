package detectors

import (
	"errors"
	"math"
	"testing"
	"time"
)

func TestBoxes(t *testing.T) {
	t.Parallel()
	a, b := Box{0, 0, .4, .4}, Box{.2, .2, .6, .6}
	if got := a.IoU(b); math.Abs(got-.04/.28) > 1e-9 {
		t.Errorf("IoU %v", got)
	}
	if got := a.Covered(b); math.Abs(got-.25) > 1e-9 {
		t.Errorf("covered %v", got)
	}
	if a.IoU(Box{.5, .5, .6, .6}) != 0 || (Box{.5, .5, .4, .6}).Area() != 0 || (Box{}).Covered(a) != 0 {
		t.Error("boxes that do not meet, or are none, have an area")
	}
	if g := (Box{.1, .1, .9, .9}).Grow(.2, .2); g != (Box{0, 0, 1, 1}) {
		t.Errorf("grown over the edge: %v", g)
	}
}

func TestPolygon(t *testing.T) {
	t.Parallel()
	l := Polygon{{.1, .1}, {.5, .1}, {.5, .3}, {.3, .3}, {.3, .5}, {.1, .5}} // an L
	for _, c := range []struct {
		p  Point
		in bool
	}{{Point{.2, .2}, true}, {Point{.4, .2}, true}, {Point{.2, .4}, true}, {Point{.4, .4}, false}, {Point{0, 0}, false}} {
		if l.Has(c.p) != c.in {
			t.Errorf("%v in: %v", c.p, !c.in)
		}
	}
	if math.Abs(l.Area()-.12) > 1e-9 || l.Bounds() != (Box{.1, .1, .5, .5}) {
		t.Errorf("area %v, bounds %v", l.Area(), l.Bounds())
	}
	if n := len(l.Mask(100, 100)); n < 1150 || n > 1250 {
		t.Errorf("%d cells of 10,000, want about 1,200", n)
	}
}

func TestHomographyTellsMetres(t *testing.T) {
	t.Parallel()
	h := Homography{Picture: [4]Point{{.3, .4}, {.7, .4}, {1, 1}, {0, 1}}, GroundM: [4]Point{{0, 10}, {4, 10}, {4, 0}, {0, 0}}}
	g, err := h.Ground()
	if err != nil {
		t.Fatal(err)
	}
	for i := range 4 {
		p, ok := g.At(h.Picture[i])
		if !ok || math.Hypot(p.X-h.GroundM[i].X, p.Y-h.GroundM[i].Y) > 1e-6 {
			t.Errorf("corner %d is at %v", i, p)
		}
	}
	near, far := g.AreaM2(Box{.45, .9, .5, .95}), g.AreaM2(Box{.45, .5, .5, .55})
	if near <= 0 || far <= 4*near {
		t.Errorf("the same box covers %v m² near and %v m² far away", near, far)
	}
	if g.AreaM2(Box{.4, -.9, .6, .5}) != 0 {
		t.Error("a box over the horizon has an area")
	}
	for name, bad := range map[string]Homography{
		"three in line": {Picture: [4]Point{{.1, .1}, {.2, .2}, {.3, .3}, {.9, .1}}, GroundM: h.GroundM},
		"no ground":     {Picture: h.Picture, GroundM: [4]Point{{0, 0}, {1, 0}, {2, 0}, {3, 0}}},
		"nothing":       {},
	} {
		if _, err := bad.Ground(); !errors.Is(err, ErrHomography) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestHours(t *testing.T) {
	t.Parallel()
	china := time.FixedZone("China", 8*3600)
	at := func(day, hour, minute int) time.Time {
		return time.Date(2026, 11, day, hour, minute, 0, 0, china).UTC()
	} // the 23rd is a Monday
	for _, c := range []struct {
		name  string
		hours []Hours
		at    time.Time
		in    bool
	}{
		{"always", nil, at(23, 3, 0), true},
		{"by day", []Hours{{FromMin: 420, ToMin: 1140}}, at(23, 7, 0), true},
		{"by day, at the end", []Hours{{FromMin: 420, ToMin: 1140}}, at(23, 19, 0), false},
		{"over midnight, before", []Hours{{FromMin: 1320, ToMin: 360}}, at(23, 23, 0), true},
		{"over midnight, after", []Hours{{FromMin: 1320, ToMin: 360}}, at(24, 5, 59), true},
		{"over midnight, by day", []Hours{{FromMin: 1320, ToMin: 360}}, at(23, 12, 0), false},
		{"Monday alone, on Tuesday", []Hours{{Weekdays: []time.Weekday{1}, FromMin: 0, ToMin: 1440}}, at(24, 12, 0), false},
		{"Monday night, on Tuesday morning", []Hours{{Weekdays: []time.Weekday{1}, FromMin: 1320, ToMin: 360}}, at(24, 5, 0), true},
		{"Monday night, on Monday morning", []Hours{{Weekdays: []time.Weekday{1}, FromMin: 1320, ToMin: 360}}, at(23, 5, 0), false},
	} {
		if got := (Zone{Hours: c.hours}).InHours(c.at); got != c.in {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}

func TestZoneRefusals(t *testing.T) {
	t.Parallel()
	square := Polygon{{.1, .1}, {.5, .1}, {.5, .5}, {.1, .5}}
	for name, z := range map[string]Zone{
		"two points":     {Polygon: square[:2]},
		"outside":        {Polygon: Polygon{{.1, .1}, {1.2, .1}, {.5, .5}}},
		"not a number":   {Polygon: Polygon{{math.NaN(), .1}, {.2, .1}, {.5, .5}}},
		"a line":         {Polygon: Polygon{{.1, .1}, {.2, .1}, {.3, .1}}},
		"a day too long": {Polygon: square, Hours: []Hours{{FromMin: 0, ToMin: 1500}}},
	} {
		if err := z.Check(); !errors.Is(err, ErrZone) {
			t.Errorf("%s: %v", name, err)
		}
	}
	parameters := []Parameter{DwellTime(180), Rearm()}
	for name, params := range map[string]map[string]float64{
		"unknown": {"height": 1}, "too short": {"dwell_s": 1}, "not a number": {"dwell_s": math.NaN()},
	} {
		if _, err := (Zone{Params: params}).Effective(parameters); !errors.Is(err, ErrZone) {
			t.Errorf("%s: %v", name, err)
		}
	}
	s, err := Zone{Params: map[string]float64{"dwell_s": 60}}.Effective(parameters)
	if err != nil || s.Seconds("dwell_s") != time.Minute || s["rearm_s"] != 1800 {
		t.Errorf("%v %v", s, err)
	}
}
