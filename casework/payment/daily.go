package payment

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"time"

	"offsite/casework"
)

// maxDaily bounds the provider's file of a day.
const maxDaily = 64 << 20

// Daily fetches the provider's file of a day, for Book.Reconcile.
func (c *Client) Daily(ctx context.Context, day time.Time) ([]casework.PaymentLine, error) {
	date := day.In(time.FixedZone("Asia/Shanghai", 8*60*60)).Format(time.DateOnly)
	answer, err := c.gateway.Get(ctx, "/reconciliation?date="+date)
	if err != nil {
		return nil, fmt.Errorf("fetch the payments of %s: the provider cannot be reached: %w", date, err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("fetch the payments of %s: the provider answered %s", date, answer.Status)
	}
	lines, err := readDaily(io.LimitReader(answer.Body, maxDaily))
	if err != nil {
		return nil, fmt.Errorf("read the payments of %s: %w", date, err)
	}
	return lines, nil
}

// columns are those of the provider's file.
func columns() []string {
	return []string{"order_no", "amount_fen", "state", "receipt_no", "paid_at", "refund_no"}
}

func readDaily(r io.Reader) ([]casework.PaymentLine, error) {
	in := csv.NewReader(r)
	head, err := in.Read()
	if err != nil {
		return nil, err
	}
	if want := columns(); !slices.Equal(head, want) {
		return nil, fmt.Errorf("its columns are %v, want %v", head, want)
	}
	var lines []casework.PaymentLine
	for {
		row, err := in.Read()
		if errors.Is(err, io.EOF) {
			return lines, nil
		}
		if err != nil {
			return nil, err
		}
		line := casework.PaymentLine{OrderID: row[0], State: row[2], ReceiptNo: row[3], RefundID: row[5]}
		if line.AmountFen, err = strconv.ParseInt(row[1], 10, 64); err != nil {
			return nil, fmt.Errorf("line %d: amount %q is no whole number of fen", len(lines)+2, row[1])
		}
		if line.PaidAt, err = time.Parse(time.RFC3339, row[4]); err != nil {
			return nil, fmt.Errorf("line %d: time %q: %w", len(lines)+2, row[4], err)
		}
		lines = append(lines, line)
	}
}
