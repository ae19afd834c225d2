package casework

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"offsite/casework/calendar"
	"offsite/casework/flow"
)

// change writes into the dossier what the step says. What a step needs was
// checked by the table; what follows from it are its effects.
func (t *taking) change(ctx context.Context) error {
	for _, f := range []func(context.Context) (bool, error){t.changeReview, t.changeFiling, t.changeNotice, t.changeHearing, t.changeDecision, t.changeService, t.changeEnd} {
		if done, err := f(ctx); done || err != nil {
			return err
		}
	}
	return nil
}

func (t *taking) who() person {
	return person{ID: t.by.id, Name: t.by.name, LicenceNo: t.by.licence, At: t.now}
}

func (t *taking) changeReview(ctx context.Context) (bool, error) {
	d := &t.c.D
	switch t.step.Event {
	case "confirm":
		d.People.Confirmer = t.who()
		d.GraceEnds = t.now.Add(t.b.grace(d.Law)) // counted anew when the reminder arrives
	case "verify":
		d.People.Verifier = t.who()
	case "delivered":
		d.GraceEnds = t.now.Add(t.b.grace(d.Law))
	case "identify":
		return true, t.identify(ctx)
	case "classify":
		return true, t.classify()
	default:
		return false, nil
	}
	return true, nil
}

func (b *Book) grace(l law) time.Duration {
	if b.o.DemonstrationGrace > 0 {
		return b.o.DemonstrationGrace
	}
	return time.Duration(l.GraceS) * time.Second
}

func (t *taking) changeFiling(context.Context) (bool, error) {
	d := &t.c.D
	switch t.step.Event {
	case "file":
		d.People.Approver, d.FiledAt = t.who(), t.now
		t.assign()
	case "reassign":
		for _, o := range d.People.Officers {
			if !chosen(t.given.Officers, o.ID) {
				d.People.Recused = append(d.People.Recused, o.ID)
			}
		}
		t.assign()
	case "apart":
		other := d.SameAct
		d.Apart, d.SameAct, t.entry.detail.Other = append(d.Apart, other.ID), caseNamed{}, &other
	case "extend":
		d.Extended = true
	default:
		return false, nil
	}
	return true, nil
}

func (t *taking) assign() {
	t.c.D.People.Officers = nil
	for _, o := range t.given.Officers {
		t.c.D.People.Officers = append(t.c.D.People.Officers, person{ID: o.ID, Name: o.Name, LicenceNo: o.LicenceNo, At: t.now})
	}
}

func chosen(list []flow.OfficerChoice, id string) bool {
	for _, o := range list {
		if o.ID == id {
			return true
		}
	}
	return false
}

func (t *taking) changeNotice(ctx context.Context) (bool, error) {
	d := &t.c.D
	switch t.step.Event {
	case "notify":
		d.NotifiedAt = t.now
		var err error
		if d.StatementUntil, err = t.b.rules.AddWorkingDays(t.now, flow.AnswerWorkingDays); err != nil {
			return false, fmt.Errorf("work out the time for an answer: %w", err)
		}
	case "inquire":
		d.Inquiries = append(d.Inquiries, inquiry{At: t.now, Text: t.given.Text})
	case "appointment", "open_room", "attend", "agree_recording", "confirm_inquiry":
		return true, t.changeRoom(ctx)
	case "investigated":
		d.Facts, d.Conclusion, d.Complex = t.given.Facts, t.given.Conclusion, t.given.Complex
	case "propose":
		return true, t.propose()
	case "statement":
		return true, t.state()
	case "waive":
		d.Waived = true
	case "consent":
		return true, t.consent(ctx)
	case "answer":
		for i := range d.Statements {
			if d.Statements[i].AnsweredAt.IsZero() {
				d.Statements[i].Answer, d.Statements[i].AnsweredAt = t.given.Text, t.now
			}
		}
	case "revise":
		d.ProposedFen = t.given.FineFen
		d.Reason += "\n采纳当事人意见：" + t.given.Reason
	default:
		return false, nil
	}
	return true, nil
}

// propose opens the party's windows: working days from the notice.
func (t *taking) propose() error {
	d := &t.c.D
	d.ProposedAt, d.ProposedFen, d.Reason, d.Waived = t.now, t.given.FineFen, t.given.Reason, false
	if d.FirstFen == 0 {
		d.FirstFen = d.ProposedFen
	}
	t.facts.ProposedFen = d.ProposedFen
	d.HearingRight = flow.HearingApplies(t.facts)
	var err error
	days := flow.StatementWorkingDays
	if d.HearingRight {
		days = flow.HearingWorkingDays
		if d.HearingUntil, err = t.b.rules.AddWorkingDays(t.now, flow.HearingWorkingDays); err != nil {
			return fmt.Errorf("work out the time for asking for a hearing: %w", err)
		}
	}
	if d.StatementUntil, err = t.b.rules.AddWorkingDays(t.now, days); err != nil {
		return fmt.Errorf("work out the time for a statement: %w", err)
	}
	return nil
}

func (t *taking) changeHearing(context.Context) (bool, error) {
	h := &t.c.D.Hearing
	switch t.step.Event {
	case "hearing_request":
		h.AskedAt, h.Reason = t.now, t.given.Reason
	case "hearing_notice":
		h.NoticeAt, h.At, h.Place = t.now, t.given.At, t.given.Place
		t.c.D.People.Host = t.who()
	case "heard":
		h.Held = t.given.Text
		t.c.D.People.Host = t.who()
	default:
		return false, nil
	}
	return true, nil
}

func (t *taking) changeDecision(context.Context) (bool, error) {
	d := &t.c.D
	switch t.step.Event {
	case "pass":
		d.People.Legal, d.LegalPassed, d.LegalOpinion, d.LegalAt = t.who(), true, t.given.Opinion, t.now
	case "fail":
		d.People.Legal, d.LegalOpinion, d.LegalAt = t.who(), t.given.Opinion, t.now
		d.Waived = false // a new advance notice opens the windows anew
	case "decide":
		d.DecidedAt, d.Discussion = t.now, t.given.Opinion
		t.c.FineFen = d.ProposedFen
		d.People.Closer = t.who()
		if d.Law.Unpublished {
			return true, nil
		}
		var err error
		if d.PublishBy, err = t.b.rules.AddWorkingDays(t.now, cmp.Or(d.Law.PublishDays, flow.PublishWorkingDays)); err != nil {
			return false, fmt.Errorf("work out the time for publication: %w", err)
		}
	default:
		return false, nil
	}
	return true, nil
}

func (t *taking) changeService(context.Context) (bool, error) {
	d := &t.c.D
	switch t.step.Event {
	case "serve":
		d.Method, d.ServingAt = t.given.Method, t.now
	case "served":
		return true, t.served()
	case "failed":
		d.Method, d.ServingAt = "", time.Time{}
	case "deferred":
		d.PayUntil = calendar.End(t.given.Until)
		d.TermEnds = d.PayUntil
	case "instalments":
		return true, t.divide()
	case "reconsideration", "litigation":
		if !d.suspended() {
			d.Pauses = append(d.Pauses, flow.Span{From: t.now})
		}
	case "upheld":
		if d.suspended() {
			d.Pauses[len(d.Pauses)-1].To = t.now
		}
	case "urge":
		d.UrgedAt = t.now
	default:
		return false, nil
	}
	return true, nil
}

// served starts the fifteen days and the time for appeals, from receipt.
func (t *taking) served() error {
	d := &t.c.D
	d.ServedAt, d.Proof, d.Receiver = t.given.ReceivedAt, t.given.Proof, t.given.Receiver
	until, err := t.b.rules.Period(d.ServedAt, flow.PaymentDays)
	if err != nil {
		return fmt.Errorf("work out the time for payment: %w", err)
	}
	d.PayUntil, d.AppealEnds = until, flow.LitigationUntil(d.ServedAt)
	return nil
}

// divide grants instalments of what is unpaid of the fine. Those that were paid, by an
// earlier grant, stay.
func (t *taking) divide() error {
	d := &t.c.D
	list, err := flow.Plan(t.facts.UnpaidFen, t.given.Parts, t.given.Until, t.b.rules)
	if err != nil {
		return err
	}
	d.Instalments = append(d.paidInstalments(t.c), list...)
	d.PayUntil, d.TermEnds = list[0].Until, list[len(list)-1].Until
	return nil
}

func (t *taking) changeEnd(context.Context) (bool, error) {
	c, d := t.c, &t.c.D
	switch t.step.Event {
	case "instalment_paid":
		d.settle()
	case "paid", "executed":
		d.ReceiptNo = t.given.ReceiptNo
		if d.PaidAt.IsZero() {
			d.PaidAt = t.now
		}
		c.ClosedAt = &t.now
		c.LateFen = t.facts.LateFen
	case "corrected", "no_penalty", "dismiss", "not_identified", "transfer", "reject", "expire":
		d.Ending, d.Target = t.given.Reason, t.given.Target
		c.ClosedAt = &t.now
	case "terminate":
		d.Ending = t.given.Reason
		c.ClosedAt, c.LateFen = &t.now, 0
	case "revoke":
		d.Ending = t.given.Reason
		t.entry.detail.RefundFen = c.PaidFen - d.LoweredFen // beside what was owed back before
		d.RefundFen += t.entry.detail.RefundFen
		c.ClosedAt = &t.now
	case "archived":
		d.People.Closer = t.who()
	default:
		return false, nil
	}
	return true, nil
}
