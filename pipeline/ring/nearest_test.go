package ring

import (
	"testing"
	"time"

	"offsite/pipeline/ingest"
)

// The picture nearest in time comes with the units that it needs, and is the last of them
// to be shown; of another moment none is given.
func TestNearestPicture(t *testing.T) {
	t.Parallel()
	r, begun := New(Limits{}), time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)
	at := func(ms int) time.Time { return begun.Add(time.Duration(ms) * time.Millisecond) }
	// In order of decoding, as with B-frames: 120 refers past 40 and 80.
	for i, u := range []struct {
		ms  int
		key bool
	}{{0, true}, {120, false}, {40, false}, {80, false}, {160, false}, {1000, true}, {1040, false}} {
		r.Push(ingest.Unit{Seq: uint64(i + 1), Codec: ingest.H264, NALUs: [][]byte{{0x65, byte(i)}}, Key: u.key, At: at(u.ms), Received: at(i * 40)})
	}
	for _, c := range []struct {
		ms, within  int
		first, last uint64 // 0: none
		key         uint64
	}{
		{-5, 1000, 1, 1, 1}, {110, 1000, 1, 2, 1}, {85, 1000, 1, 2, 1}, {150, 1000, 1, 5, 1}, {1030, 1000, 6, 7, 6},
		{600, 100, 0, 0, 0}, {600, 400, 6, 6, 6}, {570, 420, 1, 5, 0}, {2000, 500, 0, 0, 0}, {2000, 960, 6, 7, 0},
	} {
		within := time.Duration(c.within) * time.Millisecond
		units := r.Nearest(at(c.ms), within)
		var first, last, nearest uint64
		if len(units) > 0 {
			first, last = units[0].Seq, units[len(units)-1].Seq
		}
		if key, ok := r.NearestKey(at(c.ms), within); ok {
			nearest = key.Seq
		}
		if first != c.first || last != c.last || nearest != c.key {
			t.Errorf("at %d ms within %s: units %d to %d, key %d; want %d to %d, %d", c.ms, within, first, last, nearest, c.first, c.last, c.key)
		}
	}
}
