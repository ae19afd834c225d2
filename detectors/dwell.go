package detectors

import "time"

// Rearm is the parameter that every rule has besides its own.
func Rearm() Parameter {
	return Parameter{Key: "rearm_s", NameZH: "同一事项续接时间", NameEN: "same matter continues within",
		Unit: "s", Default: 1800, Min: 0, Max: 86400}
}

// DwellTime makes the parameter of how long something must stay.
func DwellTime(seconds float64) Parameter {
	return Parameter{Key: "dwell_s", NameZH: "持续时间", NameEN: "must stay for",
		Unit: "s", Default: seconds, Min: 10, Max: 7200}
}

// Dwell turns "it is there" and "it is not" of single looks into phases. It may
// miss a few looks (occlusion); what comes back within Rearm after its end is the
// same matter and is not raised again. Its fields are its state.
type Dwell struct {
	Phase   Phase     `json:"phase"` // "", Sighted or Persists
	First   time.Time `json:"first,omitzero"`
	Last    time.Time `json:"last,omitzero"`  // latest look that supports it
	Ended   time.Time `json:"ended,omitzero"` // Last of the latest raised suspicion that ended
	Looks   int       `json:"looks,omitempty"`
	Support int       `json:"support,omitempty"` // of them, looks that support it
	Missed  int       `json:"missed,omitempty"`  // looks since Last, none of which supports it
}

// DwellTimes are the limits of a dwell.
type DwellTimes struct {
	Dwell time.Duration // from First until it is raised
	Gap   time.Duration // without support until it has ended
	Rearm time.Duration
	Share float64 // of the looks since First that must support it
}

// Observe takes a look: whether it supports the suspicion, since when the thing
// has been there (zero: since this look), and whether all else that the rule wants
// is given. It returns the phase that begins with this look, "" if none does.
func (d *Dwell) Observe(at time.Time, there bool, since time.Time, met bool, t DwellTimes) Phase {
	if d.Phase != "" && d.over(at, there, t.Gap) {
		ended := d.end()
		if there { // and a new beginning
			d.begin(at, at, t)
		}
		return ended
	}
	if d.Phase != "" {
		d.Looks++
		d.Missed++
	}
	if !there {
		return ""
	}
	if d.Phase == "" {
		if since.IsZero() || since.After(at) {
			since = at
		}
		d.begin(at, since, t)
		if d.Phase == Persists {
			return ""
		}
		return Sighted
	}
	d.Last, d.Missed = at, 0
	d.Support++
	steady := float64(d.Support) >= t.Share*float64(d.Looks)
	if d.Phase == Sighted && met && steady && at.Sub(d.First) >= t.Dwell {
		d.Phase = Persists
		return Persists
	}
	return ""
}

// over says whether the suspicion has ended: nothing supports it for longer than
// gap. Where no look was made at all (a restart, a lost connection) and the thing
// is there again, three times as long is borne.
func (d *Dwell) over(at time.Time, there bool, gap time.Duration) bool {
	if there && d.Missed == 0 {
		gap *= 3
	}
	return at.Sub(d.Last) > gap
}

// begin opens a suspicion, or goes on with the matter that ended a short while ago.
func (d *Dwell) begin(at, since time.Time, t DwellTimes) {
	d.Looks, d.Support, d.Missed, d.Last = 1, 1, 0, at
	if !d.Ended.IsZero() && at.Sub(d.Ended) < t.Rearm {
		d.Phase = Persists
		return
	}
	d.Phase, d.First, d.Ended = Sighted, since, time.Time{}
}

func (d *Dwell) end() Phase {
	if d.Phase == Persists {
		d.Ended = d.Last
	}
	d.Phase = ""
	return Ended
}

// Gap is how long something may go unseen before it counts as gone: a sixth of its
// dwell, between 10 and 30 s.
func Gap(dwell time.Duration) time.Duration {
	return min(max(dwell/6, 10*time.Second), 30*time.Second)
}

// Open says whether a suspicion stands, raised or not.
func (d *Dwell) Open() bool { return d.Phase != "" }

// For tells how long it has been there.
func (d *Dwell) For() time.Duration { return max(0, d.Last.Sub(d.First)) }

// Presence says what a rule saw in its latest look, whatever its dwell: for a
// re-check after the grace period.
type Presence struct {
	Present bool               `json:"present"`
	Boxes   []Detection        `json:"boxes"`
	Values  map[string]float64 `json:"values"`
	Why     Explanation        `json:"why"`
	Open    bool               `json:"open"` // a suspicion stands
}
