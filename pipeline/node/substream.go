package node

import (
	"context"
	"time"

	"offsite/detectors"
	"offsite/pipeline"
	"offsite/pipeline/ingest"
	"offsite/pipeline/look"
	"offsite/pipeline/ring"
)

// Where a substream stands.
const (
	SubstreamLooked    = "looked"    // looks are taken from it; else they are from the main stream
	SubstreamComparing = "comparing" // it is not known yet to show what the main stream shows
	SubstreamGone      = "gone"      // no picture comes
	SubstreamRefused   = "refused"   // it shows another view
)

const (
	compareEvery = 5 * time.Minute  // that a substream shows the main stream's view is not taken for granted
	compareAgain = 30 * time.Second // where it cannot be told yet
	compareApart = 3 * time.Second  // between the two key pictures at most
	otherAfter   = 3                // comparisons in a row that show another view: one may fall into a turn of the camera
	clocksAgree  = time.Second      // further off, a substream's own times are not gone by
	smallRing    = 4                // a substream's ring is bounded by this part of the main one's
)

// substream is the second stream of a camera. Its looks count as the camera's. What is
// not said otherwise is under the camera's lock.
type substream struct {
	c      *camera
	ring   *ring.Ring
	reader *ingest.Reader // nil while unplugged, or where the camera has none
	base   uint64         // as the camera's
	last   time.Time      // latest unit, our clock
	stream streamMeter
	adrift bool // its own times are not gone by

	verdict string // "", SubstreamLooked or SubstreamRefused: what the comparison says
	why     detectors.Explanation
	fit     look.Fit
	due     time.Time // when it is compared next
	other   int       // comparisons in a row that showed another view
}

func newSubstream(c *camera) *substream {
	limits := c.node.o.Ring
	limits.Bytes /= smallRing
	if limits.Bytes == 0 {
		limits.Bytes = ring.DefaultBytes / smallRing
	}
	return &substream{c: c, ring: ring.New(limits)}
}

// plug connects a reader, where the camera names a substream. What was found out of the
// one before does not count.
func (s *substream) plug(ctx context.Context) {
	c := s.c
	c.mu.Lock()
	if c.config.Substream == "" {
		c.mu.Unlock()
		return
	}
	s.last, s.adrift = time.Time{}, false
	s.verdict, s.why, s.other, s.due = "", detectors.Explanation{}, 0, time.Time{}
	r := c.newReader(c.id+" substream", c.config.Substream, s)
	s.reader = r
	c.mu.Unlock()
	if err := r.Start(ctx); err != nil {
		c.log.Error("the camera's substream cannot be read", "error", err)
	}
}

// unplug stops reading and waits until no unit comes any more.
func (s *substream) unplug() { s.c.stop(&s.reader, &s.base) }

// OnUnit implements ingest.Handler.
func (s *substream) OnUnit(u ingest.Unit) {
	c := s.c
	c.mu.Lock()
	u.Seq += s.base
	u.Sub = true
	s.agree(&u)
	s.last = u.Received
	s.stream.see(u)
	due, urgency := s.looked(u.Received) && c.alive() && c.cadence.Due(u), c.pace.urgency()
	c.mu.Unlock()
	c.take(s.ring, u, due, urgency)
}

// OnState implements ingest.Handler.
func (s *substream) OnState(ingest.State) { s.c.changed() }

// agree puts a unit's time on the main stream's clock where its own is another: a camera may
// tell its time for one of the two alone, or two times.
func (s *substream) agree(u *ingest.Unit) {
	main, own := s.c.clock(), s.reader.Clock()
	s.adrift = own.Source != main.Source || own.Source == "rtcp" && (own.Offset-main.OffsetNS).Abs() > clocksAgree
	if !s.adrift {
		return
	}
	if u.At = u.Received; main.Source == "rtcp" {
		u.At = u.At.Add(main.OffsetNS)
	}
}

// looked says whether looks are taken from the substream now: it shows the main stream's
// view, and pictures come.
func (s *substream) looked(now time.Time) bool {
	return s.verdict == SubstreamLooked && s.flows(now)
}

// flows says whether pictures come. Two missed looks are enough to go back to the main
// stream.
func (s *substream) flows(now time.Time) bool {
	return s.reader != nil && !s.last.IsZero() && now.Sub(s.last) < 2*s.c.every() && s.reader.State().Phase == ingest.Live
}

// alive says whether the camera's main stream is: without it nobody could be shown what
// was found, and the camera counts as gone.
func (c *camera) alive() bool { return c.reader != nil && c.reader.State().Phase == ingest.Live }

// described tells what the substream sends, for incidents.
func (s *substream) described() pipeline.Substream {
	s.c.mu.Lock()
	defer s.c.mu.Unlock()
	main := s.c.clock()
	d := pipeline.Substream{Stream: s.stream.stream(), Clock: pipeline.Clock{Source: "main", OffsetNS: main.OffsetNS}}
	if s.reader != nil && !s.adrift {
		k := s.reader.Clock()
		d.Clock = pipeline.Clock{Source: k.Source, OffsetNS: k.Offset}
	}
	return d
}

// status tells where it stands; nil where the camera has none.
func (s *substream) status(now time.Time) *SubstreamStatus {
	if s.reader == nil {
		return nil
	}
	state, counters := s.reader.State(), s.reader.Counters()
	d := &SubstreamStatus{State: SubstreamComparing, Stream: s.stream.stream(), Fit: s.fit.Here, BytesPerSecond: s.stream.rate(now),
		Lost: counters.Lost + counters.Damaged + s.ring.Stats().Rejected}
	switch {
	case s.verdict == SubstreamRefused:
		d.State, d.Why = SubstreamRefused, s.why
	case s.looked(now):
		d.State = SubstreamLooked
	case !s.flows(now) && (!s.last.IsZero() || state.Phase == ingest.Failed):
		d.State, d.Why = SubstreamGone, detectors.Explanation{
			ZH: "子码流没有画面，检测暂用主码流", EN: "no picture comes from the substream; looks are taken from the main stream"}
		if state.Why != nil {
			d.Why.ZH += "：" + state.Why.ZH
			d.Why.EN += ": " + state.Why.EN
		}
	default:
		d.Why = s.why
	}
	return d
}

// compare holds the two streams' pictures against each other where that is due. It is
// called after looks, which follow one another.
func (s *substream) compare() {
	c := s.c
	now := c.node.o.Now()
	c.mu.Lock()
	due := s.flows(now) && (!now.Before(s.due) || s.due.Sub(now) > compareEvery) // our clock may be set back
	c.mu.Unlock()
	if !due {
		return
	}
	sub, ok := s.ring.LatestKey()
	if !ok {
		return
	}
	main, ok := c.ring.NearestKey(sub.At, compareApart)
	if !ok {
		return
	}
	a, err := c.node.view(main)
	if err != nil {
		return // a look at it tells
	}
	b, err := c.node.view(sub)
	if err != nil {
		c.log.Debug("a picture of the substream cannot be decoded", "error", err)
		return
	}
	agreed, err := look.Agree(a, b)
	if err != nil {
		c.log.Error("the camera's streams cannot be compared", "error", err)
		return
	}
	if s.judge(agreed, now) {
		c.changed()
	}
}

// view decodes a key unit.
func (n *Node) view(u ingest.Unit) (look.View, error) {
	p, err := n.decoders.Decode(u)
	if err != nil {
		return look.View{}, err
	}
	defer p.Release()
	return look.ViewOf(p)
}

// judge takes a comparison, and says whether that changed anything.
func (s *substream) judge(a look.Agreement, now time.Time) bool {
	s.c.mu.Lock()
	defer s.c.mu.Unlock()
	before := s.verdict
	switch {
	case !a.Known && before == "":
		s.why, s.due, s.other = a.Why, now.Add(compareAgain), 0
		return true
	case !a.Known: // it was the same view by day
		s.due, s.other = now.Add(compareEvery), 0
		return false
	case a.Same:
		s.verdict, s.why, s.other = SubstreamLooked, detectors.Explanation{}, 0
	default:
		if s.other++; s.other < otherAfter && before != SubstreamRefused {
			s.fit = a.Fit
			return false // again with the next look
		}
		s.verdict, s.why, s.other = SubstreamRefused, a.Why, 0
	}
	s.fit, s.due = a.Fit, now.Add(compareEvery)
	return before != s.verdict
}
