package flow

import "slices"

// Offer is a step of the present state as it is shown to somebody.
type Offer struct {
	Step
	Refusal *Refusal // nil: it may be taken
}

// Offers lists the steps of the case's state that staff may ever take, those
// that the actor may take now first. What only the party, the treasury or time
// can do is not listed.
func (t *Table) Offers(f Facts, a Attempt) []Offer {
	var may, mayNot []Offer
	for _, s := range t.Steps {
		if !slices.Contains(s.From, f.State) || !staff(s) {
			continue
		}
		a.Event = s.Event
		o := Offer{Step: s, Refusal: t.refuse(s, f, a, false)}
		if o.Refusal == nil {
			may = append(may, o)
		} else {
			mayNot = append(mayNot, o)
		}
	}
	return append(may, mayNot...)
}

// Offered judges one event without its fields, for the portal.
func (t *Table) Offered(f Facts, a Attempt) *Refusal {
	s, ok := t.Find(f.State, a.Event)
	if !ok {
		return t.unknown(f, a)
	}
	return t.refuse(s, f, a, false)
}

// Judge tells whether a step may be taken with these fields.
func (t *Table) Judge(f Facts, a Attempt) (Step, *Refusal) {
	s, ok := t.Find(f.State, a.Event)
	if !ok {
		return Step{}, t.unknown(f, a)
	}
	return s, t.refuse(s, f, a, true)
}

func (t *Table) unknown(f Facts, a Attempt) *Refusal {
	zh, en := t.Label(a.Event)
	at := t.Info(f.State)
	return &Refusal{Kind: Unlawful, Event: a.Event, State: f.State,
		ZH: "案件处于“" + at.ZH + "”，不能办理“" + zh + "”，请刷新后查看可办步骤",
		EN: "the case stands at “" + at.EN + "”, where “" + en + "” does not exist; reload to see what may follow"}
}

func (t *Table) refuse(s Step, f Facts, a Attempt, fields bool) *Refusal {
	if !slices.ContainsFunc(s.Roles, a.Has) {
		return wrongRole(s, f)
	}
	for _, g := range s.Guards {
		if !g.OnFields && !g.Holds(f, a) {
			return g.refusal(s, f)
		}
	}
	if !fields {
		return nil
	}
	for _, need := range s.Needs {
		if !a.Fields.has(need) {
			zh, en := FieldName(need)
			return &Refusal{Kind: Invalid, Event: s.Event, State: f.State, Field: need, ZH: "请填写：" + zh, EN: "missing: " + en, Article: s.Article}
		}
	}
	for _, g := range s.Guards {
		if g.OnFields && !g.Holds(f, a) {
			return g.refusal(s, f)
		}
	}
	if !s.Papers && a.Fields.has("papers") {
		return &Refusal{Kind: Invalid, Event: s.Event, State: f.State, Field: "papers", Article: s.Article, ZH: "办理此步骤不附照片、扫描件", EN: "no pictures or scans come with this step"}
	}
	return nil
}

func staff(s Step) bool {
	return slices.ContainsFunc(s.Roles, func(r Role) bool { return r != Party && r != Cashier && r != System })
}

func wrongRole(s Step, f Facts) *Refusal {
	zh, en := "", ""
	for _, r := range s.Roles {
		z, e := RoleName(r)
		if zh != "" {
			zh, en = zh+"、", en+" or "
		}
		zh, en = zh+z, en+e
	}
	return &Refusal{Kind: Forbidden, Event: s.Event, State: f.State, Article: s.Article,
		ZH: "须由" + zh + "办理", EN: "only " + en + " may do it"}
}
