package look

import (
	"time"

	"offsite/pipeline/ingest"
)

// DefaultCadence is from look to look where nothing else is said.
const DefaultCadence = 2 * time.Second

// Cadence says which units of a camera are due for a look: key units a cadence
// apart, for they are decoded on their own. Where key units are rarer than one and
// a half cadences, units in between are due too; they cost the decoding of all
// since the key unit. Its zero value looks at the default cadence.
type Cadence struct {
	Every time.Duration
	last  time.Time // our clock, of the latest unit that was due
}

// Due says whether a unit is due for a look, and takes note of it.
func (c *Cadence) Due(u ingest.Unit) bool {
	every := c.Every
	if every <= 0 {
		every = DefaultCadence
	}
	since := u.Received.Sub(c.last)
	switch {
	case c.last.IsZero() && !u.Key:
		return false
	case c.last.IsZero(), since < 0: // the first, or our clock was set back
	case u.Key && since >= every*3/4:
	case since >= every*8/5:
	default:
		return false
	}
	c.last = u.Received
	return true
}
