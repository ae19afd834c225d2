package wire

import (
	"time"

	"offsite/casework"
)

// Note confirms a finding.
type Note struct {
	Note string `json:"note" maxLength:"4000"`
}

// Reason rejects a finding.
type Reason struct {
	Reason string `json:"reason" minLength:"1" maxLength:"4000"`
}

// AnnotationList is a page of annotations, with the grounds that the bureau has a law for.
type AnnotationList struct {
	Items      []casework.AnnotationItem   `json:"items"`
	NextCursor string                      `json:"next_cursor,omitempty"`
	Grounds    []casework.AnnotationGround `json:"grounds" doc:"None: the bureau has nothing annotated."`
}

// Verification is the second review: what was ascertained (Penalty Law art. 41).
type Verification struct {
	Ticks casework.Ticks `json:"ticks"`
}

// BulkStep is one step on many cases, each at the version that was seen.
type BulkStep struct {
	Cases  []casework.Chosen `json:"cases" minItems:"1" maxItems:"200"`
	Fields map[string]any    `json:"fields" doc:"What the step needs; the same for all."`
}

// Callback is what a payment provider or message gateway says, as Standard Webhooks has
// it: docs/payment-provider.md, docs/message-gateway.md.
type Callback struct {
	Type      string         `json:"type" doc:"As order.paid, message.delivered."`
	Timestamp time.Time      `json:"timestamp"`
	Data      map[string]any `json:"data" doc:"The order, or the message."`
}
