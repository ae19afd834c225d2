package casework

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"offsite/casework/calendar"
	"offsite/casework/flow"
	"offsite/store"
)

// send writes a short message and the job that sends it.
func (t *taking) send(ctx context.Context, template string) error {
	c, d := t.c, &t.c.D
	phone := first(d.Party.Consent, d.Party.Phone)
	if c.PartyID == "" || phone == "" {
		t.b.o.Logger.Info("no telephone number to write to", "case", c.ID, "message", template)
		return nil
	}
	link, err := t.b.link(ctx, t.tx, c.ID, t.now)
	if err != nil {
		return err
	}
	id, err := uuid.NewV7()
	if err != nil {
		return err
	}
	_, err = t.tx.Exec(ctx, `INSERT INTO message (id, case_id, template, phone, body, created_at, state) VALUES ($1, $2, $3, $4, $5, $6, 'waiting')`,
		id.String(), c.ID, template, phone, t.text(template, link), t.now)
	if err != nil {
		return fmt.Errorf("write message %s: %w", template, err)
	}
	t.entry.detail.Phone = masked(phone)
	return t.b.insertJob(ctx, t.tx, MessageArgs{MessageID: id.String()}, t.b.polite(template, t.now))
}

// polite is when a message may go out: papers wait for the morning; a reminder and a
// call into a room do not, since what they are about is going on now.
func (b *Book) polite(template string, now time.Time) time.Time {
	if template == "reminder" || template == "room" || b.o.DemonstrationGrace > 0 {
		return now
	}
	local := now.In(calendar.Shanghai())
	morning := time.Date(local.Year(), local.Month(), local.Day(), quietUntilHour, 0, 0, 0, calendar.Shanghai())
	switch {
	case local.Hour() >= quietFromHour:
		return morning.AddDate(0, 0, 1)
	case local.Hour() < quietUntilHour:
		return morning
	}
	return now
}

// The hours in which nobody is disturbed, on the legal clock.
const (
	quietFromHour  = 21
	quietUntilHour = 8
)

// text is a message: who writes, what it is about, what can be done until when,
// where. It names no penalty and no identity: telephones are looked at by others.
func (t *taking) text(template, link string) string {
	d, b := &t.c.D, t.b.o.Bureau
	place := first(d.Object.Name, d.Camera.Place)
	head := fmt.Sprintf("【%s】", b.Name)
	tail := fmt.Sprintf("详情：%s 咨询：%s", link, b.Phone)
	until := func(at time.Time) string { return at.In(calendar.Shanghai()).Format("1月2日15:04") }
	switch template {
	case "reminder":
		return fmt.Sprintf("%s%s于%s被发现“%s”。请在%s前自行改正，及时改正且轻微的不予处罚。%s", head, place, until(t.c.FirstAt), d.Law.NameZH, until(d.GraceEnds), tail)
	case "notice":
		return fmt.Sprintf("%s您有一份《违法事实告知书》（%s，%s）。您可以查看证据、说明情况。%s", head, place, d.Law.NameZH, tail)
	case "proposal":
		return fmt.Sprintf("%s您有一份《行政处罚事先告知书》。您可以在%s前陈述、申辩。%s", head, until(latest(d.StatementUntil, d.HearingUntil)), tail)
	case "hearing":
		return fmt.Sprintf("%s听证将于%s在%s举行。%s", head, until(d.Hearing.At), d.Hearing.Place, tail)
	case "decision":
		return fmt.Sprintf("%s《行政处罚决定书》已依您签署的确认书电子送达，请自收到之日起十五日内缴款，可以申请复议或者起诉。%s", head, tail)
	case "terms":
		if n := len(d.Instalments); n > 0 {
			return fmt.Sprintf("%s已准予您分期缴纳罚款，本期请在%s前缴纳。%s", head, until(d.PayUntil), tail)
		}
		return fmt.Sprintf("%s已准予您延期至%s前缴纳罚款。%s", head, until(d.PayUntil), tail)
	case "room":
		return fmt.Sprintf("%s办案人员已在视频询问室等候。打开链接，验证手机号并同意录音录像后即可进入；也可以不参加，改为书面说明。%s", head, tail)
	case "demand":
		return fmt.Sprintf("%s您有一份《催告书》，请尽快履行。您有权陈述、申辩。%s", head, tail)
	}
	return head + tail
}

type message struct {
	ID, CaseID, Template, Phone, Body, State string
}

// deliver sends a message that waits. Called again after a crash, the gateway
// knows the id.
func (b *Book) deliver(ctx context.Context, id string, last bool) error {
	var m message
	err := b.o.Pool.QueryRow(ctx, `SELECT id::text, case_id::text, template, phone, body, state FROM message WHERE id = $1`, id).
		Scan(&m.ID, &m.CaseID, &m.Template, &m.Phone, &m.Body, &m.State)
	if err != nil {
		return fmt.Errorf("read message %s: %w", id, err)
	}
	if m.State != "waiting" {
		return nil
	}
	receipt, err := b.o.Messenger.Send(ctx, m.ID, m.Phone, m.Body)
	switch {
	case errors.Is(err, ErrUndeliverable) || err != nil && last:
		receipt = MessageReceipt{Failed: err.Error()}
	case err != nil:
		return fmt.Errorf("send message %s (%s) of case %s: %w", m.ID, m.Template, m.CaseID, err)
	}
	return b.settle(ctx, m.ID, receipt)
}

// MessageCallback takes the gateway's signed delivery receipt, any number of times.
func (b *Book) MessageCallback(ctx context.Context, header http.Header, body []byte) error {
	id, receipt, err := b.o.Messenger.Verify(header, body)
	if err != nil {
		return fmt.Errorf("take a delivery receipt: %w: %w", ErrForged, err)
	}
	if !store.IsID(id) {
		b.o.Logger.Warn("delivery receipt for a message that is not ours", "id", id)
		return nil
	}
	err = b.settle(ctx, id, receipt)
	if errors.Is(err, ErrNotFound) {
		b.o.Logger.Warn("delivery receipt for a message that is not ours", "id", id)
		return nil
	}
	return err
}

// settle notes what became of a message and what follows for the case.
func (b *Book) settle(ctx context.Context, id string, r MessageReceipt) error {
	return pgx.BeginFunc(ctx, b.o.Pool, func(tx pgx.Tx) error {
		var m message
		var caseID string
		if err := tx.QueryRow(ctx, `SELECT case_id::text FROM message WHERE id = $1`, id).Scan(&caseID); errors.Is(err, pgx.ErrNoRows) {
			return fmt.Errorf("settle message %s: %w", id, ErrNotFound)
		} else if err != nil {
			return fmt.Errorf("settle message %s: %w", id, err)
		}
		c, err := read(ctx, tx, caseID, "FOR UPDATE") // cases are locked before their messages, always
		if err != nil {
			return err
		}
		if err := tx.QueryRow(ctx, `SELECT id::text, template, phone, state FROM message WHERE id = $1 FOR UPDATE`, id).Scan(&m.ID, &m.Template, &m.Phone, &m.State); err != nil {
			return fmt.Errorf("settle message %s: %w", id, err)
		}
		next := "accepted"
		switch {
		case r.Failed != "":
			next = "failed"
		case !r.DeliveredAt.IsZero():
			next = "delivered"
		}
		if m.State == "delivered" || m.State == "failed" || m.State == next {
			return nil
		}
		if _, err := tx.Exec(ctx, `UPDATE message SET state = $2, ref = coalesce(nullif($3, ''), ref), why = $4, settled_at = $5 WHERE id = $1`,
			id, next, r.Ref, r.Failed, b.now()); err != nil {
			return fmt.Errorf("settle message %s: %w", id, err)
		}
		if next == "accepted" {
			return nil
		}
		if err := b.messageSettled(ctx, tx, c, m, r); err != nil {
			return err
		}
		return b.finish(ctx, tx, c)
	})
}

// messageSettled takes the step that a message's fate brings about; a case that
// has gone on keeps an entry in its record alone.
func (b *Book) messageSettled(ctx context.Context, tx pgx.Tx, c *casefile, m message, r MessageReceipt) error {
	failed := r.Failed != ""
	var event flow.Event
	given := flow.Fields{Reason: r.Failed}
	switch {
	case m.Template == "reminder" && c.State == flow.Reminded && failed:
		event, given.Reason = "undeliverable", "短信未能送达："+r.Failed
	case m.Template == "reminder" && c.State == flow.Reminded:
		event = "delivered"
	case m.Template == "decision" && c.State == flow.Serving && failed:
		event, given.Reason = "failed", "短信未能送达："+r.Failed
	case m.Template == "decision" && c.State == flow.Serving:
		// Electronic service is done when it reaches the addressee's system.
		event = "served"
		given = flow.Fields{ReceivedAt: latest(r.DeliveredAt, c.D.ServingAt), Receiver: c.D.Party.Name,
			Proof: fmt.Sprintf("短信网关回执 %s，%s 到达 %s", r.Ref, legal(r.DeliveredAt), masked(m.Phone))}
	}
	if event != "" {
		return b.take(ctx, tx, c, system(), event, given)
	}
	c.quiet = true
	name := flow.Event("message_delivered")
	if failed {
		name = "message_failed"
	}
	return b.append(ctx, tx, c, b.now(), entry{event: name, from: c.State, to: c.State, role: flow.System, reason: r.Failed,
		detail: detail{Phone: masked(m.Phone), Text: m.Template}})
}
