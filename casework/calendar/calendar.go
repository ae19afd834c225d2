package calendar

import (
	"errors"
	"fmt"
	"time"
)

// ErrNoYear means that a reckoning touches a year whose holidays nobody entered.
// Import that year (see Read) and try again; never guess a deadline.
var ErrNoYear = errors.New("the working days of this year aren't entered")

// maxDays bounds a reckoning; no deadline of the law is longer than five years.
const maxDays = 2000

// Shanghai is the legal clock: UTC+8 all year round.
func Shanghai() *time.Location { return time.FixedZone("Asia/Shanghai", 8*60*60) }

// Year is what the State Council ordered for one year.
type Year struct {
	Year        int
	Source      string // the notice that it was entered from
	Provisional bool   // not announced yet: the statutory days alone
	days        map[day]bool
}

// Calendar tells working days from rest days. Its methods may be called from
// many goroutines at once.
type Calendar struct {
	years map[int]Year
}

// day is a date on the legal clock.
type day struct {
	year  int
	month time.Month
	day   int
}

func dayOf(t time.Time) day {
	y, m, d := t.In(Shanghai()).Date()
	return day{y, m, d}
}

func (d day) start() time.Time { return time.Date(d.year, d.month, d.day, 0, 0, 0, 0, Shanghai()) }

// End is the last instant of t's day on the legal clock, to the microsecond, the
// finest that PostgreSQL keeps: a nanosecond more would round into the next day.
func End(t time.Time) time.Time {
	return dayOf(t).start().AddDate(0, 0, 1).Add(-time.Microsecond)
}

// AddDays is the end of the n-th calendar day after from; the day of from itself
// isn't counted.
func AddDays(from time.Time, n int) time.Time {
	return End(dayOf(from).start().AddDate(0, 0, n))
}

// IsWorkingDay reports whether offices work on t's day.
func (c *Calendar) IsWorkingDay(t time.Time) (bool, error) {
	d := dayOf(t)
	y, ok := c.years[d.year]
	if !ok {
		return false, fmt.Errorf("calendar: is %s a working day: %w; import the State Council's notice for %d",
			d.start().Format(time.DateOnly), ErrNoYear, d.year)
	}
	if works, named := y.days[d]; named {
		return works, nil
	}
	w := d.start().Weekday()
	return w != time.Saturday && w != time.Sunday, nil
}

// horizon is how far ahead the bureau's own deadlines reach at most: the ninety days of a
// decision with their extension, then service. A notice comes out about two months before
// its year.
const (
	horizon = 130 * 24 * time.Hour
	notice  = 45 * 24 * time.Hour
)

// Lacks is the year that deadlines from now on may reach into and that is not entered, or
// about to begin and entered provisionally alone; 0: there is none.
func (c *Calendar) Lacks(now time.Time) (year int, provisional bool) {
	for y := dayOf(now).year; y <= dayOf(now.Add(horizon)).year; y++ {
		if _, ok := c.years[y]; !ok {
			return y, false
		}
	}
	if y := dayOf(now.Add(notice)).year; c.years[y].Provisional {
		return y, true
	}
	return 0, false
}

// AddWorkingDays is the end of the n-th working day after from; the day of from itself
// isn't counted, nor are rest days (Penalty Law art. 85). n = 0 is the end of from's day.
func (c *Calendar) AddWorkingDays(from time.Time, n int) (time.Time, error) {
	if n < 0 || n > maxDays {
		return time.Time{}, fmt.Errorf("calendar: %d working days from %s: the number must be between 0 and %d",
			n, dayOf(from).start().Format(time.DateOnly), maxDays)
	}
	t := dayOf(from).start()
	for n > 0 {
		t = t.AddDate(0, 0, 1)
		works, err := c.IsWorkingDay(t)
		if err != nil {
			return time.Time{}, err
		}
		if works {
			n--
		}
	}
	return End(t), nil
}

// WorkingDays counts the working days after from's day up to and with to's day, so that
// AddWorkingDays(from, WorkingDays(from, to)) never lies after to's day. A day before
// from counts 0.
func (c *Calendar) WorkingDays(from, to time.Time) (int, error) {
	n := 0
	for t := dayOf(from).start().AddDate(0, 0, 1); !t.After(dayOf(to).start()); t = t.AddDate(0, 0, 1) {
		works, err := c.IsWorkingDay(t)
		if err != nil {
			return 0, err
		}
		if works {
			n++
		}
	}
	return n, nil
}

// Period is the end of a party's period of n calendar days after from. One that would
// end on a rest day ends on the next working day, as procedural law has it; the
// bureau's own periods (90 days to decide) don't move and are reckoned by AddDays.
func (c *Calendar) Period(from time.Time, n int) (time.Time, error) {
	if n < 0 || n > maxDays {
		return time.Time{}, fmt.Errorf("calendar: a period of %d days from %s: the number must be between 0 and %d",
			n, dayOf(from).start().Format(time.DateOnly), maxDays)
	}
	for end := AddDays(from, n); ; end = AddDays(end, 1) {
		works, err := c.IsWorkingDay(end)
		if err != nil {
			return time.Time{}, err
		}
		if works {
			return end, nil
		}
	}
}
