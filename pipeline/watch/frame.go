package watch

import (
	"slices"
	"time"

	"offsite/pipeline"
	"offsite/pipeline/decode"
	"offsite/pipeline/ingest"
)

const (
	keepFrames = 10              // looks whose pictures stay at hand: 20 s at 2 s
	earlier    = 4 * time.Second // how long before the beginning "before" is, if there is such a picture
)

// frame is a picture that was looked at, as compressed units (from the key unit to
// its own), or, where there are none, decoded. The units of earlier looks stay in the
// ring alone, from where they are taken when a suspicion begins. Behind units of the
// substream may then lie those of the main stream that show the same moment (full).
type frame struct {
	seq      uint64
	sub      bool // it is of the substream
	at       time.Time
	received time.Time
	course   pipeline.Course
	units    []ingest.Unit
	picture  *decode.Picture
}

// release gives a decoded picture up.
func (f *frame) release() {
	if f != nil && f.picture != nil {
		f.picture.Release()
		f.picture = nil
	}
}

// share makes another owner of the frame.
func (f *frame) share() *frame {
	if f == nil {
		return nil
	}
	g := *f
	if g.picture != nil {
		g.picture.Retain()
	}
	return &g
}

// decode gives its picture, which must be released.
func (f *frame) decode() (*decode.Picture, error) {
	if f.picture != nil {
		return f.picture.Retain(), nil
	}
	return follow(f.looked())
}

// follow decodes units, the first of which is a key unit, with a decoder of their own.
func follow(units []ingest.Unit) (*decode.Picture, error) {
	d := decode.New()
	defer d.Close()
	return d.Follow(units)
}

// bitsOf returns what a picture is decoded from.
func bitsOf(units []ingest.Unit) (codec string, bits []byte) {
	for _, u := range units {
		codec = u.Codec
		bits = u.AppendAnnexB(bits)
	}
	return codec, bits
}

// remember keeps the newest frames at hand.
func (w *Watch) remember(f *frame) {
	if n := len(w.recent); n > 0 && w.ring(w.recent[n-1]) != nil {
		w.recent[n-1].units = nil
	}
	w.recent = append(w.recent, f)
	if n := len(w.recent) - keepFrames; n > 0 {
		for _, old := range w.recent[:n] {
			old.release()
		}
		w.recent = slices.Delete(w.recent, 0, n)
	}
}

// frameBefore finds a picture of before a suspicion began: a few seconds before, or
// the oldest at hand.
func (w *Watch) frameBefore(first time.Time) *frame {
	var found *frame
	for _, f := range w.recent {
		if w.atHand(f) && (found == nil && f.at.Before(first) || !f.at.After(first.Add(-earlier))) {
			found = f
		}
	}
	return w.take(found)
}

// frameAt finds the picture of the beginning, now if there is none nearer.
func (w *Watch) frameAt(first time.Time, now *frame) *frame {
	for _, f := range w.recent {
		if f.at.Before(first) {
			continue
		}
		if g := w.take(f); g != nil {
			return g
		}
	}
	return now.share()
}

func (w *Watch) atHand(f *frame) bool {
	if len(f.units) > 0 || f.picture != nil {
		return true
	}
	r := w.ring(f)
	return r != nil && r.Holds(f.seq)
}

// take makes another owner of a frame, with its units; nil if they are gone.
func (w *Watch) take(f *frame) *frame {
	g := f.share()
	if g == nil || len(g.units) > 0 || g.picture != nil {
		return g
	}
	if r := w.ring(g); r != nil {
		if g.units = r.Upto(g.seq, w.held(g)); len(g.units) == 0 {
			return nil
		}
	}
	return g
}

// held are the units of a frame that some zone holds already for its stills: zones in which
// a suspicion begins at the same look share them. The time tells the unit of another node,
// which numbers its own, from ours.
func (w *Watch) held(f *frame) []ingest.Unit {
	for _, z := range w.zones {
		for _, g := range []*frame{z.before, z.start} {
			if g != nil && g.seq == f.seq && g.sub == f.sub && g.at.Equal(f.at) {
				return g.looked()
			}
		}
	}
	return nil
}
