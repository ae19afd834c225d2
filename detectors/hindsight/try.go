package hindsight

import (
	"time"

	"offsite/detectors"
)

// Raise is an incident that a rule would have raised.
type Raise struct {
	First  time.Time             `json:"first"`  // when the suspicion began
	Raised time.Time             `json:"raised"` // the look at which the rule was met
	Last   time.Time             `json:"last"`   // latest look that supports it
	Ended  bool                  `json:"ended"`  // it had gone before the record ends
	Why    detectors.Explanation `json:"why"`
}

// Try lets a fresh rule observe the looks. Errors wrap detectors.ErrZone.
func Try(d detectors.Detector, z detectors.Zone, looks []detectors.Look) ([]Raise, error) {
	rule, err := d.NewRule(z)
	if err != nil {
		return nil, err
	}
	raises, standing := []Raise{}, false
	for _, l := range looks {
		for _, s := range rule.Observe(l) {
			if s.Phase == detectors.Persists {
				raises = append(raises, Raise{First: s.First, Raised: l.At, Last: s.Last, Why: s.Why})
				standing = true
			}
		}
		if !standing {
			continue
		}
		now, latest := rule.Presence(), &raises[len(raises)-1]
		if !now.Open {
			latest.Ended, standing = true, false
		} else if now.Present {
			latest.Last = l.At
		}
	}
	return raises, nil
}
