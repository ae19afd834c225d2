package store

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// tracer logs statements that fail or are slow. Arguments hold identity numbers and
// password digests, and so may the detail of PostgreSQL's errors ("Key (…)=(…)
// already exists"): neither is logged.
type tracer struct {
	log  *slog.Logger
	slow time.Duration
}

type traced struct {
	sql   string
	begun time.Time
}

type tracedKey struct{}

// TraceQueryStart keeps what TraceQueryEnd needs.
func (t *tracer) TraceQueryStart(ctx context.Context, _ *pgx.Conn, data pgx.TraceQueryStartData) context.Context {
	return context.WithValue(ctx, tracedKey{}, traced{sql: data.SQL, begun: time.Now()})
}

// TraceQueryEnd logs the statement if it failed or was slow.
func (t *tracer) TraceQueryEnd(ctx context.Context, _ *pgx.Conn, data pgx.TraceQueryEndData) {
	q, ok := ctx.Value(tracedKey{}).(traced)
	if !ok {
		return
	}
	took := time.Since(q.begun)
	var refused *pgconn.PgError
	switch {
	case errors.As(data.Err, &refused):
		// Debug: the caller returns it, and whoever handles it says so.
		t.log.DebugContext(ctx, "statement refused", "sql", shorten(q.sql), "took", took,
			"sqlstate", refused.Code, "constraint", refused.ConstraintName, "table", refused.TableName)
	case took >= t.slow:
		t.log.WarnContext(ctx, "slow statement", "sql", shorten(q.sql), "took", took)
	}
}

// shorten puts a statement on one line of bounded length.
func shorten(sql string) string {
	const most = 300
	line := strings.Join(strings.Fields(sql), " ")
	if len(line) > most {
		line = strings.ToValidUTF8(line[:most], "") + " …"
	}
	return line
}
