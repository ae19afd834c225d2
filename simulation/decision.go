package simulation

import (
	"context"
	"time"

	"offsite/casework"
	"offsite/casework/flow"
)

const signature = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="

func visit() casework.Visit {
	return casework.Visit{Address: "192.0.2.7", Browser: "simulation"}
}

func (c *course) proposed(ctx context.Context, v view) (time.Duration, error) {
	d := v.dossier
	if c.once("advance notice") {
		return about(c.r, 3*time.Hour), nil // until the party reads it
	}
	if !d.Waived && c.once("answer to it") {
		return c.reacts(ctx, v)
	}
	if d.unanswered() {
		_, err := c.do(ctx, c.officers[0], v, "answer", given{"text": "经复核，部分采纳。"})
		if err == nil && c.once("lenient") && chance(c.r, 50) {
			if v, err = c.look(ctx); err == nil {
				_, err = c.do(ctx, c.officers[0], v, "revise", given{"fine_fen": max(d.Law.Lowest, d.ProposedFen-10_00), "reason": "已主动改正"})
			}
		}
		return c.work(), err
	}
	until := d.StatementUntil
	if d.HearingUntil.After(until) {
		until = d.HearingUntil
	}
	if !d.Waived && c.b.clock.now().Before(until) {
		return c.waits(until) + c.work(), nil
	}
	return c.decide(ctx, v)
}

// reacts is what the party does about the advance notice.
func (c *course) reacts(ctx context.Context, v view) (time.Duration, error) {
	if _, err := c.b.book.PortalCase(ctx, c.id, visit()); err != nil {
		return 0, err
	}
	if err := c.consents(ctx, v); err != nil {
		return 0, err
	}
	var err error
	switch {
	case v.dossier.HearingRight && chance(c.r, 50):
		_, err = c.outcome("hearing_request", c.b.book.Hearing(ctx, c.id, "对数额有异议"))
	case chance(c.r, states):
		_, err = c.outcome("statement", c.b.book.Statement(ctx, c.id, "家庭困难，已经改正。"))
	case c.s.manners.pays <= inTime || chance(c.r, 30):
		_, err = c.outcome("waive", c.b.book.Waive(ctx, c.id))
	}
	return c.work(), err
}

// decide has the head decide, through legal review where it is forced.
func (c *course) decide(ctx context.Context, v view) (time.Duration, error) {
	d := v.dossier
	if d.Complex || d.Major || d.Hearing.Held != "" {
		ok, err := c.do(ctx, c.officers[0], v, "submit", nil)
		if err == nil && !ok {
			return c.extendOrEnd(ctx, v)
		}
		return c.work(), err
	}
	ok, err := c.do(ctx, c.head, v, "decide", nil)
	if err == nil && !ok {
		return c.extendOrEnd(ctx, v)
	}
	return c.work(), err
}

func (c *course) hearing(ctx context.Context, v view) (time.Duration, error) {
	legal := c.some("legal")
	h := v.dossier.Hearing
	if h.At.IsZero() {
		early, err := c.b.days.AddWorkingDays(c.b.clock.now(), flow.HearingNoticeDays+1)
		if err != nil {
			return 0, err
		}
		_, err = c.do(ctx, legal, v, "hearing_notice", given{"at": early.Add(10 * time.Hour).Format(time.RFC3339), "place": "三楼会议室"})
		return c.waits(early.Add(11 * time.Hour)), err
	}
	_, err := c.do(ctx, legal, v, "heard", given{"text": "双方陈述、质证、辩论完毕。"})
	return day, err
}

func (c *course) legalReview(ctx context.Context, v view) (time.Duration, error) {
	if v.dossier.LegalPassed {
		ok, err := c.do(ctx, c.head, v, "decide", nil)
		if err == nil && !ok {
			return c.extendOrEnd(ctx, v)
		}
		return c.work(), err
	}
	if c.once("sent back") && chance(c.r, 15) {
		_, err := c.do(ctx, c.some("legal"), v, "fail", given{"opinion": "裁量理由不足，退回补充"})
		return c.work(), err
	}
	_, err := c.do(ctx, c.some("legal"), v, "pass", given{"opinion": "同意"})
	return c.work(), err
}

func (c *course) collective(ctx context.Context, v view) (time.Duration, error) {
	ok, err := c.do(ctx, c.head, v, "decide", given{"opinion": "集体讨论一致同意"})
	if err == nil && !ok {
		return c.extendOrEnd(ctx, v)
	}
	return c.work(), err
}

func (c *course) decided(ctx context.Context, v view) (time.Duration, error) {
	method := []string{"mail", "mail", "direct", "direct", "public"}[c.r.IntN(5)]
	if v.dossier.Party.Consent != "" && !c.acted["paper"] {
		method = "electronic"
	}
	_, err := c.do(ctx, c.officers[0], v, "serve", given{"method": method})
	return c.work(), err
}
