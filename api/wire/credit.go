package wire

import "offsite/casework/credit"

// CreditRules are the rules of credit records as they hold.
type CreditRules credit.Version

// CreditRulesDraft is rules that are to hold.
type CreditRulesDraft struct {
	Rules  credit.Rules `json:"rules"`
	Reason string       `json:"reason" minLength:"1" maxLength:"1000" doc:"On what they rest."`
}

// CreditRecord is what stands against a party for a decision.
type CreditRecord credit.Record

// CreditRepair is an application for repair.
type CreditRepair credit.Repair

// CreditVerdict is what somebody says of an application.
type CreditVerdict credit.Verdict

// CreditApplication asks for repair.
type CreditApplication credit.Application

// PortalCredit is what stands against the party for its case, and its newest
// application.
type PortalCredit struct {
	Record *CreditRecord `json:"record,omitempty"`
	Repair *CreditRepair `json:"repair,omitempty"`
}
