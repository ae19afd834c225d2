package node

import (
	"slices"
	"time"

	"offsite/pipeline/look"
	"offsite/pipeline/watch"
)

const (
	calmAfter = 30 // looks in a row that show nothing new, or nothing at all
	calmEvery = 2  // cadences from look to look of a calm camera
)

// pace is how often a camera deserves to be looked at, by what its latest looks showed. An
// empty street at night is looked at half as often, until something moves in it; where there is
// not time for all, a camera on which a dwell runs goes first.
type pace struct {
	idle     int  // looks in a row that showed nothing new, or nothing at all
	pressing bool // a dwell runs
}

// see takes what came of a look. One that failed tells nothing.
func (p *pace) see(out watch.Outcome) {
	switch {
	case out.Health == "":
		return
	case out.Health != look.Clear:
		p.idle++
	default:
		p.idle = out.Still
	}
	if len(out.Open) > 0 {
		p.idle = 0
	}
	p.pressing = slices.ContainsFunc(out.Open, func(z OpenZone) bool { return !z.Raised })
}

func (p *pace) calm() bool { return p.idle >= calmAfter }

// every tells how far apart looks are due at a cadence.
func (p *pace) every(cadence time.Duration) time.Duration {
	if p.calm() {
		return calmEvery * cadence
	}
	return cadence
}

func (p *pace) urgency() look.Urgency {
	switch {
	case p.pressing:
		return look.Pressing
	case p.calm():
		return look.Calm
	}
	return look.Usual
}
