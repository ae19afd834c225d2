package gap_test

import (
	"path/filepath"
	"testing"
	"time"

	"offsite/detectors"
	"offsite/pipeline/gap"
	"offsite/pipeline/node"
)

var morning = time.Date(2026, 11, 24, 2, 0, 0, 0, time.UTC)

func second(s int) time.Time { return morning.Add(time.Duration(s) * time.Second) }

// step is what a camera is from one second to another.
type step struct {
	from, to int
	state    string
	health   string
	blind    bool // nothing looks though it is live
	gone     bool // not this node's
	off      bool // this process does not run
	took     int  // it is taken from a node that was last heard of then; 0: it is not
}

// want is a gap.
type want struct {
	from, to int
	cause    string
	goesOn   bool
}

func TestGaps(t *testing.T) {
	t.Parallel()
	const hour = 3600
	for name, c := range map[string]struct {
		steps []step
		want  []want
	}{
		"watched all the time": {[]step{{from: 0, to: 600, state: node.Live}}, nil},
		"away and back": {[]step{{from: 0, to: 60, state: node.Live}, {from: 60, to: 70, state: node.Stalled}, {from: 70, to: 100, state: node.Failed},
			{from: 100, to: 104, state: node.Connecting}, {from: 104, to: 120, state: node.Live}}, []want{{58, 104, node.Failed, false}}},
		"a blink":       {[]step{{from: 0, to: 60, state: node.Live}, {from: 60, to: 66, state: node.Stalled}, {from: 66, to: 80, state: node.Live}}, nil},
		"covered":       {[]step{{from: 0, to: 60, state: node.Live}, {from: 60, to: 90, state: node.Live, health: node.Covered}, {from: 90, to: 100, state: node.Live}}, []want{{60, 90, node.Covered, false}}},
		"nothing looks": {[]step{{from: 0, to: 60, state: node.Live}, {from: 60, to: 100, state: node.Live, blind: true}, {from: 100, to: 110, state: node.Live}}, []want{{58, 100, gap.Overloaded, false}}},
		"never there":   {[]step{{from: 0, to: 2*hour + 60, state: node.Failed}}, []want{{0, hour, node.Failed, true}, {hour, 2 * hour, node.Failed, true}}},
		"the process stopped": { // it last wrote down where it stood at 54
			[]step{{from: 0, to: 60, state: node.Live}, {from: 60, to: 600, off: true}, {from: 600, to: 606, state: node.Connecting}, {from: 606, to: 610, state: node.Live}}, []want{{54, 606, gap.Stopped, false}}},
		"stopped while it failed":         {[]step{{from: 0, to: 60, state: node.Failed}, {from: 60, to: 600, off: true}, {from: 600, to: 610, state: node.Live}}, []want{{0, 600, node.Failed, false}}},
		"taken from a node that died":     {[]step{{from: 14, to: 16, state: node.Connecting, took: 2}, {from: 16, to: 20, state: node.Live}}, []want{{2, 16, gap.Stopped, false}}},
		"taken from a node that stopped":  {[]step{{from: 4, to: 6, state: node.Connecting, took: 2}, {from: 6, to: 20, state: node.Live}}, nil},
		"it comes back from another node": {[]step{{from: 0, to: 60, state: node.Live}, {from: 60, to: 600, off: true}, {from: 600, to: 620, state: node.Live, took: 598}}, nil},
		"and had failed before": {[]step{{from: 0, to: 60, state: node.Failed}, {from: 60, to: 300, off: true}, {from: 300, to: 320, state: node.Live, took: 298}},
			[]want{{0, 54, node.Failed, false}}},
		"or comes back never":   {[]step{{from: 0, to: 60, state: node.Failed}, {from: 60, to: 300, off: true}, {from: 300, to: 370, gone: true}}, []want{{0, 54, node.Failed, false}}},
		"given to another node": {[]step{{from: 0, to: 60, state: node.Failed}, {from: 60, to: 130, gone: true}}, []want{{0, 60, node.Failed, false}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := play(t, c.steps)
			if len(got) != len(c.want) {
				t.Fatalf("%d gaps, want %d: %+v", len(got), len(c.want), got)
			}
			for i, w := range c.want {
				g := got[i]
				if !g.From.Equal(second(w.from)) || !g.To.Equal(second(w.to)) || g.Cause != w.cause || g.GoesOn != w.goesOn || g.Why.ZH == "" || g.Why.EN == "" || g.Camera != "camera" {
					t.Errorf("gap %d: %+v, want %+v", i, g, w)
				}
			}
		})
	}
}

// play observes every two seconds; each gap is kept at the second time that it is
// handed out, and the process begins anew now and then.
func play(t *testing.T, steps []step) []gap.Gap {
	t.Helper()
	path := filepath.Join(t.TempDir(), "state", "gaps.json")
	w, err := gap.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	var got []gap.Gap
	asked := map[string]int{}
	var looked time.Time
	for _, s := range steps {
		if s.took > 0 {
			w.Took("camera", second(s.took))
		}
		for at := s.from; at < s.to; at += 2 {
			if s.off {
				if w, err = gap.Open(path); err != nil {
					t.Fatal(err)
				}
				continue
			}
			var status []node.CameraStatus
			if !s.gone {
				c := node.CameraStatus{CameraID: "camera", State: s.state, Health: s.health, HealthWhy: detectors.Explanation{ZH: "看不清", EN: "it cannot see"}}
				if s.state == node.Live && !s.blind {
					looked = second(at)
				}
				c.LastLookAt = looked
				status = append(status, c)
			}
			for range 3 { // those that were handed out twice are kept
				pending, err := w.Observe(second(at), status)
				if err != nil {
					t.Fatal(err)
				}
				for _, g := range pending {
					if asked[g.ID]++; asked[g.ID] == 2 {
						got = append(got, g)
						if err := w.Kept(g.ID); err != nil {
							t.Fatal(err)
						}
					}
				}
			}
		}
	}
	for id, n := range asked {
		if n != 2 {
			t.Errorf("gap %s was handed out %d times", id, n)
		}
	}
	return got
}
