package detectors

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// ErrZone says that a zone lacks what its rule needs, or sets what it must not;
// the message names it and says what to do.
var ErrZone = errors.New("zone refused")

// Settings are the effective parameters of a zone, Parameter.Key -> value.
type Settings map[string]float64

// Effective fills the defaults in and refuses unknown keys and values out of
// bounds. Errors wrap ErrZone.
func (z Zone) Effective(parameters []Parameter) (Settings, error) {
	s := Settings{}
	for _, p := range parameters {
		s[p.Key] = p.Default
	}
	for key, v := range z.Params {
		i := slices.IndexFunc(parameters, func(p Parameter) bool { return p.Key == key })
		if i < 0 {
			return nil, fmt.Errorf("%w: %q is no parameter of %s", ErrZone, key, z.Detector)
		}
		if p := parameters[i]; !(v >= p.Min && v <= p.Max) {
			return nil, fmt.Errorf("%w: %s is %v %s, not between %v and %v", ErrZone, key, v, p.Unit, p.Min, p.Max)
		}
		s[key] = v
	}
	return s, nil
}

// Seconds returns a parameter that is in seconds.
func (s Settings) Seconds(key string) time.Duration {
	return time.Duration(s[key] * float64(time.Second))
}

// Check refuses a polygon that is none. Errors wrap ErrZone.
func (z Zone) Check() error {
	if len(z.Polygon) < 3 {
		return fmt.Errorf("%w: its outline has %d points; draw three or more", ErrZone, len(z.Polygon))
	}
	for _, p := range z.Polygon {
		if !(p.X >= 0 && p.X <= 1 && p.Y >= 0 && p.Y <= 1) {
			return fmt.Errorf("%w: the point %v of its outline lies outside the picture", ErrZone, p)
		}
	}
	const least = 0.0004 // of the picture
	if z.Polygon.Area() < least {
		return fmt.Errorf("%w: its outline covers less than %v of the picture; draw it larger", ErrZone, least)
	}
	for _, h := range z.Hours {
		if h.FromMin < 0 || h.FromMin > 24*60 || h.ToMin < 0 || h.ToMin > 24*60 {
			return fmt.Errorf("%w: hours from minute %d to %d are not within a day", ErrZone, h.FromMin, h.ToMin)
		}
	}
	return nil
}

// chinaOffset is the offset of Asia/Shanghai from UTC, in seconds; there is no
// summer time.
const chinaOffset = 8 * 60 * 60

// InHours says whether the matter applies at that time.
func (z Zone) InHours(at time.Time) bool {
	if len(z.Hours) == 0 {
		return true
	}
	local := at.In(time.FixedZone("Asia/Shanghai", chinaOffset))
	minute := local.Hour()*60 + local.Minute()
	for _, h := range z.Hours {
		today, yesterday := h.on(local.Weekday()), h.on((local.Weekday()+6)%7)
		if h.ToMin > h.FromMin {
			if today && minute >= h.FromMin && minute < h.ToMin {
				return true
			}
			continue
		}
		if today && minute >= h.FromMin || yesterday && minute < h.ToMin {
			return true
		}
	}
	return false
}

func (h Hours) on(day time.Weekday) bool {
	return len(h.Weekdays) == 0 || slices.Contains(h.Weekdays, day)
}
