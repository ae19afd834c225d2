package wire

import (
	"time"

	"offsite/detectors/hindsight"
)

// HindsightRequest is a zone as an operator would have it, before it is saved.
type HindsightRequest struct {
	Zone  string    `json:"zone,omitempty" maxLength:"64" doc:"The zone that it would change; none: a new one."`
	Draft ZoneDraft `json:"draft"`
}

// Hindsight is what the rule would have raised in the last hour.
type Hindsight struct {
	From     *time.Time        `json:"from,omitempty" doc:"Of the first look that is kept; none where none is."`
	To       *time.Time        `json:"to,omitempty" doc:"Of the last one."`
	Looks    int               `json:"looks"`
	Unseen   []UnseenSpan      `json:"unseen" doc:"Times of more than half a minute without a look in between."`
	Lacking  []string          `json:"lacking" doc:"Models that the rule reads and the camera did not run: nothing can be told."`
	Standing []hindsight.Raise `json:"standing" doc:"By the zone as it stands; none for a new one."`
	Drafted  []hindsight.Raise `json:"drafted"`
}

// UnseenSpan is a time in which no look was made.
type UnseenSpan struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}
