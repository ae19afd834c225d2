package ring

import (
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"offsite/pipeline/ingest"
)

var (
	// ErrEmpty says that the ring holds nothing: the camera has not been live, or
	// not for long. Record the incident without a clip, with the reason.
	ErrEmpty = errors.New("the ring holds no pictures")
	// ErrOutside says that the wanted time is not in the ring, or not any more: ask
	// sooner, or make the ring larger.
	ErrOutside = errors.New("the ring holds no pictures of that time")
)

// Clip is a piece of a camera's stream.
type Clip struct {
	MP4      []byte // fragmented; samples are the camera's own bits
	Codec    string
	From     time.Time // camera's wall-clock time of the first picture
	To       time.Time // and of the last
	FirstSeq uint64    // Unit.Seq of the first picture
	LastSeq  uint64
	Pictures []Picture // in order of decoding, one for each sample
	Cut      bool      // starts later than asked, for the parameter sets or the ring's span
	// Late is how much later it starts than both what was asked and the ring's span allow,
	// since the ring was given nothing before.
	Late   time.Duration
	Params *ingest.Params
}

// Picture is one sample of a clip.
type Picture struct {
	Seq   uint64
	At    time.Time // camera's wall-clock time
	Key   bool
	Bytes int
	Gap   bool // pictures before this one are missing
}

// Clip cuts from the last key unit at or before from to the last unit at or before
// to. Where the parameter sets or the codec change in between, it starts at the
// latest change: two sets do not mix in one file. It fails with ErrEmpty or
// ErrOutside.
func (r *Ring) Clip(from, to time.Time) (Clip, error) {
	pieces, cut, late, err := r.copyOut(from, to)
	if err != nil {
		return Clip{}, fmt.Errorf("cut a clip from %s to %s: %w",
			from.Format(time.RFC3339Nano), to.Format(time.RFC3339Nano), err)
	}
	clip, err := mux(pieces)
	if err != nil {
		return Clip{}, fmt.Errorf("cut a clip from %s to %s: %w",
			from.Format(time.RFC3339Nano), to.Format(time.RFC3339Nano), err)
	}
	clip.Cut, clip.Late = cut, late
	return clip, nil
}

// piece is one unit and its framed bits.
type piece struct {
	unit ingest.Unit // without NALUs
	bits []byte
}

// copyOut copies what a clip needs, so that Push need not wait for the muxer.
func (r *Ring) copyOut(from, to time.Time) (_ []piece, cut bool, late time.Duration, _ error) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if len(r.entries) == 0 {
		return nil, false, 0, ErrEmpty
	}
	first := r.keyBefore(from)
	last := r.lastBefore(to)
	if last < first {
		return nil, false, 0, ErrOutside
	}
	start := r.afterChange(first, last)
	begin, end := r.entries[start].unit.At, r.entries[last].unit.At
	cut = start > first || begin.After(from)
	if start == 0 && r.evicted == 0 {
		late = max(0, min(begin.Sub(from), r.limits.Span-end.Sub(begin)))
	}
	size := 0
	for _, e := range r.entries[start : last+1] {
		size += e.size
	}
	bits := make([]byte, 0, size)
	pieces := make([]piece, 0, last+1-start)
	for _, e := range r.entries[start : last+1] {
		at := len(bits)
		bits = append(bits, r.arena[e.at:e.at+e.size]...)
		pieces = append(pieces, piece{unit: e.unit, bits: bits[at:len(bits):len(bits)]})
	}
	return pieces, cut, late, nil
}

// lastBefore returns the index of the newest unit at or before t, -1 if none.
func (r *Ring) lastBefore(t time.Time) int {
	for i := len(r.entries) - 1; i >= 0; i-- {
		if !r.entries[i].unit.At.After(t) {
			return i
		}
	}
	return -1
}

// afterChange returns the latest key unit in [first, last] with which other
// parameter sets begin; first where they stay the same.
func (r *Ring) afterChange(first, last int) int {
	for i := last; i > first; i-- {
		a, b := r.entries[i-1].unit, r.entries[i].unit
		if a.Codec == b.Codec && a.Params == b.Params {
			continue
		}
		if key := r.nextKey(i); key >= 0 && key <= last {
			return key
		}
	}
	return first
}

// WallClock reads the prft boxes of a clip: for each fragment the NTP time of its
// first picture. It is what a reader without our program can do, and what tests
// compare with.
func WallClock(mp4 []byte) ([]time.Time, error) {
	var times []time.Time
	for len(mp4) >= 8 {
		size := int(binary.BigEndian.Uint32(mp4))
		if size < 8 || size > len(mp4) {
			return nil, fmt.Errorf("read the clip's boxes: a box of %d bytes where %d are left", size, len(mp4))
		}
		if string(mp4[4:8]) == "prft" && size >= 32 {
			times = append(times, fromNTP(binary.BigEndian.Uint64(mp4[16:])))
		}
		mp4 = mp4[size:]
	}
	return times, nil
}
