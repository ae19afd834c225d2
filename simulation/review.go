package simulation

import (
	"context"
	"time"

	"offsite/casework/calendar"
)

const day = 24 * time.Hour

func (c *course) found(ctx context.Context, v view) (time.Duration, error) {
	if c.neglected {
		return nothing, nil
	}
	reviewer := c.some("reviewer")
	if chance(c.r, rejects) {
		_, err := c.do(ctx, reviewer, v, "reject", given{"reason": "不构成违法"})
		return c.work(), err
	}
	_, err := c.do(ctx, reviewer, v, "confirm", given{"note": "属实"})
	return c.work(), err
}

// reminded waits for the re-check.
func (c *course) reminded(context.Context, view) (time.Duration, error) { return day, nil }

func (c *course) reviewed(ctx context.Context, v view) (time.Duration, error) {
	if chance(c.r, rejectsAgain) {
		_, err := c.do(ctx, c.some("reviewer"), v, "reject", given{"reason": "证据不清晰"})
		return c.work(), err
	}
	_, err := c.do(ctx, c.other("reviewer", c.reviewer), v, "verify", given{"true": true, "clear": true, "complete": true, "accurate": true})
	return c.work(), err
}

func (c *course) verified(ctx context.Context, v view) (time.Duration, error) {
	if v.Party == "" {
		const unknown = 40 // per cent of vendors whom nobody knows
		if c.once("search") && !chance(c.r, unknown) {
			_, err := c.do(ctx, c.some("officer"), v, "identify", given{"party_id": c.s.party})
			return c.work(), err
		}
		_, err := c.do(ctx, c.some("head"), v, "not_identified", given{"reason": "多次走访未能确定当事人"})
		return c.work(), err
	}
	head, first := c.some("head"), c.some("officer")
	ok, err := c.do(ctx, head, v, "file", given{"officers": []string{first.ID, c.other("officer", first).ID}})
	if err != nil || ok {
		return c.work(), err
	}
	if wait, so, err := c.oneAct(ctx, v, head); so || err != nil {
		return wait, err
	}
	// The law of the day is still to be entered, or the camera was not lawful.
	_, err = c.do(ctx, head, v, "transfer", given{"target": "生态环境局", "reason": "法律版本待补录，移送主管部门"})
	return c.work(), err
}

func (c *course) filed(ctx context.Context, v view) (time.Duration, error) {
	switch {
	case chance(c.r, 1):
		_, err := c.do(ctx, c.head, v, "dismiss", given{"reason": "违法事实不能成立"})
		return c.work(), err
	case c.once("recusal") && chance(c.r, 3):
		_, err := c.do(ctx, c.head, v, "reassign", given{"officers": []string{c.officers[0].ID, c.other("officer", c.officers[:]...).ID}, "reason": "与当事人有利害关系"})
		return c.work(), err
	}
	_, err := c.do(ctx, c.officers[0], v, "notify", nil)
	return c.work(), err
}

func (c *course) notified(ctx context.Context, v view) (time.Duration, error) {
	if c.once("portal") {
		if err := c.consents(ctx, v); err != nil {
			return 0, err
		}
		if chance(c.r, states) {
			if _, err := c.outcome("statement", c.b.book.Statement(ctx, c.id, "当时正在清理，请从轻处理。")); err != nil {
				return 0, err
			}
		}
		return c.work(), nil
	}
	if v.dossier.unanswered() {
		_, err := c.do(ctx, c.officers[1], v, "answer", given{"text": "已核实，将在裁量时考虑。"})
		return c.work(), err
	}
	if c.once("inquiry") && chance(c.r, 20) {
		_, err := c.do(ctx, c.officers[0], v, "inquire", given{"text": "问：是否知晓规定？\n答：知道。"})
		return c.work(), err
	}
	if chance(c.r, 2) {
		_, err := c.do(ctx, c.head, v, "no_penalty", given{"reason": "初次违法且危害后果轻微并及时改正"})
		return c.work(), err
	}
	_, err := c.do(ctx, c.officers[0], v, "investigated", given{"facts": "当事人于上述时间、地点实施了违法行为。", "conclusion": "事实清楚，证据确凿。", "complex": chance(c.r, 3)})
	return c.work(), err
}

func (c *course) investigated(ctx context.Context, v view) (time.Duration, error) {
	law := v.dossier.Law
	if c.slow && c.once("slow") {
		return 70 * 8 * time.Hour, nil // seventy working days
	}
	if !law.Ready || law.MaxFen == 0 {
		_, err := c.do(ctx, c.head, v, "no_penalty", given{"reason": "依法不予处罚"})
		return c.work(), err
	}
	fine := law.MinFen + c.r.Int64N(law.MaxFen-law.MinFen+1)
	fine = max(law.MinFen, fine/10_00*10_00, 1_00)
	if v.dossier.ProposedFen > 0 && len(v.dossier.Statements) > 0 {
		fine = min(fine, v.dossier.ProposedFen)
	}
	ok, err := c.do(ctx, c.officers[c.r.IntN(2)], v, "propose", given{"fine_fen": fine, "reason": "综合违法情节。"})
	if err == nil && !ok {
		return c.extendOrEnd(ctx, v)
	}
	return c.work(), err
}

// extendOrEnd is what a head does about a case whose act has another one, whose ninety
// days are over, or which cannot go on.
func (c *course) extendOrEnd(ctx context.Context, v view) (time.Duration, error) {
	if wait, so, err := c.oneAct(ctx, v, c.head); so || err != nil {
		return wait, err
	}
	if !v.dossier.Extended && c.once("extend") {
		_, err := c.do(ctx, c.head, v, "extend", given{"reason": "案情复杂，批准延长三十日"})
		return c.work(), err
	}
	_, err := c.do(ctx, c.head, v, "dismiss", given{"reason": "超过办案期限"})
	return c.work(), err
}

// consents has the party sign in the portal, if it is one that does.
func (c *course) consents(ctx context.Context, v view) error {
	if !c.s.manners.consents || v.dossier.Party.Consent != "" {
		return nil
	}
	_, err := c.outcome("consent", c.b.book.Consent(ctx, c.id, "13900000000", "", signature, visit()))
	return err
}

// waits is how long until a time on the legal clock.
func (c *course) waits(until time.Time) time.Duration {
	return max(time.Hour, until.Sub(c.b.clock.now().In(calendar.Shanghai())))
}
