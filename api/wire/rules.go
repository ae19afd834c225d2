package wire

import "offsite/casework"

// RuleText is a rule as it holds.
type RuleText struct {
	Kind string `json:"kind"`
	Key  string `json:"key"`
	Text string `json:"text"`
}

// RuleCheck is a text to be read.
type RuleCheck struct {
	Kind string `json:"kind" enum:"matter,year"`
	Text string `json:"text" minLength:"1" maxLength:"60000" doc:"YAML, one matter or one year; see docs/matters.md."`
}

// RuleDraft is a text to be entered.
type RuleDraft struct {
	RuleCheck
	Reason string `json:"reason" minLength:"1" maxLength:"2000" doc:"What was published, where, and why it is entered."`
}

// RuleChecked is what a sound text says.
type RuleChecked struct {
	Key    string           `json:"key"`
	Matter *casework.Matter `json:"matter,omitempty"`
}

// Years are the years whose working days are entered.
type Years struct {
	Years       []Year `json:"years"`
	Lacks       int    `json:"lacks" doc:"Year that deadlines may reach into and that is not entered, or provisional alone; 0: none."`
	Provisional bool   `json:"provisional" doc:"The year that lacks is entered provisionally."`
}

// Year is one of them.
type Year struct {
	Year        int    `json:"year"`
	Source      string `json:"source"`
	Provisional bool   `json:"provisional"`
}
