package simulation

import (
	"math/rand/v2"
	"sync/atomic"
	"time"

	"offsite/casework/calendar"
)

// clock is the time that everybody in the simulation reads.
type clock struct{ at atomic.Int64 }

func (c *clock) now() time.Time   { return time.UnixMicro(c.at.Load()).UTC() }
func (c *clock) set(at time.Time) { c.at.Store(at.UnixMicro()) }

// Office hours on the legal clock, and those in which a party acts.
const (
	officeOpens, officeCloses = 9, 17
	partyRises, partySleeps   = 8, 22
)

// officeTime is when somebody who needs so much working time is done, having begun
// at a time. A day whose year nobody entered counts as one of rest no more: it ends
// the reckoning, and Run says so.
func officeTime(days *calendar.Calendar, from time.Time, work time.Duration) (time.Time, error) {
	for at := from.In(calendar.Shanghai()); ; {
		y, m, d := at.Date()
		opens := time.Date(y, m, d, officeOpens, 0, 0, 0, calendar.Shanghai())
		closes := time.Date(y, m, d, officeCloses, 0, 0, 0, calendar.Shanghai())
		works, err := days.IsWorkingDay(at)
		if err != nil {
			return at, err
		}
		if at.Before(opens) {
			at = opens
		}
		if works && at.Before(closes) {
			if left := closes.Sub(at); work > left {
				work -= left
			} else {
				return at.Add(work).UTC(), nil
			}
		}
		at = time.Date(y, m, d+1, 0, 0, 0, 0, calendar.Shanghai())
	}
}

// partyTime is when a party acts that means to at a time.
func partyTime(at time.Time) time.Time {
	local := at.In(calendar.Shanghai())
	y, m, d := local.Date()
	switch {
	case local.Hour() < partyRises:
		return time.Date(y, m, d, partyRises, local.Minute(), 0, 0, calendar.Shanghai()).UTC()
	case local.Hour() >= partySleeps:
		return time.Date(y, m, d+1, partyRises, local.Minute(), 0, 0, calendar.Shanghai()).UTC()
	}
	return at
}

// about is a length of time around a mean, exponentially distributed as waiting in a
// queue is.
func about(r *rand.Rand, mean time.Duration) time.Duration {
	return time.Duration(r.ExpFloat64() * float64(mean))
}

func chance(r *rand.Rand, percent float64) bool { return r.Float64()*100 < percent }
