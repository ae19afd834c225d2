package quota

import "fmt"

// figure is how one figure is counted: cases for which of holds, and among them those
// for which counts holds. The list and what is missing come from these two conditions,
// in which c is a casefile, $1 and $2 are the period and $3 is now; the numbers come from
// the lines of case_tally that say the same (migration 0095).
type figure struct {
	key, reading       string // reading: of which figure this is the other reading
	of, counts         string
	sumOf              []string
	sum                string
	major              bool   // of major cases alone
	when               string // column that dates a case in the list
	goal               float64
	zh, en             string
	sentenceZH, missZH string
	sentenceEN, missEN string
}

const (
	filed   = `c.filed_at >= $1 AND c.filed_at < $2`
	closed  = `c.closed_at >= $1 AND c.closed_at < $2 AND c.filed_at IS NOT NULL`
	decided = `c.decided_at >= $1 AND c.decided_at < $2`
	// A decision whose time for publication is still running counts once it is published.
	publishable = decided + ` AND c.state <> 'revoked' AND (c.published_at IS NOT NULL OR c.publish_by < $3)`
	reviewed    = `EXISTS (SELECT FROM process_record r WHERE r.case_id = c.id AND r.event = 'pass' AND r.at <= c.decided_at)`
)

func checked(kind string) string {
	return fmt.Sprintf(`EXISTS (SELECT FROM case_check k WHERE k.case_id = c.id AND k.kind = '%s')`, kind)
}

// figures are those that are shares of cases, in the plan's order.
func figures() []figure {
	return []figure{
		{key: "publication", of: publishable, counts: `c.published_at <= c.publish_by`, when: "decided_at", goal: 0.99,
			sumOf: []string{"published", "unpublished"}, sum: "published/in_time",
			zh: "处罚决定公开率", en: "Decisions published in time", missZH: "未公开或逾期公开", missEN: "not published, or too late",
			sentenceZH: "行政处罚公开比例年均不低于99%（按期公开：决定之日起七个工作日内）", sentenceEN: "At least 99 % of penalty decisions published a year (read as: within seven working days of the decision)"},
		{key: "publication_ever", reading: "publication", of: publishable, counts: `c.published_at IS NOT NULL`, when: "decided_at", goal: 0.99,
			sumOf: []string{"published", "unpublished"}, sum: "published",
			zh: "处罚决定公开率（不计期限）", en: "Decisions published at all", missZH: "尚未公开", missEN: "not published",
			sentenceZH: "行政处罚公开比例年均不低于99%（只问是否公开）", sentenceEN: "At least 99 % of penalty decisions published a year (read as: at any time)"},
		{key: "record_check", of: closed, counts: checked("process_record"), when: "closed_at", goal: 0.30,
			sumOf: []string{"closed"}, sum: "closed/process_record",
			zh: "全过程记录抽查率", en: "Process records spot-checked", missZH: "记录未抽查", missEN: "record not checked",
			sentenceZH: "按照不低于30%的检查比例抽查全过程记录情况（按结案数计）", sentenceEN: "At least 30 % of process records spot-checked (of cases closed)"},
		{key: "record_check_filed", reading: "record_check", of: filed, counts: checked("process_record"), when: "filed_at", goal: 0.30,
			sumOf: []string{"filed"}, sum: "filed/process_record",
			zh: "全过程记录抽查率（按立案数）", en: "Process records spot-checked, of cases filed", missZH: "记录未抽查", missEN: "record not checked",
			sentenceZH: "按照不低于30%的检查比例抽查全过程记录情况（按立案数计）", sentenceEN: "At least 30 % of process records spot-checked (of cases filed)"},
		{key: "legal_review", of: decided + ` AND c.major`, counts: reviewed, when: "decided_at", goal: 1,
			sumOf: []string{"decided"}, sum: "decided/reviewed", major: true,
			zh: "重大决定法制审核率", en: "Legal review of major decisions", missZH: "决定前未经法制审核", missEN: "decided without legal review",
			sentenceZH: "重大行政执法决定法制审核比例保持100%", sentenceEN: "Legal review of major decisions stays at 100 %"},
		{key: "review_after", of: closed, counts: checked("after"), when: "closed_at", goal: 0.10,
			sumOf: []string{"closed"}, sum: "closed/after",
			zh: "事后评查率", en: "Cases reviewed afterwards", missZH: "未评查", missEN: "not reviewed",
			sentenceZH: "事后评查数占总案件数的比例不低于10%", sentenceEN: "At least 10 % of all cases reviewed afterwards"},
		{key: "review_after_major", reading: "review_after", of: closed + ` AND c.major`, counts: checked("after"), when: "closed_at", goal: 1,
			sumOf: []string{"closed"}, sum: "closed/after", major: true,
			zh: "重大案件事后评查率", en: "Major cases reviewed afterwards", missZH: "重大案件未评查", missEN: "major, not reviewed",
			sentenceZH: "重大法核案件应查尽查", sentenceEN: "Every major case is reviewed afterwards"},
		{key: "review_during", of: filed, counts: checked("during"), when: "filed_at", goal: 0.10,
			sumOf: []string{"filed"}, sum: "filed/during",
			zh: "事中评查率", en: "Cases reviewed in process", missZH: "未作事中评查", missEN: "not reviewed in process",
			sentenceZH: "事中评查占案件总数的比例达到10%", sentenceEN: "Reviews in process reach 10 % of all cases"},
		{key: "review_during_major", reading: "review_during", of: filed + ` AND c.major`, counts: checked("during"), when: "filed_at", goal: 0.10,
			sumOf: []string{"filed"}, sum: "filed/during", major: true,
			zh: "重大复杂案件事中评查率", en: "Major and complex cases reviewed in process", missZH: "重大复杂案件未作事中评查", missEN: "major or complex, not reviewed in process",
			sentenceZH: "对重大复杂疑难案件在案调终结前进行事中评查（按重大复杂案件计）", sentenceEN: "Major, complex and difficult cases are reviewed before the investigation ends (of such cases)"},
	}
}

func (f figure) quota(s sums) Quota {
	n, of := s.of(f.major, f.sum), s.of(f.major, f.sumOf...)
	return share(Quota{Key: f.key, Reading: f.reading, NameZH: f.zh, NameEN: f.en, SentenceZH: f.sentenceZH, SentenceEN: f.sentenceEN,
		MissingZH: f.missZH, MissingEN: f.missEN, Goal: f.goal}, n, of)
}
