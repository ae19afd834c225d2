package store

import (
	"context"
	"fmt"
	"io/fs"

	"github.com/jackc/pgx/v5"
	"github.com/pressly/goose/v3"
)

// LeastMajor is the oldest major version of PostgreSQL that we run on.
const LeastMajor = 15

// Seen is what Look has seen of a database.
type Seen struct {
	Server  string // "15.14 (Debian …)"
	Major   int
	Applied int // migrations of ours that are done
	Pending int // that are not
	Unknown int // that a later version of this program has done
}

// Look connects and tells how far the tables are; it changes nothing.
func Look(ctx context.Context, url string) (Seen, error) {
	var s Seen
	pool, err := Open(ctx, url, WithConnections(1))
	if err != nil {
		return s, err
	}
	defer pool.Close()
	var number int
	if err := pool.QueryRow(ctx, `SELECT current_setting('server_version'), current_setting('server_version_num')::int`).Scan(&s.Server, &number); err != nil {
		return s, fmt.Errorf("ask the database for its version: %w", err)
	}
	const perMajor = 10_000
	s.Major = number / perMajor
	ours, err := versions()
	if err != nil {
		return s, err
	}
	var begun bool
	if err := pool.QueryRow(ctx, `SELECT to_regclass('goose_db_version') IS NOT NULL`).Scan(&begun); err != nil {
		return s, fmt.Errorf("look for the tables: %w", err)
	}
	if !begun {
		s.Pending = len(ours)
		return s, nil
	}
	rows, err := pool.Query(ctx, `SELECT version_id FROM goose_db_version WHERE version_id > 0 AND is_applied`)
	if err != nil {
		return s, fmt.Errorf("read which migrations are done: %w", err)
	}
	done, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return s, fmt.Errorf("read which migrations are done: %w", err)
	}
	for _, v := range done {
		if ours[v] {
			s.Applied++
			delete(ours, v)
			continue
		}
		s.Unknown++
	}
	s.Pending = len(ours)
	return s, nil
}

// versions are the numbers of this program's migrations.
func versions() (map[int64]bool, error) {
	files, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		return nil, fmt.Errorf("read the migrations: %w", err)
	}
	all := map[int64]bool{}
	for _, name := range files {
		v, err := goose.NumericComponent(name)
		if err != nil {
			return nil, fmt.Errorf("read the migrations: %w", err)
		}
		all[v] = true
	}
	return all, nil
}
