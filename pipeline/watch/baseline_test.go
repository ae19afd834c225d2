package watch

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"testing"
	"time"

	"offsite/detectors"
)

const side, grid = 32, 8 // pixels and cells of the test's pictures

var noon = time.Date(2026, 11, 24, 4, 0, 0, 0, time.UTC)

// paved is a pavement under some light, with grey things on it.
func paved(light float64, things ...detectors.Box) []byte {
	rgb := make([]byte, 3*side*side)
	for i := range rgb {
		x, y := i/3%side, i/3/side
		v := 100.0 + float64((x*7+y*13)%40)
		p := detectors.Point{X: (float64(x) + .5) / side, Y: (float64(y) + .5) / side}
		for _, b := range things {
			if b.Has(p) {
				v = 30
			}
		}
		rgb[i] = byte(min(v*light, 255))
	}
	return rgb
}

// new marks the cells that boxes cover.
func news(value uint8, things ...detectors.Box) *detectors.NoveltyMap {
	m := &detectors.NoveltyMap{Width: grid, Height: grid, Cells: make([]uint8, grid*grid)}
	for i := range m.Cells {
		for _, b := range things {
			if b.Has(detectors.CellBox(i%grid, i/grid, grid, grid).Center()) {
				m.Cells[i] = value
			}
		}
	}
	return m
}

// formed is a baseline of an empty pavement.
func formed(t *testing.T, masks []detectors.Box, pictures ...[]byte) *baseline {
	t.Helper()
	b := newBaseline(side, side, grid, grid)
	for i := range formLooks {
		b.form(pictures[i%len(pictures)], masks, noon.Add(time.Duration(i)*2*time.Second))
	}
	if !b.ready() {
		t.Fatal("it is not formed")
	}
	return b
}

// differs returns by how much, at most, the baseline differs from a picture within a box.
func differs(t *testing.T, b *baseline, rgb []byte, box detectors.Box) int {
	t.Helper()
	got := make([]byte, 3*side*side)
	if err := b.RGB(got, side, side, 3*side); err != nil {
		t.Fatal(err)
	}
	most := 0
	for i := range got {
		p := detectors.Point{X: (float64(i/3%side) + .5) / side, Y: (float64(i/3/side) + .5) / side}
		if d := int(got[i]) - int(rgb[i]); box.Has(p) {
			most = max(most, d, -d)
		}
	}
	return most
}

var all = detectors.Box{X2: 1, Y2: 1}

func TestBaselineForgetsWhoPasses(t *testing.T) {
	t.Parallel()
	walker := func(x float64) []byte { return paved(1, detectors.Box{X1: x, Y1: .3, X2: x + .15, Y2: .9}) }
	b := formed(t, nil, walker(.0), walker(.2), walker(.4), walker(.6), walker(.8))
	if d := differs(t, b, paved(1), all); d > 0 {
		t.Errorf("the walker left traces of %d", d)
	}
}

func TestBaselineWaitsForWhoStands(t *testing.T) {
	t.Parallel()
	person := detectors.Box{X1: .25, Y1: .25, X2: .5, Y2: .75}
	b := formed(t, []detectors.Box{person}, paved(1, person))
	m := news(250, person)
	b.follow(paved(1, person), m, []detectors.Box{person}, 50, noon)
	if m.Cells[3*grid+3] != 0 {
		t.Error("behind a person whom it has never seen go, something is new")
	}
	b.follow(paved(1), news(250, person), nil, 50, noon) // the person has gone
	if d := differs(t, b, paved(1), all); d > 0 {
		t.Errorf("the person stays in it by %d", d)
	}
}

func TestBaselineAdaptsToLightNeverToGoods(t *testing.T) {
	t.Parallel()
	goods := detectors.Box{X1: .25, Y1: .25, X2: .75, Y2: .75}
	b := formed(t, nil, paved(1))
	light := 1.0
	for range 500 { // a quarter of an hour: dusk falls on the goods
		light = max(.5, light-.001)
		b.follow(paved(light, goods), news(200, goods), nil, 50, noon)
	}
	if d := differs(t, b, paved(light), all); d > 6 {
		t.Errorf("it is %d off the clean pavement in this light", d)
	}
	for range 100 { // goods that the model hardly sees are held too
		b.follow(paved(light, goods), news(60, goods), nil, 50, noon)
	}
	if d := differs(t, b, paved(light), all); d > 6 {
		t.Errorf("it took on faint goods by %d", d)
	}
	for range 100 { // people hide the goods
		b.follow(paved(light, goods), news(0), []detectors.Box{goods}, 50, noon)
	}
	if d := differs(t, b, paved(light), all); d > 6 {
		t.Errorf("it took on what stands behind people by %d", d)
	}
}

func TestBaselineIsMadeAnewWhenNothingFits(t *testing.T) {
	t.Parallel()
	b := formed(t, nil, paved(1))
	for i := range strangeLooks {
		if !b.strange(news(255, all), nil, true) {
			t.Fatalf("look %d is not strange", i)
		}
	}
	if !b.ready() {
		t.Fatal("made anew while a suspicion stands")
	}
	b.strange(news(255, all), nil, false)
	if b.ready() {
		t.Error("not made anew")
	}
	b = formed(t, nil, paved(1))
	for range 3 * strangeLooks {
		if b.strange(news(255, detectors.Box{X2: .5, Y2: 1}), nil, false) {
			t.Fatal("half the picture is no other place")
		}
	}
}

func TestBaselineIsKept(t *testing.T) {
	t.Parallel()
	b := formed(t, nil, paved(1))
	head, err := json.Marshal(b)
	if err != nil {
		t.Fatal(err)
	}
	raw := append(head, '\n')
	for _, v := range b.Pixels {
		raw = binary.LittleEndian.AppendUint32(raw, uint32(v))
	}
	again, err := parseBaseline(raw)
	if err != nil {
		t.Fatal(err)
	}
	if d := differs(t, again, paved(1), all); d > 0 || !again.At.Equal(b.At) {
		t.Errorf("it came back %d off, of %s", d, again.At)
	}
	for name, bad := range map[string][]byte{"empty": nil, "cut": raw[:len(raw)-1], "no head": raw[len(head):], "other size": bytes.Replace(raw, []byte(`"width":32`), []byte(`"width":64`), 1)} {
		if _, err := parseBaseline(bad); err == nil {
			t.Errorf("%s was taken", name)
		}
	}
	if err := again.RGB(make([]byte, 3), 1, 1, 3); err == nil {
		t.Error("it gave a picture of another size")
	}
}

// BenchmarkFollow is what a look takes of the baseline besides the model: it is read, and it
// follows a picture a third of which is new, at the size of the shipped model.
func BenchmarkFollow(b *testing.B) {
	const side, grid = 256, 32
	base := newBaseline(side, side, grid, grid)
	rgb := make([]byte, 3*side*side)
	for i := range rgb {
		rgb[i] = byte(i * 7)
	}
	for range formLooks {
		base.form(rgb, nil, noon)
	}
	novel := &detectors.NoveltyMap{Width: grid, Height: grid, Cells: make([]uint8, grid*grid)}
	for i := range grid * grid / 3 {
		novel.Cells[i] = 255
	}
	masks := []detectors.Box{{X1: .1, Y1: .1, X2: .2, Y2: .4}, {X1: .5, Y1: .5, X2: .6, Y2: .8}}
	out := make([]byte, len(rgb))
	for b.Loop() {
		base.strange(novel, masks, true)
		base.follow(rgb, novel, masks, 50, noon)
		if err := base.RGB(out, side, side, 3*side); err != nil {
			b.Fatal(err)
		}
	}
}
