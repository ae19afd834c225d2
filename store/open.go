package store

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Option changes how Open opens.
type Option func(*pgxpool.Config)

// WithLog has failed statements, and those over slow, logged without arguments.
func WithLog(log *slog.Logger, slow time.Duration) Option {
	return func(c *pgxpool.Config) { c.ConnConfig.Tracer = &tracer{log: log, slow: slow} }
}

// WithConnections bounds the connections of the pool.
func WithConnections(most int32) Option {
	return func(c *pgxpool.Config) { c.MaxConns = most }
}

// Open connects to the database at url ("postgres://…" or "host=… dbname=…") and
// checks that it answers. Close the pool when done.
func Open(ctx context.Context, url string, options ...Option) (*pgxpool.Pool, error) {
	config, err := configuration(url)
	if err != nil {
		return nil, err
	}
	for _, o := range options {
		o(config)
	}
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("open the database: %w", err)
	}
	if err := pool.Ping(ctx); err != nil {
		pool.Close()
		return nil, fmt.Errorf("reach the database %s at %s: %w; check database.url and that the server runs",
			config.ConnConfig.Database, config.ConnConfig.Host, err)
	}
	return pool, nil
}

func configuration(url string) (*pgxpool.Config, error) {
	config, err := pgxpool.ParseConfig(url)
	if err != nil { // pgx leaves the password out of this error
		return nil, fmt.Errorf("read database.url: %w", err)
	}
	if config.MaxConns < 8 { // pgx counts cores; jobs, requests and leases wait on I/O
		config.MaxConns = 8
	}
	config.ConnConfig.RuntimeParams["application_name"] = "offsite"
	config.ConnConfig.RuntimeParams["timezone"] = "UTC"
	if config.ConnConfig.ConnectTimeout == 0 {
		config.ConnConfig.ConnectTimeout = 10 * time.Second
	}
	config.AfterConnect, config.PrepareConn = scanUTC, narrow
	return config, nil
}

// scanUTC has times read in UTC, whatever the zone of this machine.
func scanUTC(_ context.Context, conn *pgx.Conn) error {
	conn.TypeMap().RegisterType(&pgtype.Type{Name: "timestamptz", OID: pgtype.TimestamptzOID,
		Codec: &pgtype.TimestamptzCodec{ScanLocation: time.UTC}})
	return nil
}

// dial opens one connection beside the pool, with the pool's settings.
func dial(ctx context.Context, pool *pgxpool.Pool) (*pgx.Conn, error) {
	return pgx.ConnectConfig(ctx, pool.Config().ConnConfig.Copy())
}
