package casework

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"offsite/evidence"
)

// Receipts gives each the receipt of every sealed bundle that is recorded and lies in the
// store, oldest first.
func Receipts(ctx context.Context, pool *pgxpool.Pool, each func(evidence.Receipt) error) error {
	rows, err := pool.Query(ctx, `SELECT receipt FROM evidence e WHERE NOT EXISTS (SELECT FROM evidence_removed g WHERE g.bundle = e.bundle) ORDER BY sealed_at, bundle`)
	if err != nil {
		return fmt.Errorf("list sealed bundles: %w", err)
	}
	var r evidence.Receipt
	_, err = pgx.ForEachRow(rows, []any{&r}, func() error {
		one := r
		r = evidence.Receipt{}
		return each(one)
	})
	if err != nil {
		return fmt.Errorf("list sealed bundles: %w", err)
	}
	return nil
}
