package webhook

import "slices"

// Kinds of events.
const (
	FindingCreated = "finding.created"
	CaseChanged    = "case.changed"
	LeadReceived   = "lead.received"
	LeadChanged    = "lead.changed"
	LeadAlarm      = "lead.alarm"
	TransferSent   = "transfer.sent"
	TransferMoved  = "transfer.changed"
	CreditRecorded = "credit.recorded"
	CreditChanged  = "credit.changed"
	test           = "webhook.test" // goes to the endpoint that asked for it
)

// Kind is a kind of event, for people who choose.
type Kind struct {
	Key string `json:"key"`
	ZH  string `json:"zh"`
	EN  string `json:"en"`
}

// Kinds lists what an endpoint may want.
func Kinds() []Kind {
	return []Kind{
		{FindingCreated, "发现线索", "A finding was made"},
		{CaseChanged, "案件状态变化", "A case has gone on"},
		{LeadReceived, "收到线索", "A lead came in"},
		{LeadChanged, "线索办理进展", "A lead has gone on"},
		{LeadAlarm, "线索超时", "A lead waits too long"},
		{TransferSent, "移送", "Something was handed over"},
		{TransferMoved, "移送办理进展", "Something handed over has gone on"},
		{CreditRecorded, "信用记录产生", "A credit record was made"},
		{CreditChanged, "信用记录修复、到期或撤销", "A credit record was repaired, ended or withdrawn"},
	}
}

func known(kind string) bool {
	return slices.ContainsFunc(Kinds(), func(k Kind) bool { return k.Key == kind })
}
