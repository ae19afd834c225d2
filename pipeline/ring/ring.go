package ring

import (
	"cmp"
	"encoding/binary"
	"slices"
	"sync"
	"time"

	"offsite/pipeline/ingest"
)

// Limits bound a ring.
type Limits struct {
	Span  time.Duration // of our clock that is kept at least, if it fits; default 20 s
	Bytes int           // of the arena; default 32 MiB
}

const (
	defaultSpan = 20 * time.Second
	// DefaultBytes is the default of Limits.Bytes.
	DefaultBytes = 32 << 20
	firstArena   = 1 << 20 // the arena starts small and grows
	lengthPrefix = 4       // before each NAL unit, as in MP4
)

// Stats are counts and sizes of a ring.
type Stats struct {
	Units    int           // held now
	Bytes    int           // held now, framing included
	Arena    int           // allocated
	Span     time.Duration // from the oldest unit's arrival to the newest's
	Evicted  uint64        // dropped for age or room
	Rejected uint64        // units that found no key unit before them, or no room at all
}

// Ring holds the last seconds of one camera. It may be used from any goroutine.
type Ring struct {
	limits Limits

	mu       sync.RWMutex
	whole    []byte // reserved for the arena to grow in
	arena    []byte
	entries  []entry // in order of arrival; the first is a key unit
	head     int     // where the next unit is written
	evicted  uint64
	rejected uint64
}

// entry is one unit; its bits lie in arena[at : at+size], each NAL unit after its
// length in four bytes, or one JPEG as it is.
type entry struct {
	unit ingest.Unit // without NALUs
	at   int
	size int
}

// New makes an empty ring.
func New(l Limits) *Ring {
	if l.Span <= 0 {
		l.Span = defaultSpan
	}
	if l.Bytes <= 0 {
		l.Bytes = DefaultBytes
	}
	return &Ring{limits: l}
}

// Push copies a unit in and drops what is too old. It says false where the unit
// cannot be kept: no key unit came before it, or it alone is larger than the ring.
func (r *Ring) Push(u ingest.Unit) bool {
	size := framedSize(u)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.expire(u.Received)
	if len(r.entries) == 0 && !u.Key || size > r.limits.Bytes {
		r.rejected++
		return false
	}
	at := r.place(size)
	if len(r.entries) == 0 && !u.Key { // its group had to go to make room
		r.rejected++
		return false
	}
	r.write(at, u)
	r.head = at + size
	u.NALUs = nil
	r.entries = append(r.entries, entry{unit: u, at: at, size: size})
	return true
}

// framedSize is how many bytes of the arena a unit takes.
func framedSize(u ingest.Unit) int {
	if u.Codec == ingest.MJPEG {
		return u.Size()
	}
	return u.Size() + lengthPrefix*len(u.NALUs)
}

func (r *Ring) write(at int, u ingest.Unit) {
	for _, nalu := range u.NALUs {
		if u.Codec != ingest.MJPEG {
			binary.BigEndian.PutUint32(r.arena[at:], uint32(len(nalu)))
			at += lengthPrefix
		}
		at += copy(r.arena[at:], nalu)
	}
}

// expire drops whole groups while the rest still spans enough.
func (r *Ring) expire(now time.Time) {
	for {
		next := r.nextKey(1)
		if next < 0 || now.Sub(r.entries[next].unit.Received) < r.limits.Span {
			return
		}
		r.dropFirst(next)
	}
}

// nextKey returns the index of the first key unit from i on, -1 if none.
func (r *Ring) nextKey(i int) int {
	for ; i < len(r.entries); i++ {
		if r.entries[i].unit.Key {
			return i
		}
	}
	return -1
}

// dropFirst forgets the n oldest units. The slice is moved only once most of it
// is unused, so that dropping costs nothing on average.
func (r *Ring) dropFirst(n int) {
	r.evicted += uint64(n)
	rest := r.entries[n:]
	if len(rest) == 0 {
		r.entries, r.head = r.entries[:0], 0
		return
	}
	if cap(r.entries)-cap(rest) >= 0 && len(rest) < cap(r.entries)/2 {
		rest = append(r.entries[:0], rest...)
	}
	r.entries = rest
}

// place finds room for size bytes in one piece, growing the arena or dropping
// whole groups as needed.
func (r *Ring) place(size int) int {
	for {
		if at, ok := r.room(size); ok {
			return at
		}
		if r.grow(size) {
			continue
		}
		next := r.nextKey(1)
		if next < 0 {
			next = len(r.entries)
		}
		r.dropFirst(next)
	}
}

// room looks for a free piece after the newest unit, or at the arena's beginning.
func (r *Ring) room(size int) (int, bool) {
	if len(r.entries) == 0 {
		return 0, size <= len(r.arena)
	}
	oldest := r.entries[0].at
	if r.head > oldest { // used: [oldest, head)
		if r.head+size <= len(r.arena) {
			return r.head, true
		}
		return 0, size < oldest
	}
	return r.head, r.head+size < oldest // used: [oldest, end) and [0, head)
}

// grow makes the arena larger by a quarter within the limit.
func (r *Ring) grow(size int) bool {
	if len(r.arena) >= r.limits.Bytes {
		return false
	}
	if r.whole == nil {
		r.whole = reserve(r, r.limits.Bytes)
	}
	if len(r.entries) > 0 && r.head <= r.entries[0].at {
		r.straighten()
	}
	n := max(firstArena, len(r.arena)+len(r.arena)/4, len(r.arena)+2*size)
	r.arena = r.whole[:min(n, r.limits.Bytes)]
	return true
}

// straighten moves the units to the arena's beginning, in order.
func (r *Ring) straighten() {
	var held []byte
	for i := range r.entries {
		e := &r.entries[i]
		bits := r.arena[e.at : e.at+e.size]
		e.at = len(held)
		held = append(held, bits...)
	}
	r.head = copy(r.arena, held)
}

// LatestKey returns the newest key unit, copied.
func (r *Ring) LatestKey() (ingest.Unit, bool) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	for i := len(r.entries) - 1; i >= 0; i-- {
		if r.entries[i].unit.Key {
			return r.read(i), true
		}
	}
	return ingest.Unit{}, false
}

// Unit returns the unit of that number, copied, if it is still held.
func (r *Ring) Unit(seq uint64) (ingest.Unit, bool) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	i := r.index(seq)
	if i < 0 {
		return ingest.Unit{}, false
	}
	return r.read(i), true
}

// Holds says whether the unit of that number is still held.
func (r *Ring) Holds(seq uint64) bool {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.index(seq) >= 0
}

// Since returns, copied and in order of decoding, the units needed to show the
// picture at t and all after it: from the last key unit at or before t, or from
// the oldest.
func (r *Ring) Since(t time.Time) []ingest.Unit {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if len(r.entries) == 0 {
		return nil
	}
	from := r.keyBefore(t)
	units := make([]ingest.Unit, 0, len(r.entries)-from)
	for i := from; i < len(r.entries); i++ {
		units = append(units, r.read(i))
	}
	return units
}

// keyBefore returns the index of the newest key unit at or before t, else 0.
func (r *Ring) keyBefore(t time.Time) int {
	for i := len(r.entries) - 1; i > 0; i-- {
		if e := r.entries[i].unit; e.Key && !e.At.After(t) {
			return i
		}
	}
	return 0
}

// Stats returns counts and sizes.
func (r *Ring) Stats() Stats {
	r.mu.RLock()
	defer r.mu.RUnlock()
	s := Stats{Units: len(r.entries), Arena: len(r.arena), Evicted: r.evicted, Rejected: r.rejected}
	for _, e := range r.entries {
		s.Bytes += e.size
	}
	if n := len(r.entries); n > 0 {
		s.Span = r.entries[n-1].unit.Received.Sub(r.entries[0].unit.Received)
	}
	return s
}

// read copies a unit out of the arena.
func (r *Ring) read(i int) ingest.Unit {
	e := r.entries[i]
	u := e.unit
	bits := append(make([]byte, 0, e.size), r.arena[e.at:e.at+e.size]...)
	u.NALUs = split(u.Codec, bits)
	return u
}

// split finds the NAL units within framed bits.
func split(codec string, bits []byte) [][]byte {
	if codec == ingest.MJPEG {
		return [][]byte{bits}
	}
	var nalus [][]byte
	for len(bits) >= lengthPrefix {
		n := int(binary.BigEndian.Uint32(bits))
		if n > len(bits)-lengthPrefix {
			break
		}
		nalus = append(nalus, bits[lengthPrefix:lengthPrefix+n:lengthPrefix+n])
		bits = bits[lengthPrefix+n:]
	}
	return nalus
}

// Upto returns, copied and in order of decoding, the units needed to show that one:
// from the last key unit at or before it. Nothing is returned where it is not held.
// What known, an earlier answer, holds of them is taken from there and not copied
// again, so that a long group of pictures is copied once.
func (r *Ring) Upto(seq uint64, known []ingest.Unit) []ingest.Unit {
	r.mu.RLock()
	defer r.mu.RUnlock()
	last := r.index(seq)
	if last < 0 {
		return nil
	}
	first := last
	for first > 0 && !r.entries[first].unit.Key {
		first--
	}
	units := make([]ingest.Unit, 0, last-first+1)
	if len(known) > 0 && known[0].Seq == r.entries[first].unit.Seq {
		units = append(units, known[:min(len(known), last-first+1)]...)
	}
	for i := first + len(units); i <= last; i++ {
		units = append(units, r.read(i))
	}
	return units
}

// index finds the unit of that number, -1 if it is not held.
func (r *Ring) index(seq uint64) int {
	i, found := slices.BinarySearchFunc(r.entries, seq, func(e entry, seq uint64) int { return cmp.Compare(e.unit.Seq, seq) })
	if !found {
		return -1
	}
	return i
}
