package main

import (
	"fmt"

	"offsite/detectors"
	"offsite/detectors/all"
)

// checkZone refuses a zone that its detector's rule would refuse.
func checkZone(z detectors.Zone) error {
	d, ok := all.ByKey(z.Detector)
	if !ok {
		return fmt.Errorf("%w: there is no detector %q", detectors.ErrZone, z.Detector)
	}
	_, err := d.NewRule(z)
	return err
}
