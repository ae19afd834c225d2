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
	NameZH      string  `json:"name_zh"`
	NameEN      string  `json:"name_en"`
	SentenceZH  string  `json:"sentence_zh"`
	SentenceEN  string  `json:"sentence_en"`
	Numerator   int64   `json:"numerator"`
	Denominator int64   `json:"denominator"`
	Value       float64 `json:"value"`
	Goal        float64 `json:"goal"`
	Unit        string  `json:"unit"` // share, days
	Met         bool    `json:"met"`
}

// Period is a span of time, To excluded.
type Period struct{ From, To time.Time }

type queryer interface {
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

// Compute gives all figures of a period. matters is the length of the bureau's
// list.
func Compute(ctx context.Context, db queryer, p Period, matters int) ([]Quota, error) {
	var n counts
	err := db.QueryRow(ctx, countSQL, p.From, p.To).Scan(&n.mattersClosed, &n.offsiteFiled, &n.otherFiled, &n.publishedInTime, &n.mustPublish,
		&n.recordsChecked, &n.closed, &n.majorReviewed, &n.majorDecided, &n.reviewedAfter, &n.reviewedDuring, &n.filedMajor,
		&n.days50, &n.days90, &n.closedPenalty)
	if err != nil {
		return nil, fmt.Errorf("count the records: %w", err)
	}
	return []Quota{
		share("matter_coverage", n.mattersClosed, int64(matters), 0.10, "事项覆盖率", "Matters enforced off-site",
			"非现场执法事项覆盖率达到10%（按事项计：本期有非现场结案的事项／本机关事项清单）", "Matters enforced off-site reach 10 % (matters with a closed off-site case in the period, of all on the bureau's list)"),
		share("case_coverage", n.offsiteFiled, n.offsiteFiled+n.otherFiled, 0.10, "案件覆盖率", "Cases filed off-site",
			"非现场执法事项覆盖率达到10%（按案件计：非现场立案数／全部立案数）", "The other reading of the 10 %: off-site cases filed, of all cases filed"),
		share("publication", n.publishedInTime, n.mustPublish, 0.99, "处罚决定公开率", "Decisions published in time",
			"行政处罚公开比例年均不低于99%", "At least 99 % of penalty decisions published a year"),
		share("record_check", n.recordsChecked, n.closed, 0.30, "全过程记录抽查率", "Process records spot-checked",
			"按照不低于30%的检查比例抽查全过程记录情况", "At least 30 % of process records spot-checked"),
		share("legal_review", n.majorReviewed, n.majorDecided, 1, "重大决定法制审核率", "Legal review of major decisions",
			"重大行政执法决定法制审核比例保持100%", "Legal review of major decisions stays at 100 %"),
		share("review_after", n.reviewedAfter, n.closed, 0.10, "事后评查率", "Cases reviewed afterwards",
			"事后评查数占总案件数的比例不低于10%，重大法核案件应查尽查", "At least 10 % of cases reviewed afterwards, every major one"),
		share("review_during", n.reviewedDuring, n.offsiteFiled, 0.10, "事中评查率", "Cases reviewed in process",
			"事中评查占案件总数的比例达到10%", "Reviews in process reach 10 % of cases"),
		days("time_to_close", n.days50, n.closedPenalty, 4, "办案天数（中位）", "Days to closure (median)",
			"从发现到结案的天数，中位数（浦东：现场27天，非现场不到4天）", "Days from incident to closure, median (Pudong reports 27 on site, under 4 off-site)"),
		days("time_to_close_p90", n.days90, n.closedPenalty, 0, "办案天数（九成以内）", "Days to closure (p90)",
			"从发现到结案的天数，九成案件以内", "Days from incident to closure, nine of ten cases"),
	}, nil
}

type counts struct {
	mattersClosed, offsiteFiled, otherFiled, publishedInTime, mustPublish int64
	recordsChecked, closed, majorReviewed, majorDecided, reviewedAfter    int64
	reviewedDuring, filedMajor, closedPenalty                             int64
	days50, days90                                                        float64
}

func share(key string, n, of int64, goal float64, zh, en, sentenceZH, sentenceEN string) Quota {
	q := Quota{Key: key, NameZH: zh, NameEN: en, SentenceZH: sentenceZH, SentenceEN: sentenceEN, Numerator: n, Denominator: of, Goal: goal, Unit: "share"}
	if of > 0 {
		q.Value = float64(n) / float64(of)
		q.Met = q.Value >= goal
	}
	return q
}

func days(key string, value float64, of int64, goal float64, zh, en, sentenceZH, sentenceEN string) Quota {
	return Quota{Key: key, NameZH: zh, NameEN: en, SentenceZH: sentenceZH, SentenceEN: sentenceEN, Numerator: of, Denominator: of, Value: value, Goal: goal,
		Unit: "days", Met: of > 0 && goal > 0 && value <= goal}
}
