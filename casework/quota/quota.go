package quota

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"offsite/casework/calendar"
	"offsite/store"
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

// Period is a span of time, To excluded. Of figures both are the beginning of a month on
// the legal clock.
type Period struct{ From, To time.Time }

type queryer interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

// pace is how many whole days before today the forecast looks back.
const pace = 90

// Compute gives all figures of a period as of a time, in the townships that the context
// sees. matters are the keys of the bureau's list. A township has no share of cases filed
// off-site: those filed on site are known of the district alone.
func Compute(ctx context.Context, db queryer, p Period, matters []string, now time.Time) ([]Quota, error) {
	for _, edge := range []time.Time{p.From, p.To} {
		if at := edge.In(calendar.Shanghai()); at != time.Date(at.Year(), at.Month(), 1, 0, 0, 0, 0, at.Location()) {
			return nil, fmt.Errorf("compute the figures: %s is not the beginning of a month", at)
		}
	}
	whole, lately, err := read(ctx, db, p, recent(p, now), now)
	if err != nil {
		return nil, fmt.Errorf("sum the tally: %w", err)
	}
	done, err := enforced(ctx, db, p, matters)
	if err != nil {
		return nil, fmt.Errorf("count the matters enforced off-site: %w", err)
	}
	took, err := hours(ctx, db, p)
	if err != nil {
		return nil, fmt.Errorf("sum the days to closure: %w", err)
	}
	r := recent(p, now)
	left := max(0, p.To.Sub(now).Hours()/max(1, r.To.Sub(r.From).Hours()))
	list, last := shares(whole, done, int64(len(matters))), shares(lately, done, int64(len(matters)))
	for i := range list {
		list[i].foresee(last[i], left)
	}
	list = append(list, durations(took)...)
	if len(store.Townships(ctx)) > 0 {
		list = ofTownships(list)
	}
	return list, nil
}

// ofTownships leaves out what is known of the district alone.
func ofTownships(list []Quota) []Quota {
	return slices.DeleteFunc(list, func(q Quota) bool { return q.Key == caseCoverage })
}

// durations are the figures that are days.
func durations(took spread) []Quota {
	return []Quota{
		days("time_to_close", took.atMost(50), took.all, 4, "办案天数（中位）", "Days to closure (median)",
			"从发现到结案的天数，中位数，按整小时计（浦东：现场27天，非现场不到4天）", "Days from incident to closure, median, in whole hours (Pudong reports 27 on site, under 4 off-site)"),
		days("time_to_close_p90", took.atMost(90), took.all, 0, "办案天数（九成以内）", "Days to closure (p90)",
			"从发现到结案的天数，九成案件以内，按整小时计", "Days from incident to closure, nine of ten cases, in whole hours"),
	}
}

// recent are the ninety days before today, as far as the period has them.
func recent(p Period, now time.Time) Period {
	y, m, d := now.In(calendar.Shanghai()).Date()
	to := time.Date(y, m, d, 0, 0, 0, 0, calendar.Shanghai())
	r := Period{to.AddDate(0, 0, -pace), to}
	if r.From.Before(p.From) {
		r.From = p.From
	}
	if r.To.After(p.To) {
		r.To = p.To
	}
	return r
}

// foresee adds what will be if as much again happens as lately, left times.
func (q *Quota) foresee(lately Quota, left float64) {
	n, of := float64(q.Numerator), float64(q.Denominator)
	if q.Key != matterCoverage { // a matter counts once; the list stays as long as it is
		n, of = n+left*float64(lately.Numerator), of+left*float64(lately.Denominator)
	}
	q.Forecast = q.Value
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
	// The first case that ended in the period, asked for by its time, so that it comes from an
	// index: of a matter without any all cases would be read, since the planner expects one soon.
	first     = `c.closed_at >= $1 AND c.closed_at < $2 AND ` + ended + ` ORDER BY c.closed_at LIMIT 1`
	onSite    = `filed_on >= ($1::timestamptz AT TIME ZONE 'Asia/Shanghai')::date AND filed_on < ($2::timestamptz AT TIME ZONE 'Asia/Shanghai')::date`
	penalised = `closed_at >= $1 AND closed_at < $2 AND state IN ('closed', 'archived')`
)

// shares are the figures that are shares, in the plan's order.
func shares(s sums, done, matters int64) []Quota {
	offsite := s.of(false, "filed")
	list := []Quota{
		share(Quota{Key: matterCoverage, Goal: 0.10, NameZH: "事项覆盖率", NameEN: "Matters enforced off-site", MissingZH: "本期没有非现场结案", MissingEN: "no case closed off-site in the period",
			SentenceZH: "非现场执法事项覆盖率达到10%（按事项计：本期有非现场结案的事项／本机关事项清单）", SentenceEN: "Matters enforced off-site reach 10 % (matters with a closed off-site case in the period, of all on the bureau's list)"}, done, matters),
		share(Quota{Key: caseCoverage, Reading: matterCoverage, Goal: 0.10, NameZH: "案件覆盖率", NameEN: "Cases filed off-site", MissingZH: "现场立案", MissingEN: "filed on site",
			SentenceZH: "非现场执法事项覆盖率达到10%（按案件计：非现场立案数／全部立案数）", SentenceEN: "The other reading of the 10 %: off-site cases filed, of all cases filed"}, offsite, offsite+s.others),
	}
	for _, f := range figures() {
		list = append(list, f.quota(s))
	}
	return list
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
	return Quota{Key: key, NameZH: zh, NameEN: en, SentenceZH: sentenceZH, SentenceEN: sentenceEN, Numerator: of, Denominator: of, Value: value, Forecast: value, Goal: goal,
		Unit: "days", Met: of > 0 && goal > 0 && value <= goal}
}
