package ring

import (
	"time"

	"offsite/pipeline/ingest"
)

// Nearest returns, as Upto, the units needed to show the picture nearest in time to t;
// none where it is further off than within. It is the last to be shown of those units, so
// that a decoder without our numbers knows it too: a picture that others refer past (of a
// B-frame) is passed over.
func (r *Ring) Nearest(t time.Time, within time.Duration) []ingest.Unit {
	return r.nearest(t, within, false)
}

// NearestKey returns the key unit nearest in time to t, copied.
func (r *Ring) NearestKey(t time.Time, within time.Duration) (ingest.Unit, bool) {
	units := r.nearest(t, within, true)
	if len(units) == 0 {
		return ingest.Unit{}, false
	}
	return units[0], true
}

func (r *Ring) nearest(t time.Time, within time.Duration, keys bool) []ingest.Unit {
	r.mu.RLock()
	defer r.mu.RUnlock()
	from, best := 0, -1 // key unit of the picture, and the picture
	group, shown := 0, time.Time{}
	for i, e := range r.entries {
		u := e.unit
		if u.Key {
			group, shown = i, time.Time{}
		}
		if u.At.Before(shown) || keys && !u.Key {
			continue
		}
		shown = u.At
		if d := u.At.Sub(t).Abs(); d <= within {
			from, best, within = group, i, d
		}
	}
	if best < 0 {
		return nil
	}
	units := make([]ingest.Unit, 0, best-from+1)
	for i := from; i <= best; i++ {
		units = append(units, r.read(i))
	}
	return units
}
