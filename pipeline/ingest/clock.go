package ingest

import (
	"sync"
	"time"
)

const (
	clockRate = 90_000          // of RTP for every video codec here, in Hz
	backStep  = 1 * time.Second // further back than any reordering of B-frames
	aheadStep = 3 * time.Second // further ahead of arrival than a stream can get
	ntpEpoch  = 2_208_988_800   // seconds from 1900 to 1970
	longAgo   = 5 * time.Minute // an older sender report says nothing any more
)

// timeline turns the RTP time of one connection into stream time and wall time.
// Sender reports and packets may come on different goroutines.
type timeline struct {
	maxOffset time.Duration

	started  bool
	rtp      uint32        // of the latest unit
	pts      time.Duration // of the latest unit, jumps taken out
	top      time.Duration // highest pts so far
	received time.Time     // of the latest unit

	mu     sync.Mutex
	report report
	clock  Clock
}

// report is what a sender report says: at this RTP time it was that time.
type report struct {
	valid    bool
	ssrc     uint32
	rtp      uint32
	ntp      time.Time
	received time.Time
}

// stamp is the time of one unit.
type stamp struct {
	pts    time.Duration
	ntp    time.Time // zero if unknown
	at     time.Time
	jumped bool
}

// hear takes an RTCP sender report. ntp is seconds since 1900 in 32.32 fixed point.
func (t *timeline) hear(ssrc uint32, ntp uint64, rtp uint32, now time.Time) {
	if ntp>>32 == 0 {
		return // a sender without a clock says 0 (RFC 3550, 6.4.1)
	}
	at := ntpTime(ntp)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.report = report{valid: true, ssrc: ssrc, rtp: rtp, ntp: at, received: now}
	t.clock.Offset, t.clock.Known = at.Sub(now), true
}

// ntpTime reads an NTP time in 32.32 fixed point.
func ntpTime(ntp uint64) time.Time {
	sec := int64(ntp>>32) - ntpEpoch
	nsec := int64((ntp & 0xffffffff) * uint64(time.Second) >> 32)
	return time.Unix(sec, nsec)
}

// mark stamps a unit by its RTP time and its time of arrival.
func (t *timeline) mark(ssrc, rtp uint32, received time.Time) stamp {
	var s stamp
	step := ticks(int32(rtp - t.rtp))
	switch {
	case !t.started:
		t.started = true
	case step < -backStep || step > received.Sub(t.received)+aheadStep:
		s.jumped = true
		t.pts = t.top + max(received.Sub(t.received), time.Second/25)
		t.forget()
	default:
		t.pts += step
	}
	t.rtp, t.received, t.top = rtp, received, max(t.top, t.pts)
	s.pts = t.pts
	s.ntp, s.at = t.wall(ssrc, rtp, received)
	return s
}

// forget drops the sender report, which a jump has made meaningless.
func (t *timeline) forget() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.report.valid = false
}

func (t *timeline) wall(ssrc, rtp uint32, received time.Time) (ntp, at time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	r := t.report
	if !r.valid || r.ssrc != ssrc || received.Sub(r.received) > longAgo {
		t.clock.Source = "arrival"
		return time.Time{}, received
	}
	ntp = r.ntp.Add(ticks(int32(rtp - r.rtp)))
	if off := ntp.Sub(received); off > t.maxOffset || off < -t.maxOffset {
		t.clock.Source = "arrival"
		return ntp, received
	}
	t.clock.Source = "rtcp"
	return ntp, ntp
}

// now returns how the camera's time relates to ours.
func (t *timeline) now() Clock {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.clock
}

func ticks(n int32) time.Duration {
	return time.Duration(n) * time.Second / clockRate
}
