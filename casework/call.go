package casework

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"offsite/casework/calendar"
	"offsite/casework/flow"
	"offsite/casework/matter"
)

// byVoice is a call by telephone that says a reminder whose SMS did not arrive. It
// reminds; it serves nothing.
const byVoice = "voice"

// Caller has a text said in a call.
type Caller interface {
	// Call is idempotent by id: the gateway must not call twice under it. A receipt's
	// DeliveredAt is when the call was answered. An error that wraps ErrUndeliverable is
	// final; any other is tried again.
	Call(ctx context.Context, id, phone, text string) (MessageReceipt, error)
}

// CallArgs has a reminder said in a call unless its SMS has a receipt by then.
type CallArgs struct {
	MessageID string `json:"message_id"` // the SMS
}

// Kind names the job.
func (CallArgs) Kind() string { return "casework.call" }

// InsertOpts puts it on casework's queue.
func (CallArgs) InsertOpts() river.InsertOpts { return river.InsertOpts{Queue: Queue} }

// callInstead orders the call that stands in for an SMS, and tells whether it did:
// not without a Caller, in quiet hours (not even in a demonstration), for anything but a reminder, or a second time.
func (b *Book) callInstead(ctx context.Context, tx pgx.Tx, c *casefile, m message, why string) (bool, error) {
	now := b.now()
	if b.o.Caller == nil || m.Channel != bySMS || m.Template != "reminder" || c.State != flow.Reminded || disturbs(now) {
		return false, nil
	}
	id, err := uuid.NewV7()
	if err != nil {
		return false, err
	}
	done, err := tx.Exec(ctx, `INSERT INTO message (id, case_id, template, channel, phone, body, created_at, state, instead_of)
		VALUES ($1, $2, $3, $4, $5, $6, $7, 'waiting', $8) ON CONFLICT (instead_of) DO NOTHING`,
		id.String(), c.ID, m.Template, byVoice, m.Phone, b.spoken(c, now), now, m.ID)
	if err != nil {
		return false, fmt.Errorf("order a call in place of message %s: %w", m.ID, err)
	}
	if done.RowsAffected() == 0 {
		return false, nil
	}
	b.later(c, MessageArgs{MessageID: id.String()}, now)
	c.quiet = true
	return true, b.append(ctx, tx, c, now, entry{event: "call_ordered", from: c.State, to: c.State, role: flow.System, reason: why,
		detail: detail{Text: m.Template, Phone: masked(m.Phone)}})
}

// spoken is the reminder as a call says it: nobody can follow a link in one. The grace
// period is that of a reminder which arrives now.
func (b *Book) spoken(c *casefile, now time.Time) string {
	d, until := &c.D, func(at time.Time) string { return at.In(calendar.Shanghai()).Format("1月2日15点04分") }
	return fmt.Sprintf("您好，这里是%s。%s详情请致电%s，或者到%s查询。本次来电仅为提醒，不代替文书送达。", b.o.Bureau.Name,
		matter.Remind(d.Law.Reminder, first(d.Object.Name, d.Camera.Place), until(c.FirstAt), until(now.Add(b.grace(d.Law))), d.Law.NameZH, d.Law.Order.ZH),
		b.o.Bureau.Phone, b.o.Bureau.Address)
}

// overdue orders the call in place of an SMS that the gateway took without saying what
// became of it, unless the reminder has arrived some other way.
func (b *Book) overdue(ctx context.Context, id string) error {
	return pgx.BeginFunc(ctx, b.o.Pool, func(tx pgx.Tx) error {
		c, m, err := lockedMessage(ctx, tx, id)
		if err != nil || m.State != "accepted" {
			return err
		}
		others, err := otherChannels(ctx, tx, id)
		if err != nil || others.reached {
			return err
		}
		if ordered, err := b.callInstead(ctx, tx, c, m, "短信网关未在时限内回执"); err != nil || !ordered {
			return err
		}
		return b.finish(ctx, tx, c)
	})
}

// uncalled is why a call is not made although it was ordered, "" if it is to be: hours
// may lie between, where the gateway was away.
func (b *Book) uncalled(ctx context.Context, m message) (why string, err error) {
	if b.o.Caller == nil {
		return "语音电话已停用", nil
	}
	if disturbs(b.now()) {
		return "夜间（21:00–8:00）不拨打", nil
	}
	err = pgx.BeginFunc(ctx, b.o.Pool, func(tx pgx.Tx) error {
		c, err := read(ctx, tx, m.CaseID, "")
		if err != nil {
			return err
		}
		others, err := otherChannels(ctx, tx, m.ID)
		switch {
		case err != nil:
			return err
		case others.reached:
			why = "提醒已以其他方式送达"
		case c.State != flow.Reminded:
			why = "案件已不在提醒阶段"
		}
		return nil
	})
	return why, err
}

// channels are what became of the same message by others.
type channels struct {
	reached bool // one has arrived: delivered, answered, or an e-mail taken by the mail server
	open    bool // of one it is not known yet
}

// otherChannels reads them. The case is locked, so they do not change meanwhile.
func otherChannels(ctx context.Context, tx pgx.Tx, id string) (c channels, err error) {
	err = tx.QueryRow(ctx, `WITH this AS (SELECT m.id, m.case_id, m.template, first.created_at FROM message m JOIN message first ON first.id = coalesce(m.instead_of, m.id) WHERE m.id = $1)
		SELECT coalesce(bool_or(o.state = 'delivered' OR o.state = 'accepted' AND o.channel = 'mail'), false),
			coalesce(bool_or(o.state = 'waiting' OR o.state = 'accepted' AND o.channel <> 'mail'), false)
		FROM this JOIN message o ON o.case_id = this.case_id AND o.template = this.template AND o.id <> this.id
		JOIN message first ON first.id = coalesce(o.instead_of, o.id) AND first.created_at = this.created_at`, id).Scan(&c.reached, &c.open)
	if err != nil {
		return c, fmt.Errorf("read the other channels of message %s: %w", id, err)
	}
	return c, nil
}
