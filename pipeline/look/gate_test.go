package look

import (
	"math/rand/v2"
	"testing"
	"time"

	"offsite/detectors"
	"offsite/pipeline/ingest"
)

// street draws a picture with edges and texture, the same each time.
func street(w, h int) []byte {
	rng := rand.New(rand.NewPCG(1, 2))
	luma := make([]byte, w*h)
	for y := range h {
		for x := range w {
			v := 90 + 60*((x*8/w+y*5/h)%2) + rng.IntN(9)
			luma[y*w+x] = byte(v)
		}
	}
	return luma
}

// change returns a copy, each pixel through f.
func change(luma []byte, f func(i int, v float64) float64) []byte {
	out := make([]byte, len(luma))
	for i, v := range luma {
		out[i] = byte(min(max(f(i, float64(v)), 0), 255))
	}
	return out
}

// block darkens a rectangle of the gate's picture.
func block(x, y, w, h int, by float64) func(int, float64) float64 {
	return func(i int, v float64) float64 {
		if px, py := i%GateWidth, i/GateWidth; px >= x && px < x+w && py >= y && py < y+h {
			return v - by
		}
		return v
	}
}

func TestGate(t *testing.T) {
	t.Parallel()
	base := street(GateWidth, GateHeight)
	noise := rand.New(rand.NewPCG(3, 4))
	for _, c := range []struct {
		name   string
		f      func(i int, v float64) float64
		within []detectors.Box
		open   bool
	}{
		{name: "the same", f: func(_ int, v float64) float64 { return v }},
		{name: "noise", f: func(_ int, v float64) float64 { return v + noise.NormFloat64()*4 }},
		{name: "brighter", f: func(_ int, v float64) float64 { return v*1.3 + 12 }},
		{name: "much darker", f: func(_ int, v float64) float64 { return v*0.55 - 8 }},
		{name: "rain", f: func(_ int, v float64) float64 {
			if noise.IntN(60) == 0 {
				return v + 25
			}
			return v
		}},
		{name: "a person far away", f: block(70, 40, 3, 8, 60), open: true},
		{name: "goods", f: block(100, 60, 12, 10, 30), open: true},
		{name: "goods and brighter", f: func(i int, v float64) float64 { return block(100, 60, 12, 10, 45)(i, v) * 1.2 }, open: true},
		{name: "outside the zones", f: block(10, 10, 12, 10, 60), within: []detectors.Box{{X1: .6, Y1: .5, X2: .8, Y2: .9}}},
		{name: "inside the zones", f: block(100, 60, 12, 10, 60), within: []detectors.Box{{X1: .6, Y1: .5, X2: .8, Y2: .9}}, open: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := NewGate(100)
			defer g.Close()
			g.Within(c.within)
			if open, err := g.Open(base); err != nil || !open {
				t.Fatalf("the first picture: %v %v", open, err)
			}
			open, err := g.Open(change(base, c.f))
			if err != nil || open != c.open {
				t.Errorf("open %v, want %v (%v)", open, c.open, err)
			}
		})
	}
}

func TestGateOpensRegardless(t *testing.T) {
	t.Parallel()
	g := NewGate(4)
	defer g.Close()
	luma := street(GateWidth, GateHeight)
	var opened []int
	for i := range 12 {
		if i == 10 {
			g.Force()
		}
		if open, err := g.Open(luma); err != nil {
			t.Fatal(err)
		} else if open {
			opened = append(opened, i)
		}
	}
	if g.Still() != 11 {
		t.Errorf("%d looks showed nothing new, want 11", g.Still())
	}
	if _, err := g.Open(change(luma, block(100, 60, 12, 10, 60))); err != nil || g.Still() != 0 {
		t.Errorf("something new is nothing new (%d, %v)", g.Still(), err)
	}
	want := []int{0, 4, 8, 10}
	if len(opened) != len(want) {
		t.Fatalf("opened at %v, want %v", opened, want)
	}
	for i := range want {
		if opened[i] != want[i] {
			t.Fatalf("opened at %v, want %v", opened, want)
		}
	}
}

func TestCadence(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name  string
		every time.Duration
		gop   time.Duration
		fps   int
		looks int // in 20 s
	}{
		{"a key unit each 2 s", 0, 2 * time.Second, 25, 10},
		{"a key unit each second", 0, time.Second, 25, 10},
		{"each unit a key", 0, 0, 10, 14}, // 1.5 s are near enough
		{"a key unit each 10 s", 0, 10 * time.Second, 25, 7},
		{"slower", 4 * time.Second, 2 * time.Second, 25, 5},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			cad := Cadence{Every: c.every}
			step := time.Second / time.Duration(c.fps)
			looks := 0
			for at := time.Duration(0); at < 20*time.Second; at += step {
				u := ingest.Unit{Received: start.Add(at), Key: c.gop == 0 || at%c.gop == 0}
				if cad.Due(u) {
					looks++
				}
			}
			if looks != c.looks {
				t.Errorf("%d looks in 20 s, want %d", looks, c.looks)
			}
		})
	}
	cad := Cadence{}
	if cad.Due(ingest.Unit{Received: start}) {
		t.Error("a stream that has had no key unit was looked at")
	}
	if !cad.Due(ingest.Unit{Received: start, Key: true}) || !cad.Due(ingest.Unit{Received: start.Add(-time.Hour), Key: true}) {
		t.Error("a clock set back stopped the looks")
	}
}
