package flow

// State is where a case stands.
type State string

// The states.
const (
	Found        State = "found"
	Reminded     State = "reminded"
	Corrected    State = "corrected"
	Reviewed     State = "reviewed" // waits for the second review
	Verified     State = "verified" // evidence may be used
	Filed        State = "filed"
	Notified     State = "notified"
	Investigated State = "investigated"
	Proposed     State = "proposed"
	Hearing      State = "hearing"
	LegalReview  State = "legal_review"
	Collective   State = "collective"
	Decided      State = "decided"
	Serving      State = "serving"
	Served       State = "served"
	Overdue      State = "overdue"
	Urged        State = "urged"
	Court        State = "court"
	Closed       State = "closed"
	Archived     State = "archived"
	Rejected     State = "rejected"
	NoPenalty    State = "no_penalty"
	Dismissed    State = "dismissed"
	Transferred  State = "transferred"
	Revoked      State = "revoked"
)

// Event is a step.
type Event string

// Role is a capacity in which somebody, or the system itself, acts.
type Role string

// The roles. Party and System are never roles of staff: the portal and the jobs
// act in them.
const (
	Reviewer Role = "reviewer"
	Officer  Role = "officer"
	Legal    Role = "legal"
	Head     Role = "head"
	Auditor  Role = "auditor"
	Party    Role = "party"
	Cashier  Role = "cashier" // the payment provider's signed callback
	System   Role = "system"
)
