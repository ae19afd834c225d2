package team

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"offsite/registry"
	"offsite/store"
)

// What a report is drawn up by.
const (
	ByPerson   = "person"
	ByTeam     = "team"
	ByBrigade  = "brigade"
	ByTownship = "township"
)

// TeamReport is what a period brought.
type TeamReport struct {
	Period string     `json:"period"`
	By     string     `json:"by"`
	Months []string   `json:"months"`
	Rules  ScoreRules `json:"rules"`
	Rows   []ScoreRow `json:"rows"`
}

// ScoreRow is one person, team, township or brigade.
type ScoreRow struct {
	Key    string         `json:"key" doc:"Account, or name of the team, township or brigade; empty: of none."`
	Name   string         `json:"name"`
	Team   string         `json:"team,omitempty" doc:"Of a person."`
	Counts map[string]int `json:"counts" doc:"By measure."`
	Points int            `json:"points"`
	Months []int          `json:"months" doc:"Points of each month."`
	Place  int            `json:"place" doc:"By points; equal points have one place."`
}

// facts are what is counted: who, in which township, what, when.
const facts = `
	SELECT r.actor_id AS who, c.township, CASE WHEN r.event IN ('confirm', 'verify', 'reject') THEN 'reviewed' ELSE 'steps' END AS measure, r.at
		FROM process_record r JOIN casefile c ON c.id = r.case_id WHERE r.actor_id IS NOT NULL AND r.at >= $1 AND r.at < $2
	UNION ALL SELECT who, c.township, 'closed', c.closed_at FROM casefile c, unnest(c.officers) who WHERE c.filed_at IS NOT NULL AND c.closed_at >= $1 AND c.closed_at < $2
	UNION ALL SELECT l.acknowledged_by, l.township, CASE WHEN l.acknowledged_at <= l.acknowledge_by THEN 'lead_seen' ELSE 'lead_seen_late' END, l.acknowledged_at
		FROM lead l WHERE l.acknowledged_by IS NOT NULL AND l.acknowledged_at >= $1 AND l.acknowledged_at < $2
	UNION ALL SELECT l.officer, l.township, CASE WHEN l.done_at <= l.handle_by THEN 'lead_done' ELSE 'lead_late' END, l.done_at
		FROM lead l WHERE l.state = 'done' AND l.officer IS NOT NULL AND l.done_at >= $1 AND l.done_at < $2
	UNION ALL SELECT t.done_by, coalesce(o.township, c.township, ''), CASE WHEN (t.done_at AT TIME ZONE 'Asia/Shanghai')::date <= t.due_on THEN 'task_done' ELSE 'task_late' END, t.done_at
		FROM draw_task t LEFT JOIN object o ON o.id = t.subject LEFT JOIN casefile c ON c.id = t.subject WHERE t.done_by IS NOT NULL AND t.done_at >= $1 AND t.done_at < $2
	UNION ALL SELECT who, c.township, 'fault', k.at FROM case_check k JOIN casefile c ON c.id = k.case_id, unnest(c.officers) who WHERE k.result = 'faulty' AND k.at >= $1 AND k.at < $2
	UNION ALL SELECT who, c.township, 'overdue', m.at FROM alarm m JOIN casefile c ON c.id = m.case_id, unnest(c.officers) who WHERE m.percent = 100 AND m.at >= $1 AND m.at < $2`

// Report counts a period. Of persons, those in service who have done nothing are listed
// too, where the context sees their townships.
func (o *Office) Report(ctx context.Context, p Period, by string) (TeamReport, error) {
	keys := map[string]string{ByPerson: "a.id::text", ByTeam: "a.team", ByTownship: "f.township",
		ByBrigade: "coalesce((SELECT b.name FROM brigade b WHERE f.township = ANY (b.townships)), '')"}
	key, known := keys[by]
	if !known {
		return TeamReport{}, &registry.Refused{Field: "by", ZH: "报表按人员、中队、乡镇或大队汇总", EN: "a report is by person, team, township or brigade"}
	}
	r := TeamReport{Period: p.Name, By: by, Months: p.names()}
	var err error
	if r.Rules, err = o.Rules(ctx); err != nil {
		return r, err
	}
	c := counter{report: &r, rows: map[string]*ScoreRow{}}
	if by == ByPerson {
		if err := o.inService(ctx, &c); err != nil {
			return r, fmt.Errorf("report %s: %w", p.Name, err)
		}
	}
	rows, err := o.pool.Query(ctx, `SELECT `+key+`, CASE WHEN $3 THEN min(a.name) ELSE '' END, CASE WHEN $3 THEN min(a.team) ELSE '' END,
		to_char(f.at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM'), f.measure, count(*)
		FROM (`+facts+`) f JOIN account a ON a.id = f.who GROUP BY 1, 4, 5`, p.From, p.To(), by == ByPerson)
	if err != nil {
		return r, fmt.Errorf("report %s: %w", p.Name, err)
	}
	var row ScoreRow
	var month, measure string
	var n int
	if _, err := pgx.ForEachRow(rows, []any{&row.Key, &row.Name, &row.Team, &month, &measure, &n}, func() error {
		c.add(row, month, measure, n)
		return nil
	}); err != nil {
		return r, fmt.Errorf("report %s: %w", p.Name, err)
	}
	r.Rows = c.placed()
	return r, nil
}

// inService adds who works on cases.
func (o *Office) inService(ctx context.Context, c *counter) error {
	rows, err := o.pool.Query(ctx, `SELECT id::text, name, team FROM account WHERE NOT disabled AND roles && '{reviewer,officer}'
		AND (cardinality($1::text[]) = 0 OR townships && $1)`, append([]string{}, store.Townships(ctx)...))
	if err != nil {
		return err
	}
	var row ScoreRow
	_, err = pgx.ForEachRow(rows, []any{&row.Key, &row.Name, &row.Team}, func() error { c.row(row); return nil })
	return err
}

// counter adds up the rows of a report.
type counter struct {
	report *TeamReport
	rows   map[string]*ScoreRow
}

func (c *counter) row(of ScoreRow) *ScoreRow {
	r := c.rows[of.Key]
	if r == nil {
		r = &ScoreRow{Key: of.Key, Name: cmp.Or(of.Name, of.Key), Team: of.Team, Counts: map[string]int{}, Months: make([]int, len(c.report.Months))}
		c.rows[of.Key] = r
	}
	return r
}

func (c *counter) add(of ScoreRow, month, measure string, n int) {
	r := c.row(of)
	r.Counts[measure] += n
	for _, m := range c.report.Rules.Measures {
		if i := slices.Index(c.report.Months, month); m.Key == measure && i >= 0 {
			r.Points += n * m.Points
			r.Months[i] += n * m.Points
		}
	}
}

// placed gives the rows their places, the most points first.
func (c *counter) placed() []ScoreRow {
	list := []ScoreRow{}
	for _, r := range c.rows {
		list = append(list, *r)
	}
	slices.SortFunc(list, func(a, b ScoreRow) int {
		return cmp.Or(cmp.Compare(b.Points, a.Points), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Key, b.Key))
	})
	for i := range list {
		list[i].Place = i + 1
		if i > 0 && list[i].Points == list[i-1].Points {
			list[i].Place = list[i-1].Place
		}
	}
	return list
}
