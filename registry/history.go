package registry

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// Change is one entry of the change log. Before is nil for what was created, After
// for what was removed; both are the thing as it may be shown.
type Change struct {
	At      time.Time `json:"at"`
	By      string    `json:"by"`
	Kind    string    `json:"kind"` // camera, zone, object, party, consent, account
	Subject string    `json:"subject"`
	Action  string    `json:"action"` // create, change, address, remove, …
	Before  any       `json:"before,omitempty"`
	After   any       `json:"after,omitempty"`
}

// History lists what was done to one thing, the newest first.
func (r *Registry) History(ctx context.Context, kind, subject string) ([]Change, error) {
	rows, err := r.db.Query(ctx, `SELECT at, by_whom, kind, subject, action, before, after FROM change_log
		WHERE kind = $1 AND subject = $2 ORDER BY id DESC`, kind, subject)
	if err != nil {
		return nil, fmt.Errorf("read the history of %s %s: %w", kind, subject, err)
	}
	changes, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Change, error) {
		var c Change
		var before, after []byte
		err := row.Scan(&c.At, &c.By, &c.Kind, &c.Subject, &c.Action, &before, &after)
		if before != nil {
			c.Before = json.RawMessage(before)
		}
		if after != nil {
			c.After = json.RawMessage(after)
		}
		return c, err
	})
	if err != nil {
		return nil, fmt.Errorf("read the history of %s %s: %w", kind, subject, err)
	}
	return changes, nil
}
