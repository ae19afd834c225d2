package store

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"
)

//go:embed migrations/*.sql
var migrations embed.FS

// migrationLock is the advisory lock of whoever changes tables: "offsite\0" in ASCII.
const migrationLock = 0x6f66667369746500

// A change of a table waits for whoever is reading it, and everybody who comes after waits
// behind the change. So it waits for lockWait alone, lets them pass for as long, and tries
// again; lockPatience is when it gives up.
const (
	lockWait     = 2 * time.Second
	lockPatience = 5 * time.Minute
)

// Migrate brings the tables up to date. Processes that start at once wait for each
// other; a process that dies in between frees the lock, and the next goes on. Others may
// work on: whoever holds a table for long, as a report does, holds up the change and nobody else.
func Migrate(ctx context.Context, url string, log *slog.Logger) error {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return locked(ctx, url, log, func(pool *pgxpool.Pool) error {
		if err := up(ctx, pool, log); err != nil {
			return err
		}
		if err := showViews(ctx, pool); err != nil {
			return err
		}
		return riverUp(ctx, pool, log)
	})
}

// MigrateDown takes our tables back to a version, 0 for none, losing what is in
// them. River's tables stay, other programs may share them.
func MigrateDown(ctx context.Context, url string, version int64) error {
	return locked(ctx, url, slog.New(slog.DiscardHandler), func(pool *pgxpool.Pool) error {
		p, err := provider(pool)
		if err != nil {
			return err
		}
		defer p.Close()
		if err := hideViews(ctx, pool); err != nil { // Migrate makes them again
			return err
		}
		if _, err := p.DownTo(ctx, version); err != nil {
			return fmt.Errorf("take the tables back to version %d: %w", version, err)
		}
		return nil
	})
}

// locked runs change while no other process changes tables, again while a table is in use.
func locked(ctx context.Context, url string, log *slog.Logger, change func(*pgxpool.Pool) error) error {
	pool, err := Open(ctx, url, func(c *pgxpool.Config) { c.AfterConnect = waitBriefly })
	if err != nil {
		return err
	}
	defer pool.Close()
	conn, err := dial(ctx, pool)
	if err != nil {
		return fmt.Errorf("open the connection that holds the migration lock: %w", err)
	}
	defer func() { // closing frees the lock, also when ctx is done
		closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		_ = conn.Close(closing)
	}()
	if _, err := conn.Exec(ctx, "SELECT pg_advisory_lock($1)", int64(migrationLock)); err != nil {
		return fmt.Errorf("wait for the migration lock: %w", err)
	}
	for began := time.Now(); ; {
		err := change(pool)
		switch {
		case !inUse(err):
			return err
		case time.Since(began) > lockPatience:
			return fmt.Errorf("%w; a table was in use for %s: look in pg_stat_activity for the transaction that is open, end it, and start again", err, lockPatience)
		}
		log.WarnContext(ctx, "a table is in use; its change is tried again", "err", err)
		select {
		case <-time.After(lockWait):
		case <-ctx.Done():
			return errors.Join(context.Cause(ctx), err)
		}
	}
}

// waitBriefly has a new connection give up a lock that it does not get in lockWait.
func waitBriefly(ctx context.Context, conn *pgx.Conn) error {
	if _, err := conn.Exec(ctx, fmt.Sprintf("SET lock_timeout = %d", lockWait.Milliseconds())); err != nil {
		return err
	}
	return scanUTC(ctx, conn)
}

// inUse says that a lock was not to be had in time.
func inUse(err error) bool {
	var told *pgconn.PgError
	return errors.As(err, &told) && told.Code == "55P03"
}

func up(ctx context.Context, pool *pgxpool.Pool, log *slog.Logger) error {
	p, err := provider(pool)
	if err != nil {
		return err
	}
	defer p.Close()
	pending, err := p.HasPending(ctx)
	if err != nil {
		return fmt.Errorf("see whether the tables are up to date: %w", err)
	}
	if pending {
		if err := hideViews(ctx, pool); err != nil {
			return err
		}
	}
	done, err := p.Up(ctx)
	if err != nil {
		return fmt.Errorf("bring the tables up to date: %w", err)
	}
	var took time.Duration
	for _, r := range done {
		took += r.Duration
		log.DebugContext(ctx, "tables changed", "migration", r.Source.Path, "took", r.Duration)
	}
	if len(done) > 0 {
		log.InfoContext(ctx, "tables brought up to date", "migrations", len(done), "took", took.Round(time.Millisecond))
	}
	return nil
}

func provider(pool *pgxpool.Pool) (*goose.Provider, error) {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return nil, fmt.Errorf("read the migrations: %w", err)
	}
	p, err := goose.NewProvider(goose.DialectPostgres, stdlib.OpenDBFromPool(pool), files,
		goose.WithAllowOutofOrder(true)) // areas number their files independently
	if err != nil {
		return nil, fmt.Errorf("read the migrations: %w", err)
	}
	return p, nil
}

func riverUp(ctx context.Context, pool *pgxpool.Pool, log *slog.Logger) error {
	m, err := rivermigrate.New[pgx.Tx](riverpgxv5.New(pool), &rivermigrate.Config{Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return fmt.Errorf("prepare River's migrations: %w", err)
	}
	result, err := m.Migrate(ctx, rivermigrate.DirectionUp, nil)
	if err != nil {
		return fmt.Errorf("bring River's tables up to date: %w", err)
	}
	for _, v := range result.Versions {
		log.DebugContext(ctx, "tables of River changed", "version", v.Version, "took", v.Duration)
	}
	return nil
}
