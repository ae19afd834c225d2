package rtspserve

import (
	"fmt"
	"time"
)

// Kind is what a fault does.
type Kind string

// The faults.
const (
	Drop      Kind = "drop"       // closes the path's connections once
	Refuse    Kind = "refuse"     // closes them and answers 503 for a while
	Silence   Kind = "silence"    // sends nothing for a while, connections stay
	Freeze    Kind = "freeze"     // sends the same key picture again and again
	Loss      Kind = "loss"       // loses Share of the packets
	Corrupt   Kind = "corrupt"    // damages the bits of Share of the pictures, no packet is missing
	TimeJump  Kind = "time_jump"  // RTP time stamps go By further, or back, for good
	ClockStep Kind = "clock_step" // the wall clock in sender reports goes By, for good
)

// Fault is one thing that goes wrong on a path.
type Fault struct {
	Kind  Kind
	After time.Duration // since the epoch, when part of a Stream's script
	For   time.Duration // how long; 0: until the next fault of that path's script
	By    time.Duration // time_jump, clock_step
	Share float64       // loss, corrupt: 0 to 1
}

func (f Fault) check() error {
	switch f.Kind {
	case Drop, Refuse, Silence, Freeze, TimeJump, ClockStep:
		return nil
	case Loss, Corrupt:
		if f.Share < 0 || f.Share > 1 {
			return fmt.Errorf("fault %s: share %v is not between 0 and 1", f.Kind, f.Share)
		}
		return nil
	default:
		return fmt.Errorf("fault %q is not known", f.Kind)
	}
}

// mood is how a path behaves just now.
type mood struct {
	refuse, silence, freeze, loss, corrupt time.Time     // in force until; zero: not
	share                                  float64       // of loss
	bad                                    float64       // share of corrupt
	jump                                   time.Duration // added to RTP time
	clock                                  time.Duration // added to the wall clock
}

// forever is when a fault without a length ends.
const forever = 100 * 365 * 24 * time.Hour

// feel changes the mood by a fault; it says whether connections must be closed.
func (m *mood) feel(f Fault, now time.Time) (closing bool) {
	until := now.Add(f.For)
	if f.For == 0 {
		until = now.Add(forever)
	}
	switch f.Kind {
	case Drop:
		return true
	case Refuse:
		m.refuse = until
		return true
	case Silence:
		m.silence = until
	case Freeze:
		m.freeze = until
	case Loss:
		m.loss, m.share = until, f.Share
	case Corrupt:
		m.corrupt, m.bad = until, f.Share
	case TimeJump:
		m.jump += f.By
	case ClockStep:
		m.clock += f.By
	}
	return false
}

// calm ends what lasts.
func (m *mood) calm() {
	m.refuse, m.silence, m.freeze, m.loss, m.corrupt = time.Time{}, time.Time{}, time.Time{}, time.Time{}, time.Time{}
}
