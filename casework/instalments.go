package casework

import (
	"time"

	"offsite/casework/calendar"
	"offsite/casework/document"
	"offsite/casework/flow"
)

// Instalment is a part of a fine that is paid by a day of its own.
type Instalment struct {
	Until     time.Time  `json:"until"`
	FineFen   int64      `json:"fine_fen"`
	LateFen   int64      `json:"late_fen" doc:"Surcharge: on this instalment alone, from the day after its last day."`
	PaidFen   int64      `json:"paid_fen"`
	PaidAt    *time.Time `json:"paid_at,omitempty"`
	ReceiptNo string     `json:"receipt_no,omitempty"`
}

// instalments are those of the case as they are shown.
func (c *casefile) instalments(now time.Time) []Instalment {
	list := []Instalment{}
	for _, i := range c.D.Instalments {
		list = append(list, Instalment{Until: i.Until, FineFen: i.FineFen, LateFen: i.Late(now, c.D.Pauses), PaidFen: i.PaidFen, PaidAt: present(i.PaidAt), ReceiptNo: i.ReceiptNo})
	}
	return list
}

// unpaid is what has not been paid of the fine itself.
func (c *casefile) unpaid() int64 {
	if len(c.D.Instalments) == 0 {
		return max(0, c.FineFen-c.PaidFen)
	}
	var sum int64
	for _, i := range c.D.Instalments {
		sum += max(0, i.FineFen-i.PaidFen)
	}
	return sum
}

// surcharge is what lateness has added: to the fine, or to the instalments that are late. Once
// a part was paid, what had been added until then stands, and more runs on the rest alone.
func (c *casefile) surcharge(now time.Time) (sum int64) {
	switch {
	case len(c.D.Instalments) > 0:
	case c.D.PartAt.IsZero():
		return flow.Surcharge(c.FineFen, c.D.PayUntil, now, c.D.Pauses)
	default:
		more := flow.Surcharge(c.unpaid(), latest(c.D.PayUntil, calendar.End(c.D.PartAt)), now, c.D.Pauses)
		return min(c.FineFen, c.D.PartLateFen+more) // art. 72: never above the fine
	}
	for _, i := range c.D.Instalments {
		sum += i.Late(now, c.D.Pauses)
	}
	return sum
}

// due is what should have been paid by now, surcharge included.
func (c *casefile) due(now time.Time) (sum int64) {
	if len(c.D.Instalments) == 0 {
		return c.owed(now)
	}
	for _, i := range c.D.Instalments {
		if now.After(i.Until) {
			sum += i.Owed(now, c.D.Pauses)
		}
	}
	return sum
}

// parts are the instalments that are still to be paid, for papers.
func (c *casefile) parts() (list []document.Instalment) {
	for i, one := range c.D.Instalments {
		if !one.Settled() {
			list = append(list, document.Instalment{No: i + 1, Until: one.Until, FineFen: one.FineFen})
		}
	}
	return list
}

// next is what the party pays next: the first instalment that is not settled (counted
// from one), or the whole (0), and how much of it is surcharge.
func (c *casefile) next(now time.Time) (instalment int, fen, lateFen int64) {
	i := flow.Next(c.D.Instalments)
	if i < 0 {
		return 0, c.owed(now), c.late(now)
	}
	one := c.D.Instalments[i]
	return i + 1, one.Owed(now, c.D.Pauses), one.Late(now, c.D.Pauses)
}

// paidInstalments is what stays when others are granted: what was paid, as instalments
// that are settled.
func (d *dossier) paidInstalments(c *casefile) []flow.Instalment {
	var list []flow.Instalment
	for _, i := range d.Instalments {
		if i.PaidFen == 0 {
			continue
		}
		i.FineFen = min(i.FineFen, i.PaidFen) // the rest of it is divided anew
		list = append(list, i)
	}
	if len(d.Instalments) == 0 && c.PaidFen > 0 { // before there were any
		fine := min(c.PaidFen, c.FineFen)
		list = append(list, flow.Instalment{Until: d.PayUntil, FineFen: fine, LateFen: c.PaidFen - fine, PaidFen: c.PaidFen, PaidAt: d.PaidAt, ReceiptNo: d.ReceiptNo})
	}
	return list
}

// settle moves the last day of payment on to that of the next instalment.
func (d *dossier) settle() {
	if i := flow.Next(d.Instalments); i >= 0 {
		d.PayUntil = d.Instalments[i].Until
	}
}

// bookInstalments books money on the instalments in their order. lateFen is the surcharge
// that counts for the first of them.
func (d *dossier) bookInstalments(fen, lateFen int64, n PaymentNotice) {
	for fen > 0 {
		i := flow.Next(d.Instalments)
		if i < 0 {
			return
		}
		one := &d.Instalments[i]
		rest := one.Pay(fen, lateFen, n.PaidAt, n.ReceiptNo)
		if rest == fen {
			return
		}
		fen = rest
		if i = flow.Next(d.Instalments); i >= 0 {
			lateFen = d.Instalments[i].Late(n.PaidAt, d.Pauses)
		}
	}
}
