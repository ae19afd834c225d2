package simulation

import (
	"context"
	"fmt"
	"maps"
	"time"

	"github.com/jackc/pgx/v5"

	"offsite/casework"
	"offsite/casework/calendar"
)

// walksIn is below which share of acts that are put right a spot's party pays at a counter:
// one party in four. Nothing is drawn for it.
const walksIn = 40

// paysAtCounter has the party leave the page open and pay its amount at a counter; an officer
// enters the receipt, and a head confirms it. It comes with the same scan as other papers.
func (c *course) paysAtCounter(ctx context.Context, order string) error {
	receipt, fen := c.b.treasury.takeAtCounter(order)
	paid := casework.CounterDraft{ReceiptNo: receipt, PaidOn: c.b.clock.now().In(calendar.Shanghai()).Format(time.DateOnly), AmountFen: fen, Papers: []string{scan}}
	if err := c.b.book.EnterCounterPayment(ctx, c.officers[0], c.id, paid); err != nil {
		return err
	}
	file, err := c.b.book.Case(ctx, c.head, c.id)
	if err != nil {
		return err
	}
	for _, p := range file.Counter {
		if p.State != "asked" {
			continue
		}
		if err := c.b.book.DecideCounterPayment(ctx, c.head, c.id, p.ID, casework.CounterVerdict{Confirm: true, Grounds: "与国库核对无误"}); err != nil {
			return err
		}
	}
	return nil
}

// atCounters holds the payments that were booked from counters against what was paid there,
// receipt by receipt.
func (e *examiner) atCounters(ctx context.Context) ([]Violation, error) {
	rows, err := e.db.Query(ctx, `SELECT receipt_no, case_id::text, amount_fen FROM payment_notice WHERE outcome <> 'repeated' AND channel = 'counter'`)
	if err != nil {
		return nil, err
	}
	type booked struct {
		Receipt, Case string
		Fen           int64
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[booked])
	var found []Violation
	left := maps.Clone(e.records.Counters)
	for _, n := range list {
		if left[n.Receipt] != n.Fen {
			found = append(found, Violation{n.Case, fmt.Sprintf("receipt %s: %d fen booked, a counter received %d", n.Receipt, n.Fen, left[n.Receipt])})
		}
		delete(left, n.Receipt) // a second entry of it finds nothing
	}
	for receipt, fen := range left {
		found = append(found, Violation{"", fmt.Sprintf("receipt %s: a counter received %d fen, nothing is booked", receipt, fen)})
	}
	return found, err
}
