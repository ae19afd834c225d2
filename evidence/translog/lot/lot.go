package lot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"offsite/evidence/translog/ledger"
)

// Notice is how long before the draw it is announced at least.
const Notice = time.Minute

// pause is between looks for draws whose time has come.
const pause = time.Second

// Errors that a caller tells apart.
var (
	ErrTooSoon = errors.New("a draw is announced at least a minute before it is made")
	ErrNone    = errors.New("no such draw was announced")
)

// Draw is a draw that was announced.
type Draw struct {
	Announcement
	By   string // who announced it
	Text []byte // the announcement as published

	AnnouncedProof []byte // that it stands in the log; nil while it waits
	DrawnProof     []byte
	Seed           *Seed // nil until it is drawn
}

// Draws are the announced ones, in the database.
type Draws struct {
	pool   *pgxpool.Pool
	ledger *ledger.Ledger
	now    func() time.Time
}

// New returns the draws of the database.
func New(pool *pgxpool.Pool, now func() time.Time) *Draws {
	return &Draws{pool, ledger.New(pool), now}
}

// Announce promises a draw. It holds once the transaction is committed.
func (d *Draws) Announce(ctx context.Context, tx pgx.Tx, by, purpose string, terms any, at time.Time) (Draw, error) {
	now := d.now()
	if at.Before(now.Add(Notice)) {
		return Draw{}, fmt.Errorf("announce a draw for %s: %w", at.Format(time.RFC3339), ErrTooSoon)
	}
	draw, err := d.announce(ctx, tx, by, purpose, terms, now, at)
	if err != nil {
		return Draw{}, fmt.Errorf("announce a draw: %w", err)
	}
	return draw, nil
}

func (d *Draws) announce(ctx context.Context, tx pgx.Tx, by, purpose string, terms any, now, at time.Time) (Draw, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return Draw{}, err
	}
	a := Announcement{Format: Format, ID: id.String(), Purpose: purpose, Announced: instant(now), Draws: instant(at)}
	if a.Terms, err = json.Marshal(terms); err != nil {
		return Draw{}, err
	}
	text, err := a.Bytes()
	if err != nil {
		return Draw{}, err
	}
	if a, err = Parse(text); err != nil { // the terms as they are published
		return Draw{}, err
	}
	first, _, err := a.Entries()
	if err != nil {
		return Draw{}, err
	}
	_, err = tx.Exec(ctx, `INSERT INTO log_draw (id, purpose, announcement, by_whom, announced_at, draws_at) VALUES ($1, $2, $3, $4, $5, $6)`,
		a.ID, purpose, text, by, a.Announced, a.Draws)
	if err != nil {
		return Draw{}, err
	}
	return Draw{Announcement: a, By: by, Text: text}, ledger.Put(ctx, tx, first)
}

// Draw is one of them, with its seed where it is drawn.
func (d *Draws) Draw(ctx context.Context, id string) (Draw, error) {
	if uuid.Validate(id) != nil {
		return Draw{}, fmt.Errorf("read draw %s: %w", id, ErrNone)
	}
	var draw Draw
	err := d.pool.QueryRow(ctx, `SELECT by_whom, announcement FROM log_draw WHERE id = $1`, id).Scan(&draw.By, &draw.Text)
	if errors.Is(err, pgx.ErrNoRows) {
		err = ErrNone
	}
	if err != nil {
		return Draw{}, fmt.Errorf("read draw %s: %w", id, err)
	}
	return draw, d.complete(ctx, &draw)
}

// List gives the draws of a purpose, the latest first.
func (d *Draws) List(ctx context.Context, purpose string, limit int) ([]Draw, error) {
	rows, err := d.pool.Query(ctx, `SELECT by_whom, announcement FROM log_draw WHERE purpose = $1 ORDER BY draws_at DESC, id DESC LIMIT $2`, purpose, limit)
	if err != nil {
		return nil, fmt.Errorf("list draws: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (draw Draw, err error) {
		err = row.Scan(&draw.By, &draw.Text)
		return draw, err
	})
	if err != nil {
		return nil, fmt.Errorf("list draws: %w", err)
	}
	for i := range list {
		if err := d.complete(ctx, &list[i]); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// complete adds the proofs and the seed that follows from them.
func (d *Draws) complete(ctx context.Context, draw *Draw) error {
	var err error
	if draw.Announcement, err = Parse(draw.Text); err != nil {
		return err
	}
	first, second, err := draw.Entries()
	if err != nil {
		return err
	}
	if draw.AnnouncedProof, err = d.ledger.Proof(ctx, first); err != nil || draw.AnnouncedProof == nil {
		return err
	}
	if draw.DrawnProof, err = d.ledger.Proof(ctx, second); err != nil || draw.DrawnProof == nil {
		return err
	}
	trusted, _, err := d.ledger.Trusted(ctx)
	if err != nil {
		return err
	}
	trusted.Witnesses, trusted.Quorum = nil, 0 // they may have been others then
	seed, err := Check(draw.Announcement, draw.AnnouncedProof, draw.DrawnProof, trusted.ForProofs())
	if err != nil {
		return err
	}
	draw.Seed = &seed
	return nil
}

// Keep makes the draws whose time has come until ctx ends. It is run beside the
// keeper of the log, so that a draw is made at its time and not when someone asks.
// After each look, then, such as what stands on the draws, is called.
func (d *Draws) Keep(ctx context.Context, logger *slog.Logger, then ...func(context.Context) error) {
	tick := time.NewTicker(pause)
	defer tick.Stop()
	for {
		for _, do := range append([]func(context.Context) error{d.Make}, then...) {
			if err := do(ctx); err != nil && ctx.Err() == nil {
				logger.Warn("draws by lot wait", "error", err)
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// Make has the entries made of draws whose time has come. An announcement that does
// not stand in the log yet is waited for.
func (d *Draws) Make(ctx context.Context) error {
	err := pgx.BeginFunc(ctx, d.pool, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `SELECT announcement FROM log_draw d WHERE draws_at <= $1
			AND EXISTS (SELECT FROM log_entry e WHERE e.kind = 'draw' AND e.id = d.id::text AND e.at = d.announced_at AND e.proof IS NOT NULL)
			AND NOT EXISTS (SELECT FROM log_entry e WHERE e.kind = 'draw' AND e.id = d.id::text AND e.at = d.draws_at)`, d.now())
		if err != nil {
			return err
		}
		texts, err := pgx.CollectRows(rows, pgx.RowTo[[]byte])
		if err != nil {
			return err
		}
		for _, text := range texts {
			a, err := Parse(text)
			if err != nil {
				return err
			}
			_, drawn, err := a.Entries()
			if err != nil {
				return err
			}
			if err := ledger.Put(ctx, tx, drawn); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("draw by lot: %w", err)
	}
	return nil
}
