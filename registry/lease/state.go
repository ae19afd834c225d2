package lease

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// State is where the rules of a camera stand, as one node hands it to the next. What the
// bytes mean is the pipeline's own business (package watch).
type State struct {
	CameraID string
	Fence    int64         // of the lease under which it was seen
	Node     string        // that wrote it
	Version  int           // of the encoding
	Age      time.Duration // since it was written, by the database's clock
	State    []byte
	Frames   []byte // nil: as they were; empty: none
	Baseline []byte // nil: as it was
}

// saveStatesSQL writes what the newest holders say, and returns the cameras of others. The
// lease is asked, and the row too: what a slow holder sends arrives after the next one's.
const saveStatesSQL = `WITH given AS (
		SELECT * FROM unnest($3::uuid[], $4::bigint[], $5::int[], $6::bytea[], $7::bytea[], $8::bytea[]) AS g (camera_id, fence, version, state, frames, baseline)),
	saved AS (
		INSERT INTO camera_state AS s (camera_id, node, fence, version, saved_at, state, frames, baseline)
		SELECT g.camera_id, $1, g.fence, g.version, coalesce($2::timestamptz, clock_timestamp()), g.state, g.frames, g.baseline
		FROM given g JOIN camera_lease l ON l.camera_id = g.camera_id AND l.fence = g.fence
		ON CONFLICT (camera_id) DO UPDATE SET node = excluded.node, fence = excluded.fence, version = excluded.version,
			saved_at = excluded.saved_at, state = excluded.state,
			frames = CASE WHEN s.version = excluded.version THEN coalesce(excluded.frames, s.frames) ELSE excluded.frames END,
			baseline = CASE WHEN s.version = excluded.version THEN coalesce(excluded.baseline, s.baseline) ELSE excluded.baseline END
		WHERE s.fence <= excluded.fence
		RETURNING camera_id)
	SELECT camera_id::text FROM given WHERE camera_id NOT IN (SELECT camera_id FROM saved)`

// SaveStates writes where the rules of cameras stand, in one statement. It returns the
// cameras whose fencing number is not the newest: what was said of them is not written.
// Each camera may come once.
func (l *Leases) SaveStates(ctx context.Context, all []State) (fenced []string, err error) {
	n := len(all)
	ids, fences, versions := make([]string, n), make([]int64, n), make([]int32, n)
	states, frames, baselines := make([][]byte, n), make([][]byte, n), make([][]byte, n)
	for i, s := range all {
		ids[i], fences[i], versions[i] = s.CameraID, s.Fence, int32(s.Version) // #nosec G115 -- a small number of our own
		states[i], frames[i], baselines[i] = s.State, s.Frames, s.Baseline
	}
	rows, err := l.pool.Query(ctx, saveStatesSQL, l.node, l.given(), ids, fences, versions, states, frames, baselines)
	if err == nil {
		fenced, err = pgx.CollectRows(rows, pgx.RowTo[string])
	}
	if err != nil {
		return nil, fmt.Errorf("save where the rules of node %s stand: %w", l.node, err)
	}
	return fenced, nil
}

// States returns where the rules of cameras stood when their holders last said so.
func (l *Leases) States(ctx context.Context, cameraIDs []string) ([]State, error) {
	rows, err := l.pool.Query(ctx, `SELECT camera_id::text, fence, node, version, coalesce($2::timestamptz, clock_timestamp()) - saved_at, state, frames, baseline
		FROM camera_state WHERE camera_id = ANY ($1::uuid[]) ORDER BY camera_id`, cameraIDs, l.given())
	if err != nil {
		return nil, fmt.Errorf("read where the rules of cameras stand: %w", err)
	}
	all, err := pgx.CollectRows(rows, pgx.RowToStructByPos[State])
	if err != nil {
		return nil, fmt.Errorf("read where the rules of cameras stand: %w", err)
	}
	return all, nil
}

// given is the time to reckon with, nil for the database's.
func (l *Leases) given() *time.Time {
	if l.now == nil {
		return nil
	}
	at := l.now().UTC()
	return &at
}
