package flow

import "time"

// Span is a time during which no surcharge runs; a zero To means: still.
type Span struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

// SurchargePercent is what a day of lateness adds (art. 72).
const SurchargePercent = 3

// Surcharge is what lateness has added until now: three per cent of the fine for
// each day after the last day of payment, days of reconsideration or litigation
// left out (art. 73), and never more than the fine itself.
func Surcharge(fineFen int64, payUntil, now time.Time, pauses []Span) int64 {
	if fineFen <= 0 || payUntil.IsZero() || !now.After(payUntil) {
		return 0
	}
	var days int64
	last := dayStart(now)
	for day := dayStart(payUntil).AddDate(0, 0, 1); !day.After(last); day = day.AddDate(0, 0, 1) {
		if !paused(day, pauses) {
			days++
		}
		if days*SurchargePercent >= 100 {
			return fineFen
		}
	}
	return min(fineFen, fineFen*SurchargePercent*days/100)
}

func paused(day time.Time, pauses []Span) bool {
	end := day.AddDate(0, 0, 1)
	for _, p := range pauses {
		if p.From.Before(end) && (p.To.IsZero() || !p.To.Before(day)) {
			return true
		}
	}
	return false
}

func dayStart(t time.Time) time.Time {
	y, m, d := t.In(shanghai()).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, shanghai())
}
