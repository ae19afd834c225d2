package wire

// ScoreRulesDraft makes points hold.
type ScoreRulesDraft struct {
	Points map[string]int `json:"points" maxProperties:"40" doc:"By measure; what is left out counts nothing."`
	Reason string         `json:"reason" minLength:"1" maxLength:"1000"`
}
