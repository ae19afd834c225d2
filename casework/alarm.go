package casework

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"offsite/casework/flow"
	"offsite/store"
)

// Alarm says that a deadline has run half, four fifths or all of its time.
type Alarm struct {
	CaseID  string    `json:"case_id"`
	Number  string    `json:"number"`
	State   string    `json:"state"`
	LabelZH string    `json:"label_zh"`
	LabelEN string    `json:"label_en"`
	DueAt   time.Time `json:"due_at"`
	Percent int       `json:"percent"`
	At      time.Time `json:"at"`
	// Officers are the names of those to whom the case is assigned.
	Officers []string `json:"officers"`
}

func levels() []int { return []int{50, 80, 100} }

// ring is when a deadline alarms at a level.
func ring(d flow.Deadline, percent int) time.Time {
	return d.From.Add(d.At.Sub(d.From) / 100 * time.Duration(percent))
}

// nextAlarm is the earliest moment after now at which one of the deadlines alarms.
// Those of the party are not the bureau's to be alarmed about.
func nextAlarm(due []flow.Deadline, now time.Time) *time.Time {
	var next *time.Time
	for _, d := range due {
		if d.Party || d.From.IsZero() || !d.At.After(d.From) {
			continue
		}
		for _, p := range levels() {
			if at := ring(d, p); at.After(now) && (next == nil || at.Before(*next)) {
				next = &at
			}
		}
	}
	return next
}

// alarms rings for every deadline that has come to a level, once each.
func (b *Book) alarms(ctx context.Context) error {
	rows, err := b.o.Pool.Query(ctx, `SELECT id::text FROM casefile WHERE alarm_at <= $1 ORDER BY alarm_at LIMIT 10000`, b.now())
	if err != nil {
		return fmt.Errorf("find what alarms: %w", err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return fmt.Errorf("find what alarms: %w", err)
	}
	var failed []error
	for _, id := range ids {
		if err := b.alarm(ctx, id); err != nil {
			failed = append(failed, err)
		}
	}
	return errors.Join(failed...)
}

func (b *Book) alarm(ctx context.Context, id string) error {
	return pgx.BeginFunc(ctx, b.o.Pool, func(tx pgx.Tx) error {
		c, err := read(ctx, tx, id, "FOR UPDATE")
		if err != nil {
			return err
		}
		now := b.now()
		f, err := b.facts(c, now)
		if err != nil {
			return err
		}
		due, err := flow.Deadlines(f, b.o.Calendar)
		if err != nil {
			return fmt.Errorf("case %s: %w", id, err)
		}
		for _, d := range due {
			if err := b.ringOut(ctx, tx, c, d, now); err != nil {
				return err
			}
		}
		_, err = tx.Exec(ctx, `UPDATE casefile SET alarm_at = $2 WHERE id = $1`, id, nextAlarm(due, now))
		return err
	})
}

// ringOut writes the highest level that a deadline has come to.
func (b *Book) ringOut(ctx context.Context, tx pgx.Tx, c *casefile, d flow.Deadline, now time.Time) error {
	if d.Party || d.From.IsZero() || !d.At.After(d.From) {
		return nil
	}
	reached := 0
	for _, p := range levels() {
		if !ring(d, p).After(now) {
			reached = p
		}
	}
	if reached == 0 {
		return nil
	}
	done, err := tx.Exec(ctx, `INSERT INTO alarm (case_id, deadline, due_at, percent, label_zh, label_en, at) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING`,
		c.ID, d.Key, d.At, reached, d.ZH, d.EN, now)
	if err != nil {
		return fmt.Errorf("alarm about case %s: %w", c.ID, err)
	}
	if done.RowsAffected() == 0 {
		return nil
	}
	return store.Notify(ctx, tx, map[string]any{"kind": "case.alarm", "case_id": c.ID, "percent": reached})
}

// Alarms lists the latest alarm of each running deadline, most urgent first: an
// officer's own cases, everybody's for the others.
func (b *Book) Alarms(ctx context.Context, a Actor) ([]Alarm, error) {
	rows, err := b.o.Pool.Query(ctx, `SELECT DISTINCT ON (a.due_at, a.case_id, a.deadline) a.case_id::text, coalesce(c.number, ''), c.state, a.label_zh, a.label_en, a.due_at, a.percent, a.at,
		ARRAY(SELECT o.name FROM account o WHERE o.id = ANY (c.officers) ORDER BY o.name)
		FROM alarm a JOIN casefile c ON c.id = a.case_id
		WHERE c.due_at IS NOT NULL AND a.due_at >= c.due_at AND ($1 = '' OR c.officers @> ARRAY[nullif($1, '')::uuid])
		ORDER BY a.due_at, a.case_id, a.deadline, a.percent DESC LIMIT 200`, own(a))
	if err != nil {
		return nil, fmt.Errorf("list the alarms: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Alarm])
	if err != nil {
		return nil, fmt.Errorf("list the alarms: %w", err)
	}
	if list == nil {
		list = []Alarm{}
	}
	return list, nil
}

// own is the account whose cases alone are shown: officers see theirs, who has
// another role too sees all.
func own(a Actor) string {
	if len(a.Roles) == 1 && a.Roles[0] == string(flow.Officer) {
		return a.ID
	}
	return ""
}
