// Package lock reads what an S3 store says of the object lock of a version.
package lock

import (
	"encoding/xml"
	"errors"
	"fmt"
	"time"
)

// Compliance is the mode in which nobody removes a version before its time.
const Compliance = "COMPLIANCE"

// Lock is what the store says; the zero Lock is none.
type Lock struct {
	Mode  string // Compliance, "GOVERNANCE" or ""
	Until time.Time
}

// Holds tells whether the version cannot be removed before its time.
func (l Lock) Holds() bool { return l.Mode == Compliance && !l.Until.IsZero() }

// Parse reads the body of an answer to GET ?retention.
func Parse(text []byte) (Lock, error) {
	var answer struct{ Mode, RetainUntilDate string }
	if err := xml.Unmarshal(text, &answer); err != nil {
		return Lock{}, fmt.Errorf("read the store's answer on a retention: %w", err)
	}
	if answer.Mode == "" {
		return Lock{}, nil
	}
	until, err := time.Parse(time.RFC3339, answer.RetainUntilDate)
	if err != nil {
		return Lock{}, errors.Join(errors.New("the store gives no end of a retention"), err)
	}
	return Lock{Mode: answer.Mode, Until: until.UTC()}, nil
}
