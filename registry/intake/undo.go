package intake

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"offsite/registry"
)

// Undo takes back what applying a batch did: what it created is removed, what it
// changed is as before. What somebody changed since is kept and counted. Where it was
// interrupted, called again it goes on.
func (in *Intake) Undo(ctx context.Context, by, id string) (Batch, error) {
	b, err := in.enter(ctx, id, Undoing, Applied, Undoing)
	if err != nil {
		return b, fmt.Errorf("undo batch %s: %w", id, err)
	}
	for _, step := range []func(context.Context, pgx.Tx, string, *Batch) (int, error){
		in.undoCameras,
		in.undoObjects, // before their parties, which stay while an object is theirs
		in.undoParties,
	} {
		b.atUndo = uuid.Nil.String()
		if err = in.chunks(ctx, by, &b, step); err != nil {
			return b, fmt.Errorf("undo batch %s: %w", id, err)
		}
	}
	if b, err = in.enter(ctx, id, Undone, Undoing); err != nil {
		return b, fmt.Errorf("undo batch %s: %w", id, err)
	}
	return b, nil
}

// made is one thing that applying created or changed.
type made struct {
	Subject string
	Version int
	Before  []byte
}

// next lists what is undone next, after what was undone before. The order is the key's,
// c.subject: by the text that is selected, all that are left would be sorted for every
// chunk.
func next(ctx context.Context, tx pgx.Tx, b *Batch, kind string) ([]made, error) {
	rows, err := tx.Query(ctx, `SELECT c.subject::text, c.version, c.before FROM intake_change c
		WHERE c.batch_id = $1 AND c.kind = $2 AND c.subject > $3 AND c.undone IS NULL ORDER BY c.subject LIMIT $4`, b.ID, kind, b.atUndo, chunk)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[made])
}

func (in *Intake) undoObjects(ctx context.Context, tx pgx.Tx, by string, b *Batch) (int, error) {
	list, err := next(ctx, tx, b, "object")
	if err != nil || len(list) == 0 {
		return 0, err
	}
	created, which := split(list)
	r := in.registry.In(tx)
	undone, err := r.RemoveUnchanged(ctx, by, "object", created)
	if err != nil {
		return 0, err
	}
	now, err := r.ObjectsByID(ctx, which)
	if err != nil {
		return 0, err
	}
	var back []registry.Object
	for _, m := range list {
		is, ok := now[m.Subject]
		if m.Before == nil || !ok || is.Version != m.Version {
			continue
		}
		var was registry.Object
		if err = json.Unmarshal(m.Before, &was); err != nil {
			return 0, fmt.Errorf("read what object %s was: %w", m.Subject, err)
		}
		was.Version = is.Version
		back, undone = append(back, was), append(undone, was.ID)
	}
	if _, err = r.SaveObjects(ctx, by, back); err != nil {
		return 0, err
	}
	b.Done += len(list)
	return len(list), in.mark(ctx, tx, b, "object", list, undone)
}

func (in *Intake) undoParties(ctx context.Context, tx pgx.Tx, by string, b *Batch) (int, error) {
	list, err := next(ctx, tx, b, "party")
	if err != nil || len(list) == 0 {
		return 0, err
	}
	created, which := split(list)
	r := in.registry.In(tx)
	undone, err := r.RemoveUnchanged(ctx, by, "party", created)
	if err != nil {
		return 0, err
	}
	now, err := r.PartiesByID(ctx, which)
	if err != nil {
		return 0, err
	}
	var back []registry.Party
	for _, m := range list {
		is, ok := now[m.Subject]
		if m.Before == nil || !ok || is.Version != m.Version {
			continue
		}
		var was registry.Party
		if err = json.Unmarshal(m.Before, &was); err != nil {
			return 0, fmt.Errorf("read what party %s was: %w", m.Subject, err)
		}
		was.Version, was.Identity = is.Version, "" // what is kept of the identity stays
		back, undone = append(back, was), append(undone, was.ID)
	}
	if _, err = r.SaveParties(ctx, by, back); err != nil {
		return 0, err
	}
	return len(list), in.mark(ctx, tx, b, "party", list, undone)
}

// split tells what was created, with the version made, from what was changed.
func split(list []made) (created map[string]int, changed []string) {
	created = map[string]int{}
	for _, m := range list {
		if m.Before == nil {
			created[m.Subject] = m.Version
		} else {
			changed = append(changed, m.Subject)
		}
	}
	return created, changed
}

// mark notes which of a chunk were undone: all between the last one before and its own
// last, so that the index leads to them.
func (in *Intake) mark(ctx context.Context, tx pgx.Tx, b *Batch, kind string, list []made, undone []string) error {
	last := list[len(list)-1].Subject
	_, err := tx.Exec(ctx, `UPDATE intake_change SET undone = subject = ANY ($5::uuid[])
		WHERE batch_id = $1 AND kind = $2 AND subject > $3 AND subject <= $4 AND undone IS NULL`, b.ID, kind, b.atUndo, last, undone)
	b.Counts.Kept += len(list) - len(undone)
	b.atUndo = last
	return err
}
