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
	Parts    []Part // all that the state names; others are deleted
}

// Part is what changes seldom or never.
type Part struct {
	Name    string
	Content []byte // nil: as it was written before
}

// saveStatesSQL writes what the newest holders say, and returns the cameras of others. The
// lease is asked, and the row too: what a slow holder sends arrives after the next one's.
const saveStatesSQL = `WITH given AS (
		SELECT * FROM unnest($3::uuid[], $4::bigint[], $5::int[], $6::bytea[]) AS g (camera_id, fence, version, state)),
	part AS (
		SELECT * FROM unnest($7::uuid[], $8::text[], $9::bytea[]) AS p (camera_id, name, content)),
	saved AS (
		INSERT INTO camera_state AS s (camera_id, node, fence, version, saved_at, state)
		SELECT g.camera_id, $1, g.fence, g.version, coalesce($2::timestamptz, clock_timestamp()), g.state
		FROM given g JOIN camera_lease l ON l.camera_id = g.camera_id AND l.fence = g.fence
		ON CONFLICT (camera_id) DO UPDATE SET node = excluded.node, fence = excluded.fence, version = excluded.version,
			saved_at = excluded.saved_at, state = excluded.state
		WHERE s.fence <= excluded.fence
		RETURNING camera_id),
	gone AS (
		DELETE FROM camera_state_part k USING saved s WHERE k.camera_id = s.camera_id
			AND NOT EXISTS (SELECT FROM part p WHERE p.camera_id = k.camera_id AND p.name = k.name)),
	put AS (
		INSERT INTO camera_state_part (camera_id, name, content)
		SELECT p.camera_id, p.name, p.content FROM part p JOIN saved USING (camera_id) WHERE p.content IS NOT NULL
		ON CONFLICT (camera_id, name) DO UPDATE SET content = excluded.content)
	SELECT camera_id::text FROM given WHERE camera_id NOT IN (SELECT camera_id FROM saved)`

// SaveStates writes where the rules of cameras stand, in one statement. It returns the
// cameras whose fencing number is not the newest: what was said of them is not written.
// Each camera may come once.
func (l *Leases) SaveStates(ctx context.Context, all []State) (fenced []string, err error) {
	n := len(all)
	ids, fences, versions, states := make([]string, n), make([]int64, n), make([]int32, n), make([][]byte, n)
	var of, names []string
	var contents [][]byte
	for i, s := range all {
		ids[i], fences[i], versions[i], states[i] = s.CameraID, s.Fence, int32(s.Version), s.State // #nosec G115 -- a small number of our own
		for _, p := range s.Parts {
			of, names, contents = append(of, s.CameraID), append(names, p.Name), append(contents, p.Content)
		}
	}
	rows, err := l.pool.Query(ctx, saveStatesSQL, l.node, l.given(), ids, fences, versions, states, of, names, contents)
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
	rows, err := l.pool.Query(ctx, `SELECT camera_id::text, fence, node, version, coalesce($2::timestamptz, clock_timestamp()) - saved_at, state, names, contents
		FROM camera_state s CROSS JOIN LATERAL (
			SELECT array_agg(name ORDER BY name) AS names, array_agg(content ORDER BY name) AS contents
			FROM camera_state_part p WHERE p.camera_id = s.camera_id) parts
		WHERE camera_id = ANY ($1::uuid[]) ORDER BY camera_id`, cameraIDs, l.given())
	if err != nil {
		return nil, fmt.Errorf("read where the rules of cameras stand: %w", err)
	}
	all, err := pgx.CollectRows(rows, stateOf)
	if err != nil {
		return nil, fmt.Errorf("read where the rules of cameras stand: %w", err)
	}
	return all, nil
}

func stateOf(row pgx.CollectableRow) (State, error) {
	var s State
	var names []string
	var contents [][]byte
	err := row.Scan(&s.CameraID, &s.Fence, &s.Node, &s.Version, &s.Age, &s.State, &names, &contents)
	for i, name := range names {
		s.Parts = append(s.Parts, Part{Name: name, Content: contents[i]})
	}
	return s, err
}

// given is the time to reckon with, nil for the database's.
func (l *Leases) given() *time.Time {
	if l.now == nil {
		return nil
	}
	at := l.now().UTC()
	return &at
}
