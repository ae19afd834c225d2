package ingest

import (
	"hash/maphash"
	"time"
)

// liveness tells new pictures from old ones that are sent again. A picture is new
// if its presentation time goes beyond all before and its bits are not those of
// the picture before; within a group of pictures whose key unit is the same as
// the last key unit, none is new.
type liveness struct {
	seed     maphash.Seed
	last     uint64
	lastKey  uint64
	stale    bool // the latest key unit was a repetition
	top      time.Duration
	any      bool
	fresh    time.Time // when the latest new picture came
	repeated bool      // whether pictures came since that were not new
}

func newLiveness(now time.Time) *liveness {
	return &liveness{seed: maphash.MakeSeed(), fresh: now}
}

// see takes a unit and says whether its picture is new.
func (l *liveness) see(u Unit) bool {
	var h maphash.Hash
	h.SetSeed(l.seed)
	for _, nalu := range u.NALUs {
		if u.Codec == MJPEG || isPicture(u.Codec, nalu) {
			h.Write(nalu)
		}
	}
	sum := h.Sum64()
	first := !l.any
	same := !first && sum == l.last
	if u.Key {
		l.stale = !first && sum == l.lastKey
		l.lastKey = sum
	}
	ahead := first || u.PTS > l.top
	l.any, l.last, l.top = true, sum, max(l.top, u.PTS)
	if same || l.stale || !ahead {
		l.repeated = true
		return false
	}
	l.fresh, l.repeated = u.Received, false
	return true
}
