package casework

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// StallTime is a stall on the street, from when it was first seen until it was gone:
// a re-check did not find it any more, or its case ended. EndedAt is nil while it stands.
type StallTime struct {
	CaseID   string     `json:"case_id"`
	CameraID string     `json:"camera_id"`
	Camera   string     `json:"camera"`
	State    string     `json:"state"`
	FirstAt  time.Time  `json:"first_at"`
	EndedAt  *time.Time `json:"ended_at,omitempty"`
}

// mostStalls is how many stalls a survey of the key areas reads.
const mostStalls = 5000

// Stalls lists the stalls that stand now and those that were seen since a time, the
// earliest first. What a review rejected was none.
func (b *Book) Stalls(ctx context.Context, since time.Time) ([]StallTime, error) {
	var open []string
	for _, s := range b.table.States {
		if !s.End && s.State != "closed" {
			open = append(open, string(s.State))
		}
	}
	rows, err := b.o.Pool.Query(ctx, `SELECT c.id::text, c.camera_id::text, coalesce(c.dossier->'camera'->>'name', ''), c.state, c.first_at,
		CASE WHEN c.state = ANY ($2) THEN NULL ELSE coalesce((SELECT max(p.at) FROM process_record p WHERE p.case_id = c.id AND p.to_state IN ('corrected', 'closed') AND p.from_state <> p.to_state), c.changed_at) END
		FROM casefile c WHERE c.detector = 'stall' AND c.state <> 'rejected' AND (c.raised_at >= $1 OR c.state = ANY ($2)) ORDER BY c.first_at LIMIT $3`, since, open, mostStalls)
	if err != nil {
		return nil, fmt.Errorf("list the stalls: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[StallTime])
	if err != nil {
		return nil, fmt.Errorf("list the stalls: %w", err)
	}
	return list, nil
}
