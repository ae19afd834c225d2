package ring

import (
	"bytes"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"offsite/pipeline/ingest"
)

var epoch = time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)

// picture makes a unit of n bytes in two NAL units, 40 ms after the one before.
func picture(seq uint64, key bool, n int) ingest.Unit {
	at := epoch.Add(time.Duration(seq) * 40 * time.Millisecond)
	bits := bytes.Repeat([]byte{byte(seq), byte(seq >> 8), 7}, n/3+1)[:n]
	kind := byte(1)
	if key {
		kind = 5
	}
	return ingest.Unit{
		Seq: seq, Codec: ingest.H264, Key: key, PTS: time.Duration(seq) * 40 * time.Millisecond,
		At: at, Received: at, NALUs: [][]byte{{6, byte(seq)}, append([]byte{kind}, bits...)},
	}
}

func sameUnit(a, b ingest.Unit) bool {
	if a.Seq != b.Seq || a.Key != b.Key || len(a.NALUs) != len(b.NALUs) || !a.At.Equal(b.At) || a.PTS != b.PTS {
		return false
	}
	for i := range a.NALUs {
		if !bytes.Equal(a.NALUs[i], b.NALUs[i]) {
			return false
		}
	}
	return true
}

// TestWhatIsHeldIsWhatWasPushed pushes streams of all shapes and compares what
// the ring holds with a plain list.
func TestWhatIsHeldIsWhatWasPushed(t *testing.T) {
	t.Parallel()
	for seed := range uint64(60) {
		rnd := rand.New(rand.NewPCG(seed, 1))
		limits := Limits{
			Span:  time.Duration(rnd.IntN(4000)+100) * time.Millisecond,
			Bytes: rnd.IntN(3<<20) + 20_000,
		}
		r := New(limits)
		pushed := map[uint64]ingest.Unit{}
		gop := rnd.IntN(50) + 1
		largest := rnd.IntN(60_000) + 10
		for seq := uint64(1); seq < 600; seq++ {
			u := picture(seq, int(seq)%gop == 0, rnd.IntN(largest))
			pushed[seq] = u
			r.Push(u)
			if seq%7 == 0 {
				checkHeld(t, r, limits, pushed, seq)
			}
		}
		if t.Failed() {
			t.Fatalf("seed %d, limits %+v, gop %d", seed, limits, gop)
		}
	}
}

func checkHeld(t *testing.T, r *Ring, limits Limits, pushed map[uint64]ingest.Unit, now uint64) {
	t.Helper()
	s := r.Stats()
	if s.Arena > limits.Bytes || s.Bytes > s.Arena {
		t.Errorf("at %d: %d bytes held, arena %d, limit %d", now, s.Bytes, s.Arena, limits.Bytes)
	}
	held := r.Since(epoch.Add(-time.Hour))
	if len(held) == 0 {
		return
	}
	if !held[0].Key {
		t.Errorf("at %d: the oldest unit held (%d) is no key unit", now, held[0].Seq)
	}
	for i, u := range held {
		if !sameUnit(u, pushed[u.Seq]) {
			t.Fatalf("at %d: unit %d is not what was pushed", now, u.Seq)
		}
		if i > 0 && u.Seq != held[i-1].Seq+1 {
			t.Errorf("at %d: unit %d follows %d", now, u.Seq, held[i-1].Seq)
		}
	}
	for i := 1; i < len(held); i++ { // nothing older than needed is kept
		if held[i].Key {
			if age := pushed[now].Received.Sub(held[i].Received); age > limits.Span+40*time.Millisecond {
				t.Errorf("at %d: the second group is %s old, limit %s", now, age, limits.Span)
			}
			break
		}
	}
	last := held[len(held)-1]
	if u, ok := r.Unit(last.Seq); !ok || !sameUnit(u, pushed[last.Seq]) {
		t.Errorf("at %d: Unit(%d) differs", now, last.Seq)
	}
	if _, ok := r.Unit(held[0].Seq - 1); ok {
		t.Errorf("at %d: a dropped unit is still found", now)
	}
	if key, ok := r.LatestKey(); !ok || !sameUnit(key, pushed[key.Seq]) {
		t.Errorf("at %d: LatestKey differs", now)
	}
}

func TestKeepsTheWholeSpanIfItFits(t *testing.T) {
	t.Parallel()
	r := New(Limits{Span: 2 * time.Second})
	for seq := uint64(0); seq < 500; seq++ {
		r.Push(picture(seq, seq%25 == 0, 2000))
	}
	s := r.Stats()
	if s.Span < 2*time.Second || s.Span > 3*time.Second+40*time.Millisecond {
		t.Errorf("spans %s, want 2 s to 2 s and a group", s.Span)
	}
	since := r.Since(epoch.Add(490 * 40 * time.Millisecond))
	if since[0].Seq != 475 || len(since) != 25 {
		t.Errorf("Since starts at %d with %d units, want 475 with 25", since[0].Seq, len(since))
	}
}

func TestRefusesWhatCannotBeDecoded(t *testing.T) {
	t.Parallel()
	r := New(Limits{Bytes: 10_000})
	if r.Push(picture(1, false, 10)) {
		t.Error("kept a unit with no key unit before it")
	}
	if r.Push(picture(2, true, 20_000)) {
		t.Error("kept a unit larger than the ring")
	}
	r.Push(picture(3, true, 4000))
	for seq := uint64(4); seq < 20; seq++ { // one long group that outgrows the ring
		r.Push(picture(seq, false, 4000))
	}
	if s := r.Stats(); s.Units != 0 || s.Rejected == 0 {
		t.Errorf("after a group larger than the ring: %+v", s)
	}
	if !r.Push(picture(20, true, 4000)) {
		t.Error("did not go on at the next key unit")
	}
}

func TestManyReadersOneWriter(t *testing.T) {
	t.Parallel()
	r := New(Limits{Bytes: 200_000, Span: time.Second})
	var work sync.WaitGroup
	stop := make(chan struct{})
	for range 4 {
		work.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				if u, ok := r.LatestKey(); ok && !sameUnit(u, picture(u.Seq, true, 3000)) {
					t.Error("a reader saw torn bits")
				}
				for _, u := range r.Since(epoch) {
					if !sameUnit(u, picture(u.Seq, u.Key, 3000)) {
						t.Error("a reader saw torn bits")
					}
				}
			}
		})
	}
	for seq := uint64(1); seq < 3000; seq++ {
		r.Push(picture(seq, seq%10 == 0, 3000))
	}
	close(stop)
	work.Wait()
}

// A long group is copied once, however many of its pictures are looked at.
func TestUptoSharesWhatIsKnown(t *testing.T) {
	t.Parallel()
	r := New(Limits{})
	for seq := uint64(1); seq <= 60; seq++ {
		r.Push(picture(seq, seq%25 == 0, 2000))
	}
	var known []ingest.Unit
	for _, seq := range []uint64{25, 30, 30, 44, 27, 50, 60} {
		units := r.Upto(seq, known)
		first := seq / 25 * 25
		if uint64(len(units)) != seq-first+1 {
			t.Fatalf("up to %d there are %d units, want those from %d on", seq, len(units), first)
		}
		for i, u := range units {
			if !sameUnit(u, picture(first+uint64(i), i == 0, 2000)) {
				t.Errorf("up to %d: unit %d differs", seq, u.Seq)
			}
			if i < len(known) && known[0].Seq == first && &u.NALUs[0][0] != &known[i].NALUs[0][0] {
				t.Errorf("up to %d: unit %d was copied again", seq, u.Seq)
			}
		}
		known = units
	}
	if r.Upto(61, known) != nil || r.Holds(61) || !r.Holds(60) {
		t.Error("a unit that never came is held")
	}
}
