package registry

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
)

// View is one look at something that shows or names a person (Video Systems
// Regulation art. 16: who consulted it, when, why).
type View struct {
	At      time.Time `json:"at"`
	By      string    `json:"by"`
	What    string    `json:"what" enum:"still,clip,bundle,live,identity,paper"`
	Subject string    `json:"subject"` // bundle, camera, party or case
	File    string    `json:"file,omitempty"`
	Reason  string    `json:"reason"`
}

// RecordView records a look before what is looked at is sent. Where it fails, do not
// send.
func (r *Registry) RecordView(ctx context.Context, v View) error {
	if !slices.Contains([]string{"still", "clip", "bundle", "live", "identity", "paper"}, v.What) || v.By == "" || v.Subject == "" {
		return fmt.Errorf("record a view of %q %q by %q: %w", v.What, v.Subject, v.By,
			refuse("what", "查阅记录不完整", "a view names who saw what"))
	}
	if err := required("reason", "查阅事由", "the reason for looking", v.Reason, 300); err != nil {
		return fmt.Errorf("record a view of %s %s: %w", v.What, v.Subject, err)
	}
	_, err := r.db.Exec(ctx, `INSERT INTO access_record (at, by_whom, what, subject, file, reason) VALUES ($1, $2, $3, $4, $5, $6)`,
		r.moment(), v.By, v.What, v.Subject, v.File, v.Reason)
	if err != nil {
		return fmt.Errorf("record a view of %s %s: %w", v.What, v.Subject, err)
	}
	return nil
}

// ViewFilter chooses views; its zero value chooses the newest of all.
type ViewFilter struct {
	By, Subject string
	From, To    time.Time // zero: open
	Limit       int       // 0: 1,000
}

// Views lists who looked at what, the newest first.
func (r *Registry) Views(ctx context.Context, f ViewFilter) ([]View, error) {
	if f.Limit == 0 {
		f.Limit = 1000
	}
	if f.To.IsZero() {
		f.To = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	rows, err := r.db.Query(ctx, `SELECT at, by_whom, what, subject, file, reason FROM access_record
		WHERE ($1 = '' OR by_whom = $1) AND ($2 = '' OR subject = $2) AND at >= $3 AND at < $4 ORDER BY id DESC LIMIT $5`,
		f.By, f.Subject, f.From, f.To, f.Limit)
	if err != nil {
		return nil, fmt.Errorf("list the views: %w", err)
	}
	views, err := pgx.CollectRows(rows, pgx.RowToStructByPos[View])
	if err != nil {
		return nil, fmt.Errorf("list the views: %w", err)
	}
	return views, nil
}
