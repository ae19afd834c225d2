package flow_test

import (
	"slices"
	"testing"
	"time"

	"offsite/casework/attachment"
	"offsite/casework/flow"
)

// change makes facts or fields fit a guard, or not.
type change func(f *flow.Facts, a *flow.Attempt)

// each guard with what it takes to hold, nil where it holds in a sound case, and with what
// breaks it and no guard that is asked before.
type breach struct{ hold, break_ change }

var noon = time.Date(2026, 11, 24, 4, 0, 0, 0, time.UTC)

// sound is a case in which nearly everything is as it must be, and everything is given.
func sound(state flow.State, s flow.Step) (flow.Facts, flow.Attempt) {
	f := flow.Facts{Now: noon, State: state, First: noon.Add(-2 * time.Hour), Last: noon.Add(-time.Hour), LegalReviewNo: "1", TechnicalReviewNo: "2",
		PublishedOn: noon.AddDate(-1, 0, 0), PartyKnown: true, PartyAge: 30, Confirmer: "confirmer", Verifier: "verifier", Approver: "head", Officers: []string{"o1", "o2"},
		LawReady: true, MinFen: 100_00, MaxFen: 1000_00, LowestFen: 100_00, HearingFen: 100_00, FiledAt: noon.AddDate(0, 0, -10), ServingAt: noon.AddDate(0, 0, -2), Method: "mail",
		StatementUntil: noon.AddDate(0, 0, 1), HearingUntil: noon.AddDate(0, 0, 1), ProposedFen: 300_00, FineFen: 300_00, PaidFen: 300_00, UnpaidFen: 300_00,
		UrgedServedAt: noon.AddDate(0, 0, -20), AppealEnds: noon.AddDate(0, 0, -1),
		Permissions: flow.Permissions{HearingNotBefore: noon.AddDate(0, 0, 9), CourtFrom: noon.AddDate(0, 0, -1), CourtUntil: noon.AddDate(0, 0, 30), UrgeFrom: noon.AddDate(0, 0, -1)}}
	role := officerOr(s)
	a := flow.Attempt{Event: s.Event, Roles: []flow.Role{role},
		Actor: map[flow.Role]string{flow.Reviewer: "second", flow.Officer: "o1", flow.Legal: "legal", flow.Head: "head"}[role],
		Fields: flow.Fields{Reason: "r", Note: "n", Facts: "f", Conclusion: "c", Opinion: "o", Text: "t", Proof: "p", Target: "t", Place: "p", ReceiptNo: "1", PartyID: "p", Matter: "m",
			Phone: "1", Signature: []byte{1}, FineFen: 200_00, Parts: 3, Method: "mail", At: noon.AddDate(0, 0, 10), ReceivedAt: noon, Until: noon.AddDate(0, 0, 30),
			Officers: []flow.OfficerChoice{{ID: "o1", LicenceNo: "L1", IsOfficer: true}, {ID: "o2", LicenceNo: "L2", IsOfficer: true}},
			True:     true, Clear: true, Complete: true, Accurate: true}}
	if s.Papers {
		a.Fields.Papers = make([]attachment.File, 1)
	}
	return f, a
}

func by(who string) change { return func(_ *flow.Facts, a *flow.Attempt) { a.Actor = who } }

// holding gives the actor a certificate with a last day.
func holding(until string) change {
	return func(_ *flow.Facts, a *flow.Attempt) { a.LicenceUntil = until }
}

func fact(c func(f *flow.Facts)) change { return func(f *flow.Facts, _ *flow.Attempt) { c(f) } }

func field(c func(x *flow.Fields)) change {
	return func(_ *flow.Facts, a *flow.Attempt) { c(&a.Fields) }
}

func windows(at time.Time) change {
	return fact(func(f *flow.Facts) { f.StatementUntil, f.HearingUntil = at, at })
}

func breaches() map[string]breach {
	past, ahead := noon.Add(-time.Hour), noon.Add(time.Hour)
	return map[string]breach{
		"lawful_camera":       {nil, fact(func(f *flow.Facts) { f.PublishedOn = f.First })},
		"within_two_years":    {nil, fact(func(f *flow.Facts) { f.Last = noon.AddDate(-2, 0, -1) })},
		"second_person":       {nil, by("confirmer")},
		"four_ticks":          {nil, field(func(x *flow.Fields) { x.Complete = false })},
		"recheck_present":     {fact(func(f *flow.Facts) { f.Rechecked = "present" }), fact(func(f *flow.Facts) { f.Rechecked = "gone" })},
		"recheck_gone":        {fact(func(f *flow.Facts) { f.Rechecked = "gone" }), fact(func(f *flow.Facts) { f.Rechecked = "" })},
		"minor_enough":        {nil, fact(func(f *flow.Facts) { f.Repeats = flow.RepeatLimit })},
		"often_repeated":      {fact(func(f *flow.Facts) { f.Repeats = flow.RepeatLimit }), fact(func(f *flow.Facts) { f.Repeats = flow.RepeatLimit - 1 })},
		"unconfirmed_30_days": {fact(func(f *flow.Facts) { f.Last = noon.AddDate(0, 0, -31) }), fact(func(f *flow.Facts) { f.Last = noon.AddDate(0, 0, -29) })},

		"two_officers":           {nil, field(func(x *flow.Fields) { x.Officers = x.Officers[:1] })},
		"officers_licensed":      {nil, field(func(x *flow.Fields) { x.Officers[1].LicenceNo = "" })},
		"officers_not_reviewers": {nil, field(func(x *flow.Fields) { x.Officers[1].ID = "verifier" })},
		"officers_not_recused":   {nil, fact(func(f *flow.Facts) { f.Recused = []string{"o2"} })},
		"approver_apart":         {nil, by("verifier")},
		"officers_certified":     {field(func(x *flow.Fields) { x.Officers[1].LicenceUntil = "2026-11-24" }), field(func(x *flow.Fields) { x.Officers[1].LicenceUntil = "2026-11-23" })},
		"own_officer":            {nil, by("o3")},
		"certified":              {holding("2026-11-24"), holding("2026-11-23")},
		"party_known":            {nil, fact(func(f *flow.Facts) { f.PartyKnown = false })},
		"one_fine":               {nil, fact(func(f *flow.Facts) { f.SameAct = "another" })},
		"same_act":               {fact(func(f *flow.Facts) { f.SameAct = "another" }), fact(func(f *flow.Facts) { f.SameAct = "" })},
		"law_ready":              {nil, fact(func(f *flow.Facts) { f.LawReady = false })},

		"old_enough":           {nil, fact(func(f *flow.Facts) { f.PartyAge = 13 })},
		"fine_in_range":        {nil, field(func(x *flow.Fields) { x.FineFen = 1000_01 })},
		"fine_lower":           {nil, field(func(x *flow.Fields) { x.FineFen = 300_00 })},
		"not_raised":           {nil, func(f *flow.Facts, a *flow.Attempt) { f.Defences, a.Fields.FineFen = 1, 300_01 }},
		"some_defence":         {fact(func(f *flow.Facts) { f.Defences = 1 }), fact(func(f *flow.Facts) { f.Defences = 0 })},
		"appointment_ahead":    {nil, field(func(x *flow.Fields) { x.At = past })},
		"room_open":            {fact(func(f *flow.Facts) { f.RoomOpen = true }), fact(func(f *flow.Facts) { f.RoomOpen = false })},
		"not_agreed":           {nil, fact(func(f *flow.Facts) { f.RoomAgreed = true })},
		"recording_sealed":     {nil, fact(func(f *flow.Facts) { f.RoomUnsealed = true })},
		"not_present":          {nil, fact(func(f *flow.Facts) { f.RoomPresent = []string{"o1"} })},
		"two_present":          {nil, fact(func(f *flow.Facts) { f.RoomUnwritten, f.RoomPresent = true, []string{"o1"} })},
		"inquiry_unconfirmed":  {fact(func(f *flow.Facts) { f.Unconfirmed = true }), fact(func(f *flow.Facts) { f.Unconfirmed = false })},
		"not_waived":           {nil, fact(func(f *flow.Facts) { f.Waived = true })},
		"statement_window":     {nil, windows(past)},
		"hearing_applies":      {nil, fact(func(f *flow.Facts) { f.HearingFen = 300_01 })},
		"hearing_window":       {nil, windows(past)},
		"hearing_notice_early": {nil, field(func(x *flow.Fields) { x.At = ahead })},
		"hearing_over":         {fact(func(f *flow.Facts) { f.HearingAt = past }), fact(func(f *flow.Facts) { f.HearingAt = ahead })},
		"host_apart":           {nil, by("o2")},
		"window_closed":        {windows(past), windows(ahead)},
		"window_over":          {windows(past), windows(ahead)},
		"statements_answered":  {nil, fact(func(f *flow.Facts) { f.Unanswered = 1 })},
		"some_unanswered":      {fact(func(f *flow.Facts) { f.Unanswered = 1 }), fact(func(f *flow.Facts) { f.Unanswered = 0 })},

		"legal_apart":       {nil, by("o1")},
		"legal_review_done": {nil, fact(func(f *flow.Facts) { f.Major = true })},
		"legal_passed":      {fact(func(f *flow.Facts) { f.LegalPassed = true }), fact(func(f *flow.Facts) { f.LegalPassed = false })},
		"legal_open":        {nil, fact(func(f *flow.Facts) { f.LegalPassed = true })},
		"no_collective":     {nil, fact(func(f *flow.Facts) { f.Complex, f.LegalPassed = true, true })},
		"within_90_days":    {nil, fact(func(f *flow.Facts) { f.FiledAt = noon.AddDate(0, 0, -91) })},
		"not_extended":      {nil, fact(func(f *flow.Facts) { f.Extended = true })},
		"hearing_settled":   {nil, fact(func(f *flow.Facts) { f.HearingAsked = true })},

		"known_method":           {nil, field(func(x *flow.Fields) { x.Method = "pigeon" })},
		"consent_for_electronic": {nil, field(func(x *flow.Fields) { x.Method = "electronic" })},
		"not_consented":          {nil, fact(func(f *flow.Facts) { f.Consented = true })},
		"received_possible":      {nil, field(func(x *flow.Fields) { x.ReceivedAt = ahead })},
		"public_days":            {nil, fact(func(f *flow.Facts) { f.Method = "public" })},
		"service_pictured":       {nil, field(func(x *flow.Fields) { x.Papers = nil })},
		"not_published":          {nil, fact(func(f *flow.Facts) { f.PublishedAt = past })},
		"made_public":            {nil, fact(func(f *flow.Facts) { f.Unpublished = true })},

		"pay_time_over":      {fact(func(f *flow.Facts) { f.PayUntil = past }), fact(func(f *flow.Facts) { f.PayUntil = ahead })},
		"not_suspended":      {nil, fact(func(f *flow.Facts) { f.Suspended = true })},
		"suspended":          {fact(func(f *flow.Facts) { f.Suspended = true }), fact(func(f *flow.Facts) { f.Suspended = false })},
		"paid_in_full":       {nil, fact(func(f *flow.Facts) { f.LateFen = 1 })},
		"later":              {nil, field(func(x *flow.Fields) { x.Until = past })},
		"fine_unpaid":        {nil, fact(func(f *flow.Facts) { f.UnpaidFen = 0 })},
		"in_instalments":     {fact(func(f *flow.Facts) { f.Instalments = true }), fact(func(f *flow.Facts) { f.Instalments = false })},
		"no_instalments":     {nil, fact(func(f *flow.Facts) { f.Instalments = true })},
		"parts_possible":     {nil, field(func(x *flow.Fields) { x.Parts = flow.MostInstalments + 1 })},
		"surcharge_30_days":  {nil, fact(func(f *flow.Facts) { f.Permissions.UrgeFrom = ahead })},
		"demand_10_days":     {nil, fact(func(f *flow.Facts) { f.Permissions.CourtFrom = ahead })},
		"appeals_over":       {nil, fact(func(f *flow.Facts) { f.AppealEnds = ahead })},
		"term_over":          {nil, fact(func(f *flow.Facts) { f.TermEnds = ahead })},
		"court_three_months": {nil, fact(func(f *flow.Facts) { f.Permissions.CourtUntil = past })},
	}
}

// Each guard of each step in each state, broken alone, stops the step and names itself and
// its article; and with all of them holding, the step is taken.
func TestEachGuardAloneStopsItsStep(t *testing.T) {
	t.Parallel()
	table, all := flow.New(), breaches()
	for _, s := range table.Steps {
		for _, state := range s.From {
			f, a := sound(state, s)
			for _, g := range s.Guards {
				if hold := all[g.Name].hold; hold != nil {
					hold(&f, &a)
				}
			}
			if _, refusal := table.Judge(f, a); refusal != nil {
				t.Errorf("%s in %s, though nothing is wrong: %v", s.Event, state, refusal)
			}
			for _, g := range s.Guards {
				if all[g.Name].break_ == nil {
					t.Fatalf("nothing breaks guard %s", g.Name)
				}
				if g.Name == "statement_window" && state != flow.Proposed {
					continue // before the proposal no time runs out
				}
				broken, attempt := f, a
				attempt.Fields.Officers = slices.Clone(a.Fields.Officers)
				all[g.Name].break_(&broken, &attempt)
				_, refusal := table.Judge(broken, attempt)
				if refusal == nil || refusal.Guard != g.Name || refusal.Article != g.Article || refusal.Article == "" || refusal.Event != s.Event || refusal.State != state {
					t.Errorf("%s in %s with %s broken: %+v", s.Event, state, g.Name, refusal)
				}
			}
		}
	}
}
