package casework

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"offsite/casework/document"
	"offsite/casework/flow"
	"offsite/store"
)

// moneyWaits are the cases of which money that was entered by hand waits to be confirmed: a
// refund, or a payment at a counter.
const moneyWaits = `id IN (SELECT case_id FROM hand_refund WHERE state = 'asked' UNION ALL SELECT case_id FROM counter_payment WHERE state = 'asked')`

// handRefund is how refusals name what is paid back by hand.
const handRefund flow.Event = "hand_refund"

// Why money is paid back by hand.
const (
	causeOwed    = "owed"    // of what the case owes back already
	causeLowered = "lowered" // a reconsideration or a judgment lowered the fine, and it was paid
	causeCounter = "counter" // it came by counter or transfer, beside the provider
)

// Refund is money that goes back to the party: an order or a part of it by the provider, by
// itself, or an amount by the treasury, entered by one and confirmed by another.
type Refund struct {
	ID          string     `json:"id"`
	By          string     `json:"by" enum:"provider,treasury"`
	Cause       string     `json:"cause" enum:"order,owed,lowered,counter" doc:"order: what the provider pays back of an order by itself; owed: of what the case owes back; lowered: a paid fine was lowered by a reconsideration or a judgment; counter: the payment came by counter or transfer."`
	AmountFen   int64      `json:"amount_fen"`
	Reason      string     `json:"reason"`
	ReceiptNo   string     `json:"receipt_no" doc:"Of the payment that came by counter or transfer."`
	ReceivedFen int64      `json:"received_fen" doc:"What came by it."`
	State       string     `json:"state" enum:"asked,confirmed,declined,paid"`
	AskedAt     time.Time  `json:"asked_at"`
	AskedBy     string     `json:"asked_by" doc:"Empty: the program."`
	DecidedAt   *time.Time `json:"decided_at,omitempty"`
	DecidedBy   string     `json:"decided_by"`
	Grounds     string     `json:"grounds" doc:"Of who confirmed or declined it."`
	TreasuryNo  string     `json:"treasury_no" doc:"Under which the treasury paid."`
	PaidOn      string     `json:"paid_on" doc:"2006-01-02; empty: not yet."`
	// Own: whoever asks entered it, and does not confirm it.
	Own bool `json:"own"`
}

// RefundDraft is what is to be paid back by hand.
type RefundDraft struct {
	Cause       string `json:"cause" enum:"owed,lowered,counter"`
	AmountFen   int64  `json:"amount_fen" minimum:"1" maximum:"100000000000"`
	Reason      string `json:"reason" minLength:"1" maxLength:"2000"`
	ReceiptNo   string `json:"receipt_no,omitempty" maxLength:"100" doc:"Of the payment that came by counter or transfer."`
	ReceivedFen int64  `json:"received_fen,omitempty" minimum:"0" maximum:"100000000000" doc:"What came by it."`
}

// RefundVerdict confirms or declines such a draft.
type RefundVerdict struct {
	Confirm bool   `json:"confirm"`
	Grounds string `json:"grounds" minLength:"1" maxLength:"2000"`
}

// RefundPaid says that the treasury has paid back, under which number and on which day.
type RefundPaid struct {
	TreasuryNo string `json:"treasury_no" minLength:"1" maxLength:"100"`
	PaidOn     string `json:"paid_on" format:"date"`
}

// AskRefund enters what is to be paid back by hand; another confirms it. One waits at a
// time.
func (b *Book) AskRefund(ctx context.Context, a Actor, caseID string, d RefundDraft) error {
	if err := wanted(handRefund, "reason", &d.Reason, "请写明退款理由", "say why it is paid back"); err != nil {
		return err
	}
	if !readText(d.ReceiptNo, &d.ReceiptNo) || d.AmountFen <= 0 {
		return refuse(handRefund, flow.Invalid, "amount_fen", "请填写退款金额", "give the amount that is paid back")
	}
	switch {
	case !slices.Contains([]string{causeOwed, causeLowered, causeCounter}, d.Cause):
		return refuse(handRefund, flow.Invalid, "cause", "请选择退款事由", "choose why it is paid back")
	case d.Cause != causeCounter:
		d.ReceiptNo, d.ReceivedFen = "", 0
	case d.ReceiptNo == "":
		return refuse(handRefund, flow.Invalid, "receipt_no", "请填写柜面或者转账缴款的票据号", "give the receipt number of the payment by counter or transfer")
	case d.AmountFen > d.ReceivedFen:
		return refuse(handRefund, flow.Invalid, "amount_fen", "退款金额不得超过该笔缴款", "no more is paid back than was paid")
	}
	return b.change(ctx, caseID, 0, func(tx pgx.Tx, c *casefile) error {
		if err := mayHandle(a, c, handRefund); err != nil {
			return err
		}
		id, err := uuid.NewV7()
		if err != nil {
			return err
		}
		if err := b.refundable(ctx, tx, c, id.String(), d); err != nil {
			return err
		}
		now := b.now()
		done, err := tx.Exec(ctx, `INSERT INTO hand_refund (id, case_id, cause, receipt_no, received_fen, amount_fen, reason, state, asked_at, asked_by, asker)
			VALUES ($1, $2, $3, $4, $5, $6, $7, 'asked', $8, $9, $10) ON CONFLICT DO NOTHING`,
			id.String(), c.ID, d.Cause, d.ReceiptNo, d.ReceivedFen, d.AmountFen, d.Reason, now, a.ID, a.Name)
		if err != nil {
			return fmt.Errorf("enter a refund of case %s: %w", c.ID, err)
		}
		if done.RowsAffected() == 0 {
			return refuse(handRefund, flow.Unlawful, "", "本案已有退款待确认", "a refund of this case waits to be confirmed")
		}
		e := entry{event: "refund_asked", from: c.State, to: c.State, role: handles(a), by: a.performer(), reason: d.Reason, detail: detail{RefundFen: d.AmountFen, ReceiptNo: d.ReceiptNo, Text: d.Cause}}
		return b.append(ctx, tx, c, now, e)
	})
}

// refundable refuses what may not be paid back: more than is owed, more than was paid. id is
// the refund's own, which does not stand in its way.
func (b *Book) refundable(ctx context.Context, tx pgx.Tx, c *casefile, id string, d RefundDraft) error {
	most := int64(0)
	switch d.Cause {
	case causeOwed:
		asked, err := askedBack(ctx, tx, c.ID, id)
		if err != nil {
			return err
		}
		most = c.D.RefundFen - asked
	case causeLowered:
		if !slices.Contains([]flow.State{flow.Closed, flow.Archived}, c.State) {
			return refuse(handRefund, flow.Unlawful, "", "罚款缴清结案后，才能因改变处罚决定退款；撤销决定的自行全额退还", "a fine that was lowered is paid back once it is paid and the case closed; a revoked one goes back in whole by itself")
		}
		most = c.PaidFen - c.D.LoweredFen
	case causeCounter:
		if c.D.DecidedAt.IsZero() {
			return refuse(handRefund, flow.Unlawful, "", "尚未作出处罚决定，没有缴款", "nothing is decided, so nothing was paid")
		}
		var before int64
		var booked bool
		err := tx.QueryRow(ctx, `SELECT coalesce((SELECT sum(amount_fen) FROM hand_refund WHERE case_id = $1 AND receipt_no = $2 AND state <> 'declined' AND id <> $3), 0)::bigint,
			EXISTS (SELECT FROM counter_payment WHERE receipt_no = $2 AND state <> 'declined')`, c.ID, d.ReceiptNo, id).Scan(&before, &booked)
		if err != nil {
			return fmt.Errorf("count what was paid back of receipt %s: %w", d.ReceiptNo, err)
		}
		if booked {
			return refuse(handRefund, flow.Unlawful, "receipt_no", "该票据已录入为柜面缴款，多缴部分确认后即为应退款项", "this receipt was entered as a payment at a counter: what is too much of it is owed back once it is confirmed")
		}
		most = d.ReceivedFen - before
	}
	if d.AmountFen > most {
		yuan := document.Yuan(max(0, most))
		return refuse(handRefund, flow.Unlawful, "amount_fen", fmt.Sprintf("最多可退%s元", yuan), fmt.Sprintf("%s yuan can be paid back at most", yuan))
	}
	return nil
}

// backAsked is what somebody was asked to pay back of a case c: the provider of
// orders, the treasury of what was confirmed. What waits for confirmation counts where it
// is owed already.
const backAsked = `(coalesce((SELECT sum(r.amount_fen) FROM refund r WHERE r.case_id = c.id), 0)
	+ coalesce((SELECT sum(h.amount_fen) FROM hand_refund h WHERE h.case_id = c.id AND (h.state IN ('confirmed', 'paid') OR h.state = 'asked' AND h.cause = 'owed')), 0))::bigint`

// askedBack is that of one case, in fen, without the refund by hand that is named.
func askedBack(ctx context.Context, db database, caseID, but string) (fen int64, err error) {
	err = db.QueryRow(ctx, `SELECT `+backAsked+` - coalesce((SELECT sum(h.amount_fen) FROM hand_refund h WHERE h.id = nullif($2, '')::uuid AND h.state = 'asked' AND h.cause = 'owed'), 0)::bigint
		FROM casefile c WHERE c.id = $1`, caseID, but).Scan(&fen)
	if err != nil {
		return 0, fmt.Errorf("count what is asked back of case %s: %w", caseID, err)
	}
	return fen, nil
}

// waitingRefund reads a refund by hand of a locked case; ErrChanged where it does not stand
// at the state.
func waitingRefund(ctx context.Context, tx pgx.Tx, caseID, id, state string) (d RefundDraft, asker string, err error) {
	var now string
	err = tx.QueryRow(ctx, `SELECT state, asked_by::text, cause, amount_fen, reason, receipt_no, received_fen FROM hand_refund WHERE id = $1 AND case_id = $2`, id, caseID).
		Scan(&now, &asker, &d.Cause, &d.AmountFen, &d.Reason, &d.ReceiptNo, &d.ReceivedFen)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return d, "", fmt.Errorf("read refund %s of case %s: %w", id, caseID, ErrNotFound)
	case err != nil:
		return d, "", fmt.Errorf("read refund %s of case %s: %w", id, caseID, err)
	case now != state:
		return d, "", fmt.Errorf("refund %s of case %s is %s: %w", id, caseID, now, ErrChanged)
	}
	return d, asker, nil
}

// DecideRefund confirms or declines what another entered. Of two who answer at once the
// first is heard; ErrChanged tells the other.
func (b *Book) DecideRefund(ctx context.Context, a Actor, caseID, id string, v RefundVerdict) error {
	if err := wanted(handRefund, "grounds", &v.Grounds, "请写明理由", "give the reason"); err != nil {
		return err
	}
	if !store.IsID(id) {
		return fmt.Errorf("decide refund %q: %w", id, ErrNotFound)
	}
	return b.change(ctx, caseID, 0, func(tx pgx.Tx, c *casefile) error {
		d, asker, err := waitingRefund(ctx, tx, c.ID, id, "asked")
		if err != nil {
			return err
		}
		if err := mayConfirm(a, c, asker, handRefund); err != nil {
			return err
		}
		state, event := "declined", flow.Event("refund_declined")
		if v.Confirm {
			state, event = "confirmed", "refund_confirmed"
			if err := b.refundable(ctx, tx, c, id, d); err != nil {
				return err
			}
			c.owesBy(d)
		}
		now := b.now()
		_, err = tx.Exec(ctx, `UPDATE hand_refund SET state = $2, decided_at = $3, decided_by = $4, decider = $5, grounds = $6 WHERE id = $1`, id, state, now, a.ID, a.Name, v.Grounds)
		if err != nil {
			return fmt.Errorf("decide refund %s of case %s: %w", id, c.ID, err)
		}
		e := entry{event: event, from: c.State, to: c.State, role: flow.Head, by: a.performer(), reason: v.Grounds, detail: detail{RefundFen: d.AmountFen, Text: d.Cause}}
		return b.append(ctx, tx, c, now, e)
	})
}

// owesBy notes what a confirmed refund makes the case owe back; what is owed already stays.
func (c *casefile) owesBy(d RefundDraft) {
	switch d.Cause {
	case causeLowered:
		c.D.LoweredFen += d.AmountFen
		c.D.RefundFen += d.AmountFen
	case causeCounter:
		c.D.RefundFen += d.AmountFen
	}
}

// PayRefund enters that the treasury has paid back what was confirmed.
func (b *Book) PayRefund(ctx context.Context, a Actor, caseID, id string, p RefundPaid) error {
	if err := wanted(handRefund, "treasury_no", &p.TreasuryNo, "请填写国库退付的凭证号", "give the number under which the treasury paid"); err != nil {
		return err
	}
	on, err := come(handRefund, "paid_on", p.PaidOn, b.now(), "请填写国库退付的日期，不得晚于今天", "give the day on which the treasury paid, today at the latest")
	if err != nil {
		return err
	}
	if !store.IsID(id) {
		return fmt.Errorf("enter the payment of refund %q: %w", id, ErrNotFound)
	}
	return b.change(ctx, caseID, 0, func(tx pgx.Tx, c *casefile) error {
		if err := mayHandle(a, c, handRefund); err != nil {
			return err
		}
		d, _, err := waitingRefund(ctx, tx, c.ID, id, "confirmed")
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `UPDATE hand_refund SET state = 'paid', treasury_no = $2, paid_on = $3::text::date WHERE id = $1`, id, p.TreasuryNo, p.PaidOn); err != nil {
			return fmt.Errorf("enter the payment of refund %s of case %s: %w", id, c.ID, err)
		}
		c.D.RefundedFen += d.AmountFen
		e := entry{event: "refunded", from: c.State, to: c.State, role: handles(a), by: a.performer(), reason: d.Reason, detail: detail{RefundFen: d.AmountFen, ReceiptNo: p.TreasuryNo, At: &on}}
		return b.append(ctx, tx, c, b.now(), e)
	})
}

// caseRefunds are the refunds of a case, the oldest first.
func caseRefunds(ctx context.Context, tx pgx.Tx, caseID, reader string) ([]Refund, error) {
	rows, err := tx.Query(ctx, `SELECT id::text, 'provider', 'order', amount_fen, reason, '', 0::bigint, CASE WHEN refunded_at IS NULL THEN 'confirmed' ELSE 'paid' END,
			owed_at, '', NULL::timestamptz, '', '', '', coalesce(to_char(refunded_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD'), ''), false
		FROM refund WHERE case_id = $1
		UNION ALL SELECT id::text, 'treasury', cause, amount_fen, reason, receipt_no, received_fen, state, asked_at, asker, decided_at, decider, grounds, treasury_no,
			coalesce(to_char(paid_on, 'YYYY-MM-DD'), ''), asked_by::text = $2
		FROM hand_refund WHERE case_id = $1 ORDER BY 9, 1`, caseID, reader)
	if err != nil {
		return nil, fmt.Errorf("list the refunds of case %s: %w", caseID, err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Refund])
	if err != nil {
		return nil, fmt.Errorf("list the refunds of case %s: %w", caseID, err)
	}
	return list, nil
}

// owedBack are the cases that owe money back which nobody was asked to pay.
func (b *Book) owedBack(ctx context.Context) ([]Difference, error) {
	rows, err := b.o.Pool.Query(ctx, `SELECT id, owed - asked FROM (
		SELECT c.id::text AS id, coalesce((c.dossier->>'refund_fen')::bigint, 0) AS owed, `+backAsked+` AS asked FROM casefile c
		WHERE c.state = 'revoked' AND c.paid_fen > 0 OR c.id IN (SELECT case_id FROM payment_notice WHERE refund_fen > 0) OR c.id IN (SELECT case_id FROM hand_refund)) f
		WHERE owed > asked ORDER BY id`)
	if err != nil {
		return nil, fmt.Errorf("find what is owed back: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (d Difference, err error) {
		d.Kind, d.ZH, d.EN = "owed_back", "应退未退：本案应退还的款项无人办理退款", "owed back, and nobody was asked to pay it"
		return d, row.Scan(&d.CaseID, &d.OursFen)
	})
	if err != nil {
		return nil, fmt.Errorf("find what is owed back: %w", err)
	}
	return list, nil
}
