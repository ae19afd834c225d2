package intake

import (
	"context"
	"fmt"

	"offsite/registry"
	"offsite/registry/place"
)

// plan is a batch in the making.
type plan struct {
	batch   Batch
	rule    string
	rows    []planned
	parties map[string]*plannedParty // by partyKey
	pairs   [][2]place.Position      // as given, as registered of the same thing or at the same address
}

type planned struct {
	reading
	action   string
	objectID string
	version  int
	partyKey string
}

type plannedParty struct {
	says    registry.Party
	action  string
	id      string
	version int
	row     int // that named it first
}

// planObjects reads the rows of objects and says what becomes of each.
func (in *Intake) planObjects(ctx context.Context, p *plan, r reader, lines []line) error {
	for _, l := range lines {
		p.rows = append(p.rows, planned{reading: r.read(l)})
	}
	if err := in.matchParties(ctx, p); err != nil {
		return err
	}
	return in.matchObjects(ctx, p, r.heading)
}

// matchParties finds which parties of the file are registered.
func (in *Intake) matchParties(ctx context.Context, p *plan) error {
	var numbers []string
	for i := range p.rows {
		r := &p.rows[i]
		if r.draft.Party == nil || r.wrong() {
			continue
		}
		r.partyKey = partyKey(r.draft.Party)
		first, ok := p.parties[r.partyKey]
		switch {
		case !ok:
			p.parties[r.partyKey] = &plannedParty{says: *r.draft.Party, action: "create", row: r.n}
			if n := r.draft.Party.Identity; n != "" {
				numbers = append(numbers, n)
			}
		case first.says.Name != r.draft.Party.Name:
			r.problems = append(r.problems, Fault{Row: r.n, Warning: true,
				ZH: fmt.Sprintf("证件号码与第%d行相同而姓名不同，取第%d行的姓名", first.row, first.row),
				EN: fmt.Sprintf("the identity is that of row %d but the name differs; the name of row %d is taken", first.row, first.row)})
		default:
			first.says = mergeParty(first.says, r.draft.Party)
		}
	}
	byIdentity, err := in.registry.PartiesByIdentity(ctx, numbers)
	if err != nil {
		return err
	}
	all, err := in.registry.Parties(ctx, registry.PartyFilter{})
	if err != nil {
		return err
	}
	byName := map[string]registry.Party{}
	for _, known := range all {
		known.Identity = ""
		byName[partyKey(&known)] = known
	}
	for key, named := range p.parties {
		found, ok := byIdentity[named.says.Identity]
		if named.says.Identity == "" {
			found, ok = byName[key]
		}
		if !ok {
			continue
		}
		named.id, named.version, named.action = found.ID, found.Version, "merge"
		is := mergeParty(found, &named.says)
		if is == found || p.rule == Skip {
			named.action = "same"
		}
		named.says = is
	}
	return nil
}

// matchObjects says of each row whether it is new, registered, or twice in the file.
func (in *Intake) matchObjects(ctx context.Context, p *plan, h heading) error {
	objects, err := in.registry.Objects(ctx, registry.ObjectFilter{})
	if err != nil {
		return err
	}
	registered, before := newKnown(objects), newKnown(nil)
	var numbers []int // row of each object of before
	for i := range p.rows {
		r := &p.rows[i]
		if r.wrong() {
			r.action = "error"
			continue
		}
		if j := before.find(r.draft.Object); j >= 0 {
			r.action = "error"
			r.problems = append(r.problems, Fault{Row: r.n, Column: h.column(fieldName),
				ZH: fmt.Sprintf("与第%d行重复", numbers[j]), EN: fmt.Sprintf("it is the object of row %d again", numbers[j])})
			continue
		}
		before.add(r.draft.Object)
		numbers = append(numbers, r.n)
		j := registered.find(r.draft.Object)
		if j < 0 {
			r.action = "create"
			if at := registered.at(r.draft.Object.Address); at != nil && r.given != nil {
				p.pairs = append(p.pairs, [2]place.Position{*r.given, *at})
			}
			continue
		}
		p.meet(r, registered.objects[j])
	}
	return nil
}

// meet plans a row whose object is registered.
func (p *plan) meet(r *planned, was registry.Object) {
	if at := where(was); r.given != nil && at != nil {
		p.pairs = append(p.pairs, [2]place.Position{*r.given, *at})
	}
	is := merge(was, r.draft.Object, p.rule)
	r.objectID, r.version = was.ID, was.Version
	passes := p.passes(r, was)
	switch {
	case p.rule == Skip:
		r.action, r.partyKey = "skip", ""
	case same(is, was) && !passes:
		r.action = "same"
	default:
		r.action, r.draft.Object = "merge", is
	}
}

// passes says whether a registered object gets another party than it has. Where the
// file names another and the rule leaves the one it has, the row warns of it.
func (p *plan) passes(r *planned, was registry.Object) bool {
	named := p.parties[r.partyKey]
	if named == nil || p.rule == Skip || named.id != "" && named.id == was.PartyID {
		return false
	}
	warn := func(zh, en string) { r.problems = append(r.problems, Fault{Row: r.n, Warning: true, ZH: zh, EN: en}) }
	switch {
	case was.PartyID == "":
		return true
	case p.rule == Overwrite:
		warn("当事人将由“"+was.Party+"”变更为“"+named.says.Name+"”，在办案件不受影响",
			"it will pass from "+was.Party+" to "+named.says.Name+"; open cases keep their party")
		return true
	}
	warn("登记的当事人是“"+was.Party+"”，与文件不同，保留登记的",
		"it is registered for "+was.Party+", other than in the file; what is registered stays")
	r.partyKey = ""
	return false
}
