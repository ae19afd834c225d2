package ingest

import (
	"testing"
	"time"
)

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

// rtpAt is the RTP time d after start, wrapping at 32 bits.
func rtpAt(start uint32, d time.Duration) uint32 {
	return start + uint32(int64(d)*clockRate/int64(time.Second))
}

func TestNTPFractionIsBinary(t *testing.T) {
	t.Parallel()
	for fraction, want := range map[uint64]time.Duration{
		0: 0, 1 << 31: 500 * time.Millisecond, 1 << 30: 250 * time.Millisecond, 0xffffffff: time.Second - 1,
	} {
		got := ntpTime(uint64(noon.Unix()+ntpEpoch)<<32 | fraction)
		if d := got.Sub(noon); (d - want).Abs() > time.Nanosecond {
			t.Errorf("fraction %#x is read as %s, want %s", fraction, d, want)
		}
	}
}

func TestTimelineOverTheWrapOfRTPTime(t *testing.T) {
	t.Parallel()
	tl := timeline{maxOffset: time.Minute}
	start := ^uint32(0) - 90_000
	camera := noon.Add(3 * time.Second)
	tl.hear(7, uint64(camera.Unix()+ntpEpoch)<<32, start, noon)
	for d := time.Duration(0); d < 5*time.Second; d += 40 * time.Millisecond {
		s := tl.mark(7, rtpAt(start, d), noon.Add(d))
		if (s.pts-d).Abs() > time.Microsecond*20 || (s.at.Sub(camera)-d).Abs() > 20*time.Microsecond || s.jumped {
			t.Fatalf("after %s: %+v", d, s)
		}
	}
	if c := tl.now(); c.Source != "rtcp" || c.Offset != 3*time.Second {
		t.Errorf("clock %+v", c)
	}
}

func TestTimelineTellsJumpsFromStalls(t *testing.T) {
	t.Parallel()
	type step struct{ rtp, arrival time.Duration } // since the unit before
	const frame = 40 * time.Millisecond
	for name, c := range map[string]struct {
		steps []step
		jumps int
	}{
		"even":                      {[]step{{frame, frame}, {frame, frame}}, 0},
		"B-frames":                  {[]step{{3 * frame, frame}, {-2 * frame, frame}, {frame, frame}, {4 * frame, frame}}, 0},
		"network stall, then burst": {[]step{{frame, 8 * time.Second}, {frame, 0}, {frame, 0}, {4 * time.Second, 0}}, 1},
		"pictures lost":             {[]step{{20 * time.Second, 20 * time.Second}, {frame, frame}}, 0},
		"back to zero":              {[]step{{frame, frame}, {-time.Hour, frame}, {frame, frame}}, 1},
		"far ahead":                 {[]step{{frame, frame}, {time.Hour, frame}, {frame, frame}}, 1},
		"there and back":            {[]step{{time.Hour, frame}, {-time.Hour, frame}}, 2},
	} {
		tl := timeline{maxOffset: time.Minute}
		rtp, at, jumps, last := uint32(1000), noon, 0, time.Duration(-1)
		tl.mark(1, rtp, at)
		for _, st := range c.steps {
			rtp, at = rtpAt(rtp, st.rtp), at.Add(st.arrival)
			s := tl.mark(1, rtp, at)
			if s.jumped {
				jumps++
				if s.pts <= last {
					t.Errorf("%s: stream time falls from %s to %s", name, last, s.pts)
				}
			}
			last = max(last, s.pts)
		}
		if jumps != c.jumps {
			t.Errorf("%s: %d jumps, want %d", name, jumps, c.jumps)
		}
	}
}

func TestReportsThatSayNothing(t *testing.T) {
	t.Parallel()
	tl := timeline{maxOffset: 30 * time.Second}
	report := func(at time.Time) uint64 { return uint64(at.Unix()+ntpEpoch) << 32 }
	tl.hear(1, 0, 1000, noon) // a camera without a clock
	if s := tl.mark(1, 1000, noon); !s.ntp.IsZero() || s.at != noon || tl.now().Known {
		t.Errorf("a report of 0 is believed: %+v", s)
	}
	tl.hear(2, report(noon), 1000, noon) // another stream's
	if s := tl.mark(1, 1000, noon); !s.ntp.IsZero() {
		t.Errorf("another stream's report is believed: %+v", s)
	}
	tl.hear(1, report(noon.Add(time.Hour)), 1000, noon)
	if s := tl.mark(1, 1000, noon); s.at != noon || !s.ntp.Equal(noon.Add(time.Hour)) || tl.now().Offset != time.Hour {
		t.Errorf("a clock an hour ahead: %+v, clock %+v", s, tl.now())
	}
	tl.hear(1, report(noon), 1000, noon)
	later := noon.Add(longAgo + time.Second)
	if s := tl.mark(1, rtpAt(1000, longAgo+time.Second), later); s.at != later || !s.ntp.IsZero() {
		t.Errorf("an old report is believed: %+v", s)
	}
}

func TestLiveness(t *testing.T) {
	t.Parallel()
	unit := func(pts int, key bool, bits string) Unit {
		kind := byte(1)
		if key {
			kind = 5
		}
		return Unit{
			Codec: H264, Key: key, PTS: time.Duration(pts) * time.Second, Received: noon.Add(time.Duration(pts) * time.Second),
			NALUs: [][]byte{{6, byte(pts)}, append([]byte{kind}, bits...)}, // the SEI always changes
		}
	}
	for name, c := range map[string]struct {
		units []Unit
		fresh []bool
	}{
		"moving":             {[]Unit{unit(0, true, "a"), unit(1, false, "b"), unit(2, true, "c"), unit(3, false, "d")}, []bool{true, true, true, true}},
		"same key again":     {[]Unit{unit(0, true, "a"), unit(1, true, "a"), unit(2, true, "a"), unit(3, true, "b")}, []bool{true, false, false, true}},
		"same group again":   {[]Unit{unit(0, true, "a"), unit(1, false, "b"), unit(2, true, "a"), unit(3, false, "b"), unit(4, true, "c"), unit(5, false, "d")}, []bool{true, true, false, false, true, true}},
		"time stands still":  {[]Unit{unit(3, true, "a"), unit(3, false, "b"), unit(3, false, "c")}, []bool{true, false, false}},
		"B-frames are fresh": {[]Unit{unit(0, true, "a"), unit(3, false, "b"), unit(1, false, "c"), unit(6, false, "d")}, []bool{true, true, false, true}},
	} {
		l := newLiveness(noon)
		for i, u := range c.units {
			if got := l.see(u); got != c.fresh[i] {
				t.Errorf("%s: unit %d fresh %v, want %v", name, i, got, c.fresh[i])
			}
		}
	}
}
