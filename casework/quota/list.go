package quota

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"offsite/store"
)

// ErrUnknown: there is no figure of that key.
var ErrUnknown = errors.New("there is no such quota")

// Item is one thing behind a figure: a case, a case filed on site, or a matter.
type Item struct {
	CaseID string     `json:"case_id,omitempty"`
	Number string     `json:"number" doc:"Of the case; of a matter its key."`
	Matter string     `json:"matter"`
	Object string     `json:"object,omitempty"`
	State  string     `json:"state,omitempty"`
	At     *time.Time `json:"at,omitempty"`
	Counts bool       `json:"counts"`
}

// Which chooses the items behind a figure.
type Which struct {
	Key     string
	Missing bool   // those that do not count; else those that do
	After   string // number of the last item of the page before
	Limit   int
}

// Items lists what stands behind a figure, by number.
func Items(ctx context.Context, db queryer, p Period, matters []string, now time.Time, w Which) ([]Item, error) {
	if w.Key == caseCoverage && len(store.Townships(ctx)) > 0 {
		return nil, fmt.Errorf("list what stands behind %s: %w in a township", w.Key, ErrUnknown)
	}
	sql, args, err := w.query(p, matters, now)
	if err != nil {
		return nil, err
	}
	rows, err := db.Query(ctx, sql, args...)
	if err != nil {
		return nil, fmt.Errorf("list what stands behind %s: %w", w.Key, err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (i Item, err error) {
		i.Counts = !w.Missing
		err = row.Scan(&i.CaseID, &i.Number, &i.Matter, &i.Object, &i.State, &i.At)
		return i, err
	})
	if err != nil {
		return nil, fmt.Errorf("list what stands behind %s: %w", w.Key, err)
	}
	return list, nil
}

// Every case that a figure counts is filed, and so has a number.
const caseColumns = `c.id::text, c.number, c.matter, c.object, c.state`

func (w Which) query(p Period, matters []string, now time.Time) (sql string, args []any, err error) {
	const after = ` WHERE number > $4`
	order := fmt.Sprintf(` ORDER BY number LIMIT %d`, w.Limit)
	switch {
	case w.Key == matterCoverage:
		not := ""
		if w.Missing {
			not = "NOT "
		}
		return `SELECT '', number, number, '', '', NULL::timestamptz FROM unnest($3::text[]) AS m (number)` + after + ` AND ` + not +
			`EXISTS (SELECT FROM casefile WHERE matter = m.number AND closed_at >= $1 AND closed_at < $2 AND ` + ended + `)` + order, []any{p.From, p.To, matters, w.After}, nil
	case w.Key == caseCoverage && w.Missing:
		return `SELECT '', number, matter, '', '', at FROM (SELECT id AS number, matter, filed_on::timestamptz AS at FROM other_case
			WHERE ` + onSite + ` AND $3::timestamptz IS NOT NULL) o` + after + order, []any{p.From, p.To, now, w.After}, nil
	case w.Key == caseCoverage:
		return cases(filed, "true", "filed_at") + after + order, []any{p.From, p.To, now, w.After}, nil
	case w.Key == "time_to_close" || w.Key == "time_to_close_p90":
		return cases(penalised, fmt.Sprint(!w.Missing), "closed_at") + after + order, []any{p.From, p.To, now, w.After}, nil
	}
	all := figures()
	i := slices.IndexFunc(all, func(f figure) bool { return f.key == w.Key })
	if i < 0 {
		return "", nil, fmt.Errorf("quota %q: %w", w.Key, ErrUnknown)
	}
	counts := `coalesce(` + all[i].counts + `, false)`
	if w.Missing {
		counts = `NOT ` + counts
	}
	return cases(all[i].of, counts, all[i].when) + after + order, []any{p.From, p.To, now, w.After}, nil
}

func cases(of, counts, when string) string {
	return `SELECT * FROM (SELECT ` + caseColumns + `, c.` + when + ` AS at FROM casefile c WHERE $3::timestamptz IS NOT NULL AND ` + of + ` AND ` + counts + `) l`
}
