package casework

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"offsite/evidence"
	"offsite/store"
)

// RedactedKind is the kind of a bundle that is a copy of another one, with people and
// vehicles covered.
const RedactedKind = "redacted"

// Redacted travels with a redacted copy's evidence.Material and comes back with its
// receipt, as a Summary does.
type Redacted struct {
	Kind   string `json:"kind"` // RedactedKind
	CaseID string `json:"case_id"`
	Parent string `json:"parent"`
}

// RedactArgs makes the redacted copies of a case's bundles, where cameras are watched:
// there is the model that finds what must be covered, and the spool.
type RedactArgs struct {
	CaseID string `json:"case_id"`
}

// Kind names the job.
func (RedactArgs) Kind() string { return "redact" }

// InsertOpts puts it beside the re-checks; one of a case is enough at a time.
func (RedactArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: RecheckQueue, UniqueOpts: river.UniqueOpts{ByArgs: true, ByState: []rivertype.JobState{
		rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRetryable, rivertype.JobStateRunning, rivertype.JobStateScheduled,
	}}}
}

// ErrCopyAwaited: the redacted copy that the party may see is being made and sealed, which
// takes a minute or two; ask again.
var ErrCopyAwaited = errors.New("the redacted copy is being made")

// Unredacted lists the bundles of a case that have no redacted copy yet. The recording of
// an inquiry gets none: nobody passes by in it.
func (b *Book) Unredacted(ctx context.Context, caseID string) ([]evidence.Receipt, error) {
	return b.receiptsOf(ctx, caseID, `SELECT receipt FROM evidence e WHERE case_id = $1 AND kind <> '`+roomKind+`'
		AND NOT EXISTS (SELECT FROM redacted_copy r WHERE r.parent = e.bundle) ORDER BY sealed_at`)
}

func (b *Book) redactedOf(ctx context.Context, caseID string) ([]evidence.Receipt, error) {
	return b.receiptsOf(ctx, caseID, `SELECT receipt FROM redacted_copy WHERE case_id = $1 ORDER BY sealed_at`)
}

func (b *Book) receiptsOf(ctx context.Context, caseID, query string) ([]evidence.Receipt, error) {
	rows, err := b.o.Pool.Query(ctx, query, caseID)
	if err != nil {
		return nil, fmt.Errorf("list the bundles of case %s: %w", caseID, err)
	}
	list, err := pgx.CollectRows(rows, scanReceipt)
	if err != nil {
		return nil, fmt.Errorf("list the bundles of case %s: %w", caseID, err)
	}
	return list, nil
}

func scanReceipt(row pgx.CollectableRow) (r evidence.Receipt, err error) {
	var text []byte
	if err := row.Scan(&text); err != nil {
		return r, err
	}
	return r, json.Unmarshal(text, &r)
}

// recordRedacted makes a redacted copy known.
func (b *Book) recordRedacted(ctx context.Context, r evidence.Receipt, summary json.RawMessage) error {
	var s Redacted
	if err := json.Unmarshal(summary, &s); err != nil {
		return fmt.Errorf("record redacted copy %s: its summary cannot be read: %w", r.BundleID, err)
	}
	receipt, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("record redacted copy %s: %w", r.BundleID, err)
	}
	_, err = b.o.Pool.Exec(ctx, `INSERT INTO redacted_copy (bundle, parent, case_id, sealed_at, receipt) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
		r.BundleID, s.Parent, s.CaseID, r.SealedAt, receipt)
	if err != nil {
		return fmt.Errorf("record redacted copy %s: %w", r.BundleID, err)
	}
	return b.insertRetention(ctx, s.CaseID)
}

// insertRetention has a copy kept as long as its case.
func (b *Book) insertRetention(ctx context.Context, caseID string) error {
	if b.o.Retainer == nil {
		return nil
	}
	return pgx.BeginFunc(ctx, b.o.Pool, func(tx pgx.Tx) error {
		return b.insertJob(ctx, tx, RetainArgs{CaseID: caseID}, b.now())
	})
}

// PortalCopy is a redacted copy of a sealed bundle, for the party to take along.
type PortalCopy struct {
	Bundle   string    `json:"bundle"`
	SealedAt time.Time `json:"sealed_at"`
	Size     int64     `json:"size_bytes"`
}

func (b *Book) portalCopies(ctx context.Context, caseID string) ([]PortalCopy, error) {
	receipts, err := b.redactedOf(ctx, caseID)
	if err != nil {
		return nil, err
	}
	list := []PortalCopy{}
	for _, r := range receipts {
		list = append(list, PortalCopy{Bundle: r.BundleID, SealedAt: r.SealedAt, Size: r.SizeBytes})
	}
	return list, nil
}

// PortalBundle finds a redacted copy that belongs to the party's own case.
func (b *Book) PortalBundle(ctx context.Context, caseID, bundle string) (evidence.Receipt, error) {
	return b.redacted(ctx, `bundle = $1 AND case_id = $2`, bundle, caseID)
}

// redacted finds one redacted copy.
func (b *Book) redacted(ctx context.Context, where, bundle, caseID string) (r evidence.Receipt, err error) {
	if !store.IsID(bundle) {
		return r, fmt.Errorf("find the redacted copy %q: %w", bundle, ErrNotFound)
	}
	rows, err := b.o.Pool.Query(ctx, `SELECT receipt FROM redacted_copy WHERE `+where, bundle, caseID)
	if err == nil {
		r, err = pgx.CollectExactlyOneRow(rows, scanReceipt)
	}
	if errors.Is(err, pgx.ErrNoRows) {
		err = ErrNotFound
	}
	if err != nil {
		return r, fmt.Errorf("find the redacted copy %q: %w", bundle, err)
	}
	return r, nil
}
