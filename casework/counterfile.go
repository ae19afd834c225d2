package casework

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// counterState is the state of a line of the provider's file that tells of a payment at a
// counter. It has no order of ours; the payer may have named the decision's number.
const counterState = "counter"

// counters are the payments at counters of one day, beside the lines of the file.
type counters struct {
	booked  map[string]ours   // by receipt: of that day, and those that the file names
	days    map[string]string // by receipt: the day that was entered
	waiting map[string]string // by receipt: the case of which it waits to be confirmed
	named   map[string]string // by number of a decision: its case
}

// counterOn reads what was entered for a day, and what the file of it names.
func (b *Book) counterOn(ctx context.Context, day string, file []PaymentLine) (counters, error) {
	c := counters{booked: map[string]ours{}, days: map[string]string{}, waiting: map[string]string{}, named: map[string]string{}}
	receipts, numbers := []string{}, []string{}
	for _, line := range file {
		if line.State == counterState {
			receipts, numbers = append(receipts, line.ReceiptNo), append(numbers, line.OrderID)
		}
	}
	rows, err := b.o.Pool.Query(ctx, `SELECT case_id::text, receipt_no, amount_fen, to_char(paid_on, 'YYYY-MM-DD'), state FROM counter_payment
		WHERE state <> 'declined' AND (receipt_no = ANY ($2) OR paid_on = $1::text::date AND state = 'confirmed')`, day, receipts)
	if err != nil {
		return c, fmt.Errorf("list the payments at counters: %w", err)
	}
	var o ours
	var on, state string
	_, err = pgx.ForEachRow(rows, []any{&o.caseID, &o.receiptNo, &o.amountFen, &on, &state}, func() error {
		if state == "asked" {
			c.waiting[o.receiptNo] = o.caseID
			return nil
		}
		c.booked[o.receiptNo], c.days[o.receiptNo] = o, on
		return nil
	})
	if err != nil {
		return c, fmt.Errorf("list the payments at counters: %w", err)
	}
	rows, err = b.o.Pool.Query(ctx, `SELECT number, case_id::text FROM document WHERE number = ANY ($1)`, numbers)
	if err != nil {
		return c, fmt.Errorf("find the decisions that payers named: %w", err)
	}
	var number, id string
	if _, err = pgx.ForEachRow(rows, []any{&number, &id}, func() error { c.named[number] = id; return nil }); err != nil {
		return c, fmt.Errorf("find the decisions that payers named: %w", err)
	}
	return c, nil
}

// counter compares what the file says of counters with what was entered and confirmed.
func (r *Reconciliation) counter(c counters, file []PaymentLine) {
	seen := map[string]bool{}
	for _, line := range file {
		if line.State != counterState {
			continue
		}
		r.TheirsFen += line.AmountFen
		o, ok := c.booked[line.ReceiptNo]
		d := Difference{OrderID: line.ReceiptNo, CaseID: o.caseID, OursFen: o.amountFen, TheirsFen: line.AmountFen}
		switch {
		case seen[line.ReceiptNo]:
			d.Kind, d.ZH, d.EN = "twice", "对账文件中出现两次", "twice in the provider's file"
		case !ok && c.waiting[line.ReceiptNo] != "":
			d.Kind, d.CaseID, d.ZH, d.EN = "counter_waiting", c.waiting[line.ReceiptNo], "柜面缴款已录入，待负责人确认", "paid at a counter: entered, and waits to be confirmed by a head"
		case !ok:
			d.Kind, d.CaseID, d.ZH, d.EN = "counter_missing_here", c.named[line.OrderID], "柜面已收款，我方未录入：请录入票据", "paid at a counter, not entered here: enter its receipt"
		case o.amountFen != line.AmountFen:
			d.Kind, d.ZH, d.EN = "amount", "金额不一致", "the amounts differ"
		case c.days[line.ReceiptNo] != r.Day:
			d.Kind, d.ZH, d.EN = "counter_day", "柜面缴款日期不一致，加处罚款可能有误：录入为"+c.days[line.ReceiptNo], "paid at a counter on another day, the surcharge may be wrong: entered as "+c.days[line.ReceiptNo]
		case c.named[line.OrderID] != "" && c.named[line.OrderID] != o.caseID:
			d.Kind, d.ZH, d.EN = "counter_case", "柜面缴款所附处罚决定书属于另一案件", "the payer named the decision of another case"
		}
		seen[line.ReceiptNo] = true
		if d.Kind != "" {
			r.add(d)
		}
	}
	for receipt, o := range c.booked {
		if c.days[receipt] != r.Day {
			continue
		}
		r.OursFen += o.amountFen
		if !seen[receipt] {
			r.add(Difference{Kind: "counter_missing_there", OrderID: receipt, CaseID: o.caseID, OursFen: o.amountFen, ZH: "柜面缴款已入账，对账文件中没有：请向国库核对票据", EN: "paid at a counter by our records, not in the provider's file: ask the treasury about the receipt"})
		}
	}
}
