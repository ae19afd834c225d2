package flow

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// Calendar counts working days on the legal clock.
type Calendar interface {
	// AddWorkingDays is the end of the n-th working day after from.
	AddWorkingDays(from time.Time, n int) (time.Time, error)
	// Period is the end of a party's period of n calendar days after from, moved
	// to the next working day where it would end on a rest day.
	Period(from time.Time, n int) (time.Time, error)
}

// Working days that the law or the bureau's rules give.
const (
	AnswerWorkingDays    = 3  // to answer the notice of facts, Pudong art. 11
	StatementWorkingDays = 3  // for a statement, where no hearing may be asked for
	HearingWorkingDays   = 5  // to ask for a hearing, art. 64 no. 1
	HearingNoticeDays    = 7  // working days before the hearing, art. 64 no. 2
	ServiceWorkingDays   = 7  // art. 61
	PublishWorkingDays   = 7  // after the decision, where the matter's rule says no fewer
	WithdrawWorkingDays  = 3  // art. 48
	AppointmentDays      = 30 // within which an inquiry by video can be asked for
	UrgeDays             = 30
	CourtWaitDays        = 10
	ReconsiderDays       = 60
	LitigationMonths     = 6
	CourtMonths          = 3
)

// Deadline is a day by which something must have happened.
type Deadline struct {
	Key     string
	ZH, EN  string
	From    time.Time // when it began to run
	At      time.Time
	Article string
	Party   bool // it binds the party, not the bureau
}

// Deadlines lists what runs in the case's state, nearest first.
func Deadlines(f Facts, c Calendar) ([]Deadline, error) {
	var list []Deadline
	add := func(d Deadline) {
		if !d.At.IsZero() {
			list = append(list, d)
		}
	}
	in := func(states ...State) bool { return slices.Contains(states, f.State) }

	if in(Found) {
		add(Deadline{"unconfirmed", "未确认线索保存期满", "Unconfirmed finding expires", f.Last, endOfDay(f.Last.AddDate(0, 0, UnconfirmedDays)), video17, false})
	}
	if in(Found, Reminded, Reviewed, Verified) {
		add(Deadline{"two_years", "追责时效届满", "Too old for a penalty", f.Last, endOfDay(f.Last.In(shanghai()).AddDate(StaleYears, 0, 0)), apl36, false})
	}
	if in(Reminded) {
		add(Deadline{"grace", "改正期限、复查", "Time to correct, re-check", f.Last, f.GraceEnds, pudong, true})
	}
	if in(Filed, Notified, Investigated, Proposed, Hearing, LegalReview, Collective) {
		add(Deadline{"decision", "作出处罚决定", "Decision due", f.FiledAt, decisionUntil(f), apl60, false})
	}
	if in(Notified) {
		add(Deadline{"answer", "说明情况", "Time to answer the notice", f.FiledAt, f.StatementUntil, apl41, true})
	}
	if in(Proposed) && !f.Waived {
		add(Deadline{"statement", "陈述申辩期限", "Time for a statement", f.ProposedAt, f.StatementUntil, apl44, true})
		if HearingApplies(f) && !f.HearingAsked {
			add(Deadline{"hearing_request", "听证申请期限", "Time to ask for a hearing", f.ProposedAt, f.HearingUntil, apl64, true})
		}
	}
	if in(Hearing) {
		add(Deadline{"hearing", "听证", "Hearing", f.HearingNoticeAt, f.HearingAt, apl64, false})
	}
	if in(Sought()...) && !f.PartyKnown {
		add(Deadline{"party", "查明当事人", "Party to be found out", f.SearchFrom, f.SearchUntil, apl40, false})
	}
	add(Deadline{"full_copy", "答复查看未遮挡画面的申请", "Request for the uncovered evidence to be answered", f.FullAsked, f.FullUntil, pipl45, false})
	add(Deadline{"suggestion", "执法建议书的回复", "Reply to a suggestion to be had", f.SuggestedAt, f.ReplyUntil, advised, false})
	add(Deadline{"lift", "解除不动产注记", "Annotation of real estate to be lifted", f.LiftFrom, f.LiftUntil, apl5, false})
	if err := afterDecision(f, c, in, add); err != nil {
		return nil, err
	}
	slices.SortStableFunc(list, func(a, b Deadline) int { return a.At.Compare(b.At) })
	return list, nil
}

func afterDecision(f Facts, c Calendar, in func(...State) bool, add func(Deadline)) error {
	if in(Decided, Serving) {
		at, err := c.AddWorkingDays(f.DecidedAt, ServiceWorkingDays)
		if err != nil {
			return fmt.Errorf("work out the time for service: %w", err)
		}
		add(Deadline{"service", "送达处罚决定书", "Decision to be served", f.DecidedAt, at, apl61, false})
	}
	if in(Decided, Serving, Served) && f.PublishedAt.IsZero() && !f.Unpublished {
		at, err := c.AddWorkingDays(f.DecidedAt, cmp.Or(f.PublishDays, PublishWorkingDays))
		if err != nil {
			return fmt.Errorf("work out the time for publication: %w", err)
		}
		add(Deadline{"publication", "公开处罚决定", "Decision to be published", f.DecidedAt, at, publish, false})
	}
	switch {
	case in(Served) && f.Instalments:
		add(Deadline{"payment", "缴纳本期罚款", "Instalment to be paid", f.ServedAt, f.PayUntil, apl66, true})
	case in(Served):
		add(Deadline{"payment", "缴纳罚款", "Fine to be paid", f.ServedAt, f.PayUntil, apl67, true})
	}
	if in(Served, Overdue, Urged) {
		add(Deadline{"reconsideration", "申请行政复议", "Time for reconsideration", f.ServedAt, ReconsiderUntil(f.ServedAt), appeals, true})
		add(Deadline{"litigation", "提起行政诉讼", "Time for a lawsuit", f.ServedAt, LitigationUntil(f.ServedAt), appeals, true})
	}
	if in(Overdue) && !f.Suspended {
		add(Deadline{"urge", "可以催告", "Demand possible", f.PayUntil, f.Permissions.UrgeFrom, acl46, false})
	}
	if in(Urged) && !f.Suspended {
		add(Deadline{"court_from", "可以申请强制执行", "Court application possible", f.UrgedServedAt, later(f.Permissions.CourtFrom, later(f.AppealEnds, f.TermEnds)), acl54, false})
		add(Deadline{"court_until", "申请强制执行期限", "Court application due", later(f.AppealEnds, f.TermEnds), f.Permissions.CourtUntil, acl53, false})
	}
	return nil
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// ReconsiderUntil is the last day for a reconsideration.
func ReconsiderUntil(served time.Time) time.Time {
	if served.IsZero() {
		return served
	}
	return endOfDay(served.In(shanghai()).AddDate(0, 0, ReconsiderDays))
}

// LitigationUntil is the last day for a lawsuit.
func LitigationUntil(served time.Time) time.Time {
	if served.IsZero() {
		return served
	}
	return endOfDay(addMonths(served.In(shanghai()), LitigationMonths))
}

// addMonths ends on the last day of a month that lacks the day, as periods in
// months do.
func addMonths(t time.Time, n int) time.Time {
	first := time.Date(t.Year(), t.Month()+time.Month(n), 1, t.Hour(), t.Minute(), t.Second(), 0, t.Location())
	last := first.AddDate(0, 1, -1).Day()
	return first.AddDate(0, 0, min(t.Day(), last)-1)
}

// Permit works out the periods that the guards of a case need.
func Permit(f Facts, c Calendar) (Permissions, error) {
	var p Permissions
	var err error
	if f.State == Hearing {
		if p.HearingNotBefore, err = c.AddWorkingDays(f.Now, HearingNoticeDays); err != nil {
			return p, fmt.Errorf("work out the earliest day of the hearing: %w", err)
		}
	}
	if !f.PayUntil.IsZero() {
		p.UrgeFrom = endOfDay(f.PayUntil.In(shanghai()).AddDate(0, 0, UrgeDays))
	}
	if !f.UrgedServedAt.IsZero() {
		p.CourtFrom = endOfDay(f.UrgedServedAt.In(shanghai()).AddDate(0, 0, CourtWaitDays))
	}
	if !f.AppealEnds.IsZero() { // from the end of a deferral or of instalments, where that is later (art. 72)
		p.CourtUntil = endOfDay(addMonths(later(f.AppealEnds, f.TermEnds).In(shanghai()), CourtMonths))
	}
	return p, nil
}
