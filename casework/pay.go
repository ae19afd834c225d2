package casework

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"offsite/casework/calendar"
	"offsite/casework/flow"
)

// orderGrace is how long after midnight an order of the day before still counts
// with its surcharge: the party may have been on the pay page.
const orderGrace = time.Hour

func (c *casefile) payable() bool {
	return slices.Contains([]flow.State{flow.Served, flow.Overdue, flow.Urged, flow.Court}, c.State)
}

// owed is what is still to be paid, surcharge included.
func (c *casefile) owed(now time.Time) int64 { return max(0, c.FineFen+c.late(now)-c.PaidFen) }

type order struct {
	ID         string
	CaseID     string
	AmountFen  int64
	LateFen    int64
	Instalment int // counted from one; 0: all that is owed
	State      string
	PayURL     string
	ExpiresAt  time.Time
}

const orderColumns = `id::text, case_id::text, amount_fen, late_fen, instalment, state, pay_url, expires_at FROM payment_order`

func scanOrder(row pgx.Row) (o order, err error) {
	err = row.Scan(&o.ID, &o.CaseID, &o.AmountFen, &o.LateFen, &o.Instalment, &o.State, &o.PayURL, &o.ExpiresAt)
	return o, err
}

// StartPayment orders the payment and gives the provider's page. Asked again, it
// gives the same order while its amount holds, so that nothing is paid twice.
func (b *Book) StartPayment(ctx context.Context, caseID string) (payURL string, err error) {
	var o order
	var c *casefile
	err = pgx.BeginFunc(ctx, b.o.Pool, func(tx pgx.Tx) (err error) {
		if c, err = read(ctx, tx, caseID, "FOR UPDATE"); err != nil {
			return err
		}
		o, err = b.openOrder(ctx, tx, c)
		return err
	})
	if err != nil || o.PayURL != "" {
		return o.PayURL, err
	}
	link, _, err := b.shownLink(ctx, b.o.Pool, caseID)
	if err != nil {
		return "", err
	}
	payURL, err = b.o.Payment.Create(ctx, Order{ID: o.ID, AmountFen: o.AmountFen, Subject: o.subject(c), Payee: b.o.Bureau.Treasury,
		ReturnURL: first(link, b.o.PublicURL) + "?returned=1", NotifyURL: b.o.PublicURL + PaymentCallbackPath})
	if err != nil {
		return "", fmt.Errorf("order payment %s of case %s: %w", o.ID, caseID, err)
	}
	if _, err := b.o.Pool.Exec(ctx, `UPDATE payment_order SET pay_url = $2 WHERE id = $1`, o.ID, payURL); err != nil {
		return "", fmt.Errorf("keep payment order %s of case %s: %w", o.ID, caseID, err)
	}
	return payURL, nil
}

// subject is what the payment page says that it is for.
func (o order) subject(c *casefile) string {
	text := "行政处罚决定书 " + c.D.DecisionNo
	if o.Instalment > 0 {
		text += fmt.Sprintf("，第%d期", o.Instalment)
	}
	return text
}

// PaymentCallbackPath and MessageCallbackPath are where the API takes callbacks.
const (
	PaymentCallbackPath = "/api/v1/payment/callback"
	MessageCallbackPath = "/api/v1/message/callback"
)

// openOrder gives the open order of the amount owed; one of another amount is
// void.
func (b *Book) openOrder(ctx context.Context, tx pgx.Tx, c *casefile) (order, error) {
	now := b.now()
	instalment, owed, late := c.next(now)
	if !c.payable() || owed == 0 {
		return order{}, &Refusal{Kind: flow.Unlawful, Event: "pay", State: c.State, ZH: "目前没有需要缴纳的罚款", EN: "there is nothing to pay now"}
	}
	if err := noCounterWaits(ctx, tx, c); err != nil {
		return order{}, err
	}
	o, err := scanOrder(tx.QueryRow(ctx, `SELECT `+orderColumns+` WHERE case_id = $1 AND state = 'open'`, c.ID))
	if err == nil && o.AmountFen == owed && o.Instalment == instalment && now.Before(o.ExpiresAt) {
		return o, nil
	}
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return order{}, fmt.Errorf("read the payment order of case %s: %w", c.ID, err)
	}
	if err == nil {
		if _, err := tx.Exec(ctx, `UPDATE payment_order SET state = 'void' WHERE id = $1`, o.ID); err != nil {
			return order{}, fmt.Errorf("void payment order %s: %w", o.ID, err)
		}
	}
	id, err := uuid.NewV7()
	if err != nil {
		return order{}, err
	}
	o = order{ID: id.String(), CaseID: c.ID, AmountFen: owed, LateFen: late, Instalment: instalment, State: "open", ExpiresAt: calendar.End(now).Add(orderGrace)}
	fine := c.FineFen
	if instalment > 0 {
		fine = c.D.Instalments[instalment-1].FineFen
	}
	_, err = tx.Exec(ctx, `INSERT INTO payment_order (id, case_id, amount_fen, fine_fen, late_fen, instalment, state, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, 'open', $7, $8)`,
		o.ID, c.ID, owed, fine, o.LateFen, o.Instalment, now, o.ExpiresAt)
	if err != nil {
		return order{}, fmt.Errorf("order the payment of case %s: %w", c.ID, err)
	}
	return o, b.insertJob(ctx, tx, OrderArgs{CaseID: c.ID, OrderID: o.ID}, now.Add(askAfter))
}

// PaymentCallback takes the provider's signed callback, any number of times. A
// forged one is an error (401); everything else that was understood is nil, so
// that the provider stops sending.
func (b *Book) PaymentCallback(ctx context.Context, header http.Header, body []byte) error {
	n, err := b.o.Payment.Verify(header, body)
	if err != nil {
		return fmt.Errorf("take a payment notice: %w: %w", ErrForged, err)
	}
	if n.Refunded {
		return b.toldOfRefunds(ctx, n)
	}
	if !n.Paid {
		b.o.Logger.Info("payment notice about something else than money received", "notice", n.ID, "order", n.OrderID)
		return nil
	}
	err = pgx.BeginFunc(ctx, b.o.Pool, func(tx pgx.Tx) error { return b.credit(ctx, tx, n) })
	if err != nil {
		return fmt.Errorf("take payment notice %s of order %s: %w", n.ID, n.OrderID, err)
	}
	return nil
}
