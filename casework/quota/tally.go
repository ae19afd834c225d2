package quota

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"offsite/store"
)

// sums are the lines of the tally in a period, by figure, and the cases filed on site.
type sums struct {
	lines  map[line]int64
	others int64
}

type line struct {
	figure string
	major  bool
}

// of adds up figures, of all cases or of major ones alone.
func (s sums) of(major bool, figures ...string) (n int64) {
	for _, f := range figures {
		n += s.lines[line{f, true}]
		if !major {
			n += s.lines[line{f, false}]
		}
	}
	return n
}

// read sums the tally in two periods at once.
func read(ctx context.Context, db queryer, a, b Period, now time.Time) (sums, sums, error) {
	const day = `($%d::timestamptz AT TIME ZONE 'Asia/Shanghai')::date`
	in := func(column string, from, to int) string {
		return fmt.Sprintf(`%s >= `+day+` AND %s < `+day, column, from, column, to)
	}
	first, second := sums{lines: map[line]int64{}}, sums{lines: map[line]int64{}}
	rows, err := db.Query(ctx, `SELECT figure, major, coalesce(sum(n) FILTER (WHERE `+in("day", 1, 2)+`), 0)::bigint, coalesce(sum(n) FILTER (WHERE `+in("day", 3, 4)+`), 0)::bigint
		FROM case_tally WHERE figure <> 'hours' AND day > DATE '1970-01-01' AND (`+in("day", 1, 2)+` OR `+in("day", 3, 4)+`) AND (until IS NULL OR until < $5) GROUP BY figure, major`, a.From, a.To, b.From, b.To, now)
	if err != nil {
		return first, second, err
	}
	var of line
	var n, m int64
	if _, err := pgx.ForEachRow(rows, []any{&of.figure, &of.major, &n, &m}, func() error {
		first.lines[of], second.lines[of] = n, m
		return nil
	}); err != nil {
		return first, second, err
	}
	err = db.QueryRow(ctx, `SELECT count(*) FILTER (WHERE `+in("filed_on", 1, 2)+`), count(*) FILTER (WHERE `+in("filed_on", 3, 4)+`) FROM other_case
		WHERE `+in("filed_on", 1, 2)+` OR `+in("filed_on", 3, 4), a.From, a.To, b.From, b.To).Scan(&first.others, &second.others)
	return first, second, err
}

// enforced counts the matters with an off-site case that came to its end in the period, in
// the townships that the context sees.
func enforced(ctx context.Context, db queryer, p Period, matters []string) (n int64, err error) {
	if own := store.Townships(ctx); len(own) > 0 {
		done := newFacts()
		of := map[string]*facts{}
		for _, t := range own {
			of[t] = done
		}
		err := endedIn(ctx, db, p, matters, own, of)
		return int64(len(done.ended)), err
	}
	err = db.QueryRow(ctx, `SELECT count(*) FROM unnest($3::text[]) AS m (matter)
		WHERE (SELECT true FROM casefile c WHERE c.matter = m.matter AND `+first+`)`, p.From, p.To, matters).Scan(&n)
	return n, err
}

// spread is how many cases took how many whole hours, the shortest first.
type spread struct {
	hours []int32
	n     []int64
	all   int64
}

func hours(ctx context.Context, db queryer, p Period) (s spread, err error) {
	rows, err := db.Query(ctx, `SELECT hours, sum(n)::bigint FROM case_tally WHERE figure = 'hours'
		AND day >= ($1::timestamptz AT TIME ZONE 'Asia/Shanghai')::date AND day < ($2::timestamptz AT TIME ZONE 'Asia/Shanghai')::date GROUP BY hours ORDER BY hours`, p.From, p.To)
	if err != nil {
		return s, err
	}
	var h int32
	var n int64
	_, err = pgx.ForEachRow(rows, []any{&h, &n}, func() error {
		s.hours, s.n, s.all = append(s.hours, h), append(s.n, n), s.all+n
		return nil
	})
	return s, err
}

// atMost is the time within which percent of the cases were closed, in days; 0 of none.
func (s spread) atMost(percent int64) float64 {
	var sum int64
	for i, h := range s.hours {
		if sum += s.n[i]; s.n[i] > 0 && sum*100 >= s.all*percent {
			return float64(h) / 24
		}
	}
	return 0
}

// Fold adds up the rows of the tallies that have one key. Others may add to them meanwhile.
func Fold(ctx context.Context, db interface {
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
},
) error {
	for table, key := range map[string]string{"case_tally": "figure, day, major, until, hours", "township_tally": "township, figure, day, major, until, hours"} {
		_, err := db.Exec(ctx, `WITH several AS (SELECT array_agg(ctid) AS rows FROM `+table+` GROUP BY `+key+` HAVING count(*) > 1),
			old AS (DELETE FROM `+table+` WHERE ctid = ANY (ARRAY(SELECT unnest(rows) FROM several)) RETURNING *)
			INSERT INTO `+table+` SELECT `+key+`, sum(n) FROM old GROUP BY `+key+` HAVING sum(n) <> 0`)
		if err != nil {
			return fmt.Errorf("fold %s: %w", table, err)
		}
	}
	return nil
}
