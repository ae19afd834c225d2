package node

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"offsite/detectors"
	"offsite/pipeline"
	"offsite/pipeline/infer/infertest"
	"offsite/pipeline/ingest"
	"offsite/pipeline/rtspserve"
	"offsite/pipeline/rtspserve/testvideo"
)

func TestMain(m *testing.M) { infertest.Main(m) }

// standing is a detector whose thing always stands in its zone, so that the way
// from pictures to incidents can be tested on any video. Its rule is the real dwell.
type standing struct{ model string }

func (d standing) Key() string      { return "standing" }
func (d standing) Version() string  { return "standing 1" }
func (d standing) Models() []string { return []string{d.model} }
func (d standing) Parameters() []detectors.Parameter {
	return []detectors.Parameter{{Key: "dwell_s", Unit: "s", Default: 3, Min: 0, Max: 1000}}
}

func (d standing) NewRule(z detectors.Zone) (detectors.Rule, error) {
	if err := z.Check(); err != nil {
		return nil, err
	}
	s, err := z.Effective(d.Parameters())
	if err != nil {
		return nil, err
	}
	return &standingRule{zone: z, times: detectors.DwellTimes{Dwell: s.Seconds("dwell_s"), Gap: 10 * time.Second, Rearm: time.Hour}}, nil
}

type standingRule struct {
	zone  detectors.Zone
	times detectors.DwellTimes
	dwell detectors.Dwell
	looks int
}

func (r *standingRule) Observe(l detectors.Look) []detectors.Signal {
	r.looks++
	phase := r.dwell.Observe(l.At, true, l.At, true, r.times)
	if phase == "" {
		return nil
	}
	return []detectors.Signal{{Phase: phase, Zone: r.zone.ID, First: r.dwell.First, Last: r.dwell.Last, Boxes: r.boxes(),
		Why: detectors.Explanation{ZH: "一直在", EN: "it stands"}, Values: map[string]float64{"dwell_s": r.dwell.For().Seconds()}, Version: "standing 1"}}
}

func (r *standingRule) boxes() []detectors.Detection {
	return []detectors.Detection{{Label: "thing", Score: 0.9, Box: r.zone.Polygon.Bounds()}}
}

func (r *standingRule) Presence() detectors.Presence {
	return detectors.Presence{Present: r.looks > 0, Boxes: r.boxes(), Values: map[string]float64{"looks": float64(r.looks)}, Open: r.dwell.Open()}
}

func (r *standingRule) State() (json.RawMessage, error) { return json.Marshal(r.dwell) }

func (r *standingRule) Restore(raw json.RawMessage) error {
	r.dwell = detectors.Dwell{}
	if raw == nil {
		return nil
	}
	return json.Unmarshal(raw, &r.dwell)
}

// keeper is a sink that tests wait on; while it refuses it takes nothing.
type keeper struct {
	mu     sync.Mutex
	refuse bool
	deaf   bool // refuses to hear of ends
	asked  int
	raised []pipeline.Incident
	ended  []string
	change chan struct{}
}

func newKeeper() *keeper { return &keeper{change: make(chan struct{})} }

var errFull = errors.New("the disk is full")

func (k *keeper) Raise(_ context.Context, in pipeline.Incident) error {
	return k.note(func() { k.raised = append(k.raised, in) })
}

func (k *keeper) Ended(_ context.Context, id string, _ time.Time) error {
	k.mu.Lock()
	deaf := k.deaf
	k.mu.Unlock()
	if deaf {
		return errors.New("the database is away")
	}
	return k.note(func() { k.ended = append(k.ended, id) })
}

func (k *keeper) note(do func()) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.asked++
	close(k.change)
	k.change = make(chan struct{})
	if k.refuse {
		return errFull
	}
	do()
	return nil
}

// until waits until cond holds; it is called with the lock held.
func (k *keeper) until(t *testing.T, what string, cond func() bool) {
	t.Helper()
	deadline := time.NewTimer(60 * time.Second) // generous: the machine is shared
	defer deadline.Stop()
	for {
		k.mu.Lock()
		if cond() {
			k.mu.Unlock()
			return
		}
		change := k.change
		k.mu.Unlock()
		select {
		case <-change:
		case <-deadline.C:
			t.Fatalf("waited in vain for %s", what)
		}
	}
}

func (k *keeper) first(t *testing.T) pipeline.Incident {
	t.Helper()
	k.until(t, "an incident", func() bool { return len(k.raised) > 0 })
	return k.incidents()[0]
}

// incidents returns what has been raised so far.
func (k *keeper) incidents() []pipeline.Incident {
	k.mu.Lock()
	defer k.mu.Unlock()
	return slices.Clone(k.raised)
}

// video makes a short loop with a key unit each second.
func video(t testing.TB, s testvideo.Spec) string {
	if s.GOP == 0 {
		s.GOP = 25
	}
	if s.Seconds == 0 {
		s.Seconds = 6
	}
	return testvideo.Make(t, s)
}

func serve(t testing.TB, files ...string) *rtspserve.Server {
	t.Helper()
	s := rtspserve.New(rtspserve.Options{Listen: "127.0.0.1:0", Files: files})
	if err := s.Start(context.Background()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Stop)
	return s
}

func zone(id, detector string) detectors.Zone {
	return detectors.Zone{ID: id, Version: 1, Camera: "camera", Detector: detector, NameZH: "区域", NameEN: "zone",
		Polygon: detectors.Polygon{{X: .2, Y: .2}, {X: .8, Y: .2}, {X: .8, Y: .9}, {X: .2, Y: .9}}}
}

// options of a node that is quick to try again.
func options(t testing.TB, k pipeline.Sink, folder string) Options {
	t.Helper()
	return Options{Engine: infertest.Engine(t), StateDir: folder, Sink: k, Detectors: []detectors.Detector{standing{"burning"}},
		Cadence: time.Second, Retry: 20 * time.Millisecond, Logger: slog.New(slog.NewTextHandler(t.Output(), nil)),
		Reader: ingest.Config{StallAfter: 2 * time.Second, Backoff: ingest.Backoff{First: 50 * time.Millisecond, Max: 200 * time.Millisecond}}}
}

func start(t testing.TB, o Options, cameras ...pipeline.Camera) *Node {
	t.Helper()
	n := New(o)
	n.Set(cameras)
	if err := n.Start(context.Background()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(n.Stop)
	return n
}

// untilStatus waits until the camera's status fits, looking again at each event.
func untilStatus(t *testing.T, n *Node, id, what string, fits func(CameraStatus) bool) CameraStatus {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 60*time.Second)
	defer cancel()
	for events := n.Watch(ctx); ; {
		for _, s := range n.Status() {
			if s.CameraID == id && fits(s) {
				return s
			}
		}
		if _, ok := <-events; !ok {
			t.Fatalf("waited in vain for %s: %+v", what, n.Status())
		}
	}
}
