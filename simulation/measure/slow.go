package measure

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Plan is how PostgreSQL answered one of the slowest queries.
type Plan struct {
	SQL   string
	Calls int
	P95   time.Duration
	Text  string // EXPLAIN (ANALYZE, BUFFERS) with the arguments of its slowest call
}

// recorder keeps how long every query took. It is the pool's tracer.
type recorder struct {
	mu      sync.Mutex
	on      bool
	queries map[string]*queried
}

type queried struct {
	took    []time.Duration
	slowest time.Duration
	args    []any
}

type traced struct {
	sql   string
	args  []any
	began time.Time
}

type tracedKey struct{}

// TraceQueryStart is pgx's.
func (r *recorder) TraceQueryStart(ctx context.Context, _ *pgx.Conn, q pgx.TraceQueryStartData) context.Context {
	return context.WithValue(ctx, tracedKey{}, traced{q.SQL, q.Args, time.Now()})
}

// TraceQueryEnd is pgx's.
func (r *recorder) TraceQueryEnd(ctx context.Context, _ *pgx.Conn, end pgx.TraceQueryEndData) {
	t, ok := ctx.Value(tracedKey{}).(traced)
	if !ok || end.Err != nil || !strings.HasPrefix(strings.TrimSpace(t.sql), "SELECT") {
		return
	}
	took := time.Since(t.began)
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.on {
		return
	}
	q := r.queries[t.sql]
	if q == nil {
		q = &queried{}
		r.queries[t.sql] = q
	}
	q.took = append(q.took, took)
	if took > q.slowest {
		q.slowest, q.args = took, t.args
	}
}

func (r *recorder) record(on bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.on = on
}

// slowest explains the n queries that were slowest, by their 95th percentile.
func (r *recorder) slowest(ctx context.Context, pool *pgxpool.Pool, n int) ([]Plan, error) {
	r.record(false)
	var plans []Plan
	for sql, q := range r.queries {
		plans = append(plans, Plan{SQL: sql, Calls: len(q.took), P95: percentile(q.took, 0.95)})
	}
	slices.SortFunc(plans, func(a, b Plan) int { return cmp.Compare(b.P95, a.P95) })
	plans = plans[:min(n, len(plans))]
	for i := range plans {
		p := &plans[i]
		if strings.Contains(p.SQL, "FOR UPDATE") || strings.Contains(p.SQL, "pg_notify") {
			continue // it changes something, or waits
		}
		rows, err := pool.Query(ctx, `EXPLAIN (ANALYZE, BUFFERS) `+p.SQL, r.queries[p.SQL].args...)
		if err != nil {
			return nil, fmt.Errorf("explain %s: %w", p.SQL, err)
		}
		lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			return nil, fmt.Errorf("explain %s: %w", p.SQL, err)
		}
		p.Text = strings.Join(lines, "\n")
	}
	return plans, nil
}

func percentile(list []time.Duration, part float64) time.Duration {
	if len(list) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(list))
	return sorted[int(part*float64(len(sorted)-1))]
}
