package store

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// keptTables are those that refuse changes of their rows, by their triggers.
const keptTables = `SELECT DISTINCT c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid
	WHERE p.proname = 'refuse_change' AND NOT t.tgisinternal AND c.relnamespace = current_schema()::regnamespace ORDER BY 1`

// Grant lets a role work with the tables of owner, and no more: it reads and writes
// rows, cannot change or delete those that are kept, and cannot change tables or
// triggers. Do it after each Migrate that changed something, as the owner.
func Grant(ctx context.Context, owner, name string) error {
	role := pgx.Identifier{name}.Sanitize()
	return locked(ctx, owner, slog.New(slog.DiscardHandler), func(pool *pgxpool.Pool) error {
		rows, err := pool.Query(ctx, keptTables)
		if err != nil {
			return fmt.Errorf("list the tables that are kept: %w", err)
		}
		kept, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			return fmt.Errorf("list the tables that are kept: %w", err)
		}
		statements := []string{
			`GRANT USAGE ON SCHEMA public TO ` + role,
			`GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO ` + role,
			`GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO ` + role,
			`REVOKE INSERT, UPDATE, DELETE ON goose_db_version FROM ` + role,
			`GRANT USAGE ON SCHEMA ` + scopedSchema + ` TO ` + role,
			// The views ask for the rights on the tables too: what is kept stays kept.
			`GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ` + scopedSchema + ` TO ` + role,
		}
		for _, table := range kept {
			statements = append(statements, `REVOKE UPDATE, DELETE, TRUNCATE ON `+pgx.Identifier{table}.Sanitize()+` FROM `+role)
		}
		return pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error {
			for _, s := range statements {
				if _, err := tx.Exec(ctx, s); err != nil {
					return fmt.Errorf("grant %s what it needs: %w; the role must exist", role, err)
				}
			}
			return nil
		})
	})
}
