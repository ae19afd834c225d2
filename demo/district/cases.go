package district

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"offsite/casework"
	"offsite/casework/attachment"
	"offsite/casework/calendar"
	"offsite/casework/flow"
	"offsite/registry"
)

// Staff are the people of the demonstration, by part.
type Staff struct{ Reviewer, Reviewer2, Officer, Officer2, Legal, Head, Supervisor casework.Actor }

// story is a case being made up.
type story struct {
	r     *rand.Rand
	staff Staff
	past  casework.Past
	now   time.Time
	until time.Time // the day up to which things are made up
}

// watching is a registered camera with its one zone.
type watching struct {
	camera   registry.Camera
	zone     string
	detector string
}

// year makes up the ended cases of the year before a day.
func (p *plan) year(cameras []watching, staff Staff, until time.Time) []casework.Past {
	r := rand.New(rand.NewPCG(p.seed, 2)) // #nosec G404 -- invented data
	const longest = 45                    // days that a made-up case may take
	last := make(map[string]time.Time)
	var cases []casework.Past
	for n := range Cases {
		first := time.Date(until.Year(), until.Month(), until.Day(), 9+r.IntN(8), r.IntN(60), 0, 0, calendar.Shanghai()).
			AddDate(0, 0, -365+n*(365-longest)/Cases)
		w := pick(r, cameras)
		for ecological(w.detector) && first.After(unsettled()) {
			w = pick(r, cameras)
		}
		i := p.before(r, w)
		s := story{r: r, staff: staff, until: until, now: first.Add(4 * time.Minute), past: casework.Past{
			ID: p.id("case", n), Number: fmt.Sprintf("演示〔%d〕第%06d号", first.Year(), n+1), DecisionNo: fmt.Sprintf("演示罚〔%d〕第%06d号", first.Year(), n+1),
			Detector: w.detector, Matter: w.detector, Camera: w.camera, ZoneID: w.zone, Object: p.objects[i], Party: p.parties[i],
			First: first, Last: first.Add(3 * time.Minute), Why: whyOf(w.detector), AreaM2: float64(200 + r.IntN(2000)),
		}}
		act := w.detector + p.objects[i].ID
		if before, ok := last[act]; ok && first.Sub(before) < 366*24*time.Hour {
			s.past.Repeats = 1
		}
		last[act] = first
		s.tell(n)
		cases = append(cases, s.past)
	}
	looked(cases, staff, until)
	return cases
}

// before gives a shop or site of the camera's township; any, where it seems to have none.
func (p *plan) before(r *rand.Rand, w watching) (i int) {
	const tries = 300
	for range tries {
		if i = r.IntN(Shops); w.detector == "soil" {
			i = Shops + r.IntN(Sites)
		}
		if p.objects[i].Township == w.camera.Township {
			break
		}
	}
	return i
}

// ecological matters are those of the Air Pollution Law, which the Ecological Code
// replaces on 15 August 2026; until a bureau has entered its fines, no penalty can be
// decided on them, so none is invented that would be decided after that day.
func ecological(detector string) bool { return detector == "soil" || detector == "burning" }

func unsettled() time.Time { return time.Date(2026, 7, 10, 0, 0, 0, 0, calendar.Shanghai()) }

func whyOf(detector string) casework.Text {
	return map[string]casework.Text{
		"stall":     {ZH: "演示数据：店前公共场所设摊超过允许时间", EN: "Invented: a stall stood in a public place longer than allowed"},
		"crossdoor": {ZH: "演示数据：商品摆放超出门线", EN: "Invented: goods stood outside the door line"},
		"soil":      {ZH: "演示数据：工地裸露土地未覆盖", EN: "Invented: bare soil on a site was left uncovered"},
		"burning":   {ZH: "演示数据：露天焚烧落叶", EN: "Invented: leaves burnt in the open"},
	}[detector]
}

// tell decides how the case went: most were fined, a quarter was corrected in time.
func (s *story) tell(n int) {
	switch kind := s.r.IntN(100); {
	case kind < 8:
		s.step(time.Hour, s.staff.Reviewer, "reject", flow.Fields{Reason: "演示数据：画面不足以认定"})
	case kind < 33 && s.past.Repeats == 0:
		s.step(time.Hour, s.staff.Reviewer, "confirm", flow.Fields{})
		s.step(time.Minute, system(), "delivered", flow.Fields{})
		s.step(26*time.Hour, system(), "corrected", flow.Fields{})
	case kind < 36:
		s.file()
		s.step(26*time.Hour, s.staff.Head, "no_penalty", flow.Fields{Reason: "演示数据：违法行为轻微并及时改正，没有造成危害后果"})
	case kind < 38:
		s.file()
		s.step(26*time.Hour, s.staff.Head, "transfer", flow.Fields{Target: "演示：公安机关", Reason: "演示数据：涉嫌犯罪，依法移送"})
	default:
		s.file()
		s.penalty(kind > 92, n)
	}
}

func (s *story) file() {
	s.step(time.Hour, s.staff.Reviewer, "confirm", flow.Fields{})
	s.step(time.Minute, system(), "delivered", flow.Fields{})
	s.step(26*time.Hour, system(), "persists", flow.Fields{})
	s.step(2*time.Hour, s.staff.Reviewer2, "verify", flow.Fields{True: true, Clear: true, Complete: true, Accurate: true})
	both := []flow.OfficerChoice{choice(s.staff.Officer), choice(s.staff.Officer2)}
	s.step(20*time.Hour, s.staff.Head, "file", flow.Fields{Officers: both})
	s.step(2*time.Hour, s.staff.Officer, "notify", flow.Fields{})
}

func choice(a casework.Actor) flow.OfficerChoice {
	return flow.OfficerChoice{ID: a.ID, Name: a.Name, LicenceNo: a.LicenceNo, IsOfficer: slices.Contains(a.Roles, string(flow.Officer))}
}

// penalty goes on from the notice to the archive. A complex case is reviewed in law
// and discussed; one in a hundred and fifty is served, and so published, too late.
func (s *story) penalty(complex bool, n int) {
	day := 24 * time.Hour
	s.step(day*time.Duration(1+s.r.IntN(4)), s.staff.Officer, "investigated", flow.Fields{Facts: s.past.Why.ZH, Conclusion: "违法事实清楚，证据确凿。", Complex: complex})
	s.step(2*time.Hour, s.staff.Officer2, "propose", flow.Fields{Reason: "演示数据：按裁量基准"})
	if s.r.IntN(6) == 0 {
		s.step(3*time.Hour, party(), "statement", flow.Fields{Text: "演示数据：已经整改，请求从轻。"})
		s.step(4*time.Hour, s.staff.Officer, "answer", flow.Fields{Text: "演示数据：已在裁量幅度内考虑。"})
	}
	s.step(day, party(), "waive", flow.Fields{})
	opinion := ""
	if complex {
		s.step(time.Hour, s.staff.Officer, "submit", flow.Fields{})
		s.step(day, s.staff.Legal, "pass", flow.Fields{Opinion: "演示数据：事实清楚，程序合法，适用法律正确。"})
		opinion = "演示数据：经集体讨论，同意处罚。"
	}
	s.step(5*time.Hour, s.staff.Head, "decide", flow.Fields{Opinion: opinion})
	s.step(2*time.Hour, s.staff.Officer, "serve", flow.Fields{Method: "direct"})
	wait := day
	if n%150 == 149 {
		wait = 14 * day
	}
	s.now = s.now.Add(wait)
	s.step(time.Hour, s.staff.Officer, "served", flow.Fields{ReceivedAt: s.now, Proof: "演示数据：送达回证", Receiver: s.past.Party.Name, Papers: []attachment.File{{Kind: "application/pdf"}}}) // invented as well, and not kept
	quick := day * time.Duration(s.r.IntN(9))
	if n%20 == 11 && s.now.Before(s.until.AddDate(0, 0, -80)) {
		s.instalments(n)
		quick = 27 * day
	}
	s.step(quick, cashier(), "paid", flow.Fields{ReceiptNo: fmt.Sprintf("DEMO-R-%06d", n+1)})
	s.step(day, s.staff.Head, "archived", flow.Fields{})
}

// instalments goes on to the first of two, paid in time.
func (s *story) instalments(n int) {
	first := s.now.AddDate(0, 1, 0)
	s.step(24*time.Hour, party(), "ask_instalments", flow.Fields{Parts: 2, Until: first, Reason: "演示数据：经营困难，申请分两期缴纳。"})
	s.step(24*time.Hour, s.staff.Head, "instalments", flow.Fields{Parts: 2, Until: first, Reason: "演示数据：确有经济困难，准予分期。"})
	s.step(first.Sub(s.now)-72*time.Hour, cashier(), "instalment_paid", flow.Fields{ReceiptNo: fmt.Sprintf("DEMO-R-%06d-1", n+1)})
}

// step takes place after a wait, at a time of day at which people work.
func (s *story) step(wait time.Duration, by casework.Actor, event string, given flow.Fields) {
	s.now = s.now.Add(wait).In(calendar.Shanghai())
	if hour := s.now.Hour(); hour < opens || hour >= closes {
		morning := time.Date(s.now.Year(), s.now.Month(), s.now.Day(), opens, s.now.Minute(), 0, 0, calendar.Shanghai())
		if hour >= closes {
			morning = morning.AddDate(0, 0, 1)
		}
		s.now = morning
	}
	s.past.Steps = append(s.past.Steps, casework.PastStep{At: s.now, By: by, Event: event, Given: given})
}

// The bureau's hours.
const opens, closes = 9, 18

func system() casework.Actor { return casework.Actor{Roles: []string{string(flow.System)}} }
func party() casework.Actor {
	return casework.Actor{Name: "当事人", Roles: []string{string(flow.Party)}}
}
func cashier() casework.Actor {
	return casework.Actor{Name: "演示国库", Roles: []string{string(flow.Cashier)}}
}

// onSite makes up the cases that patrols filed.
func (p *plan) onSite(matters []string, until time.Time) []casework.OtherCase {
	r := rand.New(rand.NewPCG(p.seed, 3)) // #nosec G404 -- invented data
	list := make([]casework.OtherCase, OnSite)
	for i := range list {
		list[i] = casework.OtherCase{ID: fmt.Sprintf("DEMO-%06d", i+1), FiledOn: until.AddDate(0, 0, -1-r.IntN(364)), Matter: pick(r, matters)}
	}
	return list
}
