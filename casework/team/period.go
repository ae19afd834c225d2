package team

import (
	"fmt"
	"regexp"
	"strconv"
	"time"

	"offsite/casework/calendar"
	"offsite/registry"
)

// Period is a month, a quarter or a year of the legal clock.
type Period struct {
	Name   string // 2026-11, 2026-Q4, 2026
	From   time.Time
	Months int
}

var periodForm = regexp.MustCompile(`^(\d{4})(?:-(?:Q([1-4])|(0[1-9]|1[0-2])))?$`)

// ReadPeriod reads "2026-11", "2026-Q4" or "2026".
func ReadPeriod(text string) (Period, error) {
	parts := periodForm.FindStringSubmatch(text)
	if parts == nil {
		return Period{}, &registry.Refused{Field: "period", ZH: "时段应形如 2026-11、2026-Q4 或 2026", EN: "a period looks like 2026-11, 2026-Q4 or 2026"}
	}
	year, _ := strconv.Atoi(parts[1]) // four digits, by the form
	first, months := 1, 12
	switch {
	case parts[2] != "":
		q, _ := strconv.Atoi(parts[2])
		first, months = 3*q-2, 3
	case parts[3] != "":
		first, _ = strconv.Atoi(parts[3])
		months = 1
	}
	return Period{Name: text, From: time.Date(year, time.Month(first), 1, 0, 0, 0, 0, calendar.Shanghai()), Months: months}, nil
}

// To is where the next period begins.
func (p Period) To() time.Time { return p.From.AddDate(0, p.Months, 0) }

// names are the months of the period, as 2026-11.
func (p Period) names() []string {
	list := make([]string, p.Months)
	for i := range list {
		m := p.From.AddDate(0, i, 0)
		list[i] = fmt.Sprintf("%04d-%02d", m.Year(), m.Month())
	}
	return list
}
