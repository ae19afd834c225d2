package intake

import (
	"context"
	"crypto/sha256"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"offsite/registry"
	"offsite/registry/place"
)

// plan is a batch in the making.
type plan struct {
	batch   Batch
	rule    string
	rows    []planned
	parties map[string]*plannedParty // by partyKey
	pairs   [][2]place.Position      // as given, as registered
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

// Preview reads a file and says what would become of each row. Nothing of the base
// data is changed. Errors wrap ErrFile where the file as a whole cannot be read.
func (in *Intake) Preview(ctx context.Context, by, name, format string, data []byte, o Options) (Batch, error) {
	fail := func(err error) (Batch, error) { return Batch{}, fmt.Errorf("preview %s: %w", name, err) }
	if err := o.check(); err != nil {
		return fail(err)
	}
	t, err := read(format, data)
	if err != nil {
		return fail(err)
	}
	id, err := uuid.NewV7()
	if err != nil {
		return fail(err)
	}
	sum := sha256.Sum256(data)
	p := &plan{rule: o.Rule, parties: map[string]*plannedParty{}, batch: Batch{ID: id.String(), Name: name, Format: format,
		SHA256: fmt.Sprintf("%x", sum), Rule: o.Rule, By: by, At: in.moment(), State: Previewed, Total: len(t.lines), Warnings: t.warnings}}
	r := reader{heading: t.heading, options: o, now: in.now()}
	for _, l := range t.lines {
		p.rows = append(p.rows, planned{reading: r.read(l)})
	}
	if err = in.matchParties(ctx, p); err != nil {
		return fail(err)
	}
	if err = in.matchObjects(ctx, p, r.heading); err != nil {
		return fail(err)
	}
	if warning, ok := suspectGCJ02(p.pairs); ok && o.System == WGS84 {
		p.batch.Warnings = append(p.batch.Warnings, warning)
	}
	p.count()
	if err = p.name(); err != nil {
		return fail(err)
	}
	if err = in.keep(ctx, p, sum[:]); err != nil {
		return fail(err)
	}
	return p.batch, nil
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
			r.problems = append(r.problems, Problem{Row: r.n, Warning: true,
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
			r.problems = append(r.problems, Problem{Row: r.n, Column: h.column(fieldName),
				ZH: fmt.Sprintf("与第%d行重复", numbers[j]), EN: fmt.Sprintf("it is the object of row %d again", numbers[j])})
			continue
		}
		before.add(r.draft.Object)
		numbers = append(numbers, r.n)
		j := registered.find(r.draft.Object)
		if j < 0 {
			r.action = "create"
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
	warn := func(zh, en string) { r.problems = append(r.problems, Problem{Row: r.n, Warning: true, ZH: zh, EN: en}) }
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

func (p *plan) count() {
	c := &p.batch.Counts
	used := map[string]bool{}
	for _, r := range p.rows {
		switch r.action {
		case "create":
			c.Create++
		case "merge":
			c.Merge++
		case "same":
			c.Same++
		case "skip":
			c.Skip++
		case "error":
			c.Error++
			continue // its problems are told with it, and its party is not made for it alone
		}
		used[r.partyKey] = true
		if len(r.problems) > 0 {
			c.Warnings++
		}
	}
	for key := range p.parties {
		if !used[key] {
			delete(p.parties, key)
		}
	}
}

// name gives ids to what will be new, and rows the party that they will have.
func (p *plan) name() error {
	for _, named := range p.parties {
		if named.id == "" {
			id, err := uuid.NewV7()
			if err != nil {
				return err
			}
			named.id = id.String()
		}
	}
	for i := range p.rows {
		r := &p.rows[i]
		if r.action == "create" {
			id, err := uuid.NewV7()
			if err != nil {
				return err
			}
			r.objectID = id.String()
		}
		if named := p.parties[r.partyKey]; named != nil && (r.action == "create" || r.action == "merge") {
			r.draft.Object.PartyID = named.id
		}
	}
	return nil
}

// keep writes the plan.
func (in *Intake) keep(ctx context.Context, p *plan, sum []byte) error {
	b := &p.batch
	if b.Warnings == nil {
		b.Warnings = []Problem{}
	}
	return pgx.BeginFunc(ctx, in.pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `INSERT INTO intake_batch (id, name, format, sha256, rule, by_whom, at, state, total, counts, warnings, changed_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $7)`,
			b.ID, b.Name, b.Format, sum, b.Rule, b.By, b.At, b.State, b.Total, b.Counts, b.Warnings); err != nil {
			return err
		}
		keys := sortedKeys(p.parties)
		_, err := tx.CopyFrom(ctx, pgx.Identifier{"intake_party"}, []string{"batch_id", "key", "action", "party_id", "version", "draft"},
			pgx.CopyFromSlice(len(keys), func(i int) ([]any, error) {
				n := p.parties[keys[i]]
				sealed, err := in.seal(b.ID, n.says)
				return []any{b.ID, in.secrets.Digest("intake.party", keys[i]), n.action, n.id, n.version, sealed}, err
			}))
		if err != nil {
			return err
		}
		_, err = tx.CopyFrom(ctx, pgx.Identifier{"intake_row"}, []string{"batch_id", "n", "action", "object_id", "version", "draft", "problems"},
			pgx.CopyFromSlice(len(p.rows), func(i int) ([]any, error) {
				r := p.rows[i]
				sealed, err := in.seal(b.ID, r.draft)
				if r.problems == nil {
					r.problems = []Problem{}
				}
				return []any{b.ID, r.n, r.action, orNull(r.objectID), r.version, sealed, r.problems}, err
			}))
		return err
	})
}

func orNull(id string) *string {
	if id == "" {
		return nil
	}
	return &id
}
