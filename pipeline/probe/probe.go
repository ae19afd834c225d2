package probe

import (
	"context"
	"fmt"
	"sync"
	"time"

	"offsite/pipeline/ingest"
)

// Problem is why a camera cannot be used, with what to do.
type Problem = ingest.Problem

const (
	patience  = 4500 * time.Millisecond // for everything
	timeout   = 2 * time.Second         // for dialling; twice that for all requests
	enoughFor = 2 * time.Second         // of stream, with two key units and a clock
)

// Report is what a camera sends.
type Report struct {
	Codec       string        `json:"codec"`   // "h264", "h265", "mjpeg"
	Profile     string        `json:"profile"` // "High 4.0"; "" for MJPEG
	Width       int           `json:"width"`   // pixels
	Height      int           `json:"height"`  // pixels
	FPS         float64       `json:"fps"`     // measured over the presentation times; 0 if too little came
	GOP         int           `json:"gop"`     // pictures from key to key; 0 if one key unit alone came
	GOPTime     time.Duration `json:"gop_ns"`
	BitRate     int           `json:"bit_rate"`     // bits per second, measured
	Transport   string        `json:"transport"`    // "tcp" or "udp"
	ClockSource string        `json:"clock_source"` // "rtcp" or "arrival"
	ClockOffset time.Duration `json:"clock_offset_ns"`
	ClockKnown  bool          `json:"clock_known"` // whether the camera tells its time
	Units       int           `json:"units"`
	Lost        uint64        `json:"lost"`     // RTP packets
	Damaged     uint64        `json:"damaged"`  // access units dropped for that
	FirstAfter  time.Duration `json:"first_ns"` // until the first picture
	Took        time.Duration `json:"took_ns"`  // until the report
	Remark      *Problem      `json:"remark"`   // not fatal; nil if all is well
	Key         ingest.Unit   `json:"-"`        // the first key unit, to decode and show
}

// Camera looks at a camera for up to 5 s. protocol is "tcp", "udp" or "" (UDP, then
// TCP). control may refuse to dial an address; nil: any may be dialled. The error is a
// *Problem, unless ctx has ended.
func Camera(ctx context.Context, url, protocol string, control ingest.Control) (Report, error) {
	cfg := ingest.Config{URL: url, Protocol: protocol, Timeout: timeout, StallAfter: patience, Control: control}
	cfg.Backoff.First, cfg.Backoff.Max = time.Minute, time.Minute // one attempt
	begun := time.Now()
	l := &look{done: make(chan struct{})}
	r := ingest.New(cfg, l)
	l.clock = r.Clock
	if err := r.Start(ctx); err != nil {
		return Report{}, fmt.Errorf("probe the camera: %w", err)
	}
	limit := time.NewTimer(patience)
	defer limit.Stop()
	select {
	case <-l.done:
	case <-limit.C:
	case <-ctx.Done():
		r.Stop()
		return Report{}, fmt.Errorf("probe the camera: %w", ctx.Err())
	}
	clock, counters, state := r.Clock(), r.Counters(), r.State()
	r.Stop()
	if l.problem != nil {
		return Report{}, l.problem
	}
	if len(l.units) == 0 {
		return Report{}, noPicture(state)
	}
	report := l.measure()
	report.Transport = state.Transport
	report.ClockSource, report.ClockOffset, report.ClockKnown = clock.Source, clock.Offset, clock.Known
	report.Lost, report.Damaged = counters.Lost, counters.Damaged
	report.Remark = state.Why
	report.FirstAfter, report.Took = l.units[0].received.Sub(begun), time.Since(begun)
	return report, nil
}

// noPicture says why nothing came within our patience.
func noPicture(s ingest.State) *Problem {
	if s.Why != nil {
		return s.Why
	}
	return &Problem{
		Code: ingest.NoPictures,
		ZH:   "已连接，但 5 秒内没有收到可解码的画面：请检查摄像机的关键帧间隔（建议 2 秒）和码率",
		EN:   "connected, but no picture that can be decoded came within 5 s: check the camera's key frame interval (2 s is good) and bit rate",
	}
}

// look collects what comes until it is enough.
type look struct {
	clock func() ingest.Clock
	done  chan struct{}

	mu      sync.Mutex
	ended   bool
	key     ingest.Unit
	units   []seen
	keys    int
	problem *Problem
}

// seen is what is kept of a unit.
type seen struct {
	key      bool
	size     int // bytes
	pts      time.Duration
	received time.Time
}

// OnUnit implements ingest.Handler.
func (l *look) OnUnit(u ingest.Unit) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.ended {
		return
	}
	if len(l.units) == 0 {
		l.key = u
	}
	if u.Key {
		l.keys++
	}
	l.units = append(l.units, seen{key: u.Key, size: u.Size(), pts: u.PTS, received: u.Received})
	if l.keys >= 2 && u.PTS-l.units[0].pts >= enoughFor && l.clock().Known {
		l.end(nil)
	}
}

// OnState implements ingest.Handler.
func (l *look) OnState(s ingest.State) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if s.Phase == ingest.Failed || s.Phase == ingest.Stalled && len(l.units) == 0 {
		l.end(s.Why)
	}
}

func (l *look) end(why *Problem) {
	if l.ended {
		return
	}
	l.ended, l.problem = true, why
	close(l.done)
}

// measure works out rate, group and bit rate from what came.
func (l *look) measure() Report {
	first := l.key
	r := Report{Codec: first.Codec, Key: first, Units: len(l.units)}
	if p := first.Params; p != nil {
		r.Profile, r.Width, r.Height, r.FPS = p.Profile, p.Width, p.Height, p.FPS
	}
	lo, hi, bytes := l.units[0].pts, l.units[0].pts, 0
	var keys []int
	for i, u := range l.units {
		lo, hi = min(lo, u.pts), max(hi, u.pts)
		bytes += u.size
		if u.key {
			keys = append(keys, i)
		}
	}
	if n := len(l.units); n > 2 && hi > lo {
		r.FPS = float64(n-1) / (hi - lo).Seconds()
		span := (hi - lo) * time.Duration(n) / time.Duration(n-1)
		r.BitRate = int(float64(bytes*8) / span.Seconds())
	}
	if n := len(keys); n > 1 {
		a, b := keys[0], keys[n-1]
		r.GOP = (b - a + (n-1)/2) / (n - 1)
		r.GOPTime = (l.units[b].pts - l.units[a].pts) / time.Duration(n-1)
	}
	return r
}
