package ledger

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"offsite/evidence/seal"
	"offsite/evidence/translog"
	"offsite/evidence/translog/proof"
)

const (
	pause = 500 * time.Millisecond // between looks for what waits
	batch = 256                    // entries made at once

	roundLimit = 10 * time.Second
	stopLimit  = 5 * time.Second
)

// Clerk enters what other processes have put down.
type Clerk struct {
	ledger *Ledger
	log    *translog.Log
	logger *slog.Logger
	seen   []byte // the newest checkpoint that the database knows

	cancel context.CancelFunc
	work   sync.WaitGroup
}

// Keep makes this process, whose node has claimed the log, the one that enters. It
// refuses a log that is not, or no longer, what the database has seen of it. It
// works until Stop.
func (l *Ledger) Keep(ctx context.Context, log *translog.Log, logger *slog.Logger) (*Clerk, error) {
	c := &Clerk{ledger: l, log: log, logger: logger}
	if err := c.compare(ctx); err != nil {
		return nil, err
	}
	text, err := json.Marshal(log.Trusted())
	if err != nil {
		return nil, fmt.Errorf("keep the transparency log: %w", err)
	}
	if _, err := l.pool.Exec(ctx, `UPDATE log_keeper SET trusted = $1`, text); err != nil {
		return nil, fmt.Errorf("keep the transparency log: %w", err)
	}
	run, cancel := context.WithCancel(context.WithoutCancel(ctx))
	c.cancel = cancel
	c.work.Go(func() { c.run(run) })
	return c, nil
}

// Stop ends the work after the entries under way; what waits is entered by the next
// keeper.
func (c *Clerk) Stop() {
	c.cancel()
	c.work.Wait()
	ctx, cancel := context.WithTimeout(context.Background(), stopLimit)
	defer cancel()
	if err := c.remember(ctx); err != nil {
		c.logger.Warn("the database knows an older checkpoint of the transparency log", "error", err)
	}
}

// compare holds the log against the checkpoint that the database has seen.
func (c *Clerk) compare(ctx context.Context) error {
	err := c.ledger.pool.QueryRow(ctx, `SELECT coalesce(checkpoint, '') FROM log_keeper`).Scan(&c.seen)
	if err != nil {
		return fmt.Errorf("compare the transparency log with what was seen of it: %w", err)
	}
	if len(c.seen) == 0 {
		return c.remember(ctx)
	}
	now, err := c.log.Checkpoint(ctx)
	if err != nil {
		return err
	}
	t := c.log.Trusted()
	own := seal.TrustedLog{Origin: t.Origin, Verifier: t.Verifier} // its witnesses may have been others then
	err = translog.Consistency(ctx, translog.Folder(c.log.Dir()), own, c.seen, now)
	if err != nil {
		return fmt.Errorf("the transparency log in %s is not the one that was kept: %w; bring back the newest copy of its folder, since going on with this one would make two logs of one name", c.log.Dir(), err)
	}
	return nil
}

// remember tells the database of the newest checkpoint.
func (c *Clerk) remember(ctx context.Context) error {
	now, err := c.log.Checkpoint(ctx)
	if err != nil || bytes.Equal(now, c.seen) {
		return err
	}
	if _, err := c.ledger.pool.Exec(ctx, `UPDATE log_keeper SET checkpoint = $1`, now); err != nil {
		return fmt.Errorf("remember the checkpoint: %w", err)
	}
	c.seen = now
	return nil
}

func (c *Clerk) run(ctx context.Context) {
	tick := time.NewTicker(pause)
	defer tick.Stop()
	for {
		n, err := c.round(ctx)
		if err != nil {
			c.logger.Warn("entries of other processes wait for the transparency log", "error", err)
		}
		if n == batch && err == nil && ctx.Err() == nil {
			continue
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// round makes entries. It is finished even where the clerk is stopped meanwhile:
// an entry whose proof is not kept would be made again.
func (c *Clerk) round(ctx context.Context) (int, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), roundLimit)
	defer cancel()
	n, err := c.enter(ctx)
	return n, errors.Join(err, c.remember(ctx))
}

// waiting is an entry without proof.
type waiting struct {
	seq   int64
	entry proof.Entry
}

// enter makes the entries that have waited longest, and tells how many there were.
func (c *Clerk) enter(ctx context.Context) (int, error) {
	rows, err := c.ledger.pool.Query(ctx, `SELECT seq, kind, id, sha256, at FROM log_entry WHERE proof IS NULL ORDER BY seq LIMIT $1`, batch)
	if err != nil {
		return 0, fmt.Errorf("read what waits for the transparency log: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (w waiting, err error) {
		err = row.Scan(&w.seq, &w.entry.Kind, &w.entry.ID, &w.entry.SHA256, &w.entry.At)
		return w, err
	})
	if err != nil {
		return 0, fmt.Errorf("read what waits for the transparency log: %w", err)
	}
	failed := make([]error, len(list))
	var all sync.WaitGroup // all at once: one checkpoint proves them
	for i, w := range list {
		all.Go(func() { failed[i] = c.one(ctx, w) })
	}
	all.Wait()
	return len(list), errors.Join(failed...)
}

func (c *Clerk) one(ctx context.Context, w waiting) error {
	text, err := c.log.Record(ctx, w.entry)
	if err != nil {
		return err
	}
	if _, err := c.ledger.pool.Exec(ctx, `UPDATE log_entry SET proof = $2 WHERE seq = $1`, w.seq, text); err != nil {
		return fmt.Errorf("keep the proof of %s %s: %w", w.entry.Kind, w.entry.ID, err)
	}
	return nil
}
