package casework

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"offsite/casework/calendar"
)

// PaymentLine is a line of the provider's file of a day.
type PaymentLine struct {
	OrderID   string    `json:"order_no"` // of a counter: the number of the decision as the payer named it, or nothing
	AmountFen int64     `json:"amount_fen"`
	State     string    `json:"state"` // paid, refunded in whole; counter: paid at one; refund: paid back
	ReceiptNo string    `json:"receipt_no"`
	PaidAt    time.Time `json:"paid_at"`   // of a refund: paid back
	RefundID  string    `json:"refund_no"` // of a refund
}

// Difference is something that the provider's file and our records do not agree
// about.
type Difference struct {
	Kind      string `json:"kind"`     // missing_here, missing_there, amount, receipt, twice, refunded_here, refunded_there, refund_amount, owed_back, counter_missing_here, counter_missing_there, counter_waiting, counter_day, counter_case
	OrderID   string `json:"order_no"` // of a counter: the receipt; empty: the case as a whole
	CaseID    string `json:"case_id,omitempty"`
	OursFen   int64  `json:"ours_fen"`
	TheirsFen int64  `json:"theirs_fen"`
	ZH        string `json:"zh"`
	EN        string `json:"en"`
}

// Reconciliation is the comparison of a day.
type Reconciliation struct {
	Day         string       `json:"day"`
	Lines       int          `json:"lines"`
	OursFen     int64        `json:"ours_fen" doc:"Credited to cases that day, less what was paid back that day."`
	TheirsFen   int64        `json:"theirs_fen"`
	Differences []Difference `json:"differences"`
}

// ours is a payment as we credited it.
type ours struct {
	orderID, caseID, receiptNo string
	amountFen                  int64
}

// Reconcile compares the provider's file of a day with what was credited, and
// keeps the report. A payment of theirs that we never heard of is found here, and what a
// case owes back by now that nobody was asked to pay.
func (b *Book) Reconcile(ctx context.Context, date time.Time, file []PaymentLine) (Reconciliation, error) {
	from := calendar.End(date).Add(time.Microsecond).AddDate(0, 0, -1)
	r := Reconciliation{Day: from.In(calendar.Shanghai()).Format(day), Lines: len(file), Differences: []Difference{}}
	credited, err := b.creditedOn(ctx, from)
	if err != nil {
		return r, fmt.Errorf("reconcile %s: %w", r.Day, err)
	}
	atCounters, err := b.counterOn(ctx, r.Day, file)
	if err != nil {
		return r, fmt.Errorf("reconcile %s: %w", r.Day, err)
	}
	r.counter(atCounters, file)
	back, err := b.refundedOn(ctx, from, file)
	if err != nil {
		return r, fmt.Errorf("reconcile %s: %w", r.Day, err)
	}
	r.refunds(back, file)
	seen := map[string]bool{}
	for _, line := range file {
		if line.State == counterState || line.State == refundState {
			continue
		}
		r.TheirsFen += line.AmountFen
		r.compare(line, credited[line.OrderID], seen[line.OrderID])
		seen[line.OrderID] = true
	}
	for id, o := range credited {
		r.OursFen += o.amountFen
		if !seen[id] {
			r.add(Difference{Kind: "missing_there", OrderID: id, CaseID: o.caseID, OursFen: o.amountFen, ZH: "我方已入账，对账文件中没有", EN: "credited here, not in the provider's file"})
		}
	}
	owed, err := b.owedBack(ctx)
	if err != nil {
		return r, fmt.Errorf("reconcile %s: %w", r.Day, err)
	}
	r.Differences = append(r.Differences, owed...)
	report, err := json.Marshal(r)
	if err != nil {
		return r, err
	}
	_, err = b.o.Pool.Exec(ctx, `INSERT INTO reconciliation (day, at, lines, report) VALUES ($1, $2, $3, $4)
		ON CONFLICT (day) DO UPDATE SET at = $2, lines = $3, report = $4`, r.Day, b.now(), r.Lines, report)
	if err != nil {
		return r, fmt.Errorf("keep the reconciliation of %s: %w", r.Day, err)
	}
	return r, nil
}

// Reconciliations lists the comparisons of days, the latest first.
func (b *Book) Reconciliations(ctx context.Context) ([]Reconciliation, error) {
	rows, err := b.o.Pool.Query(ctx, `SELECT report FROM reconciliation ORDER BY day DESC LIMIT 400`)
	if err != nil {
		return nil, fmt.Errorf("list the reconciliations: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (r Reconciliation, err error) {
		var report []byte
		if err = row.Scan(&report); err == nil {
			err = json.Unmarshal(report, &r)
		}
		return r, err
	})
	if err != nil {
		return nil, fmt.Errorf("list the reconciliations: %w", err)
	}
	return list, nil
}

// ReconcileArgs compares yesterday's payments with the provider's file.
type ReconcileArgs struct{}

// Kind names the job.
func (ReconcileArgs) Kind() string { return "casework.reconcile" }

// InsertOpts allows one a day; a provider that has no file yet is asked again.
func (ReconcileArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: Queue, UniqueOpts: river.UniqueOpts{ByPeriod: 24 * time.Hour}}
}

// reconcileYesterday fetches the provider's file of the day before and compares.
func (b *Book) reconcileYesterday(ctx context.Context) error {
	yesterday := b.now().AddDate(0, 0, -1)
	lines, err := b.o.Payment.Daily(ctx, yesterday)
	if err != nil {
		return err
	}
	r, err := b.Reconcile(ctx, yesterday, lines)
	if len(r.Differences) > 0 {
		b.o.Logger.Error("the provider's file and our records do not agree", "day", r.Day, "differences", len(r.Differences))
	}
	return err
}

func (r *Reconciliation) add(d Difference) { r.Differences = append(r.Differences, d) }

func (r *Reconciliation) compare(line PaymentLine, o ours, twice bool) {
	d := Difference{OrderID: line.OrderID, CaseID: o.caseID, OursFen: o.amountFen, TheirsFen: line.AmountFen}
	switch {
	case twice:
		d.Kind, d.ZH, d.EN = "twice", "对账文件中出现两次", "twice in the provider's file"
	case o.orderID == "" && line.State == "refunded":
		return // taken and given back without our having heard of it
	case o.orderID == "":
		d.Kind, d.ZH, d.EN = "missing_here", "代收机构已收款，我方未入账", "the provider was paid, nothing is credited here"
	case o.amountFen != line.AmountFen:
		d.Kind, d.ZH, d.EN = "amount", "金额不一致", "the amounts differ"
	case o.receiptNo != line.ReceiptNo:
		d.Kind, d.ZH, d.EN = "receipt", "票据号不一致", "the receipt numbers differ"
	default:
		return
	}
	r.add(d)
}

// creditedOn lists what was paid on a day and entered, surplus included.
func (b *Book) creditedOn(ctx context.Context, from time.Time) (map[string]ours, error) {
	rows, err := b.o.Pool.Query(ctx, `SELECT n.order_id, coalesce(n.case_id::text, ''), n.receipt_no, n.amount_fen
		FROM payment_notice n WHERE n.paid_at >= $1 AND n.paid_at < $2 AND n.outcome IN ('credited', 'surplus') AND n.channel = 'provider'`, from, from.AddDate(0, 0, 1))
	if err != nil {
		return nil, err
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (o ours, err error) {
		err = row.Scan(&o.orderID, &o.caseID, &o.receiptNo, &o.amountFen)
		return o, err
	})
	all := map[string]ours{}
	for _, o := range list {
		all[o.orderID] = o
	}
	return all, err
}
