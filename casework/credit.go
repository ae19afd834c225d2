package casework

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"offsite/casework/flow"
	"offsite/store"
)

// What a payment notice turned out to be.
const (
	credited     = "credited"
	repeated     = "repeated"      // the same payment told under another id
	surplus      = "surplus"       // nothing was owed any more: to be paid back
	wrongAmount  = "wrong_amount"  // not what was ordered: not credited
	unknownOrder = "unknown_order" // an order that is not ours
)

// credit takes a verified notice of money received. Whatever it turns out to be
// is kept; only what fits the order is credited.
func (b *Book) credit(ctx context.Context, tx pgx.Tx, n PaymentNotice) error {
	var caseID string
	err := pgx.ErrNoRows
	if store.IsID(n.OrderID) {
		err = tx.QueryRow(ctx, `SELECT case_id::text FROM payment_order WHERE id = $1`, n.OrderID).Scan(&caseID)
	}
	if errors.Is(err, pgx.ErrNoRows) {
		b.o.Logger.Error("payment for an order that is not ours", "notice", n.ID, "order", n.OrderID, "amount_fen", n.AmountFen)
		_, err = b.keepNotice(ctx, tx, n, "", unknownOrder, n.AmountFen, byProvider)
		return err
	}
	if err != nil {
		return err
	}
	c, err := read(ctx, tx, caseID, "FOR UPDATE")
	if err != nil {
		return err
	}
	o, err := scanOrder(tx.QueryRow(ctx, `SELECT `+orderColumns+` WHERE id = $1 FOR UPDATE`, n.OrderID))
	if err != nil {
		return err
	}
	outcome, refund := b.weigh(c, o, n)
	fresh, err := b.keepNotice(ctx, tx, n, caseID, outcome, refund, byProvider)
	if err != nil || !fresh || outcome == repeated {
		return err
	}
	return b.book(ctx, tx, c, o, n, outcome, refund)
}

// weigh tells what a notice means for its case, and what is owed back.
func (b *Book) weigh(c *casefile, o order, n PaymentNotice) (outcome string, refundFen int64) {
	switch {
	case o.State == "paid":
		return repeated, 0
	case n.AmountFen != o.AmountFen:
		return wrongAmount, n.AmountFen
	case !c.payable(), o.Instalment > 0 && o.Instalment <= len(c.D.Instalments) && c.D.Instalments[o.Instalment-1].Settled():
		return surplus, n.AmountFen // no instalment is paid twice
	}
	return credited, max(0, c.PaidFen+n.AmountFen-c.FineFen-b.lateAfter(c, o, n))
}

// lateFor is the surcharge that counts for a payment: the order's while it held. Of an
// order for an instalment it is that instalment's.
func (b *Book) lateFor(c *casefile, o order, n PaymentNotice) int64 {
	i := flow.Next(c.D.Instalments)
	switch {
	case i >= 0 && o.Instalment != i+1: // ordered before the instalments were granted
		return c.D.Instalments[i].Late(n.PaidAt, c.D.Pauses)
	case !n.PaidAt.After(o.ExpiresAt):
		return o.LateFen
	case i >= 0:
		return c.D.Instalments[i].Late(n.PaidAt, c.D.Pauses)
	}
	return c.surcharge(n.PaidAt)
}

// lateAfter is the surcharge of the whole case once the payment is booked.
func (b *Book) lateAfter(c *casefile, o order, n PaymentNotice) int64 {
	late := b.lateFor(c, o, n)
	if len(c.D.Instalments) == 0 {
		return late
	}
	then := casefile{FineFen: c.FineFen, D: dossier{Pauses: c.D.Pauses, Instalments: slices.Clone(c.D.Instalments)}}
	then.D.bookInstalments(n.AmountFen, late, n)
	return then.surcharge(n.PaidAt)
}

// keepNotice writes the notice down; fresh is false if it was there already.
func (b *Book) keepNotice(ctx context.Context, tx pgx.Tx, n PaymentNotice, caseID, outcome string, refundFen int64, channel string) (fresh bool, err error) {
	done, err := tx.Exec(ctx, `INSERT INTO payment_notice (id, order_id, case_id, amount_fen, receipt_no, paid_at, received_at, outcome, refund_fen, channel)
		VALUES ($1, $2, nullif($3, '')::uuid, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (id) DO NOTHING`,
		n.ID, n.OrderID, caseID, n.AmountFen, n.ReceiptNo, n.PaidAt, b.now(), outcome, refundFen, channel)
	if err != nil {
		return false, fmt.Errorf("keep the notice: %w", err)
	}
	return done.RowsAffected() == 1, nil
}

// settleOrder notes that an order was paid: what is told of it again changes nothing. A
// payment at a counter has none.
func settleOrder(ctx context.Context, tx pgx.Tx, id string) error {
	if id == "" {
		return nil
	}
	if _, err := tx.Exec(ctx, `UPDATE payment_order SET state = 'paid' WHERE id = $1`, id); err != nil {
		return fmt.Errorf("settle the order: %w", err)
	}
	return nil
}

// book enters the money in the case and closes it when nothing is owed.
func (b *Book) book(ctx context.Context, tx pgx.Tx, c *casefile, o order, n PaymentNotice, outcome string, refund int64) error {
	e := entry{event: "payment", from: c.State, to: c.State, role: flow.Cashier, by: performer{name: b.o.Bureau.Treasury},
		detail: detail{PaidFen: n.AmountFen, RefundFen: refund, ReceiptNo: n.ReceiptNo, At: &n.PaidAt}}
	c.D.RefundFen += refund
	if outcome != credited {
		e.event, e.reason = "payment_refused", map[string]string{surplus: "没有应缴款项，须退还", wrongAmount: "金额与缴款单不符，未入账，须退还"}[outcome]
		if outcome == surplus && o.ID != "" { // what came by a counter goes back by hand
			if err := b.oweBack(ctx, tx, c, o.ID, refund, "重复缴款，退还"); err != nil {
				return err
			}
			if err := settleOrder(ctx, tx, o.ID); err != nil {
				return err
			}
		}
		if err := b.append(ctx, tx, c, b.now(), e); err != nil {
			return err
		}
		return b.finish(ctx, tx, c)
	}
	if err := settleOrder(ctx, tx, o.ID); err != nil {
		return err
	}
	if refund > 0 && o.ID != "" {
		if err := b.oweBack(ctx, tx, c, o.ID, refund, "多缴款项，退还"); err != nil {
			return err
		}
	}
	late, next := b.lateAfter(c, o, n), flow.Next(c.D.Instalments)
	c.D.bookInstalments(n.AmountFen-refund, b.lateFor(c, o, n), n)
	c.PaidFen += n.AmountFen - refund
	c.D.PaidAt, c.D.ReceiptNo = n.PaidAt, n.ReceiptNo
	e.detail.LateFen = late
	if err := b.append(ctx, tx, c, b.now(), e); err != nil {
		return err
	}
	event := flow.Event("paid")
	switch {
	case c.PaidFen >= c.FineFen+late:
		c.settledLate = &late
	case flow.Next(c.D.Instalments) > next:
		event = "instalment_paid"
	default: // a part at a counter, or a surcharge that grew while the party paid: the rest is owed
		if len(c.D.Instalments) == 0 {
			c.D.PartAt, c.D.PartLateFen = latest(c.D.PartAt, n.PaidAt), late
		}
		return b.finish(ctx, tx, c)
	}
	by := performer{name: b.o.Bureau.Treasury, roles: []flow.Role{flow.Cashier}}
	if err := b.take(ctx, tx, c, by, event, flow.Fields{ReceiptNo: n.ReceiptNo}); err != nil {
		return err
	}
	return b.finish(ctx, tx, c)
}
