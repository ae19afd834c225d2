package exchange

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"offsite/registry"
)

// Refuse says what is wrong with a field of what was asked, in both languages, as
// package registry does.
func Refuse(field, zh, en string) error { return &registry.Refused{Field: field, ZH: zh, EN: en} }

// Change is what somebody changed.
type Change struct {
	By      string // account
	Kind    string // api_key, webhook, …
	Subject string // id of what was changed
	Action  string // create, revoke, …
	After   any    // without secrets; nil where the action says it all
}

// Log enters a change in the change log, in the transaction that makes it.
func Log(ctx context.Context, tx pgx.Tx, at time.Time, c Change) error {
	var after []byte
	if c.After != nil {
		var err error
		if after, err = json.Marshal(c.After); err != nil {
			return fmt.Errorf("write the change log: %w", err)
		}
	}
	_, err := tx.Exec(ctx, `INSERT INTO change_log (at, by_whom, kind, subject, action, after) VALUES ($1, $2, $3, $4, $5, $6)`,
		at, c.By, c.Kind, c.Subject, c.Action, after)
	if err != nil {
		return fmt.Errorf("write the change log: %w", err)
	}
	return nil
}
