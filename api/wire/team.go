package wire

import "offsite/registry"

// BrigadesDraft is a list of brigades to be put in place of the one before.
type BrigadesDraft struct {
	Brigades []registry.Brigade `json:"brigades" maxItems:"60"`
}

// ScoreRulesDraft makes points hold.
type ScoreRulesDraft struct {
	Points map[string]int `json:"points" maxProperties:"40" doc:"By measure; what is left out counts nothing."`
	Reason string         `json:"reason" minLength:"1" maxLength:"1000"`
}
