package casework

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// ObjectCase is a filed case of an object, as its risk grade counts it.
type ObjectCase struct {
	ObjectID  string
	Number    string // of the case
	FiledAt   time.Time
	Withdrawn bool // it ended without a penalty that holds: it no longer counts
}

// ObjectCases lists the filed cases of objects that changed since a time.
func (b *Book) ObjectCases(ctx context.Context, since time.Time) ([]ObjectCase, error) {
	rows, err := b.o.Pool.Query(ctx, `SELECT object_id::text, coalesce(nullif(number, ''), id::text), filed_at,
			state IN ('no_penalty', 'dismissed', 'transferred', 'revoked')
		FROM casefile WHERE object_id IS NOT NULL AND filed_at IS NOT NULL AND changed_at >= $1 ORDER BY changed_at`, since)
	if err != nil {
		return nil, fmt.Errorf("list the cases of objects: %w", err)
	}
	cases, err := pgx.CollectRows(rows, pgx.RowToStructByPos[ObjectCase])
	if err != nil {
		return nil, fmt.Errorf("list the cases of objects: %w", err)
	}
	return cases, nil
}
