package intake

import (
	"context"
	"crypto/sha256"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// Preview reads a file and says what would become of each row. Nothing of the base
// data is changed. Errors wrap ErrFile where the file as a whole cannot be read.
func (in *Intake) Preview(ctx context.Context, by, name, format string, data []byte, o Options) (Batch, error) {
	fail := func(err error) (Batch, error) { return Batch{}, fmt.Errorf("preview %s: %w", name, err) }
	if err := o.check(); err != nil {
		return fail(err)
	}
	columns := objectSheet()
	if o.Subject == Cameras {
		columns = cameraSheet()
	}
	t, err := read(format, data, columns)
	if err != nil {
		return fail(err)
	}
	id, err := uuid.NewV7()
	if err != nil {
		return fail(err)
	}
	sum := sha256.Sum256(data)
	p := &plan{rule: o.Rule, parties: map[string]*plannedParty{}, batch: Batch{ID: id.String(), Subject: o.Subject, Name: name, Format: format,
		SHA256: fmt.Sprintf("%x", sum), Rule: o.Rule, By: by, At: in.moment(), State: Previewed, Total: len(t.lines), Warnings: t.warnings}}
	r := reader{heading: t.heading, options: o, now: in.now()}
	plan := in.planObjects
	if o.Subject == Cameras {
		plan = in.planCameras
	}
	if err = plan(ctx, p, r, t.lines); err != nil {
		return fail(err)
	}
	if warning, ok := in.weighed(p).warn(p, o.System); ok {
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
		if r.action == "create" && r.draft.Camera == nil { // a camera gets its own when it is registered
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
		b.Warnings = []Fault{}
	}
	return pgx.BeginFunc(ctx, in.pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `INSERT INTO intake_batch (id, name, format, sha256, rule, by_whom, at, state, total, counts, warnings, changed_at, subject)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $7, $12)`,
			b.ID, b.Name, b.Format, sum, b.Rule, b.By, b.At, b.State, b.Total, b.Counts, b.Warnings, b.Subject); err != nil {
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
					r.problems = []Fault{}
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
