package flow

import "slices"

// Table is the law: every step that exists. What is not in it cannot be done.
type Table struct {
	Steps  []Step
	States []StateInfo
}

// StateInfo names a state.
type StateInfo struct {
	State  State
	ZH, EN string
	End    bool // nothing leads on, or nothing but a revocation
}

// New makes the table.
func New() *Table {
	g := guards()
	t := &Table{States: states()}
	for _, rows := range [][]row{reviewRows(), filingRows(), noticeRows(), decisionRows(), serviceRows(), endRows()} {
		for _, r := range rows {
			t.Steps = append(t.Steps, r.step(g))
		}
	}
	return t
}

// row is a step with its guards by name.
type row struct {
	Step
	guards []string
}

func (r row) step(all map[string]Guard) Step {
	s := r.Step
	for _, name := range r.guards {
		g, ok := all[name]
		if !ok {
			panic("flow: no guard " + name) // a slip in the table; every test meets it
		}
		s.Guards = append(s.Guards, g)
	}
	return s
}

// Find gives the step of an event in a state.
func (t *Table) Find(state State, event Event) (Step, bool) {
	for _, s := range t.Steps {
		if s.Event == event && slices.Contains(s.From, state) {
			return s, true
		}
	}
	return Step{}, false
}

// Info names a state; an unknown one names itself.
func (t *Table) Info(state State) StateInfo {
	for _, s := range t.States {
		if s.State == state {
			return s
		}
	}
	return StateInfo{State: state, ZH: string(state), EN: string(state)}
}

// Label names an event.
func (t *Table) Label(event Event) (zh, en string) {
	for _, s := range t.Steps {
		if s.Event == event {
			return s.ZH, s.EN
		}
	}
	return string(event), string(event)
}

func states() []StateInfo {
	return []StateInfo{
		{Found, "线索", "Found", false},
		{Reminded, "提醒劝阻", "Reminded", false},
		{Corrected, "及时改正", "Corrected in time", true},
		{Reviewed, "证据复核", "Second review", false},
		{Verified, "复核通过", "Verified", false},
		{Filed, "立案", "Filed", false},
		{Notified, "违法事实告知", "Notified of facts", false},
		{Investigated, "调查终结", "Investigated", false},
		{Proposed, "处罚事先告知", "Advance notice", false},
		{Hearing, "听证", "Hearing", false},
		{LegalReview, "法制审核", "Legal review", false},
		{Collective, "集体讨论", "Collective discussion", false},
		{Decided, "处罚决定", "Decided", false},
		{Serving, "送达中", "Being served", false},
		{Served, "已送达", "Served", false},
		{Overdue, "逾期", "Overdue", false},
		{Urged, "催告", "Demanded", false},
		{Court, "申请法院强制执行", "Court enforcement", false},
		{Closed, "结案", "Closed", false},
		{Archived, "归档", "Archived", true},
		{Rejected, "不予采用", "Rejected", true},
		{NoPenalty, "不予处罚", "No penalty", true},
		{Dismissed, "撤案", "Dismissed", true},
		{Transferred, "移送", "Transferred", true},
		{Revoked, "撤销", "Revoked", true},
	}
}
