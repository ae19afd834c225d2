package wire

import (
	"time"

	"offsite/casework/supervision"
)

// DrawPage is a draw with what came of it.
type DrawPage struct {
	Draw      supervision.Draw       `json:"draw"`
	Questions []supervision.Question `json:"questions"`
	Tasks     []supervision.Task     `json:"tasks"`
}

// Rectification says what was done about a fault.
type Rectification struct {
	Rectified string `json:"rectified" minLength:"1" maxLength:"2000"`
}

// PublicDraw is a draw as anybody may read and repeat it.
type PublicDraw struct {
	Draw    supervision.Draw `json:"draw"`
	Text    string           `json:"text" doc:"The announcement; its SHA-256 stands in the transparency log."`
	Results []PublicResult   `json:"results"`
}

// PublicResult is what was found at one thing drawn.
type PublicResult struct {
	Rank        int        `json:"rank"`
	Name        string     `json:"name"`
	Result      string     `json:"result" doc:"sound, faulty; empty until it is entered."`
	DoneAt      *time.Time `json:"done_at,omitempty"`
	RectifiedAt *time.Time `json:"rectified_at,omitempty"`
}

// PublicationCheckDraft says whether what is published may stay.
type PublicationCheckDraft struct {
	Sound  bool   `json:"sound" doc:"False withdraws it: the public then sees number and reason alone."`
	Reason string `json:"reason" maxLength:"1000" doc:"Needed where it is withdrawn."`
}
