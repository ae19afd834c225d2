package intake

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"offsite/registry"
)

// chunk is how many rows are applied in one transaction.
const chunk = 1000

// Apply puts a previewed batch into the base data. Where it was interrupted, called
// again it goes on. Rows whose object somebody changed since the preview are left out
// as conflicts. Errors wrap ErrState where the batch was applied already.
func (in *Intake) Apply(ctx context.Context, by, id string) (Batch, error) {
	b, err := in.enter(ctx, id, Applying, Previewed, Applying)
	if err != nil {
		return b, fmt.Errorf("apply batch %s: %w", id, err)
	}
	steps := []func(context.Context, pgx.Tx, string, *Batch) (int, error){in.applyParties, in.applyRows}
	if b.Subject == Cameras {
		steps = []func(context.Context, pgx.Tx, string, *Batch) (int, error){in.applyCameras}
	}
	for _, step := range steps {
		if err = in.chunks(ctx, by, &b, step); err != nil {
			return b, fmt.Errorf("apply batch %s: %w", id, err)
		}
	}
	if b, err = in.enter(ctx, id, Applied, Applying); err != nil {
		return b, fmt.Errorf("apply batch %s: %w", id, err)
	}
	return b, nil
}

// enter moves a batch to a state from one of others.
func (in *Intake) enter(ctx context.Context, id, to string, from ...string) (b Batch, err error) {
	err = pgx.BeginFunc(ctx, in.pool, func(tx pgx.Tx) error {
		b, err = in.move(ctx, tx, id, to, from...)
		return err
	})
	return b, err
}

// move does so in a transaction.
func (in *Intake) move(ctx context.Context, tx pgx.Tx, id, to string, from ...string) (Batch, error) {
	b, err := batch(ctx, tx, id, "FOR UPDATE")
	if err != nil {
		return b, err
	}
	if !slices.Contains(from, b.State) {
		return b, fmt.Errorf("%w: it is %s", ErrState, b.State)
	}
	if b.State != to && (to == Applying || to == Undoing) {
		b.Done = 0
	}
	b.State = to
	return b, in.update(ctx, tx, b)
}

func (in *Intake) update(ctx context.Context, tx pgx.Tx, b Batch) error {
	if _, err := tx.Exec(ctx, `UPDATE intake_batch SET state = $2, done = $3, counts = $4, changed_at = $5 WHERE id = $1`,
		b.ID, b.State, b.Done, b.Counts, in.moment()); err != nil {
		return err
	}
	return tell(ctx, tx, b)
}

// chunks runs step, each time in a transaction of its own with the batch locked,
// until it finds nothing to do. What somebody changed in the very moment is read anew.
func (in *Intake) chunks(ctx context.Context, by string, b *Batch, step func(context.Context, pgx.Tx, string, *Batch) (int, error)) error {
	const patience = 5
	for conflicts := 0; ; {
		done := 0
		var after Batch
		err := pgx.BeginFunc(ctx, in.pool, func(tx pgx.Tx) (err error) {
			if after, err = batch(ctx, tx, b.ID, "FOR UPDATE"); err != nil {
				return err
			}
			after.atUndo = b.atUndo
			if after.State != b.State { // another process finished it meanwhile
				return fmt.Errorf("%w: it is %s by now", ErrState, after.State)
			}
			if done, err = step(ctx, tx, by, &after); err != nil || done == 0 {
				return err
			}
			return in.update(ctx, tx, after)
		})
		switch {
		case err == nil && done == 0:
			return nil
		case err == nil:
			*b, conflicts = after, 0
		case errors.Is(err, registry.ErrConflict) && conflicts < patience:
			conflicts++
		default:
			return err
		}
	}
}

// waiting is a row or party about to be applied.
type waiting struct {
	ID      string
	Version int
	Sealed  []byte
}

// applyParties saves the next parties.
func (in *Intake) applyParties(ctx context.Context, tx pgx.Tx, by string, b *Batch) (int, error) {
	rows, err := tx.Query(ctx, `SELECT key, party_id::text, version, draft FROM intake_party
		WHERE batch_id = $1 AND key > $2 AND action <> 'same' ORDER BY key LIMIT $3`, b.ID, b.atParty, chunk)
	if err != nil {
		return 0, err
	}
	var list []waiting
	var key []byte
	var w waiting
	if _, err = pgx.ForEachRow(rows, []any{&key, &w.ID, &w.Version, &w.Sealed}, func() error {
		list = append(list, w)
		return nil
	}); err != nil || len(list) == 0 {
		return 0, err
	}
	r := in.registry.In(tx)
	registered, err := r.PartiesByID(ctx, existing(list))
	if err != nil {
		return 0, err
	}
	var parties []registry.Party
	var before []any
	for _, w := range list {
		var says registry.Party
		if err = in.unseal(b.ID, w.Sealed, &says); err != nil {
			return 0, err
		}
		was, ok := registered[w.ID]
		switch {
		case w.Version == 0:
			says.ID, says.Version = w.ID, 0
			parties, before = append(parties, says), append(before, nil)
		case ok: // filling in what is empty cannot conflict with what others did
			parties, before = append(parties, mergeParty(was, &says)), append(before, was)
		}
	}
	if parties, err = r.SaveParties(ctx, by, parties); err != nil {
		return 0, err
	}
	if err = recordChanges(ctx, tx, b.ID, "party", before, func(i int) (string, int) { return parties[i].ID, parties[i].Version }); err != nil {
		return 0, err
	}
	_, err = tx.Exec(ctx, `UPDATE intake_batch SET at_party = $2 WHERE id = $1`, b.ID, key)
	return len(list), err
}

func existing(list []waiting) []string {
	var ids []string
	for _, w := range list {
		if w.Version > 0 {
			ids = append(ids, w.ID)
		}
	}
	return ids
}

// applyRows saves the objects of the next rows.
func (in *Intake) applyRows(ctx context.Context, tx pgx.Tx, by string, b *Batch) (int, error) {
	list, numbers, err := nextRows(ctx, tx, b)
	if err != nil || len(list) == 0 {
		return 0, err
	}
	registered, err := in.registry.In(tx).ObjectsByID(ctx, existing(list))
	if err != nil {
		return 0, err
	}
	var objects []registry.Object
	var before []any
	var conflicts []int
	for i, w := range list {
		var d draft
		if err = in.unseal(b.ID, w.Sealed, &d); err != nil {
			return 0, err
		}
		d.Object.ID, d.Object.Version = w.ID, w.Version
		was, ok := registered[w.ID]
		switch {
		case w.Version == 0:
			objects, before = append(objects, d.Object), append(before, nil)
		case ok && was.Version == w.Version:
			objects, before = append(objects, d.Object), append(before, was)
		default:
			conflicts = append(conflicts, numbers[i])
		}
	}
	if objects, err = in.registry.In(tx).SaveObjects(ctx, by, objects); err != nil {
		return 0, err
	}
	if err = recordChanges(ctx, tx, b.ID, "object", before, func(i int) (string, int) { return objects[i].ID, objects[i].Version }); err != nil {
		return 0, err
	}
	return len(list), past(ctx, tx, b, numbers, conflicts)
}

// nextRows are those about to be applied, with their numbers. What is done to the action
// keeps the index of actions out of it: read in the order of the key, a chunk is its
// thousand rows; by actions, it is all that are left, sorted anew for every chunk.
func nextRows(ctx context.Context, tx pgx.Tx, b *Batch) (list []waiting, numbers []int, err error) {
	rows, err := tx.Query(ctx, `SELECT n, coalesce(object_id::text, ''), version, draft FROM intake_row
		WHERE batch_id = $1 AND n > $2 AND action || '' IN ('create', 'merge') ORDER BY n LIMIT $3`, b.ID, b.atRow, chunk)
	if err != nil {
		return nil, nil, err
	}
	var n int
	var w waiting
	_, err = pgx.ForEachRow(rows, []any{&n, &w.ID, &w.Version, &w.Sealed}, func() error {
		list, numbers = append(list, w), append(numbers, n)
		return nil
	})
	return list, numbers, err
}

// past notes how far applying is, and which of the rows were left out since somebody
// changed what they are about.
func past(ctx context.Context, tx pgx.Tx, b *Batch, numbers, conflicts []int) error {
	b.Done += len(numbers)
	b.Counts.Conflict += len(conflicts)
	if len(conflicts) > 0 {
		if _, err := tx.Exec(ctx, `UPDATE intake_row SET action = 'conflict' WHERE batch_id = $1 AND n = ANY ($2)`, b.ID, conflicts); err != nil {
			return err
		}
	}
	_, err := tx.Exec(ctx, `UPDATE intake_batch SET at_row = $2 WHERE id = $1`, b.ID, numbers[len(numbers)-1])
	return err
}

// recordChanges keeps what undoing needs.
func recordChanges(ctx context.Context, tx pgx.Tx, batch, kind string, before []any, made func(int) (string, int)) error {
	_, err := tx.CopyFrom(ctx, pgx.Identifier{"intake_change"}, []string{"batch_id", "kind", "subject", "version", "before"},
		pgx.CopyFromSlice(len(before), func(i int) ([]any, error) {
			id, version := made(i)
			return []any{batch, kind, id, version, before[i]}, nil
		}))
	return err
}
