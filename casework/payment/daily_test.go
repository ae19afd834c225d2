package payment

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"slices"
	"testing"
	"time"

	"offsite/casework"
)

// FuzzDaily: what is read from a provider's file of a day says the same when it is
// written again.
func FuzzDaily(f *testing.F) {
	const head = "order_no,amount_fen,state,receipt_no,paid_at,refund_no\n"
	f.Add([]byte(head + "0193a0b0-0000-7000-8000-000000000000,20000,paid,r1,2026-11-24T10:00:00+08:00,\n"))
	f.Add([]byte(head + `"a,""b",-1,refunded,,2026-11-24T10:00:00.5Z,b1` + "\n"))
	f.Add([]byte(head))
	f.Add([]byte("order_no\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		lines, err := readDaily(bytes.NewReader(text))
		if err != nil {
			return
		}
		var out bytes.Buffer
		w := csv.NewWriter(&out)
		rows := [][]string{columns()}
		for _, l := range lines {
			rows = append(rows, []string{l.OrderID, fmt.Sprint(l.AmountFen), l.State, l.ReceiptNo, l.PaidAt.Format(time.RFC3339Nano), l.RefundID})
		}
		if err := w.WriteAll(rows); err != nil {
			t.Fatal(err)
		}
		again, err := readDaily(&out)
		same := slices.EqualFunc(lines, again, func(a, b casework.PaymentLine) bool {
			at := a.PaidAt.Equal(b.PaidAt)
			a.PaidAt, b.PaidAt = time.Time{}, time.Time{}
			return at && a == b
		})
		if err != nil || !same {
			t.Fatalf("%q is read as %v, and again as %v: %v", text, lines, again, err)
		}
	})
}
