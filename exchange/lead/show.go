package lead

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"offsite/registry"
	"offsite/store"
)

const query = `SELECT l.id::text, l.number, l.source, l.source_name, l.source_ref, l.kind, l.what, l.place, l.township, l.longitude, l.latitude, l.plate, l.hauler, l.site,
	l.contact IS NOT NULL, l.seen_at, l.received_at, l.urgent, l.state, ARRAY(SELECT a.name FROM account a WHERE a.id = ANY (l.duty) ORDER BY a.name),
	l.acknowledge_by, l.acknowledged_at, coalesce((SELECT a.name FROM account a WHERE a.id = l.acknowledged_by), ''),
	coalesce((SELECT a.name FROM account a WHERE a.id = l.officer), ''), l.handle_by, l.done_at, l.result, l.note,
	coalesce(l.case_id::text, ''), coalesce((SELECT c.number FROM casefile c WHERE c.id = l.case_id), ''), l.alarm, l.version, l.by_whom FROM lead l `

func scan(row pgx.CollectableRow) (Lead, error) { return pgx.RowToStructByPos[Lead](row) }

// database is a pool or a transaction.
type database interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

func one(ctx context.Context, db database, id, lock string) (Lead, error) {
	if !store.IsID(id) {
		return Lead{}, registry.ErrNotFound
	}
	rows, err := db.Query(ctx, query+`WHERE l.id = $1 `+lock, id)
	if err != nil {
		return Lead{}, err
	}
	found, err := pgx.CollectExactlyOneRow(rows, scan)
	if errors.Is(err, pgx.ErrNoRows) {
		err = registry.ErrNotFound
	}
	return found, err
}

// Lead reads one.
func (d *Desk) Lead(ctx context.Context, id string) (Lead, error) {
	l, err := one(ctx, d.o.Pool, id, "")
	if err != nil {
		return l, fmt.Errorf("read lead %s: %w", id, err)
	}
	return l, nil
}

// Filter chooses leads; its zero value chooses all.
type Filter struct {
	State   string // "": all; "open": what is not at its end
	Kind    string
	Officer string // account that deals with it
	Before  string // id of the last one seen, "" from the newest on
	Limit   int
}

// Leads lists them, the newest first.
func (d *Desk) Leads(ctx context.Context, f Filter) ([]Lead, error) {
	rows, err := d.o.Pool.Query(ctx, query+`WHERE ($1 = '' OR l.state = $1 OR $1 = 'open' AND l.state IN ('received', 'acknowledged', 'dispatched'))
		AND ($2 = '' OR l.kind = $2) AND ($3 = '' OR l.officer = nullif($3, '')::uuid)
		AND ($4 = '' OR (l.received_at, l.id) < (SELECT received_at, id FROM lead WHERE id = nullif($4, '')::uuid)) ORDER BY l.received_at DESC, l.id DESC LIMIT $5`,
		f.State, f.Kind, f.Officer, f.Before, f.Limit)
	if err != nil {
		return nil, fmt.Errorf("list the leads: %w", err)
	}
	list, err := pgx.CollectRows(rows, scan)
	if err != nil {
		return nil, fmt.Errorf("list the leads: %w", err)
	}
	return list, nil
}

// Step is one line of what became of a lead.
type Step struct {
	At    time.Time `json:"at"`
	By    string    `json:"by" doc:"Name."`
	Event string    `json:"event"`
	Note  string    `json:"note"`
}

// Steps lists what became of a lead.
func (d *Desk) Steps(ctx context.Context, id string) ([]Step, error) {
	rows, err := d.o.Pool.Query(ctx, `SELECT at, by_name, event, note FROM lead_event WHERE lead_id = $1 ORDER BY id`, store.ID(id))
	if err != nil {
		return nil, fmt.Errorf("list the steps of lead %s: %w", id, err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Step])
	if err != nil {
		return nil, fmt.Errorf("list the steps of lead %s: %w", id, err)
	}
	return list, nil
}

// Contact is who told a lead, "" where nobody is known. Record the look first.
func (d *Desk) Contact(ctx context.Context, id string) (string, error) {
	var known string
	var sealed []byte
	err := d.o.Pool.QueryRow(ctx, `SELECT id::text, contact FROM lead WHERE id = $1`, store.ID(id)).Scan(&known, &sealed)
	if errors.Is(err, pgx.ErrNoRows) {
		err = registry.ErrNotFound
	}
	if err != nil {
		return "", fmt.Errorf("read who told lead %s: %w", id, err)
	}
	if sealed == nil {
		return "", nil
	}
	text, err := d.o.Secrets.Unseal(purpose(known), sealed)
	if err != nil {
		return "", fmt.Errorf("read who told lead %s: %w", id, err)
	}
	return text, nil
}
