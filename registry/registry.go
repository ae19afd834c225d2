package registry

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"offsite/detectors"
	"offsite/store"
)

// database is a pool or a transaction.
type database interface {
	Begin(ctx context.Context) (pgx.Tx, error)
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

// Registry reads and changes the base data. It is safe for concurrent use.
type Registry struct {
	db        database
	pool      *pgxpool.Pool
	secrets   *Secrets
	checkZone func(detectors.Zone) error
	now       func() time.Time
}

// Option changes how New makes a Registry.
type Option func(*Registry)

// WithZoneCheck has every zone checked by what knows the detectors (NewRule of the
// zone's detector), besides Zone.Check.
func WithZoneCheck(check func(detectors.Zone) error) Option {
	return func(r *Registry) { r.checkZone = check }
}

// WithClock replaces the clock, for tests.
func WithClock(now func() time.Time) Option { return func(r *Registry) { r.now = now } }

// New returns the registry in a migrated database.
func New(pool *pgxpool.Pool, secrets *Secrets, options ...Option) *Registry {
	r := &Registry{db: pool, pool: pool, secrets: secrets, now: time.Now,
		checkZone: func(detectors.Zone) error { return nil }}
	for _, o := range options {
		o(r)
	}
	return r
}

// In returns the registry within a transaction of the caller's: what it changes is
// committed or rolled back with the rest.
func (r *Registry) In(tx pgx.Tx) *Registry {
	inside := *r
	inside.db = tx
	return &inside
}

// change runs f in a transaction, all of it or nothing.
func (r *Registry) change(ctx context.Context, what string, f func(tx pgx.Tx) error) error {
	if err := pgx.BeginFunc(ctx, r.db, f); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

// moment is the time that goes into rows: PostgreSQL keeps microseconds.
func (r *Registry) moment() time.Time { return r.now().UTC().Truncate(time.Microsecond) }

func newID() (string, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return "", fmt.Errorf("make an id: %w", err)
	}
	return id.String(), nil
}

// known refuses what cannot be an id, so that a typed address is "not found" and
// not an error of the database.
func known(id string) error {
	if !store.IsID(id) {
		return ErrNotFound
	}
	return nil
}

// absent makes ErrNotFound of a query without a row.
func absent(err error) error {
	if errors.Is(err, pgx.ErrNoRows) {
		return ErrNotFound
	}
	return err
}

// log writes the change log. before and after are what may be shown of the thing.
func (r *Registry) log(ctx context.Context, tx pgx.Tx, e Change) error {
	before, err := document(e.Before)
	if err != nil {
		return err
	}
	after, err := document(e.After)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO change_log (at, by_whom, kind, subject, action, before, after)
		VALUES ($1, $2, $3, $4, $5, $6, $7)`, r.moment(), e.By, e.Kind, e.Subject, e.Action, before, after)
	if err != nil {
		return fmt.Errorf("write the change log: %w", err)
	}
	return nil
}

func document(v any) ([]byte, error) {
	if v == nil {
		return nil, nil
	}
	b, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("write the change log: %w", err)
	}
	return b, nil
}
