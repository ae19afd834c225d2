// Package ledger joins processes to the one that keeps the transparency log,
// through the database that they share.
//
// In: entries of any process. Out: their proofs, once the keeper has entered them.
// The database also knows which node keeps the log, so that there is never a
// second log under its name, and the newest checkpoint, so that an older copy of
// the log, brought back from a backup, is refused and never continued as a fork.
package ledger

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"offsite/evidence"
	"offsite/evidence/seal"
	"offsite/evidence/translog/proof"
)

// wait is the pause between looks for a proof.
const wait = 200 * time.Millisecond

// Ledger hands entries to the keeper.
type Ledger struct{ pool *pgxpool.Pool }

// New returns a ledger in the database.
func New(pool *pgxpool.Pool) *Ledger { return &Ledger{pool} }

// Claim tells whether the node keeps the log. The first that asks does, for good:
// to move the log, its folder and its key are moved and the row is changed.
func (l *Ledger) Claim(ctx context.Context, node string) (bool, error) {
	if _, err := l.pool.Exec(ctx, `INSERT INTO log_keeper (node) VALUES ($1) ON CONFLICT DO NOTHING`, node); err != nil {
		return false, fmt.Errorf("claim the transparency log: %w", err)
	}
	var keeper string
	if err := l.pool.QueryRow(ctx, `SELECT node FROM log_keeper`).Scan(&keeper); err != nil {
		return false, fmt.Errorf("claim the transparency log: %w", err)
	}
	return keeper == node, nil
}

// Trusted is what trust.json says of the log; false: nobody has opened it yet.
func (l *Ledger) Trusted(ctx context.Context) (t seal.TrustedLog, ok bool, err error) {
	var text []byte
	err = l.pool.QueryRow(ctx, `SELECT trusted FROM log_keeper WHERE trusted IS NOT NULL`).Scan(&text)
	if errors.Is(err, pgx.ErrNoRows) {
		return t, false, nil
	}
	if err == nil {
		err = json.Unmarshal(text, &t)
	}
	if err != nil {
		return t, false, fmt.Errorf("read which transparency log is kept: %w", err)
	}
	return t, true, nil
}

// Record has the entry made and returns its proof, as translog.Log.Record does.
// The same entry again gives the same proof.
func (l *Ledger) Record(ctx context.Context, e proof.Entry) ([]byte, error) {
	if err := put(ctx, l.pool, e.ID, e); err != nil {
		return nil, err
	}
	tick := time.NewTicker(wait)
	defer tick.Stop()
	for {
		// A question that the end of the time cuts off is no fault of the database.
		if text, err := l.Proof(ctx, e); text != nil || err != nil && ctx.Err() == nil {
			return text, err
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("%s %s waits for the process that keeps the transparency log; is offsite serve running there? %w", e.Kind, e.ID, ctx.Err())
		case <-tick.C:
		}
	}
}

// Enter records a sealed bundle.
func (l *Ledger) Enter(ctx context.Context, r evidence.Receipt) ([]byte, error) {
	return l.Record(ctx, proof.BundleEntry(r.BundleID, r.ManifestSHA256, r.SealedAt))
}

// Note has the entry made where it says something new of the subject: another id
// or digest than the entry before. It does not wait for the proof.
func (l *Ledger) Note(ctx context.Context, subject string, e proof.Entry) error {
	err := pgx.BeginFunc(ctx, l.pool, func(tx pgx.Tx) error {
		// One after the other, so that two nodes that see the same change enter it once.
		if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtext('log_entry'), hashtext($1))`, e.Kind+" "+subject); err != nil {
			return err
		}
		var id, sum string
		err := tx.QueryRow(ctx, `SELECT id, sha256 FROM log_entry WHERE kind = $1 AND subject = $2 ORDER BY seq DESC LIMIT 1`, e.Kind, subject).Scan(&id, &sum)
		if err != nil && !errors.Is(err, pgx.ErrNoRows) || err == nil && id == e.ID && sum == e.SHA256 {
			return err
		}
		return put(ctx, tx, subject, e)
	})
	if err != nil {
		return fmt.Errorf("note %s %s for the transparency log: %w", e.Kind, e.ID, err)
	}
	return nil
}

// Put has the entry made, once the transaction is committed. It does not wait for
// the proof, which Proof gives.
func Put(ctx context.Context, tx pgx.Tx, e proof.Entry) error { return put(ctx, tx, e.ID, e) }

// Proof is the proof of an entry that was put down; nil while it waits.
func (l *Ledger) Proof(ctx context.Context, e proof.Entry) ([]byte, error) {
	var text []byte
	err := l.pool.QueryRow(ctx, `SELECT proof FROM log_entry WHERE kind = $1 AND id = $2 AND sha256 = $3 AND at = $4`,
		e.Kind, e.ID, e.SHA256, instant(e)).Scan(&text)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return nil, fmt.Errorf("read the log's proof of %s %s: %w", e.Kind, e.ID, err)
	}
	return text, nil
}

// database is what both a pool and a transaction can do.
type database interface {
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
}

func put(ctx context.Context, db database, subject string, e proof.Entry) error {
	if _, err := e.Bytes(); err != nil {
		return err
	}
	_, err := db.Exec(ctx, `INSERT INTO log_entry (kind, subject, id, sha256, at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
		e.Kind, subject, e.ID, e.SHA256, instant(e))
	if err != nil {
		return fmt.Errorf("put %s %s down for the transparency log: %w", e.Kind, e.ID, err)
	}
	return nil
}

// instant is the entry's time as the log and the database both hold it.
func instant(e proof.Entry) time.Time { return e.At.UTC().Truncate(time.Microsecond) }
