package casework

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"offsite/evidence/translog/proof"
	"offsite/tracing"
)

// Log is the transparency log. It gets the digest of each process record's head;
// the digests of the entries before follow from it. No personal data goes there.
type Log interface {
	Record(ctx context.Context, e proof.Entry) ([]byte, error)
}

// LogArgs enters the head of a process record in the transparency log.
type LogArgs struct {
	CaseID string `json:"case_id"`
}

// Kind names the job.
func (LogArgs) Kind() string { return "casework.log" }

// InsertOpts puts it on a queue of its own: each waits for the next checkpoint.
func (LogArgs) InsertOpts() river.InsertOpts { return river.InsertOpts{Queue: logQueue} }

const (
	logQueue   = "casework_log"
	logWorkers = 32
)

// enter puts the head of a process record into the log; one that is there is left
// alone.
func (b *Book) enter(ctx context.Context, caseID string) error {
	var seq int
	var at time.Time
	var digest []byte
	err := b.o.Pool.QueryRow(ctx, `SELECT seq, at, digest FROM process_record WHERE case_id = $1 ORDER BY seq DESC LIMIT 1`, caseID).Scan(&seq, &at, &digest)
	if err != nil {
		return fmt.Errorf("read the head of the process record of case %s: %w", caseID, err)
	}
	var known bool
	if err := b.o.Pool.QueryRow(ctx, `SELECT EXISTS (SELECT FROM record_proof WHERE case_id = $1 AND seq = $2)`, caseID, seq).Scan(&known); err != nil || known {
		return err
	}
	ctx, span := tracing.Begin(ctx, caseID, "record logged")
	text, err := b.o.Log.Record(ctx, proof.Entry{Kind: proof.KindCase, ID: fmt.Sprintf("%s/%d", caseID, seq), SHA256: hex.EncodeToString(digest), At: at})
	tracing.End(span, err)
	if err != nil {
		return err
	}
	_, err = b.o.Pool.Exec(ctx, `INSERT INTO record_proof (case_id, seq, proof, at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`, caseID, seq, text, b.now())
	if err != nil {
		return fmt.Errorf("keep the proof of the process record of case %s: %w", caseID, err)
	}
	return nil
}

// RecordProof gives the newest proof that a process record stands in the log, and
// of which entry.
func (b *Book) RecordProof(ctx context.Context, caseID string) (seq int, text []byte, err error) {
	if _, err := read(ctx, b.o.Pool, caseID, ""); err != nil {
		return 0, nil, err
	}
	err = b.o.Pool.QueryRow(ctx, `SELECT seq, proof FROM record_proof WHERE case_id = $1 ORDER BY seq DESC LIMIT 1`, caseID).Scan(&seq, &text)
	if errors.Is(err, pgx.ErrNoRows) {
		err = ErrNotFound
	}
	if err != nil {
		return 0, nil, fmt.Errorf("read the log's proof of case %s: %w", caseID, err)
	}
	return seq, text, nil
}
