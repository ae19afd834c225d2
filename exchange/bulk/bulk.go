// Package bulk exports everything of one kind, for systems that keep a copy: one JSON
// object a line, in the order of change.
//
// In: a kind, and since when. Out: lines; who keeps the changed_at of the last one asks
// again from there and misses nothing. Personal data is not exported: neither parties
// nor who acted.
package bulk

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
)

// Kind is what is exported.
type Kind string

// Kinds.
const (
	Cases   Kind = "cases"
	Objects Kind = "objects"
)

// query gives the rows of a kind that changed at a time or later. Those of the same
// instant are exported again with the next call, since more may have joined them.
func (k Kind) query() (sql string, ok bool) {
	switch k {
	case Cases:
		return `SELECT c.id, c.number, c.state, c.detector, c.matter, c.object_id, c.object, nullif(c.township, '') AS township, c.place, c.first_at, c.last_at, c.filed_at, c.decided_at,
			c.published_at, c.closed_at, c.major, c.fine_fen, c.late_fen, c.paid_fen, c.changed_at
			FROM casefile c WHERE c.changed_at >= $1 ORDER BY c.changed_at, c.id`, true
	case Objects:
		return `SELECT id, kind, name, address, business, licence_no, township, grade, longitude, latitude, changed_at, removed_at
			FROM object WHERE changed_at >= $1 ORDER BY changed_at, id`, true
	}
	return "", false
}

// Source is what lines are read from.
type Source struct{ pool *pgxpool.Pool }

// New exports from a migrated database.
func New(pool *pgxpool.Pool) *Source { return &Source{pool} }

// Write exports what changed at a time or later; it says how many lines.
func (s *Source) Write(ctx context.Context, k Kind, since time.Time, w io.Writer) (n int, err error) {
	sql, ok := k.query()
	if !ok {
		return 0, fmt.Errorf("export %s: there is no such kind", k)
	}
	rows, err := s.pool.Query(ctx, `SELECT row_to_json(line)::text FROM (`+sql+`) AS line`, since)
	if err != nil {
		return 0, fmt.Errorf("export %s: %w", k, err)
	}
	defer rows.Close()
	for rows.Next() {
		if _, err := w.Write(append(rows.RawValues()[0], '\n')); err != nil {
			return n, fmt.Errorf("export %s: %w", k, err)
		}
		n++
	}
	if err := rows.Err(); err != nil {
		return n, fmt.Errorf("export %s: %w", k, err)
	}
	return n, nil
}
