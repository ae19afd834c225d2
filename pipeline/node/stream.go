package node

import (
	"time"

	"offsite/pipeline"
	"offsite/pipeline/ingest"
)

// rateSpan is over how long the bytes per second are measured.
const rateSpan = 4 * time.Second

// streamMeter measures what a camera sends.
type streamMeter struct {
	codec  string
	params *ingest.Params
	key    time.Duration // stream time of the latest key unit
	units  int           // since then
	gop    time.Duration // from key unit to key unit, latest
	fps    float64       // measured over the latest group

	from  time.Time // of the span being measured
	bytes int
	last  float64 // bytes per second of the latest whole span
}

// see takes a unit.
func (m *streamMeter) see(u ingest.Unit) {
	m.codec, m.params = u.Codec, u.Params
	if u.Key {
		if step := u.PTS - m.key; m.units > 0 && step > 0 && !u.Gap {
			m.gop, m.fps = step, float64(m.units)/step.Seconds()
		}
		m.key, m.units = u.PTS, 0
	}
	m.units++
	span := u.Received.Sub(m.from)
	if m.from.IsZero() || span < 0 {
		m.from, m.bytes = u.Received, 0
	} else if span >= rateSpan {
		m.last, m.from, m.bytes = float64(m.bytes)/span.Seconds(), u.Received, 0
	}
	m.bytes += u.Size()
}

// rate tells the bytes per second lately; 0 when nothing has come for a while.
func (m *streamMeter) rate(now time.Time) float64 {
	if now.Sub(m.from) > 2*rateSpan {
		return 0
	}
	return m.last
}

func (m *streamMeter) stream() pipeline.Stream {
	s := pipeline.Stream{Codec: m.codec, FPS: m.fps, GOPMS: int(m.gop.Milliseconds())}
	if m.params != nil {
		s.Width, s.Height = m.params.Width, m.params.Height
		if s.FPS == 0 {
			s.FPS = m.params.FPS
		}
	}
	return s
}
