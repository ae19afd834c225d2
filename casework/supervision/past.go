package supervision

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// Past is a draw that was made before this office was opened: carried over from another
// system, or invented for a demonstration. No log has it, and whoever looks at it is told
// so; by its seed and terms it can be drawn again all the same.
type Past struct {
	ID        string // UUID
	Kind      string
	By        string // account
	Announced time.Time
	DrawnAt   time.Time
	Terms     Terms
	Seed      []byte
	Results   map[string]PastResult // by ticket; what is drawn and not in it waits
}

// PastResult is what somebody found, and what was done about it.
type PastResult struct {
	Result
	At          time.Time
	By          string    // account
	RectifiedAt time.Time // zero: a fault is not put right yet
	Rectified   string
}

// AdoptPast takes past draws over, all or none. They are drawn by their seeds, and each
// result is judged as Enter judges it, on its own day. The risk grades are told nothing:
// InspectionsSince lists what they count.
func (o *Office) AdoptPast(ctx context.Context, draws []Past) error {
	err := pgx.BeginFunc(ctx, o.o.Pool, func(tx pgx.Tx) error {
		for _, p := range draws {
			if err := o.adopt(ctx, tx, p); err != nil {
				return fmt.Errorf("%s of %s: %w", p.Terms.Title, p.DrawnAt.Format(time.DateOnly), err)
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("adopt %d past draws: %w", len(draws), err)
	}
	return nil
}

func (o *Office) adopt(ctx context.Context, tx pgx.Tx, p Past) error {
	text, err := json.Marshal(p.Terms)
	if err != nil {
		return err
	}
	sum, seed := sha256.Sum256(text), hex.EncodeToString(p.Seed)
	if _, err := tx.Exec(ctx, `INSERT INTO draw (id, kind, title, draw_at, announced_at, by_whom, text, sha256, seed, drawn_at, population, wanted)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $4, $10, $11)`, p.ID, p.Kind, p.Terms.Title, p.DrawnAt, p.Announced, p.By, string(text), hex.EncodeToString(sum[:]), seed,
		len(p.Terms.Tickets)+len(p.Terms.Always), p.Terms.Wanted+len(p.Terms.Always)); err != nil {
		return err
	}
	tasks, err := o.keep(ctx, tx, p.ID, p.Terms.Lots(p.Seed), p.DrawnAt)
	if err != nil {
		return err
	}
	batch := &pgx.Batch{}
	for _, t := range tasks {
		found, ok := p.Results[t.subject]
		if !ok {
			continue
		}
		if found.At.Before(p.DrawnAt) {
			return fmt.Errorf("%s was looked at before it was drawn", t.subject)
		}
		t.kind, t.seed = p.Kind, seed
		if _, err := o.take(batch, found.By, t, found.Result, found.At); err != nil {
			return err
		}
		if found.RectifiedAt.IsZero() {
			continue
		}
		if err := rectify(batch, t.id, found.Rectified, found.RectifiedAt); err != nil {
			return err
		}
	}
	return tx.SendBatch(ctx, batch).Close()
}

// Found is an inspection with its outcome, as the risk grade counts it.
type Found struct {
	TaskID, ObjectID string
	Passed           bool
	At               time.Time
	Note             string
	By               string // account
}

// Source is the number under which the risk grade knows it.
func (f Found) Source() string { return "双随机-" + f.TaskID }

// InspectionsSince lists the inspections whose results were entered since a time.
func (o *Office) InspectionsSince(ctx context.Context, since time.Time) ([]Found, error) {
	rows, err := o.o.Pool.Query(ctx, `SELECT t.id::text, t.subject::text, t.result = 'sound', t.done_at, t.note, t.done_by::text FROM draw_task t JOIN draw d ON d.id = t.draw_id
		WHERE d.kind = 'inspection' AND t.done_at >= $1 ORDER BY t.done_at, t.id`, since)
	if err != nil {
		return nil, fmt.Errorf("list what inspections have found: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Found])
	if err != nil {
		return nil, fmt.Errorf("list what inspections have found: %w", err)
	}
	return list, nil
}
