package quota

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// Quota is a figure of the plan, computed from the records.
type Quota struct {
	Key         string  `json:"key"`
	Reading     string  `json:"reading,omitempty" doc:"The key of the figure that this is the other reading of."`
	NameZH      string  `json:"name_zh"`
	NameEN      string  `json:"name_en"`
	SentenceZH  string  `json:"sentence_zh"`
	SentenceEN  string  `json:"sentence_en"`
	MissingZH   string  `json:"missing_zh,omitempty" doc:"What those lack that do not count."`
	MissingEN   string  `json:"missing_en,omitempty"`
	Numerator   int64   `json:"numerator"`
	Denominator int64   `json:"denominator"`
	Value       float64 `json:"value"`
	Goal        float64 `json:"goal"`
	Unit        string  `json:"unit"` // share, days
	Met         bool    `json:"met"`
	Forecast    float64 `json:"forecast" doc:"At the end of the period, if the last ninety days go on."`
	Needed      int64   `json:"needed" doc:"How many more must count so that the goal is reached at the end of the period."`
}

// Period is a span of time, To excluded.
type Period struct{ From, To time.Time }

type queryer interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

// pace is how far back the forecast looks.
const pace = 90 * 24 * time.Hour

// Compute gives all figures of a period as of a time. matters are the keys of the
// bureau's list.
func Compute(ctx context.Context, db queryer, p Period, matters []string, now time.Time) ([]Quota, error) {
	list, err := count(ctx, db, p, matters, now)
	if err != nil {
		return nil, fmt.Errorf("count the records: %w", err)
	}
	recent := Period{now.Add(-pace), now}
	if recent.From.Before(p.From) {
		recent.From = p.From
	}
	lately, err := count(ctx, db, recent, matters, now)
	if err != nil {
		return nil, fmt.Errorf("count the records of the last ninety days: %w", err)
	}
	left := max(0, p.To.Sub(now).Hours()/max(1, recent.To.Sub(recent.From).Hours()))
	for i := range list {
		list[i].foresee(lately[i], left)
	}
	return list, nil
}

// foresee adds what will be if as much again happens as lately, left times.
func (q *Quota) foresee(lately Quota, left float64) {
	q.Forecast = q.Value
	if q.Unit != "share" {
		return
	}
	n, of := float64(q.Numerator), float64(q.Denominator)
	if q.Key != matterCoverage { // a matter counts once; the list stays as long as it is
		n, of = n+left*float64(lately.Numerator), of+left*float64(lately.Denominator)
	}
	if of > 0 {
		q.Forecast = n / of
	}
	q.Needed = max(0, ceil(q.Goal*of)-q.Numerator)
}

func ceil(f float64) int64 {
	const slip = 1e-9 // 0.3 × 10 is a little more than 3
	n := int64(f)
	if f-float64(n) > slip {
		n++
	}
	return n
}

const (
	matterCoverage = "matter_coverage"
	caseCoverage   = "case_coverage"
	ended          = `state IN ('closed', 'archived', 'no_penalty')` // off-site enforcement that came to its end
	onSite         = `filed_on >= ($1::timestamptz AT TIME ZONE 'Asia/Shanghai')::date AND filed_on < ($2::timestamptz AT TIME ZONE 'Asia/Shanghai')::date`
	penalised      = `closed_at >= $1 AND closed_at < $2 AND state IN ('closed', 'archived')`
)

func count(ctx context.Context, db queryer, p Period, matters []string, now time.Time) ([]Quota, error) {
	var done, offsite, other, n, of int64
	err := db.QueryRow(ctx, `SELECT (SELECT count(DISTINCT matter) FROM casefile WHERE closed_at >= $1 AND closed_at < $2 AND `+ended+` AND matter = ANY ($3)),
		(SELECT count(*) FROM casefile c WHERE `+filed+`), (SELECT count(*) FROM other_case WHERE `+onSite+`)`,
		p.From, p.To, matters).Scan(&done, &offsite, &other)
	if err != nil {
		return nil, err
	}
	list := []Quota{
		share(Quota{Key: matterCoverage, Goal: 0.10, NameZH: "事项覆盖率", NameEN: "Matters enforced off-site", MissingZH: "本期没有非现场结案", MissingEN: "no case closed off-site in the period",
			SentenceZH: "非现场执法事项覆盖率达到10%（按事项计：本期有非现场结案的事项／本机关事项清单）", SentenceEN: "Matters enforced off-site reach 10 % (matters with a closed off-site case in the period, of all on the bureau's list)"}, done, int64(len(matters))),
		share(Quota{Key: caseCoverage, Reading: matterCoverage, Goal: 0.10, NameZH: "案件覆盖率", NameEN: "Cases filed off-site", MissingZH: "现场立案", MissingEN: "filed on site",
			SentenceZH: "非现场执法事项覆盖率达到10%（按案件计：非现场立案数／全部立案数）", SentenceEN: "The other reading of the 10 %: off-site cases filed, of all cases filed"}, offsite, offsite+other),
	}
	for _, f := range figures() {
		err := db.QueryRow(ctx, `SELECT count(*) FILTER (WHERE `+f.counts+`), count(*) FROM casefile c WHERE $3::timestamptz IS NOT NULL AND `+f.of, p.From, p.To, now).Scan(&n, &of)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.key, err)
		}
		list = append(list, f.quota(n, of))
	}
	var days50, days90 float64
	err = db.QueryRow(ctx, `SELECT count(*), coalesce(percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM closed_at - raised_at)) / 86400, 0),
		coalesce(percentile_cont(0.9) WITHIN GROUP (ORDER BY extract(epoch FROM closed_at - raised_at)) / 86400, 0) FROM casefile WHERE `+penalised, p.From, p.To).Scan(&n, &days50, &days90)
	if err != nil {
		return nil, err
	}
	return append(list,
		days("time_to_close", days50, n, 4, "办案天数（中位）", "Days to closure (median)",
			"从发现到结案的天数，中位数（浦东：现场27天，非现场不到4天）", "Days from incident to closure, median (Pudong reports 27 on site, under 4 off-site)"),
		days("time_to_close_p90", days90, n, 0, "办案天数（九成以内）", "Days to closure (p90)",
			"从发现到结案的天数，九成案件以内", "Days from incident to closure, nine of ten cases")), nil
}

func share(q Quota, n, of int64) Quota {
	q.Unit, q.Numerator, q.Denominator = "share", n, of
	if of > 0 {
		q.Value = float64(n) / float64(of)
		q.Met = q.Value >= q.Goal
	}
	return q
}

func days(key string, value float64, of int64, goal float64, zh, en, sentenceZH, sentenceEN string) Quota {
	return Quota{Key: key, NameZH: zh, NameEN: en, SentenceZH: sentenceZH, SentenceEN: sentenceEN, Numerator: of, Denominator: of, Value: value, Goal: goal,
		Unit: "days", Met: of > 0 && goal > 0 && value <= goal}
}
