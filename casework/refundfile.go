package casework

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"offsite/store"
)

// refundState is the state of a line of the provider's file that tells of money that went
// back, beside the line of its payment, which may be another day's.
const refundState = "refund"

// backOf is a refund as we asked for it.
type backOf struct {
	ours
	refundID string
	today    bool // by our records it was paid back on that day
	done     bool
}

// refundedOn reads what was paid back on a day, and what the file of it names.
func (b *Book) refundedOn(ctx context.Context, from time.Time, file []PaymentLine) (map[string]backOf, error) {
	named := []string{}
	for _, line := range file {
		if line.State == refundState && store.IsID(line.RefundID) {
			named = append(named, line.RefundID)
		}
	}
	rows, err := b.o.Pool.Query(ctx, `SELECT id::text, order_id::text, case_id::text, amount_fen, refunded_at IS NOT NULL, coalesce(refunded_at >= $1 AND refunded_at < $2, false)
		FROM refund WHERE refunded_at >= $1 AND refunded_at < $2 OR id = ANY ($3::text[]::uuid[])`, from, from.AddDate(0, 0, 1), named)
	if err != nil {
		return nil, fmt.Errorf("list what was paid back: %w", err)
	}
	all := map[string]backOf{}
	var o backOf
	_, err = pgx.ForEachRow(rows, []any{&o.refundID, &o.orderID, &o.caseID, &o.amountFen, &o.done, &o.today}, func() error {
		all[o.refundID] = o
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list what was paid back: %w", err)
	}
	return all, nil
}

// refunds compares what the file says was paid back with what our records say, each refund by
// its number.
func (r *Reconciliation) refunds(back map[string]backOf, file []PaymentLine) {
	seen := map[string]bool{}
	for _, line := range file {
		if line.State != refundState {
			continue
		}
		r.TheirsFen -= line.AmountFen
		o := back[line.RefundID]
		d := Difference{OrderID: line.OrderID, CaseID: o.caseID, OursFen: o.amountFen, TheirsFen: line.AmountFen}
		switch {
		case seen[line.RefundID]:
			d.Kind, d.ZH, d.EN = "twice", "对账文件中出现两次", "twice in the provider's file"
		case o.orderID != line.OrderID || !o.done:
			d.Kind, d.ZH, d.EN = "refunded_there", "代收机构已退款，我方没有记录", "paid back by the provider's file, not by our records"
		case o.amountFen != line.AmountFen:
			d.Kind, d.ZH, d.EN = "refund_amount", "退款金额不一致", "the amounts paid back differ"
		}
		seen[line.RefundID] = true
		if d.Kind != "" {
			r.add(d)
		}
	}
	for id, o := range back {
		if !o.today {
			continue
		}
		r.OursFen -= o.amountFen
		if !seen[id] {
			r.add(Difference{Kind: "refunded_here", OrderID: o.orderID, CaseID: o.caseID, OursFen: o.amountFen, ZH: "我方记为已退还，代收机构没有退款", EN: "paid back by our records, not by the provider's file"})
		}
	}
}
