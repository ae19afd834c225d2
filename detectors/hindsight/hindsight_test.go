package hindsight_test

import (
	"errors"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"offsite/detectors"
	"offsite/detectors/all"
	"offsite/detectors/hindsight"
)

var noon = time.Date(2026, 11, 24, 4, 0, 0, 0, time.UTC)

// stall is a quarter of an hour, two seconds from look to look: goods with somebody by
// them from the 2nd to the 7th minute.
func stall() []detectors.Look {
	var looks []detectors.Look
	for i := range 450 {
		l := detectors.Look{Camera: "c", Unit: uint64(i), At: noon.Add(time.Duration(i) * 2 * time.Second), Light: .4}
		if since := noon.Add(2 * time.Minute); !l.At.Before(since) && l.At.Before(noon.Add(7*time.Minute)) {
			track := func(id uint64, label string, b detectors.Box) detectors.Track {
				return detectors.Track{ID: id, Detection: detectors.Detection{Label: label, Score: .8, Box: b}, First: since, Last: l.At, Anchored: since}
			}
			l.Tracks = []detectors.Track{track(1, "goods", detectors.Box{X1: .2, Y1: .6, X2: .3, Y2: .75}), track(2, "person", detectors.Box{X1: .31, Y1: .5, X2: .35, Y2: .75})}
		}
		looks = append(looks, l)
	}
	return looks
}

func zone(dwell float64) detectors.Zone {
	return detectors.Zone{ID: "z", Detector: "stall", NameZH: "禁摆区", NameEN: "no stalls here", Params: map[string]float64{"dwell_s": dwell},
		Polygon: detectors.Polygon{{X: 0, Y: 0}, {X: .5, Y: 0}, {X: .5, Y: 1}, {X: 0, Y: 1}}}
}

func detector(t *testing.T, key string) detectors.Detector {
	t.Helper()
	for _, d := range all.All() {
		if d.Key() == key {
			return d
		}
	}
	t.Fatalf("there is no detector %s", key)
	return nil
}

func TestTrySaysWhatTheRuleWouldHaveRaised(t *testing.T) {
	t.Parallel()
	d := detector(t, "stall")
	at := func(s int) time.Time { return noon.Add(time.Duration(s) * time.Second) }
	for name, c := range map[string]struct {
		zone detectors.Zone
		want []time.Time // when raised
	}{
		"as long as it stood":  {zone(180), []time.Time{at(300)}},
		"sooner":               {zone(60), []time.Time{at(180)}},
		"longer than it stood": {zone(400), nil},
		"somewhere else": {func() detectors.Zone {
			z := zone(60)
			z.Polygon = detectors.Polygon{{X: .6, Y: 0}, {X: 1, Y: 0}, {X: 1, Y: 1}}
			return z
		}(), nil},
		"at another time of day": {func() detectors.Zone { z := zone(60); z.Hours = []detectors.Hours{{FromMin: 0, ToMin: 60}}; return z }(), nil},
		"from a minute past twelve": {func() detectors.Zone {
			z := zone(60)
			z.Hours = []detectors.Hours{{FromMin: 725, ToMin: 800}}
			return z
		}(), []time.Time{at(302)}},
	} {
		raises, err := hindsight.Try(d, c.zone, stall())
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		var got []time.Time
		for _, r := range raises {
			got = append(got, r.Raised)
			if !r.Ended || !r.Last.Equal(at(418)) || r.Why.ZH == "" || r.Why.EN == "" {
				t.Errorf("%s: %+v; it was last seen at %v", name, r, at(418))
			}
		}
		if !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: raised at %v, want %v", name, got, c.want)
		}
	}
	cut, err := hindsight.Try(d, zone(180), stall()[:160]) // the record ends while it stands
	if err != nil || len(cut) != 1 || cut[0].Ended || !cut[0].Last.Equal(at(318)) {
		t.Errorf("cut short: %+v, %v", cut, err)
	}
	if _, err := hindsight.Try(d, zone(-1), nil); !errors.Is(err, detectors.ErrZone) {
		t.Errorf("a parameter out of bounds: %v", err)
	}
}

// mapped is a look with maps of its own, and one in which nothing has changed.
func mapped() []detectors.Look {
	random := rand.New(rand.NewPCG(1, 2))
	cells := make([]uint8, 80*48)
	for i := range cells {
		cells[i] = uint8(random.UintN(256))
	}
	ground := &detectors.ClassMap{Labels: []string{"soil", "other"}, Width: 80, Height: 48, Cells: make([]uint8, 80*48)}
	novel := &detectors.NoveltyMap{Width: 80, Height: 48, Cells: cells, BaselineAt: noon}
	return []detectors.Look{
		{Camera: "c", At: noon, Ground: ground, Novel: novel},
		{Camera: "c", At: noon.Add(2 * time.Second), Ground: ground, Novel: novel, Fire: []detectors.Detection{{Label: "smoke", Score: .3}}},
		{Camera: "c", At: noon.Add(4 * time.Second)},
	}
}

func TestLooksComeBackAsTheyWere(t *testing.T) {
	t.Parallel()
	var r hindsight.Recorder
	for _, l := range append(stall(), mapped()...) {
		r.Add([]string{"ground", "objects"}, l)
	}
	part := r.Take()["c"]
	text, err := hindsight.Encode(part)
	if err != nil {
		t.Fatal(err)
	}
	got, err := hindsight.Decode(text)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, part) {
		t.Error("what comes back differs from what was kept")
	}
	if n := len(got.Looks); got.Looks[n-3].Ground != got.Looks[n-2].Ground {
		t.Error("a map that two looks share was written twice")
	}
	if again := r.Take(); len(again) != 0 {
		t.Errorf("handed over twice: %v", again)
	}
	for name, wrong := range map[string][]byte{"nothing": nil, "half": text[:len(text)/2], "no gzip": []byte("looks")} {
		if _, err := hindsight.Decode(wrong); err == nil {
			t.Errorf("%s was unpacked", name)
		}
	}
}

func TestJoinKeepsTimeAndTheModelsOfAll(t *testing.T) {
	t.Parallel()
	looks := mapped()
	joined := hindsight.Join([]hindsight.Part{{Models: []string{"novelty", "objects"}, Looks: looks[1:]}, {Models: []string{"objects"}, Looks: looks[:1]}})
	if !reflect.DeepEqual(joined.Models, []string{"objects"}) || !reflect.DeepEqual(joined.Looks, looks) {
		t.Errorf("joined: %v, %d looks", joined.Models, len(joined.Looks))
	}
	if none := hindsight.Join(nil); len(none.Looks) != 0 {
		t.Errorf("of nothing: %+v", none)
	}
}
