package casework

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// Agreement is how one reviewer's first verdicts fared: how many were confirmed and
// rejected, and what the second review made of those confirmed.
type Agreement struct {
	Reviewer  string `json:"reviewer"`
	Confirmed int    `json:"confirmed"`
	Rejected  int    `json:"rejected"`
	Held      int    `json:"held"`    // verified by the second reviewer
	Refused   int    `json:"refused"` // rejected by the second reviewer
}

// Agreements lists the reviewers who judged since then, from the process records.
func (b *Book) Agreements(ctx context.Context, since time.Time) ([]Agreement, error) {
	rows, err := b.o.Pool.Query(ctx, `
		WITH first AS (
			SELECT DISTINCT ON (case_id) case_id, actor_id, actor, event FROM process_record
			WHERE from_state = 'found' AND event IN ('confirm', 'reject') AND at >= $1 AND actor_id IS NOT NULL ORDER BY case_id, seq),
		second AS (
			SELECT DISTINCT ON (r.case_id) r.case_id, r.event FROM process_record r JOIN first USING (case_id)
			WHERE r.from_state = 'reviewed' AND r.event IN ('verify', 'reject') ORDER BY r.case_id, r.seq)
		SELECT max(f.actor), count(*) FILTER (WHERE f.event = 'confirm'), count(*) FILTER (WHERE f.event = 'reject'),
			count(*) FILTER (WHERE s.event = 'verify'), count(*) FILTER (WHERE s.event = 'reject')
		FROM first f LEFT JOIN second s USING (case_id) GROUP BY f.actor_id ORDER BY 1`, since)
	if err != nil {
		return nil, fmt.Errorf("compare the reviewers: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Agreement])
	if err != nil {
		return nil, fmt.Errorf("compare the reviewers: %w", err)
	}
	return list, nil
}
