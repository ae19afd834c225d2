package casework

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"offsite/casework/flow"
	"offsite/store"
)

// OrderArgs asks the provider what became of an order, should its callback have been lost.
type OrderArgs struct {
	CaseID  string `json:"case_id"`
	OrderID string `json:"order_id"`
}

// Kind names the job.
func (OrderArgs) Kind() string { return "casework.order" }

// InsertOpts puts it on casework's queue.
func (OrderArgs) InsertOpts() river.InsertOpts { return river.InsertOpts{Queue: Queue} }

// RefundArgs has the provider pay an order back.
type RefundArgs struct {
	CaseID  string `json:"case_id"`
	OrderID string `json:"order_id"`
}

// Kind names the job.
func (RefundArgs) Kind() string { return "casework.refund" }

// InsertOpts puts it on casework's queue.
func (RefundArgs) InsertOpts() river.InsertOpts { return river.InsertOpts{Queue: Queue} }

// askAfter is when an order is first asked about; the last time is when it has expired.
const askAfter = 10 * time.Minute

// ask credits an order that was paid without our having heard of it.
func (b *Book) ask(ctx context.Context, orderID string) error {
	o, err := scanOrder(b.o.Pool.QueryRow(ctx, `SELECT `+orderColumns+` WHERE id = $1`, orderID))
	if err != nil {
		return fmt.Errorf("read payment order %s: %w", orderID, err)
	}
	if o.State == "paid" {
		return nil
	}
	n, err := b.o.Payment.Query(ctx, orderID)
	if err != nil {
		return fmt.Errorf("ask what became of payment order %s: %w", orderID, err)
	}
	err = pgx.BeginFunc(ctx, b.o.Pool, func(tx pgx.Tx) error {
		switch {
		case n.Paid:
			b.o.Logger.Warn("a payment whose notice never came", "order", orderID)
			return b.credit(ctx, tx, n)
		case b.now().Before(o.ExpiresAt):
			return b.insertJob(ctx, tx, OrderArgs{CaseID: o.CaseID, OrderID: orderID}, o.ExpiresAt)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("take what the provider says of payment order %s: %w", orderID, err)
	}
	return nil
}

// oweBack notes that an order is to be paid back in whole, and has it done.
func (b *Book) oweBack(ctx context.Context, tx pgx.Tx, c *casefile, orderID string, fen int64, reason string) error {
	done, err := tx.Exec(ctx, `INSERT INTO refund (order_id, case_id, amount_fen, reason, owed_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
		orderID, c.ID, fen, reason, b.now())
	if err != nil {
		return fmt.Errorf("note that order %s is owed back: %w", orderID, err)
	}
	if done.RowsAffected() == 1 {
		b.later(c, RefundArgs{CaseID: c.ID, OrderID: orderID}, b.now())
	}
	return nil
}

// oweAllBack has everything paid back that was credited to a case. The provider pays whole
// orders back: where a part of one went back by hand before, the rest does too, and stays
// owed until somebody enters it.
func (b *Book) oweAllBack(ctx context.Context, tx pgx.Tx, c *casefile, reason string) error {
	asked, err := askedBack(ctx, tx, c.ID, "")
	if err != nil {
		return err
	}
	left := c.D.RefundFen - asked
	rows, err := tx.Query(ctx, `SELECT order_id, amount_fen FROM payment_notice WHERE case_id = $1 AND outcome = $2 ORDER BY amount_fen DESC, order_id`, c.ID, credited)
	if err != nil {
		return fmt.Errorf("list what was paid: %w", err)
	}
	paid, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (o order, err error) { return o, row.Scan(&o.ID, &o.AmountFen) })
	if err != nil {
		return fmt.Errorf("list what was paid: %w", err)
	}
	for _, o := range paid {
		if o.AmountFen > left {
			continue
		}
		left -= o.AmountFen
		if err := b.oweBack(ctx, tx, c, o.ID, o.AmountFen, reason); err != nil {
			return err
		}
	}
	return nil
}

// refund has the provider pay an order back; asked again, it has already.
func (b *Book) refund(ctx context.Context, orderID string) error {
	var fen int64
	var reason string
	var done *time.Time
	err := b.o.Pool.QueryRow(ctx, `SELECT amount_fen, reason, refunded_at FROM refund WHERE order_id = $1`, orderID).Scan(&fen, &reason, &done)
	if err != nil {
		return fmt.Errorf("read the refund of order %s: %w", orderID, err)
	}
	if done != nil {
		return nil
	}
	if err := b.o.Payment.Refund(ctx, orderID, fen, reason); err != nil {
		return fmt.Errorf("have order %s paid back: %w", orderID, err)
	}
	return b.refunded(ctx, orderID)
}

// refunded enters that an order was paid back, by the provider's answer or callback,
// whichever comes first.
func (b *Book) refunded(ctx context.Context, orderID string) error {
	err := pgx.BeginFunc(ctx, b.o.Pool, func(tx pgx.Tx) error {
		var caseID string
		err := tx.QueryRow(ctx, `SELECT case_id::text FROM refund WHERE order_id = $1`, store.ID(orderID)).Scan(&caseID)
		if errors.Is(err, pgx.ErrNoRows) {
			b.o.Logger.Error("the provider has paid back what nobody asked it to", "order", orderID)
			return nil
		}
		if err != nil {
			return err
		}
		c, err := read(ctx, tx, caseID, "FOR UPDATE")
		if err != nil {
			return err
		}
		var fen int64
		var reason string
		err = tx.QueryRow(ctx, `UPDATE refund SET refunded_at = $2 WHERE order_id = $1 AND refunded_at IS NULL RETURNING amount_fen, reason`, orderID, b.now()).Scan(&fen, &reason)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil // told before
		}
		if err != nil {
			return err
		}
		c.quiet = true
		c.D.RefundedFen += fen
		e := entry{event: "refunded", from: c.State, to: c.State, role: flow.Cashier, by: performer{name: b.o.Bureau.Treasury}, reason: reason, detail: detail{RefundFen: fen}}
		if err := b.append(ctx, tx, c, b.now(), e); err != nil {
			return err
		}
		return b.finish(ctx, tx, c)
	})
	if err != nil {
		return fmt.Errorf("enter that order %s was paid back: %w", orderID, err)
	}
	return nil
}
