// Package all lists the detectors: the one place where a fifth is registered.
package all

import (
	"offsite/detectors"
	"offsite/detectors/burning"
	"offsite/detectors/crossdoor"
	"offsite/detectors/soil"
	"offsite/detectors/stall"
)

// All returns every detector, in the order in which they are shown.
func All() []detectors.Detector {
	return []detectors.Detector{stall.New(), crossdoor.New(), soil.New(), burning.New()}
}

// ByKey returns the detector of that key.
func ByKey(key string) (detectors.Detector, bool) {
	for _, d := range All() {
		if d.Key() == key {
			return d, true
		}
	}
	return nil, false
}
