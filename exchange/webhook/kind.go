package webhook

import "slices"

// Kinds of events.
const (
	FindingCreated = "finding.created"
	CaseChanged    = "case.changed"
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
	}
}

func known(kind string) bool {
	return slices.ContainsFunc(Kinds(), func(k Kind) bool { return k.Key == kind })
}
