package simulation

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5/pgxpool"

	"offsite/store"
)

// asked are the indexes of cases by which steps, timers and intake find them.
func asked() []string {
	return []string{"casefile_timer", "casefile_alarm", "casefile_party", "casefile_zone"}
}

// unwatched takes away what lists, searches and figures are read from: nobody looks at any
// in a simulation, and every step would keep them up. What must be unique stays so.
func unwatched(ctx context.Context, pool *pgxpool.Pool) error {
	again, err := store.DropIndexes(ctx, pool, "casefile", "case_search")
	if err != nil {
		return err
	}
	var kept []string
	for _, sql := range again {
		if strings.HasPrefix(sql, "CREATE UNIQUE ") {
			kept = append(kept, sql)
			continue
		}
		for _, name := range asked() {
			if strings.HasPrefix(sql, "CREATE INDEX "+name+" ") {
				kept = append(kept, sql)
			}
		}
	}
	for _, sql := range append(kept,
		`ALTER TABLE casefile DISABLE TRIGGER casefile_begun`, `ALTER TABLE casefile DISABLE TRIGGER casefile_tallied`,
		`ALTER TABLE process_record DISABLE TRIGGER process_record_tallied`) {
		if _, err := pool.Exec(ctx, sql); err != nil {
			return fmt.Errorf("take away what nobody looks at: %.60s: %w", sql, err)
		}
	}
	return nil
}
