package intake

import (
	"context"
	"encoding/json"
	"fmt"

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

func next(ctx context.Context, tx pgx.Tx, batch, kind string) ([]made, error) {
	rows, err := tx.Query(ctx, `SELECT subject::text, version, before FROM intake_change
		WHERE batch_id = $1 AND kind = $2 AND undone IS NULL ORDER BY subject LIMIT $3`, batch, kind, chunk)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[made])
}

func (in *Intake) undoObjects(ctx context.Context, tx pgx.Tx, by string, b *Batch) (int, error) {
	list, err := next(ctx, tx, b.ID, "object")
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
	list, err := next(ctx, tx, b.ID, "party")
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

func (in *Intake) mark(ctx context.Context, tx pgx.Tx, b *Batch, kind string, list []made, undone []string) error {
	all := make([]string, len(list))
	for i, m := range list {
		all[i] = m.Subject
	}
	b.Counts.Kept += len(list) - len(undone)
	_, err := tx.Exec(ctx, `UPDATE intake_change SET undone = subject = ANY ($4::uuid[])
		WHERE batch_id = $1 AND kind = $2 AND subject = ANY ($3::uuid[])`, b.ID, kind, all, undone)
	return err
}
