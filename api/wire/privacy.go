package wire

import (
	"time"

	"offsite/privacy"
)

// RetentionRule is a line of the retention schedule.
type RetentionRule privacy.Rule

// Retention is how long which data are kept, and what was deleted when.
type Retention struct {
	Schedule []RetentionRule  `json:"schedule" doc:"As it holds now, orders included."`
	Orders   []RetentionOrder `json:"orders" doc:"To keep something longer or shorter, the newest first."`
	Runs     []privacy.Ran    `json:"runs"`
}

// RetentionOrder is an order to keep something longer or shorter.
type RetentionOrder privacy.Order

// RetentionOrderDraft asks for a line of the schedule to hold for another number of days.
type RetentionOrderDraft struct {
	Rule   string `json:"rule" minLength:"1" maxLength:"100" doc:"Key of the line."`
	Days   int    `json:"days" minimum:"1" maximum:"36500" doc:"Within what the line allows."`
	Reason string `json:"reason" minLength:"1" maxLength:"500"`
}

// Processing is the processing record.
type Processing privacy.Record

// SubjectRequest is a party's request for its data.
type SubjectRequest privacy.Request

// SubjectAsk takes a request down at the desk.
type SubjectAsk struct {
	PartyID string `json:"party_id" minLength:"1" maxLength:"64"`
	Checked string `json:"checked" minLength:"1" maxLength:"500" doc:"How it was made sure who asks: which papers, seen by whom."`
}

// SubjectVerdict is what somebody says of a request.
type SubjectVerdict privacy.Verdict

// PortalIdentity shows that the holder of a link is the party.
type PortalIdentity struct {
	Identity string `json:"identity" minLength:"15" maxLength:"20" doc:"Citizen ID or unified social credit code, as on file."`
}

// PortalDataRequest is where the party's request for its data stands.
type PortalDataRequest struct {
	State     string     `json:"state" doc:"asked, reviewed, released, refused; empty: none was made."`
	AskedAt   *time.Time `json:"asked_at,omitempty"`
	DecideBy  *time.Time `json:"decide_by,omitempty"`
	DecidedAt *time.Time `json:"decided_at,omitempty"`
	Reason    string     `json:"reason,omitempty" doc:"Of a refusal."`
}
