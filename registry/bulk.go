package registry

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"offsite/registry/identity"
)

// SaveObjects saves many objects as SaveObject does each, all of them or none. Those
// with an ID must carry the version that was read.
func (r *Registry) SaveObjects(ctx context.Context, by string, objects []Object) ([]Object, error) {
	for i := range objects {
		if wrong := objects[i].Problems(); len(wrong) > 0 {
			return nil, fmt.Errorf("save %d objects: number %d: %w", len(objects), i+1, wrong[0])
		}
	}
	err := r.change(ctx, fmt.Sprintf("save %d objects", len(objects)), func(tx pgx.Tx) error {
		before, err := locked(ctx, tx, objectQuery+`WHERE o.id = ANY ($1) AND o.removed_at IS NULL ORDER BY o.id FOR UPDATE OF o`,
			ids(objects, func(o Object) string { return o.ID }), scanObject, func(o Object) string { return o.ID })
		if err != nil {
			return err
		}
		batch, changes := &pgx.Batch{}, make([]Change, 0, len(objects))
		for i := range objects {
			o := &objects[i]
			change := Change{By: by, Kind: "object", Action: "create"}
			if o.ID != "" {
				was, ok := before[o.ID]
				if !ok || was.Version != o.Version {
					return fmt.Errorf("object %s: %w", o.ID, ErrConflict)
				}
				change.Action, change.Before = "change", was
			}
			if err := r.numberObject(o); err != nil {
				return err
			}
			batch.Queue(upsertObject, o.values()...)
			change.Subject, change.After = o.ID, *o
			changes = append(changes, change)
		}
		if err := tx.SendBatch(ctx, batch).Close(); err != nil {
			return err
		}
		return r.logAll(ctx, tx, changes)
	})
	return objects, err
}

// SaveParties saves many parties as SaveParty does each, all of them or none. Those
// with an ID must carry the version that was read.
func (r *Registry) SaveParties(ctx context.Context, by string, parties []Party) ([]Party, error) {
	for i := range parties {
		if wrong := parties[i].Problems(r.now()); len(wrong) > 0 {
			return nil, fmt.Errorf("save %d parties: number %d: %w", len(parties), i+1, wrong[0])
		}
	}
	err := r.change(ctx, fmt.Sprintf("save %d parties", len(parties)), func(tx pgx.Tx) error {
		before, err := locked(ctx, tx, partyQuery+`WHERE p.id = ANY ($1) AND p.removed_at IS NULL ORDER BY p.id FOR UPDATE OF p`,
			ids(parties, func(p Party) string { return p.ID }), scanParty, func(p Party) string { return p.ID })
		if err != nil {
			return err
		}
		batch, changes := &pgx.Batch{}, make([]Change, 0, len(parties))
		for i := range parties {
			p := &parties[i]
			change := Change{By: by, Kind: "party", Action: "create"}
			if was, ok := before[p.ID]; p.ID == "" {
				if p.ID, err = newID(); err != nil {
					return err
				}
				p.Version = 0
			} else if !ok || was.Version != p.Version {
				return fmt.Errorf("party %s: %w", p.ID, ErrConflict)
			} else {
				change.Action, change.Before = "change", was
			}
			p.Version++
			p.ChangedAt = r.moment()
			values, err := r.partyValues(*p)
			if err != nil {
				return err
			}
			batch.Queue(upsertParty, values...)
			if !p.keepsIdentity() {
				p.Identity = p.shownIdentity()
			}
			change.Subject, change.After = p.ID, *p
			changes = append(changes, change)
		}
		if err := tx.SendBatch(ctx, batch).Close(); err != nil {
			return err
		}
		return r.logAll(ctx, tx, changes)
	})
	return parties, err
}

// RemoveUnchanged removes those objects or parties that still have the given
// versions, and returns the ids of those it removed. kind is "object" or "party". A
// party that an object belongs to stays.
func (r *Registry) RemoveUnchanged(ctx context.Context, by, kind string, versions map[string]int) (removed []string, err error) {
	sql, ok := map[string]string{
		"object": `UPDATE object t SET removed_at = $3, version = t.version + 1 FROM unnest($1::uuid[], $2::int[]) AS g (id, version)
			WHERE t.id = g.id AND t.version = g.version AND t.removed_at IS NULL RETURNING t.id::text`,
		"party": `UPDATE party t SET removed_at = $3, version = t.version + 1 FROM unnest($1::uuid[], $2::int[]) AS g (id, version)
			WHERE t.id = g.id AND t.version = g.version AND t.removed_at IS NULL
			AND NOT EXISTS (SELECT FROM object o WHERE o.party_id = t.id AND o.removed_at IS NULL) RETURNING t.id::text`,
	}[kind]
	if !ok {
		return nil, fmt.Errorf("remove many of kind %q: %w", kind, ErrNotFound)
	}
	var which []string
	var numbers []int
	for id, version := range versions {
		which, numbers = append(which, id), append(numbers, version)
	}
	err = r.change(ctx, fmt.Sprintf("remove %d of kind %s", len(which), kind), func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, sql, which, numbers, r.moment())
		if err != nil {
			return err
		}
		if removed, err = pgx.CollectRows(rows, pgx.RowTo[string]); err != nil {
			return err
		}
		changes := make([]Change, len(removed))
		for i, id := range removed {
			changes[i] = Change{By: by, Kind: kind, Subject: id, Action: "remove"}
		}
		return r.logAll(ctx, tx, changes)
	})
	return removed, err
}

// PartiesByIdentity finds the parties that have one of the identity numbers, by the
// number in normal form.
func (r *Registry) PartiesByIdentity(ctx context.Context, numbers []string) (map[string]Party, error) {
	digests, normal := make([][]byte, len(numbers)), make(map[string]string, len(numbers))
	for i, n := range numbers {
		n = identity.Normal(n)
		digests[i] = r.digest(n)
		normal[string(digests[i])] = n
	}
	rows, err := r.db.Query(ctx, `SELECT `+partyColumns+`, p.identity_digest FROM party p
		WHERE p.identity_digest = ANY ($1) AND p.removed_at IS NULL`, digests)
	if err != nil {
		return nil, fmt.Errorf("find parties by their identity: %w", err)
	}
	found := map[string]Party{}
	var p Party
	var digest []byte
	_, err = pgx.ForEachRow(rows, append(p.fields(), &digest), func() error {
		found[normal[string(digest)]] = p
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("find parties by their identity: %w", err)
	}
	return found, nil
}

// ids lists the ids that are there.
func ids[T any](all []T, id func(T) string) []string {
	list := []string{}
	for _, t := range all {
		if id(t) != "" {
			list = append(list, id(t))
		}
	}
	return list
}

// locked reads rows under their lock, in the order of the query, so that two who lock
// many never wait for each other.
func locked[T any](ctx context.Context, tx pgx.Tx, sql string, which []string, scan pgx.RowToFunc[T], id func(T) string) (map[string]T, error) {
	for _, i := range which {
		if err := known(i); err != nil {
			return nil, err
		}
	}
	rows, err := tx.Query(ctx, sql, which)
	if err != nil {
		return nil, err
	}
	all, err := pgx.CollectRows(rows, scan)
	if err != nil {
		return nil, err
	}
	found := make(map[string]T, len(all))
	for _, t := range all {
		found[id(t)] = t
	}
	return found, nil
}

// logAll writes many entries of the change log.
func (r *Registry) logAll(ctx context.Context, tx pgx.Tx, changes []Change) error {
	at := r.moment()
	_, err := tx.CopyFrom(ctx, pgx.Identifier{"change_log"}, []string{"at", "by_whom", "kind", "subject", "action", "before", "after"},
		pgx.CopyFromSlice(len(changes), func(i int) ([]any, error) {
			c := changes[i]
			before, err := document(c.Before)
			if err != nil {
				return nil, err
			}
			after, err := document(c.After)
			return []any{at, c.By, c.Kind, c.Subject, c.Action, before, after}, err
		}))
	if err != nil {
		return fmt.Errorf("write the change log: %w", err)
	}
	return nil
}
