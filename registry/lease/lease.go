package lease

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"offsite/registry"
)

// Term is how long a lease lasts if its node does not renew it.
const Term = 10 * time.Second

// ErrFenced says that another node holds the camera by now. Drop what was to be
// written; the other node has it.
var ErrFenced = errors.New("another node watches this camera by now")

// Lease is one camera that a node holds.
type Lease struct {
	CameraID string
	Fence    int64
}

// Leases claims cameras for one node. It is safe for concurrent use.
type Leases struct {
	pool *pgxpool.Pool
	node string
	term time.Duration
	now  func() time.Time // nil: the database's clock
}

// Option changes how New makes Leases.
type Option func(*Leases)

// WithTerm sets how long a lease lasts; it must be the same on all nodes.
func WithTerm(term time.Duration) Option { return func(l *Leases) { l.term = term } }

// WithClock replaces the database's clock, for tests.
func WithClock(now func() time.Time) Option { return func(l *Leases) { l.now = now } }

// New returns the leases of a node. The name must be unique among the nodes and stay
// the same over restarts.
func New(pool *pgxpool.Pool, node string, options ...Option) *Leases {
	l := &Leases{pool: pool, node: node, term: Term}
	for _, o := range options {
		o(l)
	}
	return l
}

// claimLock makes claims one after the other: they are short and few.
const claimLock = 0x6f66666c65617365 // "offlease"

// Claim tells that the node lives, and returns the cameras it holds for another term.
func (l *Leases) Claim(ctx context.Context) ([]Lease, error) {
	var held []Lease
	err := pgx.BeginFunc(ctx, l.pool, func(tx pgx.Tx) (err error) {
		held, err = l.claim(ctx, tx)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("claim cameras for node %s: %w", l.node, err)
	}
	return held, nil
}

func (l *Leases) claim(ctx context.Context, tx pgx.Tx) ([]Lease, error) {
	if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock($1)`, int64(claimLock)); err != nil {
		return nil, err
	}
	at, err := l.moment(ctx, tx)
	if err != nil {
		return nil, err
	}
	until := at.Add(l.term)
	if _, err = tx.Exec(ctx, `INSERT INTO watch_node (node, until) VALUES ($1, $2) ON CONFLICT (node) DO UPDATE SET until = $2`,
		l.node, until); err != nil {
		return nil, err
	}
	if _, err = tx.Exec(ctx, `DELETE FROM watch_node WHERE until <= $1`, at); err != nil {
		return nil, err
	}
	share, err := l.share(ctx, tx)
	if err != nil {
		return nil, err
	}
	gone, err := tx.Exec(ctx, giveUpSQL, l.node, at, share)
	if err == nil && gone.RowsAffected() > 0 {
		err = registry.TellNodes(ctx, tx) // they wait for these
	}
	if err != nil {
		return nil, err
	}
	for _, step := range []struct {
		sql  string
		args []any
	}{
		{`UPDATE camera_lease SET until = $3 WHERE node = $1 AND until > $2`, []any{l.node, at, until}},
		{takeSQL, []any{l.node, at, until, share}},
	} {
		if _, err = tx.Exec(ctx, step.sql, step.args...); err != nil {
			return nil, err
		}
	}
	rows, err := tx.Query(ctx, `SELECT camera_id::text, fence FROM camera_lease WHERE node = $1 AND until > $2 ORDER BY camera_id`, l.node, at)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[Lease])
}

// giveUpSQL ends the leases of removed cameras, and the latest ones beyond the share.
// Rows stay: the fencing number must not begin anew.
const giveUpSQL = `WITH mine AS (SELECT s.camera_id, c.id IS NOT NULL AS wanted,
		row_number() OVER (PARTITION BY c.id IS NOT NULL ORDER BY s.fence, s.camera_id) AS nth
		FROM camera_lease s LEFT JOIN camera c ON c.id = s.camera_id AND c.removed_at IS NULL
		WHERE s.node = $1 AND s.until > $2)
	UPDATE camera_lease SET until = $2, node = '' WHERE camera_id IN (SELECT camera_id FROM mine WHERE NOT wanted OR nth > $3)`

// takeSQL takes cameras that nobody holds, as far as the share goes. A lease of our
// own that ran out is taken anew, with a new number.
const takeSQL = `INSERT INTO camera_lease AS l (camera_id, node, fence, until)
	SELECT c.id, $1, 1, $3 FROM camera c LEFT JOIN camera_lease s ON s.camera_id = c.id
	WHERE c.removed_at IS NULL AND (s.camera_id IS NULL OR s.until <= $2) ORDER BY c.id
	LIMIT greatest(0, $4 - (SELECT count(*) FROM camera_lease WHERE node = $1 AND until > $2))
	ON CONFLICT (camera_id) DO UPDATE SET node = $1, fence = l.fence + 1, until = $3`

// share is how many of the cameras this node should hold: the same for all nodes, one
// more for the first ones by name where it does not come out even.
func (l *Leases) share(ctx context.Context, tx pgx.Tx) (share int, err error) {
	var cameras, nodes, rank int
	err = tx.QueryRow(ctx, `SELECT (SELECT count(*) FROM camera WHERE removed_at IS NULL), (SELECT count(*) FROM watch_node),
		(SELECT count(*) FROM watch_node WHERE node < $1)`, l.node).Scan(&cameras, &nodes, &rank)
	if err != nil {
		return 0, err
	}
	share = cameras / nodes
	if rank < cameras%nodes {
		share++
	}
	return share, nil
}

func (l *Leases) moment(ctx context.Context, tx pgx.Tx) (at time.Time, err error) {
	if l.now != nil {
		return l.now().UTC().Truncate(time.Microsecond), nil
	}
	// clock_timestamp, not now(): the transaction may have waited for the lock.
	err = tx.QueryRow(ctx, `SELECT clock_timestamp()`).Scan(&at)
	return at, err
}

// Release gives up all cameras at once and wakes the other nodes, so that they need wait
// neither for the term nor for their next claim.
func (l *Leases) Release(ctx context.Context) error {
	err := pgx.BeginFunc(ctx, l.pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock($1)`, int64(claimLock)); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `DELETE FROM watch_node WHERE node = $1`, l.node); err != nil {
			return err
		}
		gone, err := tx.Exec(ctx, `UPDATE camera_lease SET until = '-infinity', node = '' WHERE node = $1`, l.node)
		if err != nil || gone.RowsAffected() == 0 {
			return err
		}
		return registry.TellNodes(ctx, tx)
	})
	if err != nil {
		return fmt.Errorf("give up the cameras of node %s: %w", l.node, err)
	}
	return nil
}

// querier is a pool or a transaction.
type querier interface {
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

// Check refuses what was written under a fencing number that is not the newest. In a
// transaction it holds until its end. Errors wrap ErrFenced.
func Check(ctx context.Context, tx querier, cameraID string, fence int64) error {
	var newest int64
	err := tx.QueryRow(ctx, `SELECT fence FROM camera_lease WHERE camera_id = $1 FOR SHARE`, cameraID).Scan(&newest)
	if errors.Is(err, pgx.ErrNoRows) || err == nil && newest != fence {
		return fmt.Errorf("camera %s, fencing number %d: %w", cameraID, fence, ErrFenced)
	}
	if err != nil {
		return fmt.Errorf("check the lease of camera %s: %w", cameraID, err)
	}
	return nil
}
