package casework

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/errgroup"

	"offsite/casework/flow"
	"offsite/evidence"
	"offsite/evidence/bundle"
	"offsite/evidence/removal"
	"offsite/evidence/timestamp"
)

// removalRecord is the bureau's signed word that a bundle went lawfully, which no authority has
// stamped yet; nil where its keys are not at hand.
func (b *Book) removalRecord(ctx context.Context, db database, r evidence.Receipt, at time.Time, why flow.Event) ([]byte, error) {
	if b.o.Sealer == nil {
		return nil, nil
	}
	previous, err := previousOf(ctx, db, r)
	if err != nil {
		return nil, fmt.Errorf("sign the removal record of bundle %s: %w", r.BundleID, err)
	}
	keys, err := b.o.Sealer()
	if err != nil {
		return nil, fmt.Errorf("sign the removal record of bundle %s: %w", r.BundleID, err)
	}
	s := removal.Statement{Issuer: b.o.Bureau.Name, Bundle: r.BundleID, Camera: r.Camera, ManifestSHA256: r.ManifestSHA256, Previous: previous,
		Sealed: r.SealedAt, KeptUntil: r.RetainUntil, Removed: at, Reason: string(why), Signed: b.now()}
	if kept := r.SealedAt.Add(removal.Least(string(why))); ordered(why) && s.KeptUntil.Before(kept) {
		s.KeptUntil = kept // the receipt knows the first lock alone
	}
	s.ZH, s.EN = whyRemoved(why)
	return removal.Make(keys, s)
}

// ordered tells whether evidence goes for that reason by two people's order alone.
func ordered(why flow.Event) bool { return why == removal.Archived || why == removal.Ended }

// previousOf is the bundle before it in its camera's chain, nil for the first. Receipts of
// version 0.1 name it by its id alone: its own has the digest.
func previousOf(ctx context.Context, db database, r evidence.Receipt) (*bundle.Link, error) {
	l := &bundle.Link{Bundle: r.PreviousBundle, ManifestSHA256: r.PreviousSHA256}
	if l.Bundle == "" {
		return nil, nil
	}
	if l.ManifestSHA256 != "" {
		return l, nil
	}
	err := db.QueryRow(ctx, `SELECT receipt->>'manifest_sha256' FROM (SELECT bundle, receipt FROM evidence UNION ALL SELECT bundle, receipt FROM redacted_copy UNION ALL SELECT bundle, receipt FROM camera_gap) b
		WHERE bundle = $1`, l.Bundle).Scan(&l.ManifestSHA256)
	if err != nil {
		return nil, fmt.Errorf("find the digest of bundle %s, which lies before it: %w; restore its row from a backup", l.Bundle, err)
	}
	return l, nil
}

// keepRemoval keeps a record; nil is none.
func keepRemoval(ctx context.Context, db database, bundle string, record []byte, at time.Time) error {
	if record == nil {
		return nil
	}
	_, err := db.Exec(ctx, `INSERT INTO removal_record (bundle, body, at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, bundle, string(record), at)
	if err != nil {
		return fmt.Errorf("keep the removal record of bundle %s: %w", bundle, err)
	}
	return nil
}

// gone is a bundle that was deleted.
type gone struct {
	bundle  string
	at      time.Time
	why     flow.Event
	receipt evidence.Receipt
	record  []byte   // as it was signed; nothing where the keys were away
	tokens  [][]byte // over it; none until the authorities have answered
}

const goneBundles = `SELECT g.bundle::text, g.removed_at, g.why, b.receipt, coalesce(r.body, ''), t.tokens FROM evidence_removed g
	JOIN (SELECT bundle, receipt FROM evidence UNION ALL SELECT bundle, receipt FROM redacted_copy) b ON b.bundle = g.bundle
	LEFT JOIN removal_record r ON r.bundle = g.bundle LEFT JOIN removal_stamp t ON t.bundle = g.bundle
	WHERE NOT EXISTS (SELECT FROM removal_stored s WHERE s.bundle = g.bundle) ORDER BY g.removed_at, g.bundle`

// putRemovals has removal records timestamped, enters them in the log, puts them where the
// bundles lay, and makes those of bundles that were deleted while the keys were away. Where an
// authority, the log or the store is away, what was done stays done and the rest is tried at
// the next run again: no deletion waits for them.
func (b *Book) putRemovals(ctx context.Context) error {
	rows, err := b.o.Pool.Query(ctx, goneBundles)
	if err != nil {
		return fmt.Errorf("find removal records that wait for the store: %w", err)
	}
	waiting, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (g gone, err error) {
		return g, row.Scan(&g.bundle, &g.at, &g.why, &g.receipt, &g.record, &g.tokens)
	})
	if err != nil {
		return fmt.Errorf("find removal records that wait for the store: %w", err)
	}
	var many errgroup.Group // each waits for the log's next checkpoint
	many.SetLimit(logWorkers)
	failed := make([]error, len(waiting))
	for i, g := range waiting {
		many.Go(func() error {
			failed[i] = b.putRemoval(ctx, g)
			return nil // one that fails does not keep the others
		})
	}
	_ = many.Wait()
	return errors.Join(failed...)
}

func (b *Book) putRemoval(ctx context.Context, g gone) error {
	if err := b.signRemoval(ctx, &g); err != nil || g.record == nil {
		return err
	}
	if err := b.stampRemoval(ctx, &g); err != nil {
		return err
	}
	whole, err := removal.Stamp(g.record, g.tokens)
	if err != nil {
		return err
	}
	var receipt []byte
	if b.o.Log != nil {
		entry, err := removal.Entry(whole)
		if err == nil {
			receipt, err = b.o.Log.Record(ctx, entry)
		}
		if err != nil {
			return fmt.Errorf("enter the removal record of bundle %s in the log: %w", g.bundle, err)
		}
	}
	if err := b.o.Retainer.PutRemoval(ctx, g.receipt, whole, receipt, b.now().Add(archiveRetention)); err != nil {
		return err
	}
	_, err = b.o.Pool.Exec(ctx, `INSERT INTO removal_stored (bundle, receipt, at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, g.bundle, receipt, b.now())
	if err != nil {
		return fmt.Errorf("note that the removal record of bundle %s lies in the store: %w", g.bundle, err)
	}
	return nil
}

// signRemoval makes the record where there is none yet; none where the keys are away.
func (b *Book) signRemoval(ctx context.Context, g *gone) (err error) {
	if len(g.record) > 0 {
		return nil
	}
	if g.record, err = b.removalRecord(ctx, b.o.Pool, g.receipt, g.at, g.why); err != nil || g.record == nil {
		return err
	}
	if err = keepRemoval(ctx, b.o.Pool, g.bundle, g.record, b.now()); err != nil {
		return err
	}
	if err = b.o.Pool.QueryRow(ctx, `SELECT body FROM removal_record WHERE bundle = $1`, g.bundle).Scan(&g.record); err != nil { // another process may have been first
		return fmt.Errorf("read the removal record of bundle %s: %w", g.bundle, err)
	}
	return nil
}

// stampRemoval asks all authorities for tokens over the record, as for a bundle's seal, and
// keeps them before anything else is done with it: it is entered in the log once, as one file.
func (b *Book) stampRemoval(ctx context.Context, g *gone) error {
	if len(g.tokens) > 0 {
		return nil
	}
	digest, err := removal.Imprint(g.record)
	if err != nil {
		return err
	}
	if len(b.o.Stampers) == 0 {
		return fmt.Errorf("timestamp the removal record of bundle %s: no timestamp authority is configured (tsa.url)", g.bundle)
	}
	stamped, err := timestamp.All(ctx, b.o.Stampers, digest)
	if err != nil {
		return fmt.Errorf("timestamp the removal record of bundle %s: %w", g.bundle, err)
	}
	tokens := make([][]byte, len(stamped))
	for i, t := range stamped {
		tokens[i] = t.DER
	}
	if _, err = b.o.Pool.Exec(ctx, `INSERT INTO removal_stamp (bundle, tokens, at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, g.bundle, tokens, b.now()); err == nil {
		err = b.o.Pool.QueryRow(ctx, `SELECT tokens FROM removal_stamp WHERE bundle = $1`, g.bundle).Scan(&g.tokens) // another process may have been first
	}
	if err != nil {
		return fmt.Errorf("keep the timestamps of the removal record of bundle %s: %w", g.bundle, err)
	}
	return nil
}

// RemovalRecord gives the bureau's signed and timestamped record that a bundle was deleted, and
// the log's receipt of it, nil until it stands there. ErrNotFound where the bundle lies in the
// store, or the record waits for the keys or the authorities.
func (b *Book) RemovalRecord(ctx context.Context, bundle string) (record, receipt []byte, err error) {
	list, err := b.removalRecords(ctx, `r.bundle::text = $1`, bundle)
	if err == nil && len(list) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return nil, nil, fmt.Errorf("read the removal record of bundle %q: %w", bundle, err)
	}
	return list[0].record, list[0].receipt, nil
}

// keptRecord is a removal record with the log's receipt.
type keptRecord struct {
	bundle          string
	record, receipt []byte
}

func (b *Book) removalRecords(ctx context.Context, where, id string) ([]keptRecord, error) {
	rows, err := b.o.Pool.Query(ctx, `SELECT r.bundle::text, r.body, t.tokens, s.receipt FROM removal_record r JOIN evidence_removed g ON g.bundle = r.bundle
		JOIN removal_stamp t ON t.bundle = r.bundle LEFT JOIN removal_stored s ON s.bundle = r.bundle WHERE `+where+` ORDER BY g.removed_at, r.bundle`, id)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (k keptRecord, err error) {
		var tokens [][]byte
		if err = row.Scan(&k.bundle, &k.record, &tokens, &k.receipt); err == nil {
			k.record, err = removal.Stamp(k.record, tokens)
		}
		return k, err
	})
}
