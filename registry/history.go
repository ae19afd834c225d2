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

const changeColumns = `at, by_whom, kind, subject, action, before, after FROM change_log`

// History lists what was done to one thing, the newest first.
func (r *Registry) History(ctx context.Context, kind, subject string) ([]Change, error) {
	changes, err := r.changes(ctx, `kind = $1 AND subject = $2`, kind, subject)
	if err != nil {
		return nil, fmt.Errorf("read the history of %s %s: %w", kind, subject, err)
	}
	return changes, nil
}

// CameraHistory lists what was done to a camera and to its zones, also those that are no
// more, the newest first.
func (r *Registry) CameraHistory(ctx context.Context, id string) ([]Change, error) {
	err := known(id)
	var changes []Change
	if err == nil {
		changes, err = r.changes(ctx, `kind = 'camera' AND subject = $1::text
			OR kind = 'zone' AND subject IN (SELECT z.id::text FROM zone z WHERE z.camera_id = $1::text::uuid)`, id)
	}
	if err != nil {
		return nil, fmt.Errorf("read the history of camera %s: %w", id, err)
	}
	return changes, nil
}

// changes lists the entries of the change log that a condition chooses, the newest first.
func (r *Registry) changes(ctx context.Context, which string, args ...any) ([]Change, error) {
	rows, err := r.db.Query(ctx, `SELECT `+changeColumns+` WHERE `+which+` ORDER BY id DESC`, args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (Change, error) {
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
}
