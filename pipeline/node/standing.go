package node

import (
	"maps"
	"time"

	"offsite/detectors"
	"offsite/pipeline"
	"offsite/pipeline/decode"
	"offsite/pipeline/ingest"
)

// jpeg decodes and encodes the newest picture, once.
func (c *camera) jpeg() ([]byte, time.Time, bool) {
	c.mu.Lock()
	units, encoded := c.newest, c.encoded
	c.mu.Unlock()
	if len(units) == 0 {
		return nil, time.Time{}, false
	}
	last := units[len(units)-1]
	if encoded != nil {
		return encoded, last.At, true
	}
	shown := units
	if last.Sub { // people see the main stream
		if key, ok := c.ring.NearestKey(last.At, compareApart); ok {
			shown = []ingest.Unit{key}
		}
	}
	const width = 1280
	made, err := decode.JPEG(width, shown...)
	if err != nil {
		c.log.Error("the newest picture cannot be encoded", "error", err)
		return nil, time.Time{}, false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if n := len(c.newest); n > 0 && c.newest[n-1].Seq == last.Seq {
		c.encoded = made
	}
	return made, last.At, true
}

// source tells what the camera's main stream is, for incidents.
func (c *camera) source() (pipeline.Stream, pipeline.Clock) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.stream.stream(), c.clock()
}

func (c *camera) clock() pipeline.Clock {
	if c.reader == nil {
		return pipeline.Clock{Source: "arrival"}
	}
	k := c.reader.Clock()
	return pipeline.Clock{Source: k.Source, OffsetNS: k.Offset}
}

// status puts together where the camera stands.
func (c *camera) status() CameraStatus {
	waits := c.node.queue.Waits(c.id)
	c.mu.Lock()
	defer c.mu.Unlock()
	t := &c.seen
	s := CameraStatus{
		CameraID: c.id, State: Connecting, LastUnitAt: t.lastUnit, LastLookAt: t.lastLook, LookEvery: c.cadence.Every,
		Looks: t.looks, Unchanged: t.unchanged, Dropped: maps.Clone(t.dropped),
		Health: string(t.health), HealthWhy: t.healthWhy, Open: t.open,
		Stream: c.stream.stream(), Clock: c.clock(), BytesPerSecond: c.stream.rate(c.node.o.Now()),
	}
	if waits.IsZero() {
		waits = t.since
	}
	if !waits.IsZero() {
		s.OldestLookAge = max(0, c.node.o.Now().Sub(waits))
	}
	if c.watch == nil {
		s.State, s.Why = Failed, c.wrong
		return s
	}
	kept := c.ring.Stats()
	s.Rejected, s.RingBytes = kept.Rejected, kept.Arena+c.sub.ring.Stats().Arena
	s.Faults, s.Waiting = c.watch.Faults(), c.out.waiting()
	if c.reader != nil {
		state, counters := c.reader.State(), c.reader.Counters()
		s.State, s.Since, s.Transport, s.Units = string(state.Phase), state.Since, state.Transport, counters.Units
		s.Lost, s.Damaged = counters.Lost, counters.Damaged
		if state.Why != nil {
			s.Why = detectors.Explanation{ZH: state.Why.ZH, EN: state.Why.EN}
		}
	}
	if s.Why == (detectors.Explanation{}) && len(s.Faults) > 0 {
		s.Why = s.Faults[0].Why
	}
	if s.Substream = c.sub.status(c.node.o.Now()); s.Substream != nil && s.Why == (detectors.Explanation{}) && s.HealthWhy == (detectors.Explanation{}) {
		s.Why = s.Substream.Why
	}
	return s
}
