// Package keyorder keeps the bureau's orders to replace or revoke a sealing key: one
// person gives it with a reason, another agrees. Keys lie at the server and are changed
// there, by `offsite key`; what is kept here says on whose word.
package keyorder

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"offsite/registry"
	"offsite/registry/account"
)

// What an order asks for.
const (
	Rotate = "rotate" // another key in its place; its seals hold
	Revoke = "revoke" // out of trust, for cause
)

// Order is one order.
type Order struct {
	ID       int64      `json:"id"`
	Action   string     `json:"action" enum:"rotate,revoke"`
	KeyID    string     `json:"key_id"`
	Reason   string     `json:"reason"`
	By       string     `json:"by"`
	At       time.Time  `json:"at"`
	AgreedBy string     `json:"agreed_by,omitempty"`
	AgreedAt *time.Time `json:"agreed_at,omitempty"`
	Done     bool       `json:"done" doc:"It was carried out: trust.json says so."`
}

// Person is who orders or agrees.
type Person struct{ ID, Name string }

// Orders keeps them.
type Orders struct {
	pool *pgxpool.Pool
	now  func() time.Time
}

// New opens the orders in a migrated database.
func New(pool *pgxpool.Pool, now func() time.Time) *Orders { return &Orders{pool, now} }

const mostReason = 500 // letters

// Give gives an order. The caller has made sure of the key. Errors wrap
// registry.ErrInvalid, or registry.ErrConflict where the same order waits already.
func (o *Orders) Give(ctx context.Context, by Person, action, keyID, reason string) (Order, error) {
	reason = strings.TrimSpace(reason)
	if reason == "" || utf8.RuneCountInString(reason) > mostReason {
		return Order{}, fmt.Errorf("order to %s key %s: %w", action, keyID,
			&registry.Refused{Field: "reason", ZH: "请填写理由，500 字以内", EN: "give a reason, of 500 letters at most"})
	}
	d := Order{Action: action, KeyID: keyID, Reason: reason, By: by.Name, At: o.now().UTC().Truncate(time.Microsecond)}
	err := o.pool.QueryRow(ctx, `INSERT INTO key_order (action, key_id, reason, by_id, by_name, at) VALUES ($1, $2, $3, $4, $5, $6) RETURNING id`,
		action, keyID, reason, by.ID, by.Name, d.At).Scan(&d.ID)
	var refused *pgconn.PgError
	if errors.As(err, &refused) && refused.ConstraintName == "key_order_open" {
		err = registry.ErrConflict
	}
	if err != nil {
		return d, fmt.Errorf("order to %s key %s: %w", action, keyID, err)
	}
	return d, nil
}

// Agree agrees to an order that waits. Errors wrap registry.ErrNotFound where none does, and
// are those of account.Apart.
func (o *Orders) Agree(ctx context.Context, by Person, id int64) error {
	err := pgx.BeginFunc(ctx, o.pool, func(tx pgx.Tx) error {
		var giver string
		err := tx.QueryRow(ctx, `SELECT by_id::text FROM key_order WHERE id = $1 AND agreed_by IS NULL FOR UPDATE`, id).Scan(&giver)
		switch {
		case errors.Is(err, pgx.ErrNoRows):
			return registry.ErrNotFound
		case err != nil:
			return err
		}
		if err := account.Apart(ctx, tx, giver, by.ID, o.now()); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `UPDATE key_order SET agreed_by = $2, agreed_name = $3, agreed_at = $4 WHERE id = $1`, id, by.ID, by.Name, o.now())
		return err
	})
	if err != nil {
		return fmt.Errorf("agree to order %d: %w", id, err)
	}
	return nil
}

// List lists the orders, the newest first, 100 at most.
func (o *Orders) List(ctx context.Context) ([]Order, error) {
	rows, err := o.pool.Query(ctx, `SELECT id, action, key_id, reason, by_name, at, coalesce(agreed_name, ''), agreed_at, false
		FROM key_order ORDER BY id DESC LIMIT 100`)
	if err != nil {
		return nil, fmt.Errorf("list the orders for keys: %w", err)
	}
	all, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Order])
	if err != nil {
		return nil, fmt.Errorf("list the orders for keys: %w", err)
	}
	return all, nil
}
