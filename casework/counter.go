package casework

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"offsite/casework/attachment"
	"offsite/casework/document"
	"offsite/casework/flow"
	"offsite/store"
)

// atCounter is how refusals name a payment at a counter.
const atCounter flow.Event = "counter_payment"

// The ways by which money comes.
const (
	byProvider = "provider"
	byCounter  = "counter"
)

// CounterPayment is a fine, or a part of one, that was paid at a bank's or the treasury's
// counter (Penalty Law art. 67): the receipt, entered by one and confirmed by another. Only
// then is it booked.
type CounterPayment struct {
	ID        string      `json:"id"`
	ReceiptNo string      `json:"receipt_no"`
	PaidOn    string      `json:"paid_on" doc:"2006-01-02; the surcharge is computed to this day."`
	AmountFen int64       `json:"amount_fen"`
	Papers    []CasePaper `json:"papers" doc:"Pictures and scans of the receipt."`
	State     string      `json:"state" enum:"asked,confirmed,declined"`
	BackFen   int64       `json:"owed_back_fen" doc:"Of it, what was not owed when it was confirmed, and goes back."`
	AskedAt   time.Time   `json:"asked_at"`
	AskedBy   string      `json:"asked_by"`
	DecidedAt *time.Time  `json:"decided_at,omitempty"`
	DecidedBy string      `json:"decided_by"`
	Grounds   string      `json:"grounds" doc:"Of who confirmed or declined it."`
	// Own: whoever asks entered it, and does not confirm it.
	Own bool `json:"own"`
}

// CounterDraft is a receipt of a counter, as it is entered.
type CounterDraft struct {
	ReceiptNo string   `json:"receipt_no" minLength:"1" maxLength:"100"`
	PaidOn    string   `json:"paid_on" format:"date"`
	AmountFen int64    `json:"amount_fen" minimum:"1" maximum:"100000000000"`
	Papers    []string `json:"papers" minItems:"1" maxItems:"3" doc:"Pictures and scans of the receipt: PDF, JPEG or PNG in base64."`
}

// CounterVerdict confirms or declines one.
type CounterVerdict struct {
	Confirm bool   `json:"confirm"`
	Grounds string `json:"grounds" minLength:"1" maxLength:"2000"`
}

// EnterCounterPayment enters the receipt of a payment at a counter; another confirms it. One
// waits at a time, and a receipt counts once, whichever way it was told.
func (b *Book) EnterCounterPayment(ctx context.Context, a Actor, caseID string, d CounterDraft) error {
	if err := wanted(atCounter, "receipt_no", &d.ReceiptNo, "请填写缴款票据号", "give the receipt's number"); err != nil {
		return err
	}
	d.ReceiptNo = strings.Join(strings.Fields(d.ReceiptNo), "") // typed with gaps, it is the same receipt
	on, err := come(atCounter, "paid_on", d.PaidOn, b.now(), "请填写缴款日期，不得晚于今天", "give the day of the payment, today at the latest")
	if err != nil {
		return err
	}
	if d.AmountFen <= 0 {
		return refuse(atCounter, flow.Invalid, "amount_fen", "请填写缴款金额", "give the amount that was paid")
	}
	papers, err := readPapers(atCounter, d.Papers)
	if err != nil {
		return err
	}
	if len(papers) == 0 {
		return refuse(atCounter, flow.Invalid, "papers", "请上传缴款票据的照片或者扫描件", "add a picture or scan of the receipt")
	}
	return b.change(ctx, caseID, 0, func(tx pgx.Tx, c *casefile) error {
		if err := mayHandle(a, c, atCounter); err != nil {
			return err
		}
		if c.D.DecidedAt.IsZero() {
			return refuse(atCounter, flow.Unlawful, "", "尚未作出处罚决定，没有缴款", "nothing is decided, so nothing was paid")
		}
		if !on.AddDate(0, 0, 1).After(c.D.DecidedAt) {
			return refuse(atCounter, flow.Invalid, "paid_on", "缴款日期不得早于处罚决定", "nothing was paid before the decision")
		}
		if err := unusedReceipt(ctx, tx, d.ReceiptNo); err != nil {
			return err
		}
		return b.keepCounter(ctx, tx, c, a, d, papers)
	})
}

// keepCounter writes the receipt down, its pictures in the case's file.
func (b *Book) keepCounter(ctx context.Context, tx pgx.Tx, c *casefile, a Actor, d CounterDraft, papers []attachment.File) error {
	id, err := uuid.NewV7()
	if err != nil {
		return err
	}
	now := b.now()
	t := &taking{b: b, tx: tx, c: c, now: now, step: flow.Step{Event: atCounter}, given: flow.Fields{Papers: papers}}
	t.entry = entry{event: "counter_asked", from: c.State, to: c.State, role: handles(a), by: a.performer(), detail: detail{PaidFen: d.AmountFen, ReceiptNo: d.ReceiptNo, Text: d.PaidOn}}
	if err := t.attach(ctx); err != nil {
		return err
	}
	var kept []string
	for _, p := range t.entry.detail.Papers {
		kept = append(kept, p.ID)
	}
	done, err := tx.Exec(ctx, `INSERT INTO counter_payment (id, case_id, receipt_no, paid_on, amount_fen, papers, state, asked_at, asked_by, asker)
		VALUES ($1, $2, $3, $4::text::date, $5, $6::text[]::uuid[], 'asked', $7, $8, $9) ON CONFLICT DO NOTHING`,
		id.String(), c.ID, d.ReceiptNo, d.PaidOn, d.AmountFen, kept, now, a.ID, a.Name)
	if err != nil {
		return fmt.Errorf("enter receipt %s of case %s: %w", d.ReceiptNo, c.ID, err)
	}
	if done.RowsAffected() == 0 { // of another case, maybe of one that the account does not see
		return refuse(atCounter, flow.Unlawful, "receipt_no", "该票据号已经录入，或者本案已有缴款待确认", "this receipt was entered already, or a payment of this case waits to be confirmed")
	}
	return b.append(ctx, tx, c, now, t.entry)
}

// unusedReceipt refuses a receipt that was told by the provider, or of which money goes back
// by hand as of a payment that was never booked: it would count twice.
func unusedReceipt(ctx context.Context, tx pgx.Tx, receipt string) error {
	var used bool
	err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM payment_notice WHERE receipt_no = $1 AND outcome <> 'unknown_order')
		OR EXISTS (SELECT FROM hand_refund WHERE receipt_no = $1 AND state <> 'declined')`, receipt).Scan(&used)
	if err != nil {
		return fmt.Errorf("look for receipt %s: %w", receipt, err)
	}
	if used {
		return refuse(atCounter, flow.Unlawful, "receipt_no", "该票据的缴款已经入账或者已经办理退款", "what came by this receipt is booked already, or is being paid back")
	}
	return nil
}

// second tells whether somebody may decide what another has asked for in a case: a head who
// neither asked nor handles the case.
func second(a Actor, c *casefile, asker string) bool {
	return slices.Contains(a.Roles, "head") && a.ID != asker && !slices.Contains(c.D.officerIDs(), a.ID) && !slices.Contains(c.D.People.Recused, a.ID)
}

// mayConfirm refuses to confirm money that was entered by hand to whoever entered it and to
// those who handle the case: a second person does it.
func mayConfirm(a Actor, c *casefile, asker string, event flow.Event) error {
	if !second(a, c, asker) {
		return &Refusal{Kind: flow.Forbidden, Event: event, State: c.State, ZH: "由录入人以外、不是本案执法人员的负责人确认", EN: "a head who did not enter it and is no officer of the case confirms it"}
	}
	return nil
}

// DecideCounterPayment confirms what another entered, which books it, or declines it. Of two
// who answer at once the first is heard; ErrChanged tells the other.
func (b *Book) DecideCounterPayment(ctx context.Context, a Actor, caseID, id string, v CounterVerdict) error {
	if err := wanted(atCounter, "grounds", &v.Grounds, "请写明理由", "give the reason"); err != nil {
		return err
	}
	if !store.IsID(id) {
		return fmt.Errorf("decide the payment %q: %w", id, ErrNotFound)
	}
	return pgx.BeginFunc(ctx, b.o.Pool, func(tx pgx.Tx) error {
		c, err := read(ctx, tx, caseID, "FOR UPDATE")
		if err != nil {
			return err
		}
		var state, asker string
		n := PaymentNotice{ID: "counter " + id, OrderID: id, Paid: true}
		err = tx.QueryRow(ctx, `SELECT state, asked_by::text, receipt_no, amount_fen, (paid_on + time '12:00') AT TIME ZONE 'Asia/Shanghai' FROM counter_payment WHERE id = $1 AND case_id = $2`, id, c.ID).
			Scan(&state, &asker, &n.ReceiptNo, &n.AmountFen, &n.PaidAt)
		switch {
		case errors.Is(err, pgx.ErrNoRows):
			return fmt.Errorf("read the payment %s of case %s: %w", id, c.ID, ErrNotFound)
		case err != nil:
			return fmt.Errorf("read the payment %s of case %s: %w", id, c.ID, err)
		case state != "asked":
			return fmt.Errorf("the payment %s of case %s is %s: %w", id, c.ID, state, ErrChanged)
		}
		if err := mayConfirm(a, c, asker, atCounter); err != nil {
			return err
		}
		now := b.now()
		if n.PaidAt.After(now) {
			n.PaidAt = now // noon of today is yet to come
		}
		return b.decideCounter(ctx, tx, c, a, n, v)
	})
}

// decideCounter writes the verdict down, and books what is confirmed.
func (b *Book) decideCounter(ctx context.Context, tx pgx.Tx, c *casefile, a Actor, n PaymentNotice, v CounterVerdict) error {
	state, event := "declined", flow.Event("counter_declined")
	if v.Confirm {
		state, event = "confirmed", "counter_confirmed"
		if c.State == flow.Decided || c.State == flow.Serving {
			return refuse(atCounter, flow.Unlawful, "", "请先登记处罚决定书的送达，再确认缴款", "note how the decision was served first, then confirm the payment")
		}
		if err := unusedReceipt(ctx, tx, n.ReceiptNo); err != nil {
			return err
		}
	}
	now := b.now()
	_, err := tx.Exec(ctx, `UPDATE counter_payment SET state = $2, decided_at = $3, decided_by = $4, decider = $5, grounds = $6 WHERE id = $1`, n.OrderID, state, now, a.ID, a.Name, v.Grounds)
	if err != nil {
		return fmt.Errorf("decide the payment %s of case %s: %w", n.OrderID, c.ID, err)
	}
	e := entry{event: event, from: c.State, to: c.State, role: flow.Head, by: a.performer(), reason: v.Grounds, detail: detail{PaidFen: n.AmountFen, ReceiptNo: n.ReceiptNo}}
	if err := b.append(ctx, tx, c, now, e); err != nil {
		return err
	}
	if !v.Confirm {
		return b.finish(ctx, tx, c)
	}
	if _, err := tx.Exec(ctx, `UPDATE payment_order SET state = 'void' WHERE case_id = $1 AND state = 'open'`, c.ID); err != nil {
		return fmt.Errorf("void the payment order of case %s: %w", c.ID, err)
	}
	o := order{CaseID: c.ID, AmountFen: n.AmountFen}
	outcome, back := b.weigh(c, o, n)
	if _, err := b.keepNotice(ctx, tx, n, c.ID, outcome, back, byCounter); err != nil {
		return err
	}
	return b.book(ctx, tx, c, o, n, outcome, back)
}

// noCounterWaits refuses an order at the provider while a payment at a counter waits to be
// confirmed, so that nothing is paid twice.
func noCounterWaits(ctx context.Context, tx pgx.Tx, c *casefile) error {
	var fen int64
	err := tx.QueryRow(ctx, `SELECT amount_fen FROM counter_payment WHERE case_id = $1 AND state = 'asked'`, c.ID).Scan(&fen)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("look for payments at a counter of case %s: %w", c.ID, err)
	}
	yuan := document.Yuan(fen)
	return &Refusal{Kind: flow.Unlawful, Event: "pay", State: c.State, ZH: fmt.Sprintf("柜面缴款%s元正在核对，请勿重复缴款", yuan), EN: fmt.Sprintf("a payment of %s yuan at a counter is being checked: do not pay again", yuan)}
}

// counterPayments are those of a case, the oldest first.
func counterPayments(ctx context.Context, tx pgx.Tx, caseID, reader string) ([]CounterPayment, error) {
	rows, err := tx.Query(ctx, `SELECT p.id::text, receipt_no, to_char(paid_on, 'YYYY-MM-DD'), amount_fen,
			ARRAY(SELECT json_build_object('id', f.id, 'type', f.type, 'size_bytes', length(f.content), 'sha256', encode(f.sha256, 'hex')) FROM case_paper f WHERE f.id = ANY (p.papers) ORDER BY f.id),
			state, coalesce((SELECT refund_fen FROM payment_notice n WHERE n.id = 'counter ' || p.id), 0), asked_at, asker, decided_at, decider, grounds, asked_by::text = $2
		FROM counter_payment p WHERE case_id = $1 ORDER BY asked_at, p.id`, caseID, reader)
	if err != nil {
		return nil, fmt.Errorf("list the counter payments of case %s: %w", caseID, err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[CounterPayment])
	if err != nil {
		return nil, fmt.Errorf("list the counter payments of case %s: %w", caseID, err)
	}
	return list, nil
}
