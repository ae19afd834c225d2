package flow

import (
	"fmt"
	"time"
)

// Guard is a condition of a step. A guard that reads what the step is given
// (OnFields) is left out when steps are only listed.
type Guard struct {
	Name     string
	Kind     Kind
	Field    string // the field at fault, of guards that read fields
	ZH, EN   string // why it is refused
	Article  string
	OnFields bool
	Holds    func(Facts, Attempt) bool
	Say      func(Facts) string // the figures, appended to both sentences
}

func (g Guard) refusal(s Step, f Facts) *Refusal {
	kind := g.Kind
	if kind == 0 {
		kind = Unlawful
	}
	r := &Refusal{Kind: kind, Event: s.Event, State: f.State, Field: g.Field, Guard: g.Name, ZH: g.ZH, EN: g.EN, Article: g.Article}
	if g.Say != nil {
		figures := g.Say(f)
		r.ZH, r.EN = r.ZH+"（"+figures+"）", r.EN+" ("+figures+")"
	}
	return r
}

// The periods that the law counts in calendar days.
const (
	DecisionDays    = 90 // art. 60
	ExtensionDays   = 30 // of the 90, once, approved by the head
	UnconfirmedDays = 30 // Video Systems Regulation art. 17
	PaymentDays     = 15 // art. 67
	PublicDays      = 30 // public notice counts as service, Civil Procedure Law art. 95
	StaleYears      = 2  // art. 36
)

func fresh(f Facts) bool { return !f.Now.After(f.Last.AddDate(StaleYears, 0, 0)) }

func windowClosed(f Facts) bool {
	if f.Waived {
		return true
	}
	until := f.StatementUntil
	if f.HearingUntil.After(until) {
		until = f.HearingUntil
	}
	return !until.IsZero() && f.Now.After(until)
}

// LegalReviewForced tells whether no decision may be made before the legal
// review has passed.
func LegalReviewForced(f Facts) bool { return f.Major || f.Complex || f.HearingHeld }

// CollectiveForced tells whether the heads must discuss the decision together.
func CollectiveForced(f Facts) bool { return f.Major || f.Complex }

// HearingApplies tells whether the party may ask for a hearing.
func HearingApplies(f Facts) bool { return f.HearingFen > 0 && f.ProposedFen >= f.HearingFen }

// decisionUntil is the last day of the 90, or of the extension; the caller's
// calendar shows the same day's end.
func decisionUntil(f Facts) time.Time {
	days := DecisionDays
	if f.Extended {
		days += ExtensionDays
	}
	return endOfDay(f.FiledAt.In(shanghai()).AddDate(0, 0, days))
}

func shanghai() *time.Location { return time.FixedZone("Asia/Shanghai", 8*60*60) }

func endOfDay(t time.Time) time.Time {
	y, m, d := t.In(shanghai()).Date()
	return time.Date(y, m, d+1, 0, 0, 0, 0, shanghai()).Add(-time.Microsecond)
}

// lawful: reviewed, published before the act.
func lawfulCamera(f Facts) bool {
	return f.LegalReviewNo != "" && f.TechnicalReviewNo != "" && !f.PublishedOn.IsZero() && f.PublishedOn.Before(f.First)
}

// other tells whether the actor already acts in this case in another capacity
// than the one that is being taken.
func other(f Facts, a Attempt, own ...string) bool {
	if a.Actor == "" {
		return false
	}
	taken := append([]string{f.Confirmer, f.Verifier, f.Approver, f.LegalReviewer}, f.Officers...)
	for _, who := range taken {
		if who != a.Actor {
			continue
		}
		if !contains(own, who) {
			return true
		}
	}
	return false
}

// yuan writes fen as yuan.
func yuan(fen int64) string {
	if fen%100 == 0 {
		return fmt.Sprintf("¥%d", fen/100)
	}
	return fmt.Sprintf("¥%d.%02d", fen/100, fen%100)
}
