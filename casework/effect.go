package casework

import (
	"context"
	"fmt"

	"offsite/casework/flow"
)

// effect does what else a step brings about, in its transaction. What goes out is
// a job, so that it is sent if and only if the step is.
func (t *taking) effect(ctx context.Context, e flow.Effect) error {
	d := &t.c.D
	switch e {
	case flow.SendReminder:
		return t.remind(ctx)
	case flow.SendNotice, flow.SendProposal, flow.SendHearing, flow.SendDemand, flow.SendTerms:
		return t.send(ctx, string(e)[len("send_"):])
	case flow.SendDecision:
		if d.Method == "electronic" {
			return t.send(ctx, "decision")
		}
	case flow.SendRoom:
		return t.send(ctx, "room")
	case flow.CloseRoom:
		return t.closeRoom(ctx)
	case flow.Recheck:
		t.b.later(t.c, RecheckArgs{CaseID: t.c.ID, CameraID: t.c.CameraID, ZoneID: t.c.ZoneID}, d.GraceEnds)
	case flow.PublishResult:
		if d.PublishedAt.IsZero() && !d.Law.Unpublished {
			d.PublishedAt = t.now
		}
	case flow.Withdraw:
		if !d.PublishedAt.IsZero() {
			d.WithdrawnAt = t.now
		}
	case flow.Refund:
		return t.b.oweAllBack(ctx, t.tx, t.c, "处罚决定已撤销，退还罚款")
	case flow.VoidOrder:
		if _, err := t.tx.Exec(ctx, `UPDATE payment_order SET state = 'void' WHERE case_id = $1 AND state = 'open'`, t.c.ID); err != nil {
			return fmt.Errorf("void the payment order: %w", err)
		}
	case flow.Retain:
		if t.b.o.Retainer != nil {
			t.b.later(t.c, RetainArgs{CaseID: t.c.ID, Archived: t.c.State == flow.Archived}, t.now)
		}
	}
	return nil
}

// remind sends the reminder; where there is nobody to send it to, the case goes on
// to the second review at once.
func (t *taking) remind(ctx context.Context) error {
	if phone, email := t.reached(); phone != "" || email != "" {
		return t.send(ctx, "reminder")
	}
	t.follow = func(ctx context.Context) error {
		return t.b.take(ctx, t.tx, t.c, system(), "undeliverable", flow.Fields{Reason: "当事人未登记或没有电话号码、电子邮箱，无法劝阻"})
	}
	return nil
}
