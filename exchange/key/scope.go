package key

import "slices"

// Scopes: what a key may do. api/policy.go says which operations each opens.
const (
	CasesRead   = "cases.read"
	ObjectsRead = "objects.read"
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
		{ObjectsRead, "批量导出执法对象（不含个人信息）", "Export shops and sites in bulk, without personal data"},
	}
}

func known(scope string) bool {
	return slices.ContainsFunc(Scopes(), func(s Scope) bool { return s.Key == scope })
}
