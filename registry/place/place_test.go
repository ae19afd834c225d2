package place_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"offsite/registry/place"
)

func TestMetres(t *testing.T) {
	t.Parallel()
	a, b := place.Position{Longitude: 121.4, Latitude: 31.6}, place.Position{Longitude: 121.4, Latitude: 31.61}
	if got := a.Metres(b); math.Abs(got-1111.95) > 0.1 { // a hundredth of a degree of a great circle
		t.Errorf("%v m", got)
	}
}

func TestGCJ02AndBack(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		p := place.Position{Longitude: 75 + r.Float64()*58, Latitude: 5 + r.Float64()*47}
		shown := p.GCJ02()
		if d := p.Metres(shown); d < 20 || d > 900 {
			t.Fatalf("%v is shown %v m away", p, d)
		}
		if d := shown.FromGCJ02().Metres(p); d > 0.01 {
			t.Fatalf("%v comes back %v m away", p, d)
		}
	}
	// A published pair: Tiananmen, (116.3912022, 39.9075) in WGS 84.
	if d := (place.Position{Longitude: 116.3912022, Latitude: 39.9075}).GCJ02().Metres(place.Position{Longitude: 116.3974424, Latitude: 39.9089027}); d > 1 {
		t.Errorf("the published pair is missed by %v m", d)
	}
	abroad := place.Position{Longitude: 2.35, Latitude: 48.85}
	if abroad.GCJ02() != abroad {
		t.Error("a position abroad is moved")
	}
}

func TestSwappedIsNotInChina(t *testing.T) {
	t.Parallel()
	p := place.Position{Longitude: 121.4, Latitude: 31.6}
	if !p.InChina() || p.Swapped().InChina() || p.Swapped().Swapped() != p {
		t.Error("swapped numbers pass")
	}
}

func TestRings(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		ring    place.Ring
		crosses bool
	}{
		"square":    {place.Ring{{0, 0}, {2, 0}, {2, 2}, {0, 2}}, false},
		"bow":       {place.Ring{{0, 0}, {2, 2}, {2, 0}, {0, 2}}, true},
		"touching":  {place.Ring{{0, 0}, {4, 0}, {4, 4}, {2, 0}, {0, 4}}, true},
		"dented":    {place.Ring{{0, 0}, {4, 0}, {4, 4}, {2, 1}, {0, 4}}, false},
		"triangle":  {place.Ring{{0, 0}, {1, 0}, {0, 1}}, false},
		"same edge": {place.Ring{{0, 0}, {3, 0}, {3, 1}, {1, 0}, {2, 0}}, true},
	} {
		if got := c.ring.Crosses(); got != c.crosses {
			t.Errorf("%s crosses itself: %v", name, got)
		}
	}
	center, ok := place.Ring{{121, 31}, {121.002, 31}, {121.002, 31.002}, {121, 31.002}}.Center()
	if !ok || math.Abs(center.Longitude-121.001) > 1e-9 || math.Abs(center.Latitude-31.001) > 1e-9 {
		t.Errorf("the middle is %v", center)
	}
	if _, ok = (place.Ring{{0, 0}, {1, 1}, {2, 2}}).Center(); ok {
		t.Error("a line has a middle")
	}
}
