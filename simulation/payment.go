package simulation

import (
	"context"
	"time"

	"offsite/casework"
	"offsite/casework/calendar"
)

// scan is a signed receipt, as short as a scan can be (base64 of "%PDF-1.7").
const scan = "JVBERi0xLjc="

// serving waits for the post, for somebody at home, for the end of a public notice;
// electronic service is told by the gateway.
func (c *course) serving(ctx context.Context, v view) (time.Duration, error) {
	wait := map[string]time.Duration{"mail": 3 * day, "direct": day, "public": 32 * day, "electronic": day}[v.dossier.Method]
	if since := c.b.clock.now().Sub(v.dossier.ServingAt); since < wait-time.Hour || v.dossier.Method == "electronic" {
		return wait - min(since, wait-time.Hour), nil
	}
	c.acted["paper"] = true
	if v.dossier.Method != "public" && chance(c.r, 5) {
		_, err := c.do(ctx, c.officers[0], v, "failed", given{"reason": "无人签收"})
		return day, err
	}
	_, err := c.do(ctx, c.officers[1], v, "served", given{"received_at": c.b.clock.now().Format(time.RFC3339), "proof": "回证在卷", "receiver": "本人", "papers": []string{scan}})
	return about(c.r, 6*time.Hour), err
}

func (c *course) served(ctx context.Context, v view) (time.Duration, error) {
	d := v.dossier
	if d.suspended() {
		return c.judged(ctx, v)
	}
	switch {
	case c.once("appeal") && chance(c.r, appeals):
		event := []string{"reconsideration", "litigation"}[c.r.IntN(2)]
		_, err := c.do(ctx, c.officers[0], v, event, given{"note": "已受理"})
		return 40 * day, err
	case c.once("instalments") && chance(c.r, hardship):
		return c.divides(ctx)
	case c.once("deferral") && len(d.Instalments) == 0 && chance(c.r, hardship):
		_, err := c.do(ctx, c.head, v, "deferred", given{"until": c.b.clock.now().Add(60 * day).Format(time.RFC3339), "reason": "经济困难"})
		return 50 * day, err
	case c.once("error") && chance(c.r, 1):
		_, err := c.do(ctx, c.head, v, "revoke", given{"reason": "认定事实有误"})
		return day, err
	}
	switch c.s.manners.pays {
	case atOnce:
		return c.pays(ctx)
	case inTime:
		if c.once("time to pay") {
			return about(c.r, 5*day), nil
		}
		return c.pays(ctx)
	}
	return c.waits(d.PayUntil) + about(c.r, 4*day), nil
}

// divides has the party ask for instalments, and the head grant some.
func (c *course) divides(ctx context.Context) (time.Duration, error) {
	parts, from := 2+c.r.IntN(5), c.b.clock.now().Add(30*day)
	if _, err := c.outcome("ask_instalments", c.b.book.AskInstalments(ctx, c.id, parts, from, "经济困难，只能按月缴纳。")); err != nil {
		return 0, err
	}
	v, err := c.look(ctx)
	if err == nil {
		_, err = c.do(ctx, c.head, v, "instalments", given{"parts": parts, "until": from.Format(time.RFC3339), "reason": "经济困难属实"})
	}
	return about(c.r, 25*day), err
}

// gone is in how many of a hundred cases before the court nobody is left who could pay.
const gone = 5

// hardship is how many of a hundred parties ask to pay later, and in parts.
const hardship = 3

// judged is the end of a reconsideration or lawsuit.
func (c *course) judged(ctx context.Context, v view) (time.Duration, error) {
	if chance(c.r, 25) {
		_, err := c.do(ctx, c.head, v, "revoke", given{"reason": "复议、诉讼决定撤销"})
		return day, err
	}
	_, err := c.do(ctx, c.officers[0], v, "upheld", given{"note": "维持"})
	return about(c.r, 2*day), err
}

func (c *course) overdue(ctx context.Context, v view) (time.Duration, error) {
	switch {
	case v.dossier.suspended():
		return c.judged(ctx, v)
	case c.once("overdue"):
		return about(c.r, 15*day), nil
	case c.s.manners.pays != never:
		return c.pays(ctx)
	}
	_, err := c.do(ctx, c.officers[0], v, "urge", nil)
	return 10 * day, err
}

func (c *course) urged(ctx context.Context, v view) (time.Duration, error) {
	if v.dossier.suspended() {
		return c.judged(ctx, v)
	}
	if c.once("demand") && chance(c.r, 30) {
		return c.pays(ctx)
	}
	_, err := c.do(ctx, c.other("head", c.head), v, "court", given{"reason": "经催告仍不履行"})
	return 20 * day, err
}

func (c *course) court(ctx context.Context, v view) (time.Duration, error) {
	if chance(c.r, 40) {
		return c.pays(ctx)
	}
	if chance(c.r, gone) {
		_, err := c.do(ctx, c.head, v, "terminate", given{"reason": "当事人死亡，无遗产可供执行，又无义务承受人"})
		return c.work(), err
	}
	_, err := c.do(ctx, c.officers[0], v, "executed", given{"receipt_no": "法执" + c.id[:8], "note": "法院划拨"})
	return 30 * day, err
}

func (c *course) closed(ctx context.Context, v view) (time.Duration, error) {
	v, err := c.lowers(ctx, v)
	if err != nil {
		return 0, err
	}
	if c.once("second thoughts") && chance(c.r, 1) {
		_, err := c.do(ctx, c.head, v, "revoke", given{"reason": "复查发现认定有误"})
		if err == nil {
			err = c.paysRestBack(ctx)
		}
		return c.work(), err
	}
	_, err = c.do(ctx, c.head, v, "archived", nil)
	return c.work(), err
}

// appeased is above which share of acts that are put right a spot's party has its fine
// lowered by a reconsideration after it has paid. Nothing is drawn for it: the courses of a
// seed stay what they were.
const appeased = 60

// lowers has a tenth of the fine paid back by hand where a reconsideration lowered it, and
// whatever else is owed.
func (c *course) lowers(ctx context.Context, v view) (view, error) {
	lowered := c.s.manners.corrects > appeased && c.once("lowered")
	if !lowered && v.dossier.RefundFen == v.dossier.RefundedFen {
		return v, nil
	}
	if lowered {
		if err := c.paysBack(ctx, casework.RefundDraft{Cause: "lowered", AmountFen: max(1, v.FineFen/10), Reason: "行政复议决定变更罚款数额"}); err != nil {
			return v, err
		}
	}
	if err := c.paysRestBack(ctx); err != nil {
		return v, err
	}
	return c.look(ctx)
}

// paysRestBack has people enter what is owed back and nobody was asked for.
func (c *course) paysRestBack(ctx context.Context) error {
	file, err := c.b.book.Case(ctx, c.head, c.id)
	if err != nil || file.UnaskedFen == 0 {
		return err
	}
	return c.paysBack(ctx, casework.RefundDraft{Cause: "owed", AmountFen: file.UnaskedFen, Reason: "应退款项"})
}

// paysBack has an officer enter a refund, a head confirm it, and the treasury pay it.
func (c *course) paysBack(ctx context.Context, d casework.RefundDraft) error {
	if ok, err := c.outcome("hand_refund", c.b.book.AskRefund(ctx, c.officers[0], c.id, d)); err != nil || !ok {
		return err
	}
	file, err := c.b.book.Case(ctx, c.head, c.id)
	if err != nil {
		return err
	}
	for _, r := range file.Refunds {
		if r.State != "asked" {
			continue
		}
		if err := c.b.book.DecideRefund(ctx, c.head, c.id, r.ID, casework.RefundVerdict{Confirm: true, Grounds: "属实"}); err != nil {
			return err
		}
		paid := casework.RefundPaid{TreasuryNo: "退" + r.ID[len(r.ID)-12:], PaidOn: c.b.clock.now().In(calendar.Shanghai()).Format(time.DateOnly)}
		if err := c.b.book.PayRefund(ctx, c.officers[0], c.id, r.ID, paid); err != nil {
			return err
		}
	}
	return nil
}

// pays has the party pay, and the treasury tell of it: once, several times, or twice
// for two orders.
func (c *course) pays(ctx context.Context) (time.Duration, error) {
	order, err := c.b.book.StartPayment(ctx, c.id)
	if ok, err := c.outcome("pay", err); err != nil || !ok {
		return day, err
	}
	if c.s.manners.corrects < walksIn {
		return day, c.paysAtCounter(ctx, order)
	}
	earlier := c.order
	c.order = order
	if chance(c.r, 5) && earlier == "" {
		return 2 * day, nil // the page is left open; another order follows
	}
	told := 1
	if chance(c.r, 10) {
		told += c.r.IntN(4)
	}
	if err := c.tell(ctx, order, told); err != nil {
		return 0, err
	}
	if earlier != "" && earlier != order && chance(c.r, 50) {
		return day, c.tell(ctx, earlier, 1) // the old page is still open, and is paid as well
	}
	return day, nil
}

func (c *course) tell(ctx context.Context, order string, times int) error {
	header, body, err := c.b.treasury.receive(order)
	for range times {
		if err == nil {
			err = c.b.book.PaymentCallback(ctx, header, body)
		}
	}
	return err
}
