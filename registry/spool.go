package registry

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// silentAfter is how long after its last word a node counts as silent.
const silentAfter = time.Minute

// EvidenceWaiting is evidence that lies in the nodes' spools, not yet sealed and stored.
type EvidenceWaiting struct {
	Count  int        `json:"count"`
	Oldest *time.Time `json:"oldest,omitempty"`
	// Silent are nodes that held some when they were last heard, a minute ago or
	// longer. What they hold is safe on their disks and comes when they are back.
	Silent []string `json:"silent"`
}

// SaveWaiting keeps how much evidence waits in the node's spool, and since when.
func (r *Registry) SaveWaiting(ctx context.Context, node string, count int, oldest time.Time) error {
	since := &oldest
	if count == 0 {
		since = nil
	}
	_, err := r.db.Exec(ctx, `INSERT INTO node_spool (node, waiting, oldest, at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (node) DO UPDATE SET waiting = $2, oldest = $3, at = $4`, node, count, since, r.moment())
	if err != nil {
		return fmt.Errorf("save what waits in the spool of node %s: %w", node, err)
	}
	return nil
}

// Waiting sums up what the nodes said.
func (r *Registry) Waiting(ctx context.Context) (EvidenceWaiting, error) {
	rows, err := r.db.Query(ctx, `SELECT coalesce(sum(waiting), 0)::int AS count, min(oldest) AS oldest,
		coalesce(array_agg(node ORDER BY node) FILTER (WHERE waiting > 0 AND at < $1), '{}') AS silent FROM node_spool`,
		r.moment().Add(-silentAfter))
	if err != nil {
		return EvidenceWaiting{}, fmt.Errorf("read what waits in the spools: %w", err)
	}
	w, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[EvidenceWaiting])
	if err != nil {
		return w, fmt.Errorf("read what waits in the spools: %w", err)
	}
	return w, nil
}
