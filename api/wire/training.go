package wire

import "time"

// Certificate is how long an account's enforcement certificate holds.
type Certificate struct {
	LicenceUntil string `json:"licence_until,omitempty" doc:"The certificate's last day, YYYY-MM-DD; left out where none is entered."`
	LicenceState string `json:"licence_state,omitempty" enum:"valid,soon,urgent,ended" doc:"soon: 60 days or fewer are left; urgent: 30 or fewer; ended: it has run out, and the officer can take no step of a penalty (Penalty Law art. 42)."`
	LicenceDays  int    `json:"licence_days" doc:"Days until the last day, negative after it; 0 where none is entered."`
}

// TrainingDraft enters a training.
type TrainingDraft struct {
	HeldOn  string  `json:"held_on" format:"date" doc:"The day, in Shanghai, not ahead."`
	Subject string  `json:"subject" minLength:"1" maxLength:"200"`
	Hours   float64 `json:"hours" exclusiveMinimum:"0" maximum:"200" doc:"In tenths."`
}

// Training is a course that a member of staff took.
type Training struct {
	ID        string    `json:"id"`
	EnteredAt time.Time `json:"entered_at"`
	TrainingDraft
}
