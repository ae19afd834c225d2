package flow

import (
	"fmt"
	"time"
)

// How many instalments may be granted. The law gives no number; with more than two years
// of months a fine is better deferred, or the party's means are looked at again.
const (
	LeastInstalments = 2
	MostInstalments  = 24
	leastPartFen     = 1_00
)

// Instalment is a part of a fine that may be paid by a day of its own (art. 66). Its
// surcharge runs on what is unpaid of it after that day, and stands once its fine is paid.
type Instalment struct {
	Until     time.Time `json:"until"` // end of its last day
	FineFen   int64     `json:"fine_fen"`
	LateFen   int64     `json:"late_fen,omitempty"` // surcharge that stands
	PaidFen   int64     `json:"paid_fen,omitempty"` // of fine and surcharge
	PaidAt    time.Time `json:"paid_at,omitzero"`
	ReceiptNo string    `json:"receipt_no,omitempty"`
}

// Plan divides a fine into equal instalments in whole yuan, the last one with the rest,
// due monthly from the first day on, each on a working day.
func Plan(fineFen int64, parts int, first time.Time, c Calendar) ([]Instalment, error) {
	const yuan = 1_00
	each := fineFen / int64(parts) / yuan * yuan
	list := make([]Instalment, parts)
	for i := range list {
		until, err := c.Period(addMonths(first.In(shanghai()), i), 0)
		if err != nil {
			return nil, fmt.Errorf("work out the day of instalment %d of %d: %w", i+1, parts, err)
		}
		list[i] = Instalment{Until: until, FineFen: each}
	}
	list[parts-1].FineFen = fineFen - each*int64(parts-1)
	return list, nil
}

// Late is the surcharge of the instalment as of a time.
func (i Instalment) Late(now time.Time, pauses []Span) int64 {
	if i.PaidFen >= i.FineFen {
		return i.LateFen
	}
	return Surcharge(i.FineFen-i.PaidFen, i.Until, now, pauses)
}

// Owed is what is still to be paid of the instalment.
func (i Instalment) Owed(now time.Time, pauses []Span) int64 {
	return max(0, i.FineFen+i.Late(now, pauses)-i.PaidFen)
}

// Settled tells whether fine and surcharge of the instalment are paid.
func (i Instalment) Settled() bool { return i.PaidFen >= i.FineFen+i.LateFen }

// Pay books money on the instalment, the fine first, and gives what is left over. late is
// the surcharge that counts for the payment.
func (i *Instalment) Pay(fen, late int64, at time.Time, receipt string) (rest int64) {
	taken := min(fen, max(0, i.FineFen+late-i.PaidFen))
	if taken == 0 {
		return fen
	}
	i.PaidFen, i.PaidAt, i.ReceiptNo = i.PaidFen+taken, at, receipt
	if i.PaidFen >= i.FineFen {
		i.LateFen = late
	}
	return fen - taken
}

// Next is the first instalment that is not settled, -1 where all are.
func Next(list []Instalment) int {
	for i := range list {
		if !list[i].Settled() {
			return i
		}
	}
	return -1
}
