package key

import "slices"

// Scopes: what a key may do. api/policy.go says which operations each opens.
const (
	CasesRead   = "cases.read"
	ObjectsRead = "objects.read"
	EventsWrite = "events.write"
	LeadsWrite  = "leads.write"
	LeadsRead   = "leads.read"
	Transfers   = "transfers.receive"
	CreditRead  = "credit.read"
)

// Scope is one thing that a key may do, for people who choose.
type Scope struct {
	Key string `json:"key"`
	ZH  string `json:"zh"`
	EN  string `json:"en"`
}

// Scopes lists all of them.
func Scopes() []Scope {
	return []Scope{
		{CasesRead, "批量导出案件（不含个人信息）", "Export cases in bulk, without personal data"},
		{ObjectsRead, "批量导出执法对象（不含个人信息），读取综合监管清单", "Export shops and sites in bulk, without personal data, and read what several bureaux supervise together"},
		{EventsWrite, "登记执法对象的投诉、媒体曝光和其他部门的检查结果，可计入风险等级", "Record complaints, media reports and another bureau's inspections of shops and sites, which their risk grade may count"},
		{LeadsWrite, "报送线索", "Tell of leads"},
		{LeadsRead, "查询本系统报送的线索", "See what became of the leads it told of"},
		{Transfers, "接收移送：取件、签收、反馈办理情况", "Take over what is transferred: fetch, sign for, report back"},
		{CreditRead, "读取已告知的信用记录", "Read credit records that were told"},
	}
}

func known(scope string) bool {
	return slices.ContainsFunc(Scopes(), func(s Scope) bool { return s.Key == scope })
}
