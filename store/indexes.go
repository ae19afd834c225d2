package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// database is a pool or a transaction of it.
type database interface {
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

// DropIndexes takes the indexes of tables away that no constraint needs, so that millions
// of rows go in without keeping them up one by one, and gives what makes them again.
func DropIndexes(ctx context.Context, db database, tables ...string) (again []string, err error) {
	rows, err := db.Query(ctx, `SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) FROM pg_index i
		WHERE i.indrelid = ANY ($1::text[]::regclass[]) AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid)`, tables)
	if err != nil {
		return nil, fmt.Errorf("list the indexes: %w", err)
	}
	type index struct{ Name, Definition string }
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[index])
	if err != nil {
		return nil, fmt.Errorf("list the indexes: %w", err)
	}
	for _, i := range list {
		if _, err := db.Exec(ctx, `DROP INDEX `+i.Name); err != nil {
			return nil, fmt.Errorf("drop index %s: %w", i.Name, err)
		}
		again = append(again, i.Definition)
	}
	return again, nil
}
