package casework

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"offsite/casework/flow"
	"offsite/casework/quota"
)

// sweepBatch bounds what one look takes from the table.
const sweepBatch = 500

// Sweep takes every step that time has brought: windows that ended, fines that
// became overdue, findings that nobody confirmed. PeriodicJobs runs it. A case
// that fails does not keep the others from theirs.
func (b *Book) Sweep(ctx context.Context) (fired int, err error) {
	if err := b.rules.Fresh(ctx); err != nil {
		return 0, err
	}
	failed := []error{b.dateUndated(ctx)}
	var after mark
	for {
		list, err := b.dueCases(ctx, after)
		if err != nil {
			return fired, err
		}
		for _, one := range list {
			n, err := b.due(ctx, one.ID)
			fired += n
			if err != nil {
				failed = append(failed, err)
			}
			after = one
		}
		if len(list) < sweepBatch {
			failed = append(failed, b.alarms(ctx), quota.Fold(ctx, b.o.Pool))
			return fired, errors.Join(failed...)
		}
	}
}

// dueCases lists what is due in the order in which it became so, after a mark.
func (b *Book) dueCases(ctx context.Context, after mark) ([]mark, error) {
	rows, err := b.o.Pool.Query(ctx, `SELECT timer_at, id::text, 0::float8 FROM casefile
		WHERE timer_at <= $1 AND ($3 = '' OR (timer_at, id) > ($2, nullif($3, '')::uuid)) ORDER BY timer_at, casefile.id LIMIT $4`, b.now(), after.At, after.ID, sweepBatch)
	if err != nil {
		return nil, fmt.Errorf("find what is due: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[mark])
	if err != nil {
		return nil, fmt.Errorf("find what is due: %w", err)
	}
	return list, nil
}

// due takes the steps of one case that time has brought.
func (b *Book) due(ctx context.Context, id string) (fired int, err error) {
	err = pgx.BeginFunc(ctx, b.o.Pool, func(tx pgx.Tx) error {
		c, err := read(ctx, tx, id, "FOR UPDATE")
		if err != nil {
			return err
		}
		f, err := b.facts(c, b.now())
		if err != nil {
			return err
		}
		for _, t := range flow.Timers(f) {
			if t.At.After(f.Now) || c.State != f.State {
				continue
			}
			given := flow.Fields{}
			if t.Event == "unseen" {
				given.Reason = "改正期限后未能取得复查证据"
			}
			if err := b.take(ctx, tx, c, system(), t.Event, given); err != nil {
				return fmt.Errorf("%s of case %s, due at %s: %w", t.Event, id, t.At, err)
			}
			fired++
		}
		if fired == 0 && c.State != flow.Proposed {
			return nil
		}
		return b.finish(ctx, tx, c)
	})
	return fired, err
}

// RecheckFailed tells that the re-check cannot be done (camera down, zone gone):
// the second reviewer decides without it. A case that has gone on is left alone.
func (b *Book) RecheckFailed(ctx context.Context, caseID, why string) error {
	return pgx.BeginFunc(ctx, b.o.Pool, func(tx pgx.Tx) error {
		c, err := read(ctx, tx, caseID, "FOR UPDATE")
		if err != nil || c.State != flow.Reminded {
			return err
		}
		if err := b.take(ctx, tx, c, system(), "unseen", flow.Fields{Reason: "无法复查：" + first(why, "原因不明")}); err != nil {
			return err
		}
		return b.finish(ctx, tx, c)
	})
}
