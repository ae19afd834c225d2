package wire

import "offsite/privacy"

// RetentionRule is a line of the retention schedule.
type RetentionRule privacy.Rule

// Retention is how long which data are kept, and what was deleted when.
type Retention struct {
	Schedule []RetentionRule `json:"schedule"`
	Runs     []privacy.Ran   `json:"runs"`
}
