package wire

import (
	"time"

	"offsite/registry/grade"
	"offsite/registry/intake"
)

// ImportBatch is a file on its way into the base data.
type ImportBatch struct {
	intake.Batch
	ByName string `json:"by_name"`
}

// ImportRow is a row of it.
type ImportRow struct{ intake.Row }

// FormulaVersion is a formula of the risk grade with who made it hold.
type FormulaVersion struct {
	grade.Version
	ByName string `json:"by_name"`
}

// Formulas are the formula of the risk grade that holds now, and all there were, the
// newest first, among them one that will hold later.
type Formulas struct {
	Now      grade.Formula    `json:"now"`
	Initial  grade.Formula    `json:"initial" doc:"What held before the first version that was made."`
	Newest   int              `json:"newest" doc:"What If-Match must name to activate another."`
	Objects  map[string]int   `json:"objects" doc:"How many there are of each grade."`
	Versions []FormulaVersion `json:"versions"`
}

// FormulaActivation makes a formula hold.
type FormulaActivation struct {
	Formula grade.Formula `json:"formula"`
	From    *time.Time    `json:"from,omitempty" doc:"Left out: at once."`
	Reason  string        `json:"reason" minLength:"1" maxLength:"500"`
}

// InspectionDue is an object whose inspection is due.
type InspectionDue struct{ grade.Due }

// ObjectEvents are what was recorded of an object, the latest first, and when it is
// to be inspected next.
type ObjectEvents struct {
	Items          []ObjectEvent `json:"items"`
	NextInspection time.Time     `json:"next_inspection"`
}

// ObjectEvent is something recorded of an object.
type ObjectEvent struct {
	grade.Recorded
	ByName string `json:"by_name" doc:"Empty: the system itself."`
}

// ObjectEventDraft records what happened with an object.
type ObjectEventDraft struct {
	Kind   string    `json:"kind" enum:"inspection_passed,inspection_failed,finding,complaint,media,joint_passed,joint_failed"`
	At     time.Time `json:"at"`
	Source string    `json:"source" minLength:"1" maxLength:"120" doc:"Its number elsewhere; the same one counts once."`
	Note   string    `json:"note,omitempty" maxLength:"500"`
}

// JointObject is an object that several bureaux supervise, with what each found last.
type JointObject struct {
	grade.Joint
	Checks []JointCheck `json:"checks"`
}

// JointCheck is what a bureau found last.
type JointCheck struct {
	grade.JointCheck
	ByName string `json:"by_name" doc:"The bureau, by the name of its system's key."`
}

// GradeAdjustment adds points to an object or takes some off.
type GradeAdjustment struct {
	Points int    `json:"points" minimum:"-100" maximum:"100"`
	Reason string `json:"reason" minLength:"1" maxLength:"500"`
}
