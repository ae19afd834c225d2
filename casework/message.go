package casework

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"go.opentelemetry.io/otel/attribute"

	"offsite/casework/calendar"
	"offsite/casework/flow"
	"offsite/casework/matter"
	"offsite/store"
	"offsite/tracing"
)

// The channels of messages.
const (
	bySMS  = "sms"
	byMail = "mail"
)

// send writes a message by every channel that reaches the party, and the jobs that send
// it. E-mail does not wait for the morning: it wakes nobody, and lies in the mailbox.
func (t *taking) send(ctx context.Context, template string) error {
	c := t.c
	phone, email := t.reached()
	if phone == "" && email == "" {
		t.b.o.Logger.Info("no telephone number or e-mail address to write to", "case", c.ID, "message", template)
		return nil
	}
	link, err := t.b.link(ctx, t.tx, c.ID, t.now)
	if err != nil {
		return err
	}
	body := t.text(template, link)
	if phone != "" {
		t.entry.detail.Phone = masked(phone)
		if err := t.post(ctx, message{Template: template, Channel: bySMS, Phone: phone, Body: body}, t.b.polite(template, t.now)); err != nil {
			return err
		}
	}
	if email != "" {
		t.entry.detail.Email = maskedEmail(email)
		if err := t.post(ctx, message{Template: template, Channel: byMail, Email: email, Body: body}, t.now); err != nil {
			return err
		}
	}
	if template == "notice" { // from now on the party may take the evidence along
		t.b.later(c, RedactArgs{CaseID: c.ID}, t.now)
	}
	return nil
}

// reached is where the party can be written to, "" where it cannot.
func (t *taking) reached() (phone, email string) {
	if t.c.PartyID == "" {
		return "", ""
	}
	if t.b.o.Mailer != nil {
		email = t.c.D.Party.Email
	}
	return first(t.c.D.Party.Consent, t.c.D.Party.Phone), email
}

// post puts a message into the outbox, to be sent at a time.
func (t *taking) post(ctx context.Context, m message, at time.Time) error {
	id, err := uuid.NewV7()
	if err != nil {
		return err
	}
	_, err = t.tx.Exec(ctx, `INSERT INTO message (id, case_id, template, channel, phone, email, body, created_at, state) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'waiting')`,
		id.String(), t.c.ID, m.Template, m.Channel, m.Phone, m.Email, m.Body, t.now)
	if err != nil {
		return fmt.Errorf("write message %s: %w", m.Template, err)
	}
	t.b.later(t.c, MessageArgs{MessageID: id.String()}, at)
	return nil
}

// polite is when a message may go out: papers wait for the morning; a reminder and a
// call into a room do not, since what they are about is going on now.
func (b *Book) polite(template string, now time.Time) time.Time {
	if template == "reminder" || template == "room" || b.o.DemonstrationGrace > 0 || !disturbs(now) {
		return now
	}
	local := now.In(calendar.Shanghai())
	morning := time.Date(local.Year(), local.Month(), local.Day(), quietUntilHour, 0, 0, 0, calendar.Shanghai())
	if local.Hour() >= quietFromHour {
		return morning.AddDate(0, 0, 1)
	}
	return morning
}

// The hours in which nobody is disturbed, on the legal clock.
const (
	quietFromHour  = 21
	quietUntilHour = 8
)

// disturbs tells whether a message or a call would at that time: from 21:00 on, until 8:00.
func disturbs(at time.Time) bool {
	hour := at.In(calendar.Shanghai()).Hour()
	return hour >= quietFromHour || hour < quietUntilHour
}

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
		return head + matter.Remind(d.Law.Reminder, place, until(t.c.FirstAt), until(d.GraceEnds), d.Law.NameZH, d.Law.Order.ZH) + tail
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
	case "link":
		return fmt.Sprintf("%s您的案件办理链接已重新发出，以前的链接不再有效。%s", head, tail)
	case "full_copy_granted":
		return fmt.Sprintf("%s您查看未遮挡画面的申请已获准，请在期限内用手机号验证后查看，不得传播。%s", head, tail)
	case "full_copy_refused":
		return fmt.Sprintf("%s您查看未遮挡画面的申请未获准，理由见办理页面。%s", head, tail)
	case "annotation":
		return fmt.Sprintf("%s因您的案件，本局已函请登记机构作不动产注记，函件副本见办理页面。认为有误或者事由已消失的，可以向本局提出。%s", head, tail)
	case "lifting":
		return fmt.Sprintf("%s本局已函请登记机构解除不动产注记，函件副本见办理页面。%s", head, tail)
	case "demand":
		return fmt.Sprintf("%s您有一份《催告书》，请尽快履行。您有权陈述、申辩。%s", head, tail)
	}
	return head + tail
}

// subject is an e-mail's: who writes, and what kind of paper waits. Like the text it
// names nobody.
func (b *Book) subject(template string) string {
	about, ok := map[string]string{
		"reminder": "请自行改正的提醒", "notice": "违法事实告知书", "proposal": "行政处罚事先告知书", "hearing": "听证通知", "decision": "行政处罚决定书",
		"terms": "延期、分期缴纳罚款的答复", "room": "视频询问室已开放", "demand": "催告书",
	}[template]
	if !ok {
		about = "案件办理通知"
	}
	return fmt.Sprintf("【%s】%s", b.o.Bureau.Name, about)
}

type message struct {
	ID, CaseID, Template, Channel, Phone, Email, Body, State string
}

// transmit hands a message to its channel.
func (b *Book) transmit(ctx context.Context, m message) (MessageReceipt, error) {
	switch m.Channel {
	case bySMS:
		return b.o.Messenger.Send(ctx, m.ID, m.Phone, m.Body)
	case byVoice:
		if why, err := b.uncalled(ctx, m); err != nil || why != "" {
			return MessageReceipt{Failed: why}, err
		}
		return b.o.Caller.Call(ctx, m.ID, m.Phone, m.Body)
	}
	if b.o.Mailer == nil {
		return MessageReceipt{}, errNoMailer
	}
	return b.o.Mailer.Send(ctx, m.ID, m.Email, b.subject(m.Template), m.Body)
}

// errNoMailer says that the mail server was taken out of the configuration meanwhile.
var errNoMailer = errors.New("no mail server is configured: set mail.host")

// deliver sends a message that waits. Called again after a crash, the gateway knows the
// id; an e-mail has the Message-ID of the first time.
func (b *Book) deliver(ctx context.Context, id string, last bool) error {
	var m message
	err := b.o.Pool.QueryRow(ctx, `SELECT id::text, case_id::text, template, channel, phone, email, body, state FROM message WHERE id = $1`, id).
		Scan(&m.ID, &m.CaseID, &m.Template, &m.Channel, &m.Phone, &m.Email, &m.Body, &m.State)
	if err != nil {
		return fmt.Errorf("read message %s: %w", id, err)
	}
	if m.State != "waiting" {
		return nil
	}
	ctx, span := tracing.Begin(ctx, m.CaseID, "notice", attribute.String("message", m.Template), attribute.String("channel", m.Channel))
	receipt, err := b.transmit(ctx, m)
	tracing.End(span, err)
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
		c, m, err := lockedMessage(ctx, tx, id)
		if err != nil {
			return err
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
		if next == "accepted" && m.Channel != byMail { // its delivery receipt comes
			if m.Channel == bySMS && m.Template == "reminder" && b.o.Caller != nil {
				return b.insertJob(ctx, tx, CallArgs{MessageID: m.ID}, b.now().Add(b.o.CallAfter))
			}
			return nil
		}
		if err := b.messageSettled(ctx, tx, c, m, r); err != nil {
			return err
		}
		return b.finish(ctx, tx, c)
	})
}

// messageSettled takes the step that a message's fate brings about; a case that
// has gone on keeps an entry in its record alone. A reminder has reached the party when
// the first channel did, and has not when none did; one whose SMS failed may be said in a
// call first. A decision is served at the telephone
// that the party signed for: e-mail neither serves it nor undoes the service.
func (b *Book) messageSettled(ctx context.Context, tx pgx.Tx, c *casefile, m message, r MessageReceipt) error {
	failed := r.Failed != ""
	if m.Template == "reminder" && c.State == flow.Reminded {
		others, err := otherChannels(ctx, tx, m.ID)
		if err != nil {
			return err
		}
		if failed && !others.reached {
			if ordered, err := b.callInstead(ctx, tx, c, m, undelivered(m, r)); err != nil || ordered {
				return err
			}
		}
		switch {
		case others.reached, failed && others.open:
		case failed:
			return b.take(ctx, tx, c, system(), "undeliverable", flow.Fields{Reason: undelivered(m, r)})
		case m.Channel == byMail:
			return b.take(ctx, tx, c, system(), "delivered", flow.Fields{Reason: "电子邮件已由邮件服务器接收：" + r.Ref})
		case m.Channel == byVoice:
			return b.take(ctx, tx, c, system(), "delivered", flow.Fields{Reason: fmt.Sprintf("语音电话 %s 于%s接听：%s", masked(m.Phone), legal(r.DeliveredAt), r.Ref)})
		default:
			return b.take(ctx, tx, c, system(), "delivered", flow.Fields{})
		}
	}
	if m.Template == "decision" && m.Channel == bySMS && c.State == flow.Serving {
		if failed {
			return b.take(ctx, tx, c, system(), "failed", flow.Fields{Reason: undelivered(m, r)})
		}
		// Electronic service is done when it reaches the addressee's system.
		return b.take(ctx, tx, c, system(), "served", flow.Fields{ReceivedAt: latest(r.DeliveredAt, c.D.ServingAt), Receiver: c.D.Party.Name,
			Proof: fmt.Sprintf("短信网关回执 %s，%s 到达 %s", r.Ref, legal(r.DeliveredAt), masked(m.Phone))})
	}
	return b.messageNoted(ctx, tx, c, m, r)
}

// messageNoted enters what became of a message.
func (b *Book) messageNoted(ctx context.Context, tx pgx.Tx, c *casefile, m message, r MessageReceipt) error {
	c.quiet = true
	name := map[string][2]flow.Event{bySMS: {"message_delivered", "message_failed"}, byMail: {"mail_accepted", "mail_failed"}, byVoice: {"call_answered", "call_failed"}}[m.Channel]
	e := entry{event: name[0], from: c.State, to: c.State, role: flow.System, reason: r.Failed, detail: detail{Text: m.Template}}
	if r.Failed != "" {
		e.event = name[1]
	}
	if m.Channel != byMail {
		e.detail.Phone = masked(m.Phone)
	} else {
		e.detail.Email, e.detail.ReceiptNo = maskedEmail(m.Email), r.Ref
	}
	return b.append(ctx, tx, c, b.now(), e)
}

// lockedMessage reads a message and its case, both locked.
func lockedMessage(ctx context.Context, tx pgx.Tx, id string) (c *casefile, m message, err error) {
	err = tx.QueryRow(ctx, `SELECT case_id::text FROM message WHERE id = $1`, id).Scan(&m.CaseID)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, m, fmt.Errorf("settle message %s: %w", id, ErrNotFound)
	}
	if err != nil {
		return nil, m, fmt.Errorf("settle message %s: %w", id, err)
	}
	if c, err = read(ctx, tx, m.CaseID, "FOR UPDATE"); err != nil { // cases are locked before their messages, always
		return nil, m, err
	}
	if err = tx.QueryRow(ctx, `SELECT id::text, template, channel, phone, email, state FROM message WHERE id = $1 FOR UPDATE`, id).
		Scan(&m.ID, &m.Template, &m.Channel, &m.Phone, &m.Email, &m.State); err != nil {
		return nil, m, fmt.Errorf("settle message %s: %w", id, err)
	}
	return c, m, nil
}

func undelivered(m message, r MessageReceipt) string {
	switch m.Channel {
	case byMail:
		return "电子邮件未能送达：" + r.Failed
	case byVoice:
		return "语音电话未接通：" + r.Failed
	}
	return "短信未能送达：" + r.Failed
}
