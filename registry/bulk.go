package registry

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"offsite/registry/identity"
)

// SaveObjects saves many objects, all of them or none. Those of version 0 are new,
// under the ID they bring or a new one; the others carry the version that was read.
func (r *Registry) SaveObjects(ctx context.Context, by string, objects []Object) ([]Object, error) {
	for i := range objects {
		if wrong := objects[i].Problems(); len(wrong) > 0 {
			return nil, fmt.Errorf("save %d objects: number %d: %w", len(objects), i+1, wrong[0])
		}
	}
	err := r.change(ctx, fmt.Sprintf("save %d objects", len(objects)), func(tx pgx.Tx) error {
		before, err := byID(ctx, tx, objectQuery+`WHERE o.id = ANY ($1) AND o.removed_at IS NULL ORDER BY o.id FOR UPDATE OF o`,
			changing(objects, func(o Object) (string, int) { return o.ID, o.Version }), scanObject, func(o Object) string { return o.ID })
		if err != nil {
			return err
		}
		w := bulk{by: by, kind: "object", at: r.moment()}
		for i := range objects {
			o := &objects[i]
			was, ok := before[o.ID]
			if o.Version > 0 && (!ok || was.Version != o.Version) {
				return fmt.Errorf("object %s: %w", o.ID, ErrConflict)
			}
			if err := r.numberObject(o); err != nil {
				return err
			}
			if ok {
				w.changed(o.ID, was, *o, upsertObject, o.values())
				continue
			}
			values := append(o.values(), o.ChangedAt)
			if o.PartyID == "" {
				values[7] = nil
			}
			w.created(o.ID, *o, values)
		}
		return r.write(ctx, tx, w, []string{"id", "kind", "name", "address", "business", "licence_no", "township", "party_id", "grade",
			"longitude", "latitude", "version", "created_at", "changed_at"})
	})
	return objects, err
}

// SaveParties saves many parties as SaveObjects does objects.
func (r *Registry) SaveParties(ctx context.Context, by string, parties []Party) ([]Party, error) {
	for i := range parties {
		if wrong := parties[i].Problems(r.now()); len(wrong) > 0 {
			return nil, fmt.Errorf("save %d parties: number %d: %w", len(parties), i+1, wrong[0])
		}
	}
	err := r.change(ctx, fmt.Sprintf("save %d parties", len(parties)), func(tx pgx.Tx) error {
		before, err := byID(ctx, tx, partyQuery+`WHERE p.id = ANY ($1) AND p.removed_at IS NULL ORDER BY p.id FOR UPDATE OF p`,
			changing(parties, func(p Party) (string, int) { return p.ID, p.Version }), scanParty, func(p Party) string { return p.ID })
		if err != nil {
			return err
		}
		w := bulk{by: by, kind: "party", at: r.moment()}
		for i := range parties {
			p := &parties[i]
			was, ok := before[p.ID]
			if p.Version > 0 && (!ok || was.Version != p.Version) {
				return fmt.Errorf("party %s: %w", p.ID, ErrConflict)
			}
			if p.ID == "" {
				if p.ID, err = newID(); err != nil {
					return err
				}
			}
			p.Version, p.ChangedAt = p.Version+1, w.at
			values, err := r.partyValues(*p)
			if err != nil {
				return err
			}
			if !p.keepsIdentity() {
				p.Identity = p.shownIdentity()
			}
			if ok {
				w.changed(p.ID, was, *p, upsertParty, values)
			} else {
				w.created(p.ID, *p, append(values, w.at))
			}
		}
		return r.write(ctx, tx, w, []string{"id", "kind", "name", "identity_sealed", "identity_digest", "identity_shown", "phone", "address",
			"email", "version", "created_at", "changed_at"})
	})
	return parties, err
}

// bulk is what is about to be written of one kind.
type bulk struct {
	by, kind string
	at       time.Time
	news     [][]any
	batch    pgx.Batch
	log      []Change
}

func (w *bulk) created(id string, is any, values []any) {
	w.news = append(w.news, values)
	w.log = append(w.log, Change{By: w.by, Kind: w.kind, Subject: id, Action: "create", After: is})
}

func (w *bulk) changed(id string, was, is any, sql string, values []any) {
	w.batch.Queue(sql, values...)
	w.log = append(w.log, Change{By: w.by, Kind: w.kind, Subject: id, Action: "change", Before: was, After: is})
}

// write writes new rows by COPY, changed ones in one round, and the change log.
func (r *Registry) write(ctx context.Context, tx pgx.Tx, w bulk, columns []string) error {
	if _, err := tx.CopyFrom(ctx, pgx.Identifier{w.kind}, columns, pgx.CopyFromRows(w.news)); err != nil {
		return err
	}
	if err := tx.SendBatch(ctx, &w.batch).Close(); err != nil {
		return err
	}
	return r.logAll(ctx, tx, w.log)
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

// ObjectsByID returns those of the objects that are there, by id.
func (r *Registry) ObjectsByID(ctx context.Context, which []string) (map[string]Object, error) {
	found, err := byID(ctx, r.db, objectQuery+`WHERE o.id = ANY ($1) AND o.removed_at IS NULL`, which, scanObject,
		func(o Object) string { return o.ID })
	if err != nil {
		return nil, fmt.Errorf("read %d objects: %w", len(which), err)
	}
	return found, nil
}

// PartiesByID returns those of the parties that are there, by id.
func (r *Registry) PartiesByID(ctx context.Context, which []string) (map[string]Party, error) {
	found, err := byID(ctx, r.db, partyQuery+`WHERE p.id = ANY ($1) AND p.removed_at IS NULL`, which, scanParty,
		func(p Party) string { return p.ID })
	if err != nil {
		return nil, fmt.Errorf("read %d parties: %w", len(which), err)
	}
	return found, nil
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

// changing lists the ids of what is there already.
func changing[T any](all []T, number func(T) (id string, version int)) []string {
	list := []string{}
	for _, t := range all {
		if id, version := number(t); version > 0 {
			list = append(list, id)
		}
	}
	return list
}

// byID reads rows by their ids. Where the query locks, it orders by id, so that two
// who lock many never wait for each other.
func byID[T any](ctx context.Context, db database, sql string, which []string, scan pgx.RowToFunc[T], id func(T) string) (map[string]T, error) {
	for _, i := range which {
		if err := known(i); err != nil {
			return nil, err
		}
	}
	rows, err := db.Query(ctx, sql, append([]string{}, which...))
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
