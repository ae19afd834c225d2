package casework

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// dateUndated gives a deadline to what waits without one since it was made by a version that
// gave none: a party's request for the uncovered evidence, a suggestion that wants a reply. One
// that has run half its time or more alarms at once.
func (b *Book) dateUndated(ctx context.Context) error {
	rows, err := b.o.Pool.Query(ctx, `SELECT f.case_id::text FROM full_copy f JOIN casefile c ON c.id = f.case_id WHERE f.state = 'asked' AND c.dossier->>'full_until' IS NULL
		UNION SELECT s.case_id::text FROM suggestion s JOIN casefile c ON c.id = s.case_id WHERE s.outcome IS NULL AND c.dossier->>'reply_until' IS NULL`)
	if err != nil {
		return fmt.Errorf("find what waits without a deadline: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return fmt.Errorf("find what waits without a deadline: %w", err)
	}
	var failed []error
	for _, id := range list {
		if err := b.dateCase(ctx, id); err != nil {
			failed = append(failed, fmt.Errorf("give what waits in case %s a deadline: %w", id, err))
		}
	}
	return errors.Join(failed...)
}

func (b *Book) dateCase(ctx context.Context, id string) error {
	return pgx.BeginFunc(ctx, b.o.Pool, func(tx pgx.Tx) error {
		c, err := read(ctx, tx, id, "FOR UPDATE")
		if err != nil {
			return err
		}
		err = tx.QueryRow(ctx, `SELECT asked_at FROM full_copy WHERE case_id = $1 AND state = 'asked'`, id).Scan(&c.D.FullAsked)
		switch {
		case errors.Is(err, pgx.ErrNoRows):
		case err != nil:
			return err
		default:
			if c.D.FullUntil, err = b.rules.AddWorkingDays(c.D.FullAsked, b.o.FullCopyDays); err != nil {
				return err
			}
		}
		if err := awaitReply(ctx, tx, c); err != nil {
			return err
		}
		c.quiet = true
		if err := b.finish(ctx, tx, c); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `UPDATE casefile SET alarm_at = $2 WHERE id = $1`, id, b.now()) // what it has come to rings with this sweep
		return err
	})
}
