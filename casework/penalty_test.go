package casework_test

import (
	"encoding/base64"
	"testing"
	"time"

	"offsite/casework/flow"
	"offsite/registry"
)

// scan is a signed receipt, as short as a scan can be.
var scan = base64.StdEncoding.EncodeToString([]byte("%PDF-1.7"))

// served takes a case to a decision that was served on paper.
func (h *house) served(fen int64) string {
	h.t.Helper()
	id := h.decided(fen)
	h.must(h.do("o1", id, "serve", fields{"method": "mail"}))
	h.clock.add(48 * time.Hour)
	h.must(h.do("o1", id, "served", fields{"received_at": h.clock.now().Format(time.RFC3339), "proof": "邮政回执 XA123", "receiver": "张三", "papers": []any{scan}}))
	h.expect(id, "served")
	return id
}

// decided goes from a finding to the decision, not yet served.
func (h *house) decided(fen int64) string {
	h.t.Helper()
	id := h.proposed(fen)
	h.must(h.Waive(h.t.Context(), id))
	h.must(h.do("head", id, "decide", nil))
	return id
}

func TestFineStaysInItsRange(t *testing.T) {
	t.Parallel()
	h := open(t, want{})
	id := h.reviewed()
	h.must(h.do("head", id, "file", fields{"officers": h.officers("o1", "o2")}))
	h.must(h.do("o1", id, "notify", nil))
	h.must(h.do("o1", id, "investigated", fields{"facts": "设摊。", "conclusion": "清楚。"}))
	refused(t, h.do("o1", id, "propose", fields{"fine_fen": 1_00.0, "reason": "过轻"}), flow.Invalid, "第三十四条")
	refused(t, h.do("o1", id, "propose", fields{"fine_fen": 50_000_00.0, "reason": "过重"}), flow.Invalid, "第三十四条")
	refused(t, h.do("o1", id, "propose", fields{"fine_fen": 200_00.0}), flow.Invalid, "第四十四条")
	h.must(h.do("o1", id, "propose", fields{"fine_fen": 200_00.0, "reason": "一般"}))
}

func TestDefenceIsAnsweredAndOnlyLowers(t *testing.T) {
	t.Parallel()
	h := open(t, want{})
	ctx := t.Context()
	id := h.proposed(300_00)
	refused(t, h.do("head", id, "decide", nil), flow.Unlawful, "第六十二条")
	refused(t, h.do("o1", id, "revise", fields{"fine_fen": 200_00.0, "reason": "x"}), flow.Unlawful, "第四十五条")
	h.must(h.Statement(ctx, id, "家庭困难，已经改正。"))
	h.clock.add(10 * 24 * time.Hour)
	refused(t, h.Statement(ctx, id, "再说一句"), flow.Unlawful, "第四十四条")
	_, err := h.Sweep(ctx)
	h.must(err)
	refused(t, h.do("head", id, "decide", nil), flow.Unlawful, "第四十五条")
	h.must(h.do("o2", id, "answer", fields{"text": "经复核，部分采纳。"}))
	refused(t, h.do("o2", id, "revise", fields{"fine_fen": 400_00.0, "reason": "加重"}), flow.Invalid, "第四十五条")
	h.must(h.do("o2", id, "revise", fields{"fine_fen": 150_00.0, "reason": "主动改正"}))
	h.must(h.do("head", id, "decide", nil))
	c, err := h.Case(ctx, h.staff["o1"], id)
	h.must(err)
	if c.FineFen != 150_00 || len(c.Statements) != 1 || c.Statements[0].Answer == "" {
		t.Errorf("the decision: %d fen, statements %+v", c.FineFen, c.Statements)
	}
}

func TestServiceWithoutConsentIsNotElectronic(t *testing.T) {
	t.Parallel()
	h := open(t, want{})
	id := h.proposed(200_00)
	h.must(h.Waive(t.Context(), id))
	h.must(h.do("head", id, "decide", nil))
	refused(t, h.do("o1", id, "serve", fields{"method": "electronic"}), flow.Unlawful, "第六十一条")
	refused(t, h.do("o1", id, "serve", fields{"method": "pigeon"}), flow.Invalid, "第六十一条")
	h.must(h.do("o1", id, "serve", fields{"method": "direct"}))
	h.must(h.do("o1", id, "failed", fields{"reason": "无人在家"}))
	h.expect(id, "decided")
	h.must(h.do("o1", id, "serve", fields{"method": "public"}))
	at := h.clock.now().Format(time.RFC3339)
	refused(t, h.do("o1", id, "served", fields{"received_at": at, "proof": "公告"}), flow.Unlawful, "民事诉讼法")
	h.clock.add(31 * 24 * time.Hour)
	late := fields{"received_at": h.clock.now().Format(time.RFC3339), "proof": "公告期满"}
	refused(t, h.do("o1", id, "served", late), flow.Invalid, "第六十一条") // nothing shows that it was posted
	late["papers"] = []any{scan}
	h.must(h.do("o1", id, "served", late))
	h.expect(id, "served")
}

func TestNinetyDays(t *testing.T) {
	t.Parallel()
	h := open(t, want{})
	id := h.proposed(200_00)
	h.must(h.Waive(t.Context(), id))
	h.clock.add(91 * 24 * time.Hour)
	refused(t, h.do("head", id, "decide", nil), flow.Unlawful, "第六十条")
	h.must(h.do("head", id, "extend", fields{"reason": "案情复杂，批准延长三十日"}))
	refused(t, h.do("head", id, "extend", fields{"reason": "再延长"}), flow.Unlawful, "第六十条")
	h.must(h.do("head", id, "decide", nil))
}

func TestOverdueSurchargeDemandAndCourt(t *testing.T) {
	t.Parallel()
	h := open(t, want{})
	ctx := t.Context()
	id := h.served(200_00)
	c, err := h.Case(ctx, h.staff["o1"], id)
	h.must(err)
	var payUntil time.Time
	for _, d := range c.Deadlines {
		if d.LabelZH == "缴纳罚款" {
			payUntil = d.At
		}
	}
	h.clock.to(payUntil)
	if n, err := h.Sweep(ctx); n != 1 || err != nil {
		t.Fatalf("swept %d, %v", n, err)
	}
	h.expect(id, "overdue")
	late := func() int64 {
		c, err := h.Case(ctx, h.staff["o1"], id)
		h.must(err)
		return c.LateFen
	}
	if got := late(); got != 6_00 {
		t.Errorf("surcharge of the first day %d fen, want 600", got)
	}
	refused(t, h.do("o1", id, "urge", nil), flow.Unlawful, "第四十六条")
	h.must(h.do("o1", id, "reconsideration", fields{"note": "复议受理"}))
	h.clock.add(20 * 24 * time.Hour)
	if got := late(); got != 0 {
		t.Errorf("surcharge %d fen during a reconsideration from the first day on, want 0", got)
	}
	h.must(h.do("o1", id, "upheld", fields{"note": "维持"}))
	h.clock.add(60 * 24 * time.Hour)
	if got := late(); got != 200_00 {
		t.Errorf("surcharge %d fen, want the fine itself as its limit", got)
	}
	h.must(h.do("o1", id, "urge", nil))
	refused(t, h.do("head", id, "court", fields{"reason": "不履行"}), flow.Unlawful, "第五十四条")
	h.clock.add(11 * 24 * time.Hour)
	refused(t, h.do("head", id, "court", fields{"reason": "不履行"}), flow.Unlawful, "第五十三条")
	h.clock.add(120 * 24 * time.Hour)
	h.must(h.do("head", id, "court", fields{"reason": "不履行"}))
	h.expect(id, "court")
	url, err := h.StartPayment(ctx, id)
	h.must(err)
	if o := h.order(id); o.AmountFen != 400_00 {
		t.Errorf("ordered %d fen, want fine and surcharge", o.AmountFen)
	}
	h.pay(url)
	h.expect(id, "closed")
}

func TestDeferral(t *testing.T) {
	t.Parallel()
	h := open(t, want{})
	id := h.served(200_00)
	h.clock.add(30 * 24 * time.Hour)
	_, err := h.Sweep(t.Context())
	h.must(err)
	h.expect(id, "overdue")
	refused(t, h.do("head", id, "deferred", fields{"until": "2026-01-01T00:00:00Z", "reason": "困难"}), flow.Invalid, "第六十六条")
	h.must(h.do("head", id, "deferred", fields{"until": h.clock.now().AddDate(0, 2, 0).Format(time.RFC3339), "reason": "经济困难"}))
	h.expect(id, "served")
	if n, err := h.Sweep(t.Context()); n != 0 || err != nil {
		t.Errorf("swept %d, %v within the deferral", n, err)
	}
}

// The party asks, the head decides: an application alone moves no deadline.
func TestPartyAsksForADeferral(t *testing.T) {
	t.Parallel()
	h := open(t, want{})
	ctx := t.Context()
	id := h.served(200_00)
	until := h.clock.now().AddDate(0, 2, 0)
	refused(t, h.AskDeferral(ctx, id, h.clock.now().Add(-time.Hour), "困难"), flow.Invalid, "第六十六条")
	refused(t, h.AskDeferral(ctx, id, until, ""), flow.Invalid, "第六十六条")
	h.must(h.AskDeferral(ctx, id, until, "分三期缴纳，每期三分之一。"))
	h.expect(id, "served")
	c, err := h.Case(ctx, h.staff["head"], id)
	h.must(err)
	if last := c.Record[len(c.Record)-1]; last.Role != "party" || last.Reason != "申请缴至2027年1月26日10时16分。分三期缴纳，每期三分之一。" {
		t.Errorf("the head reads: %+v", last)
	}
	h.must(h.do("head", id, "deferred", fields{"until": until.Format(time.RFC3339), "reason": "同意延期"}))
	h.clock.add(40 * 24 * time.Hour)
	if _, err := h.Sweep(ctx); err != nil {
		t.Fatal(err)
	}
	h.expect(id, "served")
}

func TestPartyAsksForAnInquiryByVideo(t *testing.T) {
	t.Parallel()
	h := open(t, want{})
	ctx := t.Context()
	id := h.reviewed()
	refused(t, h.Appointment(ctx, id, h.clock.now().Add(time.Hour), ""), flow.Unlawful, "")
	h.must(h.do("head", id, "file", fields{"officers": h.officers("o1", "o2")}))
	h.must(h.do("o1", id, "notify", nil))
	for _, wrong := range []time.Duration{-time.Hour, 40 * 24 * time.Hour} {
		refused(t, h.Appointment(ctx, id, h.clock.now().Add(wrong), ""), flow.Invalid, "第五十五条")
	}
	h.must(h.Appointment(ctx, id, h.clock.now().Add(48*time.Hour), "请在午后"))
	h.must(h.do("o1", id, "inquire", fields{"text": "问：是否知晓？\n答：知晓。"}))
	h.must(h.CheckRecord(ctx, id))
}

func TestPaymentNotices(t *testing.T) {
	t.Parallel()
	h := open(t, want{})
	ctx := t.Context()
	id := h.served(200_00)
	url, err := h.StartPayment(ctx, id)
	h.must(err)
	o := h.order(id)
	wrong := o
	wrong.AmountFen = 1_00
	h.must(h.notice("wrong", wrong, nil))
	h.expect(id, "served")
	stray := o
	stray.OrderNo = "0193a0b0-0000-7000-8000-000000000000"
	h.must(h.notice("stray", stray, nil))
	stray.OrderNo = "水费 2026-11" // another payee's, numbered as they please
	h.must(h.notice("foreign", stray, nil))
	h.pay(url)
	h.expect(id, "closed")
	for range 5 {
		h.must(h.notice("again", o, nil)) // the same payment under another id
	}
	c, err := h.Case(ctx, h.staff["o1"], id)
	h.must(err)
	if c.PaidFen != 200_00 {
		t.Errorf("paid %d fen", c.PaidFen)
	}
	_, err = h.StartPayment(ctx, id)
	refused(t, err, flow.Unlawful, "")
	outcomes := map[string]int{}
	rows, err := h.pool.Query(ctx, `SELECT outcome FROM payment_notice`)
	h.must(err)
	for rows.Next() {
		var o string
		h.must(rows.Scan(&o))
		outcomes[o]++
	}
	if outcomes["credited"] != 1 || outcomes["wrong_amount"] != 1 || outcomes["unknown_order"] != 2 || outcomes["repeated"] != 1 {
		t.Errorf("outcomes %v", outcomes)
	}
}

// paysTwice pays a newer order, which closes the case, and then the expired one.
func (h *house) paysTwice(id string) {
	h.t.Helper()
	first, err := h.StartPayment(h.t.Context(), id)
	h.must(err)
	h.clock.add(25 * time.Hour) // the first order has expired
	second, err := h.StartPayment(h.t.Context(), id)
	h.must(err)
	h.pay(second)
	h.expect(id, "closed")
	h.pay(first)
}

func TestTwoOrdersPaidForOneFineOweARefund(t *testing.T) {
	t.Parallel()
	h := open(t, want{})
	ctx := t.Context()
	id := h.served(200_00)
	h.paysTwice(id)
	var refund int64
	h.must(h.pool.QueryRow(ctx, `SELECT refund_fen FROM payment_notice WHERE outcome = 'surplus'`).Scan(&refund))
	if refund != 200_00 {
		t.Errorf("refund %d fen, want the whole second payment", refund)
	}
}

func TestRevocationOwesWhatWasPaidAndWithdrawsThePublication(t *testing.T) {
	t.Parallel()
	h := open(t, want{})
	ctx := t.Context()
	id := h.served(200_00)
	url, err := h.StartPayment(ctx, id)
	h.must(err)
	h.pay(url)
	h.must(h.do("head", id, "revoke", fields{"reason": "认定事实有误"}))
	h.expect(id, "revoked")
	var refund int64
	h.must(h.pool.QueryRow(ctx, `SELECT (dossier->>'refund_fen')::bigint FROM casefile WHERE id = $1`, id).Scan(&refund))
	if refund != 200_00 {
		t.Errorf("refund %d fen", refund)
	}
}

// Paid twice and then revoked: both payments are owed back.
func TestRevocationAfterASecondPaymentOwesBoth(t *testing.T) {
	t.Parallel()
	h := open(t, want{})
	ctx := t.Context()
	id := h.served(200_00)
	h.paysTwice(id)
	h.must(h.do("head", id, "revoke", fields{"reason": "认定事实有误"}))
	var refund int64
	h.must(h.pool.QueryRow(ctx, `SELECT (dossier->>'refund_fen')::bigint FROM casefile WHERE id = $1`, id).Scan(&refund))
	if refund != 400_00 {
		t.Errorf("refund %d fen, want both payments", refund)
	}
}

func TestHearingOfAUnit(t *testing.T) {
	t.Parallel()
	// Before the Ecological Environment Code, whose figures the bureau has yet to enter.
	h := open(t, want{detector: "soil", areaM2: 3500, at: time.Date(2026, 6, 2, 2, 0, 0, 0, time.UTC), party: registry.Party{Kind: "unit", Name: "某建设有限公司", Phone: "13800000003", Address: "崇明区工地路1号"}})
	ctx := t.Context()
	id := h.proposed(52_000_00)
	h.must(h.Hearing(ctx, id, "数额过高"))
	h.expect(id, "hearing")
	soon := h.clock.now().Add(5 * 24 * time.Hour).Format(time.RFC3339)
	refused(t, h.do("legal", id, "hearing_notice", fields{"at": soon, "place": "会议室"}), flow.Invalid, "第六十四条")
	at := h.clock.now().Add(14 * 24 * time.Hour)
	h.must(h.do("legal", id, "hearing_notice", fields{"at": at.Format(time.RFC3339), "place": "三楼会议室"}))
	refused(t, h.do("legal", id, "heard", fields{"text": "听证笔录"}), flow.Unlawful, "第六十四条")
	h.clock.to(at)
	h.must(h.do("legal", id, "heard", fields{"text": "当事人认为数额过高；调查人员坚持意见。"}))
	refused(t, h.do("head", id, "decide", nil), flow.Unlawful, "第五十八条")
	h.must(h.do("o1", id, "submit", nil))
	h.expect(id, "legal_review")
	refused(t, h.do("head", id, "decide", nil), flow.Unlawful, "第五十八条")
	h.must(h.do("legal", id, "pass", fields{"opinion": "同意"}))
}
