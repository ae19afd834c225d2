package casework

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// DayCount is what one day brought, on the legal clock.
type DayCount struct {
	Day    string `json:"day"` // 2006-01-02
	Found  int    `json:"found"`
	Filed  int    `json:"filed"`
	Closed int    `json:"closed"`
}

const trendDays = 30

// trend counts the latest days, today included.
func (b *Book) trend(ctx context.Context) ([]DayCount, error) {
	// The number of days stands in the text: as an argument, it has PostgreSQL plan anew each time.
	rows, err := b.o.Pool.Query(ctx, fmt.Sprintf(`
		WITH days AS (SELECT ($1::timestamptz AT TIME ZONE 'Asia/Shanghai')::date - n AS day FROM generate_series(0, %d) n)
		SELECT to_char(day, 'YYYY-MM-DD'), coalesce(sum(n) FILTER (WHERE figure = 'raised'), 0)::int, coalesce(sum(n) FILTER (WHERE figure = 'filed'), 0)::int,
			coalesce(sum(n) FILTER (WHERE figure = 'ended'), 0)::int
		FROM days LEFT JOIN case_tally USING (day) GROUP BY day ORDER BY day`, trendDays-1), b.now())
	if err != nil {
		return nil, fmt.Errorf("count what the days brought: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[DayCount])
	if err != nil {
		return nil, fmt.Errorf("count what the days brought: %w", err)
	}
	return list, nil
}
