package casework

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// CheckRecord verifies the process record of a case.
func (b *Book) CheckRecord(ctx context.Context, caseID string) error {
	return CheckRecord(ctx, b.o.Pool, caseID)
}

// Rows is what a check reads from: a pool or a transaction.
type Rows interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

// CheckRecord verifies the process record of a case: no entry is missing, each
// carries the digest of itself and of the one before.
func CheckRecord(ctx context.Context, db Rows, caseID string) error {
	var last []byte
	n := 0
	return eachSealed(ctx, db, caseID, func(s sealed, previous, digest []byte) error {
		n++
		want, err := s.digest()
		if err != nil {
			return fmt.Errorf("check entry %d of case %s: %w", s.Seq, caseID, err)
		}
		switch {
		case s.Seq != n:
			return fmt.Errorf("process record of case %s: entry %d is missing", caseID, n)
		case !bytes.Equal(previous, last):
			return fmt.Errorf("process record of case %s: entry %d does not follow the one before", caseID, s.Seq)
		case !bytes.Equal(digest, want):
			return fmt.Errorf("process record of case %s: entry %d was changed", caseID, s.Seq)
		}
		last = digest
		return nil
	})
}

// eachSealed calls each with the entries of a process record, in order, and their
// digests as they are kept.
func eachSealed(ctx context.Context, db Rows, caseID string, each func(s sealed, previous, digest []byte) error) error {
	rows, err := db.Query(ctx, `SELECT seq, at, coalesce(actor_id::text, ''), actor, role, event, from_state, to_state, reason, detail::text, previous, digest
		FROM process_record WHERE case_id = $1 ORDER BY seq`, caseID)
	if err != nil {
		return fmt.Errorf("read the process record of case %s: %w", caseID, err)
	}
	defer rows.Close()
	for rows.Next() {
		var s sealed
		var at time.Time
		var detail string
		var previous, digest []byte
		if err := rows.Scan(&s.Seq, &at, &s.ActorID, &s.Actor, &s.Role, &s.Event, &s.From, &s.To, &s.Reason, &detail, &previous, &digest); err != nil {
			return fmt.Errorf("read the process record of case %s: %w", caseID, err)
		}
		s.Case, s.At, s.Detail, s.Previous = caseID, at.UTC().Format(recordTime), json.RawMessage(detail), hex.EncodeToString(previous)
		if err := each(s, previous, digest); err != nil {
			return err
		}
	}
	return rows.Err()
}
