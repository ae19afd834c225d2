package track

import (
	"reflect"
	"testing"
	"time"

	"offsite/detectors"
)

var start = time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)

func at(seconds int) time.Time { return start.Add(time.Duration(seconds) * time.Second) }

func box(label string, x, y, w, h float64) detectors.Detection {
	return detectors.Detection{Label: label, Score: 0.8, Box: detectors.Box{X1: x, Y1: y, X2: x + w, Y2: y + h}}
}

func TestWhatStandsKeepsItsTrack(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name     string
		looks    []*detectors.Detection // each 2 s; nil: not seen
		tracks   int
		anchored int // second since which the last one stands, -1: not seen in the last look
	}{
		{"stands still", []*detectors.Detection{p(box("goods", .4, .5, .1, .1)), p(box("goods", .4, .5, .1, .1))}, 1, 0},
		{"trembles", []*detectors.Detection{p(box("goods", .4, .5, .1, .1)), p(box("goods", .41, .51, .1, .09)), p(box("goods", .39, .5, .11, .1))}, 1, 0},
		{"called otherwise", []*detectors.Detection{p(box("cart", .4, .5, .1, .1)), p(box("table", .41, .5, .1, .1))}, 1, 0},
		{"walks by", []*detectors.Detection{p(box("person", .1, .5, .04, .2)), p(box("person", .2, .5, .04, .2)), p(box("person", .3, .5, .04, .2))}, 3, 4},
		{"creeps", []*detectors.Detection{p(box("cart", .1, .5, .1, .1)), p(box("cart", .15, .5, .1, .1)), p(box("cart", .2, .5, .1, .1))}, 1, 4},
		{"hidden for a while", []*detectors.Detection{p(box("goods", .4, .5, .1, .1)), nil, nil, p(box("goods", .4, .5, .1, .1))}, 1, 0},
		{"half hidden", []*detectors.Detection{p(box("goods", .4, .5, .1, .1)), p(box("goods", .4, .5, .035, .1)), p(box("goods", .4, .5, .1, .1))}, 1, 0},
		{"gone for long", []*detectors.Detection{p(box("goods", .4, .5, .1, .1)), nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, p(box("goods", .4, .5, .1, .1))}, 2, 22},
		{"person where goods were", []*detectors.Detection{p(box("goods", .4, .5, .1, .1)), p(box("person", .4, .5, .1, .1))}, 2, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			tr := New()
			ids := map[uint64]bool{}
			var last []detectors.Track
			for i, d := range c.looks {
				var found []detectors.Detection
				if d != nil {
					found = append(found, *d)
				}
				last = tr.Follow(at(2*i), found)
				for _, k := range last {
					ids[k.ID] = true
				}
			}
			if len(ids) != c.tracks {
				t.Errorf("%d tracks, want %d", len(ids), c.tracks)
			}
			if len(last) != 1 || !last[0].Anchored.Equal(at(c.anchored)) {
				t.Errorf("at the end %+v, want anchored since second %d", last, c.anchored)
			}
		})
	}
}

func p(d detectors.Detection) *detectors.Detection { return &d }

func TestNeighboursDoNotSwap(t *testing.T) {
	t.Parallel()
	tr := New()
	a, b := box("person", .40, .5, .06, .2), box("person", .43, .5, .06, .2)
	first := tr.Follow(at(0), []detectors.Detection{a, b})
	second := tr.Follow(at(2), []detectors.Detection{b, a})
	if first[0].ID != second[1].ID || first[1].ID != second[0].ID {
		t.Errorf("tracks %v then %v", first, second)
	}
}

func TestStateGoesOnWhereItWas(t *testing.T) {
	t.Parallel()
	tr := New()
	tr.Follow(at(0), []detectors.Detection{box("goods", .4, .5, .1, .1), box("person", .5, .4, .05, .2)})
	raw, err := tr.State()
	if err != nil {
		t.Fatal(err)
	}
	other := New()
	if err := other.Restore(raw); err != nil {
		t.Fatal(err)
	}
	next := []detectors.Detection{box("person", .5, .41, .05, .2), box("goods", .4, .5, .1, .1), box("car", .1, .1, .2, .2)}
	if got, want := other.Follow(at(2), next), tr.Follow(at(2), next); !reflect.DeepEqual(got, want) {
		t.Errorf("restored %+v\nwant %+v", got, want)
	}
	if err := other.Restore([]byte("{")); err == nil {
		t.Error("a broken state was taken")
	}
	if err := other.Restore(nil); err != nil || len(other.known) != 0 {
		t.Errorf("afresh: %v, %d known", err, len(other.known))
	}
}

// Between two looks there may be a node that died: nobody looked, and a thing is waited for
// longer than where it was looked for and not seen. A person is not.
func TestAThingIsWaitedForWhereNobodyLooked(t *testing.T) {
	t.Parallel()
	goods, person := box("goods", .4, .5, .1, .1), box("person", .6, .5, .04, .2)
	for after, same := range map[int]bool{30: true, 70: false} {
		tr := New()
		tr.Follow(at(0), []detectors.Detection{goods, person})
		before := tr.Follow(at(2), []detectors.Detection{goods, person})
		kept, err := tr.State()
		if err != nil {
			t.Fatal(err)
		}
		next := New()
		if err := next.Restore(kept); err != nil {
			t.Fatal(err)
		}
		got := next.Follow(at(2+after), []detectors.Detection{goods, person})
		if (got[0].ID == before[0].ID) != same || got[1].ID == before[1].ID {
			t.Errorf("after %d s: %+v, before %+v", after, got, before)
		}
	}
}
