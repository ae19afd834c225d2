package transfer

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"offsite/exchange/lead"
	"offsite/registry"
	"offsite/store"
)

// Transfer is what was handed over, and how far it is.
type Transfer struct {
	ID          string     `json:"id"`
	Number      string     `json:"number"`
	SubjectKind string     `json:"subject_kind" enum:"lead,case,annotation,lifting" doc:"annotation, lifting: of real estate, asked of its register."`
	Subject     string     `json:"subject"`
	AuthorityID string     `json:"authority_id"`
	Authority   string     `json:"authority" doc:"Name."`
	SHA256      string     `json:"sha256" doc:"Of the letter: what a receipt signs."`
	SentAt      time.Time  `json:"sent_at"`
	SentBy      string     `json:"sent_by"`
	State       string     `json:"state" enum:"sent,received,accepted,returned,closed"`
	Ref         string     `json:"ref" doc:"The authority's own number."`
	On          string     `json:"on" doc:"2006-01-02, of a register's entry; empty: none."`
	Note        string     `json:"note"`
	Receiver    string     `json:"receiver"`
	ReceivedAt  *time.Time `json:"received_at,omitempty"`
	Signed      bool       `json:"signed" doc:"The receipt bears the authority's signature; else it is on paper."`
	ChangedAt   time.Time  `json:"changed_at"`
}

const query = `SELECT t.id::text, t.number, t.subject_kind, t.subject::text, t.authority_id::text, a.name, t.sha256, t.sent_at, t.by_name, t.state, t.their_ref, coalesce(to_char(t.their_day, 'YYYY-MM-DD'), ''), t.note,
	coalesce(r.receiver, ''), r.received_at, coalesce(r.signature IS NOT NULL, false), t.changed_at
	FROM transfer t JOIN authority a ON a.id = t.authority_id LEFT JOIN transfer_receipt r ON r.transfer_id = t.id `

// database is a pool or a transaction.
type database interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

// one reads a transfer; of another authority than the one given, there is none.
func one(ctx context.Context, db database, id, authority, lock string) (Transfer, error) {
	if !store.IsID(id) {
		return Transfer{}, registry.ErrNotFound
	}
	rows, err := db.Query(ctx, query+`WHERE t.id = $1 AND ($2 = '' OR t.authority_id = nullif($2, '')::uuid) `+lock, id, authority)
	if err != nil {
		return Transfer{}, err
	}
	found, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByPos[Transfer])
	if errors.Is(err, pgx.ErrNoRows) {
		err = registry.ErrNotFound
	}
	return found, err
}

// Detail is a transfer with its letter's exact text and its steps.
type Detail struct {
	Transfer Transfer    `json:"transfer"`
	Letter   string      `json:"letter" doc:"JSON; the exact text whose SHA-256 a receipt signs."`
	Steps    []lead.Step `json:"steps"`
}

// Transfer reads one; authority "" reads any.
func (d *Desk) Transfer(ctx context.Context, authority, id string) (Detail, error) {
	t, err := one(ctx, d.o.Pool, id, authority, "")
	if err != nil {
		return Detail{}, fmt.Errorf("read transfer %s: %w", id, err)
	}
	out := Detail{Transfer: t}
	if err := d.o.Pool.QueryRow(ctx, `SELECT letter FROM transfer WHERE id = $1`, id).Scan(&out.Letter); err != nil {
		return Detail{}, fmt.Errorf("read transfer %s: %w", id, err)
	}
	rows, err := d.o.Pool.Query(ctx, `SELECT at, by_name, event, note FROM transfer_event WHERE transfer_id = $1 ORDER BY id`, id)
	if err != nil {
		return Detail{}, fmt.Errorf("read transfer %s: %w", id, err)
	}
	if out.Steps, err = pgx.CollectRows(rows, pgx.RowToStructByPos[lead.Step]); err != nil {
		return Detail{}, fmt.Errorf("read transfer %s: %w", id, err)
	}
	return out, nil
}

// Transfers lists them, the newest first; before is the id of the last one seen.
func (d *Desk) Transfers(ctx context.Context, authority, before string, limit int) ([]Transfer, error) {
	rows, err := d.o.Pool.Query(ctx, query+`WHERE ($1 = '' OR t.authority_id = nullif($1, '')::uuid)
		AND ($2 = '' OR (t.sent_at, t.id) < (SELECT sent_at, id FROM transfer WHERE id = nullif($2, '')::uuid)) ORDER BY t.sent_at DESC, t.id DESC LIMIT $3`,
		authority, before, limit)
	if err != nil {
		return nil, fmt.Errorf("list what was handed over: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Transfer])
	if err != nil {
		return nil, fmt.Errorf("list what was handed over: %w", err)
	}
	return list, nil
}
