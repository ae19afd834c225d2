package casework_test

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"offsite/casework"
	"offsite/casework/calendar"
	"offsite/casework/flow"
	"offsite/casework/matter"
	"offsite/casework/rules"
	"offsite/registry"
	"offsite/sandbox/wire"
)

// The provider tells of a payment and of a cancellation that it overtook, in either order and
// five times each: the fine is credited once, and the case is closed.
func TestCallbacksFiveTimesInAnyOrder(t *testing.T) {
	t.Parallel()
	for name, cancelledFirst := range map[string]bool{"payment first": false, "cancellation first": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := open(t, want{})
			ctx := t.Context()
			id := h.served(200_00)
			_, err := h.StartPayment(ctx, id)
			h.must(err)
			paid, cancelled := h.order(id), h.order(id)
			for range 5 {
				if cancelledFirst {
					h.must(h.event("cancelled", "order.cancelled", cancelled))
				}
				h.must(h.notice("paid", paid, nil))
				h.must(h.event("cancelled", "order.cancelled", cancelled))
			}
			h.expect(id, "closed")
			c, err := h.Case(ctx, h.staff["auditor"], id)
			h.must(err)
			var payments int
			for _, e := range c.Record {
				if e.Event == "payment" || e.Event == "payment_refused" {
					payments++
				}
			}
			if c.PaidFen != 200_00 || payments != 1 {
				t.Errorf("paid %d fen in %d entries, want 20000 in one", c.PaidFen, payments)
			}
		})
	}
}

// event is a signed callback of any type.
func (h *house) event(id, kind string, o wire.Order) error {
	h.t.Helper()
	now := h.clock.now()
	body, err := json.Marshal(wire.Event{Type: kind, Timestamp: now, Data: o})
	h.must(err)
	header := http.Header{}
	h.must(wire.SignCallback(key, header, id, body, now))
	return h.PaymentCallback(h.t.Context(), header, body)
}

// slowGateway sends, and then does not answer in time.
type slowGateway struct {
	casework.Messenger
	late bool
}

func (g *slowGateway) Send(ctx context.Context, id, phone, text string) (casework.MessageReceipt, error) {
	r, err := g.Messenger.Send(ctx, id, phone, text)
	if g.late && err == nil {
		return casework.MessageReceipt{}, context.DeadlineExceeded
	}
	return r, err
}

// A time-out says nothing about the message: it is sent again under the same number,
// and the party gets it once.
func TestGatewayTimesOutAfterSending(t *testing.T) {
	t.Parallel()
	gateway := &slowGateway{late: true}
	h := open(t, want{messenger: func(m casework.Messenger) casework.Messenger { gateway.Messenger = m; return gateway }})
	ctx := t.Context()
	id := h.find(nil)
	h.must(h.do("r1", id, "confirm", nil))
	if err := h.DeliverAll(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("the time-out was lost: %v", err)
	}
	gateway.late = false
	h.must(h.DeliverAll(ctx))
	if n := len(h.sent("13800000001")); n != 1 {
		t.Errorf("the party got %d reminders, want one", n)
	}
	h.expect(id, "reminded")
}

// An address that bounces is no service: the decision goes back and is served another
// way; a reminder that bounces leaves the judgement to the second reviewer.
func TestAddressBounces(t *testing.T) {
	t.Parallel()
	gateway := &bouncing{}
	h := open(t, want{messenger: func(m casework.Messenger) casework.Messenger { gateway.Messenger = m; return gateway }})
	ctx := t.Context()
	id := h.serving(200_00)
	gateway.bounces = true
	h.must(h.DeliverAll(ctx))
	h.expect(id, "decided")
	h.must(h.do("o1", id, "serve", fields{"method": "mail"}))
	h.expect(id, "serving")

	h.clock.add(time.Hour)
	next := open(t, want{messenger: func(m casework.Messenger) casework.Messenger { return &bouncing{m, true} }})
	finding := next.find(nil)
	next.must(next.do("r1", finding, "confirm", nil))
	next.must(next.DeliverAll(ctx))
	next.expect(finding, "reviewed")
}

type bouncing struct {
	casework.Messenger
	bounces bool
}

func (g *bouncing) Send(ctx context.Context, id, phone, text string) (casework.MessageReceipt, error) {
	if g.bounces {
		return casework.MessageReceipt{}, casework.ErrUndeliverable
	}
	return g.Messenger.Send(ctx, id, phone, text)
}

// Under fourteen on the day of the act: no penalty, whoever wants it (art. 30); the
// birthday on the day itself counts.
func TestPartyUnderFourteen(t *testing.T) {
	t.Parallel()
	for _, one := range []struct {
		born string
		old  bool
	}{{"20121125", false}, {"20121124", true}} {
		h := open(t, want{party: registry.Party{Kind: "person", Name: "小明", Phone: "13800000001", Identity: citizen("310230" + one.born + "001"), Address: "崇明区某村"}})
		id := h.reviewed()
		err := h.do("head", id, "file", fields{"officers": h.officers("o1", "o2")})
		if one.old {
			h.must(err)
			continue
		}
		refused(t, err, flow.Unlawful, "第三十条")
		h.must(h.do("r1", id, "reject", fields{"reason": "当事人不满十四周岁，责令监护人管教"}))
		h.expect(id, "rejected")
	}
}

// citizen completes an identity number with its check character (GB 11643).
func citizen(first17 string) string {
	sum := 0
	for i, d := range first17 {
		sum += int(d-'0') * []int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}[i]
	}
	return first17 + string("10X98765432"[sum%11])
}

// A party that has died cannot be fined: the head dismisses the case, and nothing can
// be decided any more.
func TestPartyDies(t *testing.T) {
	t.Parallel()
	h := open(t, want{})
	id := h.proposed(200_00)
	h.must(h.Waive(t.Context(), id))
	h.must(h.do("head", id, "dismiss", fields{"reason": "当事人死亡，终止案件调查"}))
	h.expect(id, "dismissed")
	refused(t, h.do("head", id, "decide", nil), flow.Unlawful, "")
	refused(t, h.Statement(t.Context(), id, "我是继承人"), flow.Unlawful, "")
}

// One that dies after the decision leaves a fine that nobody can pay: enforcement ends,
// the decision stands, and money that still comes is owed back.
func TestPartyDiesAfterTheDecision(t *testing.T) {
	t.Parallel()
	h := open(t, want{})
	id := h.served(200_00)
	url, err := h.StartPayment(t.Context(), id)
	h.must(err)
	refused(t, h.do("o1", id, "terminate", fields{"reason": "当事人死亡"}), flow.Forbidden, "第四十条")
	refused(t, h.do("head", id, "terminate", nil), flow.Invalid, "第四十条")
	h.must(h.do("head", id, "terminate", fields{"reason": "当事人死亡，无遗产可供执行，又无义务承受人"}))
	h.expect(id, "closed")
	h.pay(url)
	var refund int64
	h.must(h.pool.QueryRow(t.Context(), `SELECT refund_fen FROM payment_notice WHERE outcome = 'surplus'`).Scan(&refund))
	if c := h.file(id); c.PaidFen != 0 || refund != 200_00 {
		t.Errorf("paid %d fen, owed back %d", c.PaidFen, refund)
	}
	h.must(h.do("head", id, "archived", nil))
	h.must(h.CheckRecord(t.Context(), id))
}

// A party that changes its name in mid-case is named anew from then on; the papers
// that it got keep the name that they were issued under.
func TestPartyIsRenamed(t *testing.T) {
	t.Parallel()
	h := open(t, want{})
	ctx := t.Context()
	id := h.proposed(200_00)
	party, err := h.registry.Party(ctx, h.party.ID)
	h.must(err)
	party.Name = "张三丰"
	_, err = h.registry.SaveParty(ctx, "test", party)
	h.must(err)
	before, err := h.Case(ctx, h.staff["auditor"], id)
	h.must(err)
	h.must(h.Waive(ctx, id))
	h.must(h.do("head", id, "decide", nil))
	after, err := h.Case(ctx, h.staff["auditor"], id)
	h.must(err)
	if after.Party != "张三丰" {
		t.Errorf("the decision is about %s", after.Party)
	}
	for i, d := range before.Documents {
		if after.Documents[i].SHA256 != d.SHA256 {
			t.Errorf("%s was changed afterwards", d.TitleZH)
		}
	}
	h.must(h.CheckRecord(ctx, id))
}

// The statute changes between act and decision: the milder later one applies, and its
// range binds the fine; a harsher later one does not (art. 37).
func TestStatuteChangesInMidCase(t *testing.T) {
	t.Parallel()
	for _, one := range []struct {
		name      string
		later     string
		fine, not int64
	}{
		{"milder", "[50, 300]", 100_00, 400_00},
		{"harsher", "[2000, 5000]", 400_00, 2000_00},
	} {
		t.Run(one.name, func(t *testing.T) {
			t.Parallel()
			h := open(t, want{matters: statutes(t, one.later)})
			id := h.reviewed()
			h.must(h.do("head", id, "file", fields{"officers": h.officers("o1", "o2")}))
			h.must(h.do("o1", id, "notify", nil))
			h.clock.add(30 * 24 * time.Hour) // the new one is in force
			h.must(h.do("o1", id, "investigated", fields{"facts": "设摊。", "conclusion": "清楚。"}))
			refused(t, h.do("o1", id, "propose", fields{"fine_fen": one.not, "reason": "一般"}), flow.Invalid, "第三十四条")
			h.must(h.do("o1", id, "propose", fields{"fine_fen": one.fine, "reason": "一般"}))
		})
	}
}

// The clock jumps a day ahead: what became due meanwhile is done once, in order, and
// what is not due is left alone. Set back, it undoes nothing.
func TestClockJumpsADay(t *testing.T) {
	t.Parallel()
	h := open(t, want{})
	ctx := t.Context()
	id := h.find(nil)
	h.must(h.do("r1", id, "confirm", nil))
	h.must(h.DeliverAll(ctx))
	h.clock.add(24 * time.Hour)
	for i, want := range []int{1, 0} {
		n, err := h.Sweep(ctx)
		h.must(err)
		if n != want {
			t.Errorf("sweep %d took %d steps, want %d", i+1, n, want)
		}
	}
	h.expect(id, "reviewed") // nobody looked again in time: the second reviewer judges
	h.clock.add(-24 * time.Hour)
	n, err := h.Sweep(ctx)
	h.must(err)
	if n != 0 {
		t.Errorf("set back a day, the clock took %d steps", n)
	}
	h.must(h.CheckRecord(ctx, id))
}

// A deadline in a year that nobody entered is not guessed: the step is refused with
// what to do, and nothing of it is left.
func TestCalendarWithoutNextYear(t *testing.T) {
	t.Parallel()
	h := open(t, want{at: time.Date(2027, 12, 30, 2, 0, 0, 0, time.UTC)})
	id := h.reviewed()
	h.must(h.do("head", id, "file", fields{"officers": h.officers("o1", "o2")}))
	err := h.do("o1", id, "notify", nil)
	if !errors.Is(err, calendar.ErrNoYear) || !strings.Contains(err.Error(), "2028") {
		t.Fatalf("got %v, want that 2028 is missing", err)
	}
	h.expect(id, "filed")
	var papers int
	h.must(h.pool.QueryRow(t.Context(), `SELECT count(*) FROM document WHERE case_id = $1 AND kind = 'fact_notice'`, id).Scan(&papers))
	if papers != 0 {
		t.Error("the refused step left a paper")
	}
	o, err := h.Overview(t.Context(), h.staff["head"])
	h.must(err)
	if o.CalendarLacks != 2028 || o.CalendarProvisional {
		t.Errorf("the first page says that %d is lacking", o.CalendarLacks)
	}
	// The notice is entered by one person, put into force by another, and the step goes on.
	const notice = "year: 2028\nsource: 国务院办公厅通知\nholidays: [{name: 元旦, from: 2028-01-01, to: 2028-01-03}]\n"
	e, err := h.Rules().Propose(t.Context(), rules.Person{ID: h.staff["legal"].ID, Name: "法制"}, rules.Year, notice, "已公布")
	h.must(err)
	h.must(h.Rules().Approve(t.Context(), rules.Person{ID: h.staff["head"].ID, Name: "负责人"}, e.ID))
	h.must(h.do("o1", id, "notify", nil))
	c := h.file(id)
	if want := "2028-01-05"; c.Deadlines[0].At.In(calendar.Shanghai()).Format(time.DateOnly) != want {
		t.Errorf("the first deadline is %+v, want %s", c.Deadlines[0], want)
	}
}

// stallMatter is read at build time: a test that starts a store moves the working folder.
//
//go:embed matter/matters/stall.yaml
var stallMatter string

// statutes are the matters with a law about stalls that takes effect in ten days.
func statutes(t *testing.T, fines string) *matter.Catalogue {
	t.Helper()
	now := strings.Replace(stallMatter, "  - from: 2022-12-01\n", "  - from: 2022-12-01\n    to: 2026-12-03\n", 1)
	now += `  - from: 2026-12-04
    may: true
    fines_yuan: {person: ` + fines + `, unit: ` + fines + `}
    basis:
      - role: both
        law: {zh: 新条例, en: New Regulation}
        article: 第二十一条
        article_en: art. 21
        text: 不得擅自占用道路设摊经营。违反规定的，责令改正，可以处罚款。
`
	c, err := matter.Load(fstest.MapFS{"stall.yaml": {Data: []byte(now)}})
	if err != nil {
		t.Fatal(err)
	}
	return c
}
