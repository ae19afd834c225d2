// Package quotatest counts the plan's figures anew, each by its own, slow statement: every
// row is looked at, and no condition is shared with the program. Tests hold package quota
// to it, of some hundred cases and of a million.
package quotatest

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

type database interface {
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

// Recount counts one figure of a year as of now: numerator and denominator. matters are
// those of the bureau's list.
func Recount(ctx context.Context, db database, key string, year int, now time.Time, matters []string) (n, of int64, err error) {
	in := func(column string) string {
		return fmt.Sprintf(`extract(year FROM %s AT TIME ZONE 'Asia/Shanghai') = %d`, column, year)
	}
	has := func(kind string) string {
		return `(SELECT count(*) FROM case_check WHERE case_id = c.id AND kind = '` + kind + `') > 0`
	}
	must := in("decided_at") + ` AND state != 'revoked' AND NOT (published_at IS NULL AND (publish_by IS NULL OR publish_by >= $1))`
	closed := in("closed_at") + ` AND filed_at IS NOT NULL`
	const approved = `(SELECT count(*) FROM process_record WHERE case_id = c.id AND event = 'pass' AND at <= c.decided_at) > 0`
	conditions := map[string][2]string{
		"publication": {must, "published_at <= publish_by"}, "publication_ever": {must, "published_at IS NOT NULL"},
		"record_check": {closed, has("process_record")}, "record_check_filed": {in("filed_at"), has("process_record")},
		"legal_review": {in("decided_at") + " AND major", approved},
		"review_after": {closed, has("after")}, "review_after_major": {closed + " AND major", has("after")},
		"review_during": {in("filed_at"), has("during")}, "review_during_major": {in("filed_at") + " AND major", has("during")},
	}
	sql, args := `SELECT count(*), count(*) FROM casefile WHERE `+in("closed_at")+` AND state LIKE '%c%' AND state IN ('closed', 'archived')`, []any{}
	if c, ok := conditions[key]; ok {
		sql, args = `SELECT coalesce(sum(CASE WHEN `+c[1]+` THEN 1 ELSE 0 END), 0), count(*) FROM casefile c WHERE $1::timestamptz IS NOT NULL AND `+c[0], []any{now}
	}
	switch key {
	case "matter_coverage":
		sql, args = `SELECT count(*), cardinality($1::text[]) FROM (SELECT matter FROM casefile WHERE `+in("closed_at")+` AND matter = ANY ($1)
			AND (state = 'closed' OR state = 'archived' OR state = 'no_penalty') GROUP BY matter) m`, []any{matters}
	case "case_coverage":
		sql, args = fmt.Sprintf(`SELECT a, a + b FROM (SELECT count(*) AS a FROM casefile WHERE `+in("filed_at")+`) x,
			(SELECT count(*) AS b FROM other_case WHERE extract(year FROM filed_on) = %d) y`, year), nil
	}
	if err = db.QueryRow(ctx, sql, args...).Scan(&n, &of); err != nil {
		err = fmt.Errorf("recount %s: %w", key, err)
	}
	return n, of, err
}

// Days is the time to closure within which a share of a year's cases lies; 0 of none.
func Days(ctx context.Context, db database, year int, share float64) (days float64, err error) {
	err = db.QueryRow(ctx, `SELECT coalesce(percentile_disc($1) WITHIN GROUP (ORDER BY floor(extract(epoch FROM closed_at - raised_at) / 3600)::double precision), 0) / 24 FROM casefile
		WHERE extract(year FROM closed_at AT TIME ZONE 'Asia/Shanghai') = $2 AND state IN ('closed', 'archived')`, share, year).Scan(&days)
	if err != nil {
		err = fmt.Errorf("recount the days to closure: %w", err)
	}
	return days, err
}
