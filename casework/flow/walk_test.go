package flow_test

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"offsite/casework/attachment"
	"offsite/casework/flow"
)

// walker plays a case at random: anybody tries anything with any fields, time
// passes in jumps. What the table lets through is applied as casework applies it.
type walker struct {
	*rand.Rand
	t     *testing.T
	table *flow.Table
	f     flow.Facts
	first int64 // fine of the first proposal after which a defence was made
	trail []string
	seen  []flow.State // states reached
}

func newWalker(t *testing.T, table *flow.Table, seed uint64) *walker {
	w := &walker{Rand: rand.New(rand.NewPCG(seed, 7)), t: t, table: table}
	now := time.Date(2026, 11, 24, 2, 0, 0, 0, time.UTC)
	w.f = flow.Facts{Now: now, State: flow.Found, First: now.Add(-time.Hour), Last: now.Add(-time.Minute), LegalReviewNo: "1", TechnicalReviewNo: "2",
		PublishedOn: now.AddDate(-1, 0, 0), PartyKnown: w.IntN(4) > 0, PartyAge: w.IntN(40) + 8, Consented: w.IntN(2) == 0, Repeats: w.IntN(5), SameAct: []string{11: "another"}[w.IntN(12)],
		Major: w.IntN(3) == 0, LawReady: true, MinFen: 100, MaxFen: 1000, LowestFen: 50, HearingFen: 700, GraceEnds: now.Add(time.Hour)}
	return w
}

// staff are seven people, each with one to three roles.
var staff = map[string][]flow.Role{
	"a": {flow.Reviewer}, "b": {flow.Reviewer, flow.Officer}, "c": {flow.Officer}, "d": {flow.Officer, flow.Head},
	"e": {flow.Head}, "f": {flow.Legal, flow.Head}, "g": {flow.Reviewer, flow.Officer, flow.Legal, flow.Head},
}

func (w *walker) attempt() flow.Attempt {
	s := w.table.Steps[w.IntN(len(w.table.Steps))]
	// Mostly steps of the present state, and few ends, or no walk goes far.
	ends := []flow.Event{"reject", "dismiss", "transfer", "no_penalty", "not_identified", "expire", "revoke", "terminate"}
	for range 50 {
		if slices.Contains(s.From, w.f.State) && (!slices.Contains(ends, s.Event) || w.IntN(300) == 0) || w.IntN(500) == 0 {
			break
		}
		s = w.table.Steps[w.IntN(len(w.table.Steps))]
	}
	a := flow.Attempt{Event: s.Event, Fields: w.fields()}
	if s.Papers && w.IntN(2) == 0 {
		a.Fields.Papers = make([]attachment.File, 1)
	}
	switch w.IntN(4) {
	case 0:
		a.Roles = []flow.Role{[]flow.Role{flow.Party, flow.Cashier, flow.System}[w.IntN(3)]}
	default:
		a.Actor = w.anybody()
		a.Roles = staff[a.Actor]
	}
	return a
}

func (w *walker) anybody() string { return string("abcdefg"[w.IntN(7)]) }

func (w *walker) fields() flow.Fields {
	x := flow.Fields{Reason: "r", Note: "n", Facts: "f", Conclusion: "c", Opinion: "o", Text: "t", Proof: "p", Target: "t", Place: "p", ReceiptNo: "1", PartyID: "p",
		Phone: "1", Signature: []byte{1}, Matter: "m", FineFen: w.Int64N(1200), Parts: w.IntN(6), Method: []string{"electronic", "direct", "mail", "public"}[w.IntN(4)],
		At: w.f.Now.AddDate(0, 0, w.IntN(30)), ReceivedAt: w.f.Now, Until: w.f.Now.AddDate(0, 0, w.IntN(60)-10), Complex: w.IntN(4) == 0,
		True: true, Clear: true, Complete: w.IntN(3) > 0, Accurate: true}
	for range w.IntN(4) {
		who := w.anybody()
		x.Officers = append(x.Officers, flow.OfficerChoice{ID: who, LicenceNo: "L", IsOfficer: slices.Contains(staff[who], flow.Officer)})
	}
	return x
}

func (w *walker) run(steps int) {
	for range steps {
		w.f.Now = w.f.Now.Add(time.Duration(w.IntN(30)) * time.Hour)
		w.f.Rechecked = []string{"", "present", "gone"}[w.IntN(3)]
		w.f.Permissions.HearingNotBefore = w.f.Now.AddDate(0, 0, 9)
		// The calendar's periods, shortened so that walks get past them.
		w.f.Permissions.UrgeFrom, w.f.Permissions.CourtFrom = w.f.PayUntil, w.f.UrgedServedAt
		w.f.AppealEnds, w.f.Permissions.CourtUntil = w.f.ServedAt, w.f.Now.AddDate(0, 0, 1)
		a := w.attempt()
		step, refusal := w.table.Judge(w.f, a)
		if refusal != nil {
			continue
		}
		w.judge(step, a)
		w.apply(step.Event, a)
		if to := step.Target(w.f); to != w.f.State {
			w.f.State, w.seen = to, append(w.seen, to)
		}
		w.trail = append(w.trail, string(step.Event)+"/"+a.Actor)
		if w.t.Failed() {
			return
		}
	}
}

// judge asserts what must hold whenever a step goes through.
func (w *walker) judge(s flow.Step, a flow.Attempt) {
	f := w.f
	fail := func(what string) { w.t.Errorf("%s by %q: %s; facts %+v; trail %v", s.Event, a.Actor, what, f, w.trail) }
	if slices.Contains([]flow.Event{"confirm", "verify", "file"}, s.Event) && f.Now.After(f.Last.AddDate(2, 0, 0)) {
		fail("two years have passed")
	}
	switch s.Event {
	case "propose", "revise":
		if f.Defences > 0 && a.Fields.FineFen > w.first {
			fail("a defence raised the fine")
		}
	case "serve":
		if a.Fields.Method == "electronic" && !f.Consented {
			fail("electronic service without consent")
		}
	case "served":
		if f.Method != "electronic" && len(a.Fields.Papers) == 0 {
			fail("service on paper without a picture of it")
		}
	case "decide":
		w.judgeDecision(a, fail)
	case "paid":
		if f.PaidFen < f.FineFen {
			fail("closed without the money")
		}
	case "instalments", "ask_instalments":
		if a.Fields.Parts < 2 || f.UnpaidFen <= 0 || !a.Fields.Until.After(f.Now) {
			fail("instalments of nothing, or none, or in the past")
		}
	case "agree_recording":
		if !f.RoomOpen || f.RoomAgreed {
			fail("consent to a recording where there is no room")
		}
	case "inquire":
		if f.RoomOpen || f.RoomUnsealed {
			fail("a record before the recording is sealed")
		}
		if f.RoomUnwritten && (!slices.Contains(f.RoomPresent, f.Officers[0]) || !slices.Contains(f.RoomPresent, f.Officers[1])) {
			fail("a record of an inquiry at which the two officers were not present")
		}
	case "attend":
		if !f.RoomOpen || !slices.Contains(f.Officers, a.Actor) {
			fail("presence of somebody else, or where there is no room")
		}
	case "court":
		if !f.TermEnds.IsZero() && !f.Now.After(f.TermEnds) {
			fail("before the time granted has ended")
		}
	case "urge", "overdue":
		if f.Suspended {
			fail("during reconsideration or litigation")
		}
	}
}

func (w *walker) judgeDecision(a flow.Attempt, fail func(string)) {
	f := w.f
	reviewers := []string{f.Confirmer, f.Verifier}
	switch {
	case f.Confirmer == "" || f.Verifier == "" || f.Confirmer == f.Verifier:
		fail("without two distinct reviewers")
	case len(f.Officers) != 2 || f.Officers[0] == f.Officers[1]:
		fail("without two officers")
	case slices.Contains(reviewers, f.Officers[0]) || slices.Contains(reviewers, f.Officers[1]):
		fail("a reviewer is an officer")
	case slices.Contains(f.Officers, a.Actor) || slices.Contains(reviewers, a.Actor) || a.Actor == f.LegalReviewer:
		fail("the head acts in another capacity too")
	case flow.LegalReviewForced(f) && !f.LegalPassed:
		fail("without the forced legal review")
	case f.Now.After(f.FiledAt.AddDate(0, 0, 121)):
		fail("after ninety days and their extension")
	case !f.Waived && !f.Now.After(f.StatementUntil):
		fail("within the party's time for a statement")
	case f.Unanswered > 0:
		fail("with a statement unanswered")
	case f.SameAct != "":
		fail("a second fine for one act")
	case f.PartyAge >= 0 && f.PartyAge < 14:
		fail("against a child")
	case f.ProposedFen > f.MaxFen || f.ProposedFen < f.LowestFen:
		fail("a fine out of range")
	}
}

func (w *walker) apply(e flow.Event, a flow.Attempt) {
	f, x := &w.f, a.Fields
	ids := func() (list []string) {
		for _, o := range x.Officers {
			list = append(list, o.ID)
		}
		return list
	}
	switch e {
	case "confirm":
		f.Confirmer = a.Actor
	case "verify":
		f.Verifier = a.Actor
	case "identify":
		f.PartyKnown = true
	case "apart":
		f.SameAct = ""
	case "file":
		f.Approver, f.FiledAt, f.Officers = a.Actor, f.Now, ids()
	case "reassign":
		for _, o := range f.Officers {
			if !slices.Contains(ids(), o) {
				f.Recused = append(f.Recused, o)
			}
		}
		f.Officers = ids()
	case "extend":
		f.Extended = true
	case "investigated":
		f.Complex = x.Complex
	case "propose":
		f.ProposedAt, f.ProposedFen, f.Waived = f.Now, x.FineFen, false
		f.StatementUntil = f.Now.AddDate(0, 0, 5)
		if flow.HearingApplies(*f) {
			f.HearingUntil = f.StatementUntil
		}
	case "statement":
		f.Defences, f.Unanswered = f.Defences+1, f.Unanswered+1
		w.first = f.ProposedFen
		if w.first == 0 {
			w.first = f.MaxFen
		}
	case "answer":
		f.Unanswered = 0
	case "waive":
		f.Waived = true
	case "revise":
		f.ProposedFen, w.first = x.FineFen, x.FineFen
	case "hearing_request":
		f.HearingAsked, f.Defences, w.first = true, f.Defences+1, f.ProposedFen
	case "hearing_notice":
		f.HearingNoticeAt, f.HearingAt = f.Now, x.At
	case "heard":
		f.HearingHeld = true
	case "pass":
		f.LegalReviewer, f.LegalPassed = a.Actor, true
	case "fail":
		f.LegalReviewer, f.Waived = a.Actor, false
	case "decide":
		f.DecidedAt, f.FineFen = f.Now, f.ProposedFen
	case "serve":
		f.Method, f.ServingAt = x.Method, f.Now
	case "served":
		f.ServedAt, f.PayUntil = x.ReceivedAt, x.ReceivedAt.AddDate(0, 0, 15)
		f.PaidFen = w.Int64N(2) * f.FineFen
		f.UnpaidFen = f.FineFen - f.PaidFen
	case "instalments":
		f.Instalments, f.PayUntil, f.TermEnds = true, x.Until, x.Until.AddDate(0, x.Parts-1, 0)
	case "deferred":
		f.PayUntil, f.TermEnds = x.Until, x.Until
	case "reconsideration", "litigation":
		f.Suspended = true
	case "urge":
		f.UrgedServedAt = f.Now
	case "upheld":
		f.Suspended = false
	case "open_room":
		f.RoomOpen, f.RoomAgreed, f.RoomUnwritten, f.RoomPresent = true, false, false, nil
	case "attend":
		f.RoomPresent = append(f.RoomPresent, a.Actor)
	case "agree_recording":
		f.RoomAgreed = true
	case "close_room", "refuse_recording":
		f.RoomOpen, f.RoomUnsealed = false, f.RoomAgreed && w.IntN(4) == 0
		f.RoomUnwritten = f.RoomAgreed && !f.RoomUnsealed
	case "inquire":
		f.Unconfirmed, f.RoomUnwritten = true, false
	case "confirm_inquiry":
		f.Unconfirmed = false
	}
}

func TestNoWalkBreaksTheLaw(t *testing.T) {
	t.Parallel()
	reached := map[flow.State]int{}
	table := flow.New()
	for seed := range uint64(2_000) {
		w := newWalker(t, table, seed)
		w.run(600)
		for _, s := range w.seen {
			reached[s]++
		}
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
	// Walks that never come far prove nothing.
	for _, info := range table.States {
		s := info.State
		if s == flow.Found {
			continue // where they begin
		}
		if reached[s] == 0 {
			t.Errorf("no walk reached %s: %v", s, reached)
		}
	}
	t.Logf("reached: %v", reached)
}
