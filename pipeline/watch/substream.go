package watch

import (
	"errors"
	"slices"
	"strings"
	"time"

	"offsite/detectors"
	"offsite/pipeline"
	"offsite/pipeline/ingest"
	"offsite/pipeline/ring"
)

// fullWithin is how far from a look the picture may be that shows it in full resolution.
// It is a fortieth of a second off where both streams run; further than this it would
// show another moment.
const fullWithin = time.Second

// ring is where a frame's units are held.
func (w *Watch) ring(f *frame) *ring.Ring {
	if f.sub {
		return w.o.Sub
	}
	return w.o.Ring
}

// stream names the frame's stream as evidence does.
func (f *frame) stream() string {
	if f.sub {
		return pipeline.FromSubstream
	}
	return ""
}

// looked are the units that were looked at.
func (f *frame) looked() []ingest.Unit { return f.units[:f.end()] }

// full are the units of the main stream that show the same moment; none where the look
// was at the main stream, or they are not held.
func (f *frame) full() []ingest.Unit { return f.units[f.end():] }

// end is behind the last unit that was looked at.
func (f *frame) end() int {
	if i := slices.IndexFunc(f.units, func(u ingest.Unit) bool { return !u.Sub }); f.sub && i >= 0 {
		return i
	}
	return len(f.units)
}

// beside adds to a frame that a suspicion holds what shows its moment in full resolution,
// before the ring has gone on.
func (w *Watch) beside(f *frame) *frame {
	if f != nil && f.sub && len(f.full()) == 0 {
		f.units = slices.Concat(f.units, w.nearest(f.at))
	}
	return f
}

func (w *Watch) nearest(at time.Time) []ingest.Unit {
	if w.o.Ring == nil {
		return nil
	}
	return w.o.Ring.Nearest(at, fullWithin)
}

// fullStill shows a look at the substream as the main stream has it; nil where that holds
// no picture near enough, or none that can be decoded (the error then).
func (w *Watch) fullStill(z *zone, role string, f *frame, boxes []detectors.Detection) (*pipeline.Still, error) {
	units := f.full()
	if len(units) == 0 {
		units = w.nearest(f.at)
	}
	if len(units) == 0 {
		return nil, errNoFull
	}
	p, err := follow(units)
	if err != nil { // a unit that others are shown before; the key unit needs nothing else
		if units = units[:1]; units[0].At.Sub(f.at).Abs() > fullWithin {
			return nil, err
		}
		if p, err = follow(units); err != nil {
			return nil, err
		}
	}
	defer p.Release()
	s := &pipeline.Still{Unit: p.Unit, At: p.At, Role: role, Apart: p.At.Sub(f.at), Boxes: slices.Clone(boxes)}
	s.Codec, s.AccessUnit = bitsOf(units)
	return s, show(s, z.zone, p)
}

var errNoFull = errors.New("the main stream has no picture within a second of it; what the machine looked at stands alone")

// lookedClip cuts the substream around an incident whose looks were taken from it, and
// puts what people look at before what the machine did.
func (w *Watch) lookedClip(in *pipeline.Incident, from, to time.Time) error {
	slices.SortStableFunc(in.Stills, func(a, b pipeline.Still) int { return rank(a) - rank(b) })
	if w.o.Sub == nil || !slices.ContainsFunc(in.Looks, func(r pipeline.LookRecord) bool { return r.Stream != "" }) {
		return nil
	}
	told := w.o.Substream()
	in.Substream = &told
	c, err := w.o.Sub.Clip(from, to)
	if errors.Is(err, ring.ErrEmpty) || errors.Is(err, ring.ErrOutside) { // it fell silent; the looks before that are records
		return nil
	}
	if err != nil {
		return err
	}
	in.LookedClip, in.LookedFrom = c.MP4, c.From
	return nil
}

func rank(s pipeline.Still) int {
	if strings.HasPrefix(s.Role, pipeline.Looked) {
		return 1
	}
	return 0
}
