package casework

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
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

// RefundArgs has the provider pay back.
type RefundArgs struct {
	CaseID   string `json:"case_id"`
	RefundID string `json:"refund_id"`
	OrderID  string `json:"order_id,omitempty"` // of a job from before parts were paid back: the refund has its order's number
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

// oweBack notes what the provider is to pay back of an order, and has it done: never more than
// is left of it.
func (b *Book) oweBack(ctx context.Context, tx pgx.Tx, c *casefile, orderID string, fen int64, reason string) error {
	id, err := uuid.NewV7()
	if err != nil {
		return err
	}
	done, err := tx.Exec(ctx, `INSERT INTO refund (id, order_id, case_id, amount_fen, reason, owed_at)
		SELECT $1, o.id, $3, least($4, o.left), $5, $6 FROM (`+orderLeft+` WHERE o.id = $2) o WHERE o.left > 0`, id.String(), orderID, c.ID, fen, reason, b.now())
	if err != nil {
		return fmt.Errorf("note that order %s is owed back: %w", orderID, err)
	}
	if done.RowsAffected() == 1 {
		b.later(c, RefundArgs{CaseID: c.ID, RefundID: id.String()}, b.now())
	}
	return nil
}

// orderLeft is what is left of an order o: what was paid for it, and not asked back.
const orderLeft = `SELECT o.id, (o.amount_fen - coalesce((SELECT sum(r.amount_fen) FROM refund r WHERE r.order_id = o.id), 0))::bigint AS left FROM payment_order o`

// oweAllBack has everything paid back that the provider took for a case and that did not go
// back before, be it in part by hand. What came by a counter goes back by hand, and stays owed
// until somebody enters it.
func (b *Book) oweAllBack(ctx context.Context, tx pgx.Tx, c *casefile, reason string) error {
	asked, err := askedBack(ctx, tx, c.ID, "")
	if err != nil {
		return err
	}
	rest := c.D.RefundFen - asked
	rows, err := tx.Query(ctx, `SELECT l.id::text, l.left FROM (`+orderLeft+`) l JOIN payment_notice n ON n.order_id = l.id::text
		WHERE n.case_id = $1 AND n.outcome = $2 AND n.channel = $3 ORDER BY l.left DESC, l.id`, c.ID, credited, byProvider)
	if err != nil {
		return fmt.Errorf("list what was paid: %w", err)
	}
	paid, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (o order, err error) { return o, row.Scan(&o.ID, &o.AmountFen) })
	if err != nil {
		return fmt.Errorf("list what was paid: %w", err)
	}
	for _, o := range paid {
		fen := min(o.AmountFen, rest)
		if fen <= 0 {
			continue
		}
		rest -= fen
		if err := b.oweBack(ctx, tx, c, o.ID, fen, reason); err != nil {
			return err
		}
	}
	return nil
}

// refund has the provider pay back; asked again, it has already. id is the refund's.
func (b *Book) refund(ctx context.Context, id string) error {
	r := RefundOrder{ID: id}
	var done *time.Time
	err := b.o.Pool.QueryRow(ctx, `SELECT order_id::text, amount_fen, reason, refunded_at FROM refund WHERE id = $1`, id).Scan(&r.OrderID, &r.AmountFen, &r.Reason, &done)
	if err != nil {
		return fmt.Errorf("read refund %s: %w", id, err)
	}
	if done != nil {
		return nil
	}
	at, err := b.o.Payment.Refund(ctx, r)
	if err != nil {
		return fmt.Errorf("have %d fen of order %s paid back: %w", r.AmountFen, r.OrderID, err)
	}
	return b.refunded(ctx, r.OrderID, PaymentRefund{ID: id, AmountFen: r.AmountFen, At: at})
}

// toldOfRefunds enters what the provider says it has paid back of an order by now.
func (b *Book) toldOfRefunds(ctx context.Context, n PaymentNotice) error {
	if len(n.Refunds) == 0 {
		b.o.Logger.Error("the provider tells of a refund and does not name it", "notice", n.ID, "order", n.OrderID)
	}
	for _, r := range n.Refunds {
		if err := b.refunded(ctx, n.OrderID, r); err != nil {
			return err
		}
	}
	return nil
}

// refunded enters that money was paid back, by the provider's answer or callback, whichever
// comes first.
func (b *Book) refunded(ctx context.Context, orderID string, r PaymentRefund) error {
	err := pgx.BeginFunc(ctx, b.o.Pool, func(tx pgx.Tx) error {
		var caseID string
		err := tx.QueryRow(ctx, `SELECT case_id::text FROM refund WHERE id = $1 AND order_id = $2 AND amount_fen = $3`, store.ID(r.ID), store.ID(orderID), r.AmountFen).Scan(&caseID)
		if errors.Is(err, pgx.ErrNoRows) {
			b.o.Logger.Error("the provider has paid back what nobody asked it to", "order", orderID, "refund", r.ID, "amount_fen", r.AmountFen)
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
		err = tx.QueryRow(ctx, `UPDATE refund SET refunded_at = $2 WHERE id = $1 AND refunded_at IS NULL RETURNING amount_fen, reason`, r.ID, r.At).Scan(&fen, &reason)
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
		return fmt.Errorf("enter that %d fen of order %s were paid back: %w", r.AmountFen, orderID, err)
	}
	return nil
}
