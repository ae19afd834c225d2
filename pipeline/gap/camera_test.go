package gap_test

import (
	"context"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"offsite/detectors/all"
	"offsite/pipeline"
	"offsite/pipeline/gap"
	"offsite/pipeline/infer/infertest"
	"offsite/pipeline/ingest"
	"offsite/pipeline/node"
	"offsite/pipeline/rtspserve"
	"offsite/pipeline/rtspserve/testvideo"
)

func TestMain(m *testing.M) { infertest.Main(m) }

type deaf struct{}

func (deaf) Raise(context.Context, pipeline.Incident) error { return nil }
func (deaf) Ended(context.Context, string, time.Time) error { return nil }

// A camera goes away and comes back: one gap, from its last look until it is live.
func TestACameraGoesAwayAndComesBack(t *testing.T) {
	s := rtspserve.New(rtspserve.Options{Listen: "127.0.0.1:0", Files: []string{testvideo.Make(t, testvideo.Spec{GOP: 25, Seconds: 6})}})
	if err := s.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Stop)
	var ahead atomic.Int64 // of our clock, so that a gap need not last
	now := func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }
	n := node.New(node.Options{Engine: infertest.Engine(t), StateDir: t.TempDir(), Sink: deaf{}, Detectors: all.All(), Cadence: time.Second, Now: now,
		Reader: ingest.Config{StallAfter: 2 * time.Second, Backoff: ingest.Backoff{First: 50 * time.Millisecond, Max: 200 * time.Millisecond}}})
	n.Set([]pipeline.Camera{{ID: "camera", URL: s.URL("camera"), Protocol: "tcp"}})
	if err := n.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(n.Stop)
	w, err := gap.Open(filepath.Join(t.TempDir(), "gaps.json"))
	if err != nil {
		t.Fatal(err)
	}
	// until observes until the camera's status fits.
	until := func(fits func(node.CameraStatus) bool) []gap.Gap {
		t.Helper()
		for {
			status := n.Status()
			pending, err := w.Observe(now(), status)
			if err != nil {
				t.Fatal(err)
			}
			if len(status) == 1 && fits(status[0]) {
				return pending
			}
			time.Sleep(20 * time.Millisecond)
		}
	}
	looks := func(s node.CameraStatus) bool { return s.State == node.Live && s.Health == node.Clear }
	if early := until(looks); len(early) > 0 {
		t.Fatalf("before it went: %+v", early)
	}
	if err := s.Inject("camera", rtspserve.Fault{Kind: rtspserve.Refuse, For: 3 * time.Second}); err != nil {
		t.Fatal(err)
	}
	until(func(s node.CameraStatus) bool { return s.State != node.Live })
	left := now()
	ahead.Store(int64(gap.Least))
	pending := until(func(s node.CameraStatus) bool { return looks(s) && s.LastLookAt.After(left.Add(gap.Least)) })
	if len(pending) != 1 || pending[0].From.After(left) || pending[0].To.Before(left.Add(gap.Least)) || pending[0].Why.ZH == "" {
		t.Fatalf("it was away from %s: %+v", left, pending)
	}
	t.Logf("%+v", pending[0])
}
