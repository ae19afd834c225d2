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

// alarmBatch is how many cases are alarmed about in one transaction.
const alarmBatch = 200

// alarms rings for every deadline that has come to a level, once each. A case that fails
// does not keep the others from theirs.
func (b *Book) alarms(ctx context.Context) error {
	var failed []error
	var after mark
	for {
		n := 0
		err := pgx.BeginFunc(ctx, b.o.Pool, func(tx pgx.Tx) error {
			list, err := b.alarming(ctx, tx, after)
			if err != nil {
				return err
			}
			n = len(list)
			var rung []ringing
			for _, one := range list {
				after = one.mark
				r, err := b.ringOut(one.c)
				if err != nil {
					failed = append(failed, err)
					continue
				}
				rung = append(rung, r)
			}
			return b.keepAlarms(ctx, tx, rung)
		})
		if err != nil {
			return errors.Join(append(failed, fmt.Errorf("alarm about deadlines: %w", err))...)
		}
		if n < alarmBatch {
			return errors.Join(failed...)
		}
	}
}

type alarming struct {
	mark
	c *casefile
}

// alarming locks the next cases that alarm.
func (b *Book) alarming(ctx context.Context, tx pgx.Tx, after mark) ([]alarming, error) {
	rows, err := tx.Query(ctx, `SELECT alarm_at, `+casefileColumns+` FROM casefile
		WHERE alarm_at <= $1 AND ($3 = '' OR (alarm_at, id) > ($2, nullif($3, '')::uuid)) ORDER BY alarm_at, casefile.id LIMIT $4 FOR UPDATE`, b.now(), after.At, after.ID, alarmBatch)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (a alarming, err error) {
		a.c, err = scanCasefile(prefixed{row, &a.At})
		if err == nil {
			a.ID = a.c.ID
		}
		return a, err
	})
}

// prefixed is a row whose first column is read beside the others.
type prefixed struct {
	pgx.Row
	first any
}

// Scan reads the row.
func (p prefixed) Scan(into ...any) error { return p.Row.Scan(append([]any{p.first}, into...)...) }

// ringing is what is to be written about a case.
type ringing struct {
	c       *casefile
	due     []flow.Deadline
	percent []int
	next    *time.Time
}

// ringOut works out the highest level that each deadline of a case has come to.
func (b *Book) ringOut(c *casefile) (r ringing, err error) {
	now := b.now()
	r.c = c
	f, err := b.facts(c, now)
	if err != nil {
		return r, err
	}
	due, err := flow.Deadlines(f, b.rules)
	if err != nil {
		return r, fmt.Errorf("case %s: %w", c.ID, err)
	}
	for _, d := range due {
		if d.Party || d.From.IsZero() || !d.At.After(d.From) {
			continue
		}
		reached := 0
		for _, p := range levels() {
			if !ring(d, p).After(now) {
				reached = p
			}
		}
		if reached > 0 {
			r.due, r.percent = append(r.due, d), append(r.percent, reached)
		}
	}
	r.next = nextAlarm(due, now)
	return r, nil
}

// keepAlarms writes them, and tells of those that are new.
func (b *Book) keepAlarms(ctx context.Context, tx pgx.Tx, list []ringing) error {
	batch, now := &pgx.Batch{}, b.now()
	for _, r := range list {
		for i, d := range r.due {
			batch.Queue(`WITH new AS (INSERT INTO alarm (case_id, deadline, due_at, percent, label_zh, label_en, at) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING RETURNING case_id, percent)
				SELECT pg_notify($8, json_build_object('kind', 'case.alarm', 'case_id', case_id, 'percent', percent)::text) FROM new`,
				r.c.ID, d.Key, d.At, r.percent[i], d.ZH, d.EN, now, store.EventsChannel)
		}
		batch.Queue(`UPDATE casefile SET alarm_at = $2 WHERE id = $1`, r.c.ID, r.next)
	}
	return tx.SendBatch(ctx, batch).Close()
}

// Alarms lists the latest alarm of each running deadline, most urgent first: an
// officer's own cases and the parties to be found out that nobody else has taken on,
// everybody's for the others.
func (b *Book) Alarms(ctx context.Context, a Actor) ([]Alarm, error) {
	rows, err := b.o.Pool.Query(ctx, `SELECT DISTINCT ON (a.due_at, a.case_id, a.deadline) a.case_id::text, coalesce(c.number, ''), c.state, a.label_zh, a.label_en, a.due_at, a.percent, a.at,
		ARRAY(SELECT o.name FROM account o WHERE o.id = ANY (c.officers) ORDER BY o.name)
		FROM alarm a JOIN casefile c ON c.id = a.case_id
		WHERE c.due_at IS NOT NULL AND a.due_at >= c.due_at AND (a.deadline <> 'party' OR c.party_id IS NULL) AND ($1 = '' OR c.officers @> ARRAY[nullif($1, '')::uuid]
			OR a.deadline = 'party' AND NOT EXISTS (SELECT FROM party_search s WHERE s.case_id = c.id AND s.account_id <> nullif($1, '')::uuid))
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
