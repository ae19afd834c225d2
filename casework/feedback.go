package casework

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"offsite/evidence"
)

// Judged is a bundle with what reviewers said of its finding.
type Judged struct {
	CaseID    string
	Confirmed bool // else rejected
	Reason    string
	At        time.Time // of the judgement
	Receipt   evidence.Receipt
	Summary   Summary
}

// JudgedFindings lists the findings that were last confirmed or rejected from a time
// until before another, oldest first: what the next training can start from. Those whose
// evidence was deleted are left out.
func JudgedFindings(ctx context.Context, pool *pgxpool.Pool, from, to time.Time) ([]Judged, error) {
	rows, err := pool.Query(ctx, `SELECT c.id::text, p.event = 'confirm', p.reason, p.at, e.receipt, e.summary
		FROM casefile c
		JOIN LATERAL (SELECT event, reason, at FROM process_record WHERE case_id = c.id AND event IN ('confirm', 'reject') ORDER BY seq DESC LIMIT 1) p ON true
		JOIN evidence e ON e.case_id = c.id AND e.kind = 'incident'
		WHERE p.at >= $1 AND p.at < $2 AND NOT EXISTS (SELECT FROM evidence_removed g WHERE g.bundle = e.bundle) ORDER BY p.at, e.bundle`, from, to)
	if err != nil {
		return nil, fmt.Errorf("list judged findings: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (j Judged, err error) {
		var receipt, summary []byte
		if err := row.Scan(&j.CaseID, &j.Confirmed, &j.Reason, &j.At, &receipt, &summary); err != nil {
			return j, err
		}
		if err := json.Unmarshal(receipt, &j.Receipt); err != nil {
			return j, err
		}
		return j, json.Unmarshal(summary, &j.Summary)
	})
	if err != nil {
		return nil, fmt.Errorf("list judged findings: %w", err)
	}
	return list, nil
}
