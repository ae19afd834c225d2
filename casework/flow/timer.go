package flow

import "time"

// Timer is a step that time itself takes.
type Timer struct {
	Event Event
	At    time.Time // from when on
}

// Timers lists what time will do in this state, if nothing else happens before.
func Timers(f Facts) []Timer {
	switch f.State {
	case Found:
		return []Timer{{"expire", f.Last.AddDate(0, 0, UnconfirmedDays).Add(time.Second)}}
	case Reminded:
		// A re-check that has not come long after the grace period never will.
		return []Timer{{"unseen", f.GraceEnds.Add(RecheckPatience)}}
	case Proposed:
		if f.Waived {
			return nil
		}
		until := later(f.StatementUntil, f.HearingUntil)
		if f.Now.After(until) {
			return nil
		}
		return []Timer{{"window_ends", until.Add(time.Second)}}
	case Served:
		if f.Suspended || f.PayUntil.IsZero() {
			return nil
		}
		return []Timer{{"overdue", f.PayUntil.Add(time.Second)}}
	}
	return nil
}

// RecheckPatience is how long a re-check may be late.
const RecheckPatience = 2 * time.Hour
