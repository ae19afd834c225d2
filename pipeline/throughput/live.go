package throughput

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"offsite/detectors"
	"offsite/pipeline"
	"offsite/pipeline/look"
	"offsite/pipeline/node"
)

// live is what watching cameras took.
type live struct {
	cameras   int
	span      time.Duration
	cpu       time.Duration
	looks     uint64 // done, those that the gate spared included
	examined  uint64
	dropped   uint64
	lost      uint64 // packets and access units, by the network or by us
	oldest    time.Duration
	delay     time.Duration // under which 99 % of the looks were done
	memory    float64       // MiB per camera besides its ring, at the end
	ring      float64       // MiB per camera, at the end
	growth    float64       // MiB a minute of the process, in the second half
	incidents uint64
	handed    int // states handed on for another node, and their bytes
	bytes     int
}

// count is a sink that counts.
type count struct{ incidents atomic.Uint64 }

// Raise implements pipeline.Sink.
func (c *count) Raise(context.Context, pipeline.Incident) error {
	c.incidents.Add(1)
	return nil
}

// Ended implements pipeline.Sink.
func (*count) Ended(context.Context, string, time.Time) error { return nil }

// trial is one way of watching.
type trial struct {
	o       Options
	urls    []string
	subs    []string // substreams of the same; none: they have no such
	cadence time.Duration
	settle  time.Duration // until all cameras are live, baselines and rings are filled
	span    time.Duration
}

const (
	sampleEvery = 200 * time.Millisecond
	memoryEvery = 5 * time.Second
	handEvery   = 2 * time.Second // as cmd/offsite does
)

// watch watches the cameras for the trial's time, in this process.
func (t trial) watch(ctx context.Context) (live, error) {
	folder, err := os.MkdirTemp("", "offsite-bench-")
	if err != nil {
		return live{}, fmt.Errorf("watch cameras: %w", err)
	}
	defer func() { _ = os.RemoveAll(folder) }()
	before := resident()
	sink, metrics := &count{}, prometheus.NewRegistry()
	n := node.New(node.Options{Engine: t.o.Engine, StateDir: folder, Sink: sink, Detectors: t.o.Detectors,
		Cadence: t.cadence, Registerer: metrics})
	n.Set(t.cameras())
	if err := n.Start(ctx); err != nil {
		return live{}, err
	}
	defer n.Stop()
	if err := wait(ctx, t.settle); err != nil {
		return live{}, err
	}
	l, err := t.measure(ctx, n)
	if err != nil {
		return l, err
	}
	l.incidents = sink.incidents.Load()
	if l.delay, err = p99(metrics); err != nil {
		return l, err
	}
	for _, s := range n.Status() {
		l.ring += float64(s.RingBytes) / (1 << 20) / float64(l.cameras)
	}
	l.memory = (resident()-before)/float64(l.cameras) - l.ring
	return l, nil
}

// idle tells which part of a core a node without cameras takes.
func (t trial) idle(ctx context.Context) (float64, error) {
	folder, err := os.MkdirTemp("", "offsite-bench-")
	if err != nil {
		return 0, fmt.Errorf("watch nothing: %w", err)
	}
	defer func() { _ = os.RemoveAll(folder) }()
	n := node.New(node.Options{Engine: t.o.Engine, StateDir: folder, Sink: &count{}, Detectors: t.o.Detectors,
		Cadence: t.cadence, Registerer: prometheus.NewRegistry()})
	if err := n.Start(ctx); err != nil {
		return 0, err
	}
	defer n.Stop()
	t.urls, t.subs = nil, nil
	l, err := t.measure(ctx, n)
	return l.cpu.Seconds() / l.span.Seconds(), err
}

func (t trial) cameras() []pipeline.Camera {
	var all []pipeline.Camera
	for i, url := range t.urls {
		c := pipeline.Camera{ID: fmt.Sprintf("camera-%03d", i), URL: url, Protocol: "tcp", Zones: zones(t.o.Detectors)}
		if len(t.subs) > 0 {
			c.Substream = t.subs[i]
		}
		all = append(all, c)
	}
	return all
}

// zones watch nearly all of the picture, for every detector.
func zones(of []detectors.Detector) []detectors.Zone {
	var all []detectors.Zone
	for _, d := range of {
		all = append(all, detectors.Zone{ID: d.Key(), Version: 1, Detector: d.Key(),
			Polygon: detectors.Polygon{{X: .05, Y: .05}, {X: .95, Y: .05}, {X: .95, Y: .95}, {X: .05, Y: .95}}})
	}
	return all
}

// measure takes the difference that the span makes.
func (t trial) measure(ctx context.Context, n *node.Node) (live, error) {
	l := live{cameras: len(t.urls)}
	before := tally(n)
	if before.live < l.cameras {
		return l, fmt.Errorf("watch cameras: %d of %d are live after %s; give a longer time, or fewer cameras", before.live, l.cameras, t.settle)
	}
	if err := t.fromSubstreams(n); err != nil {
		return l, err
	}
	began, cpu := time.Now(), spent()
	var memory []float64
	n.Carry(true) // what was held back until now is not of this span
	handed := began
	for sampled := began; time.Since(began) < t.span; {
		if err := wait(ctx, sampleEvery); err != nil {
			return l, err
		}
		for _, s := range n.Status() {
			l.oldest = max(l.oldest, s.OldestLookAge)
		}
		if time.Since(handed) >= handEvery {
			handed = time.Now()
			for _, c := range n.Carry(false) {
				l.handed++
				l.bytes += len(c.State)
				for _, p := range c.Parts {
					l.bytes += len(p.Name) + len(p.Content)
				}
			}
		}
		if time.Since(sampled) >= memoryEvery {
			sampled, memory = time.Now(), append(memory, resident())
		}
	}
	l.span, l.cpu = time.Since(began), spent()-cpu
	after := tally(n)
	l.looks, l.examined = after.looks-before.looks, after.examined-before.examined
	l.dropped, l.lost = after.dropped-before.dropped, after.lost-before.lost
	if half := memory[len(memory)/2:]; len(half) > 1 {
		l.growth = (half[len(half)-1] - half[0]) / (float64(len(half)-1) * memoryEvery.Minutes())
	}
	return l, nil
}

// sums are counts over all cameras.
type sums struct {
	live                           int
	looks, examined, dropped, lost uint64
}

func tally(n *node.Node) sums {
	var t sums
	for _, s := range n.Status() {
		if s.State == node.Live {
			t.live++
		}
		t.looks += s.Looks + s.Unchanged + s.Dropped[look.Blind]
		t.examined += s.Looks
		for _, d := range s.Dropped {
			t.dropped += d
		}
		t.dropped -= s.Dropped[look.Blind] // a black picture is a look too
		t.lost += s.Lost + s.Damaged + s.Rejected
		if s.Substream != nil {
			t.lost += s.Substream.Lost
		}
	}
	return t
}

// p99 reads under which bound 99 % of the looks were done.
func p99(from prometheus.Gatherer) (time.Duration, error) {
	families, err := from.Gather()
	if err != nil {
		return 0, fmt.Errorf("read the metrics: %w", err)
	}
	for _, f := range families {
		if f.GetName() != "offsite_look_delay_seconds" {
			continue
		}
		h := f.GetMetric()[0].GetHistogram()
		for _, b := range h.GetBucket() {
			if float64(b.GetCumulativeCount()) >= 0.99*float64(h.GetSampleCount()) {
				return time.Duration(b.GetUpperBound() * float64(time.Second)), nil
			}
		}
		return time.Hour, nil // beyond all bounds
	}
	return 0, errors.New("read the metrics: there are none of looks")
}

func wait(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}
