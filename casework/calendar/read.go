package calendar

import (
	"bytes"
	"embed"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"time"

	"github.com/goccy/go-yaml"
)

//go:embed years/*.yaml
var entered embed.FS

// Default is the calendar of the years entered in this repository.
func Default() (*Calendar, error) {
	names, err := fs.Glob(entered, "years/*.yaml")
	if err != nil {
		return nil, fmt.Errorf("calendar: list the entered years: %w", err)
	}
	c := &Calendar{years: map[int]Year{}}
	for _, name := range names {
		data, err := entered.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("calendar: read %s: %w", name, err)
		}
		y, err := Read(name, data)
		if err != nil {
			return nil, err
		}
		if c, err = c.With(y); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// Source is the text of a year that comes with the program.
func Source(year string) ([]byte, error) {
	text, err := entered.ReadFile("years/" + path.Base(year) + ".yaml")
	if err != nil {
		return nil, fmt.Errorf("calendar: %s: %w", year, ErrNoYear)
	}
	return text, nil
}

// With is the calendar with a year added or replaced. A provisional entry never takes
// the place of an announced one.
func (c *Calendar) With(y Year) (*Calendar, error) {
	if old, ok := c.years[y.Year]; ok && y.Provisional && !old.Provisional {
		return nil, fmt.Errorf("calendar: %d is entered from %s already; a provisional entry can't replace it", y.Year, old.Source)
	}
	years := map[int]Year{y.Year: y}
	for _, other := range c.years {
		if other.Year != y.Year {
			years[other.Year] = other
		}
	}
	return &Calendar{years: years}, nil
}

// Years lists the entered years in order.
func (c *Calendar) Years() []Year {
	return slices.SortedFunc(maps.Values(c.years), func(a, b Year) int { return a.Year - b.Year })
}

// Provisional reports whether a deadline from the one instant to the other passes
// through a provisional year, so that it may move when the notice comes.
func (c *Calendar) Provisional(from, to time.Time) bool {
	for y := dayOf(from).year; y <= dayOf(to).year; y++ {
		if c.years[y].Provisional {
			return true
		}
	}
	return false
}

// file is a year as it stands in YAML.
type file struct {
	Year        int    `yaml:"year"`
	Source      string `yaml:"source"`
	Provisional bool   `yaml:"provisional"`
	Holidays    []struct {
		Name string `yaml:"name"`
		From string `yaml:"from"`
		To   string `yaml:"to"`
	} `yaml:"holidays"`
	MakeUp []string `yaml:"make_up"`
}

// Read reads one year from YAML. name is what an error calls it.
func Read(name string, data []byte) (Year, error) {
	var f file
	if err := yaml.NewDecoder(bytes.NewReader(data), yaml.Strict()).Decode(&f); err != nil {
		return Year{}, fmt.Errorf("calendar: %s: %w", name, err)
	}
	y := Year{Year: f.Year, Source: f.Source, Provisional: f.Provisional, days: map[day]bool{}}
	if f.Year < 2000 || f.Year > 2100 {
		return Year{}, fmt.Errorf("calendar: %s: year: %d isn't a year between 2000 and 2100", name, f.Year)
	}
	if f.Source == "" {
		return Year{}, fmt.Errorf("calendar: %s: source: name the notice that the days were entered from", name)
	}
	if len(f.Holidays) == 0 {
		return Year{}, fmt.Errorf("calendar: %s: holidays: no year is without holidays; enter them from the notice", name)
	}
	for i, h := range f.Holidays {
		if err := y.addHoliday(h.From, h.To); err != nil {
			return Year{}, fmt.Errorf("calendar: %s: holidays[%d] %s: %w", name, i, h.Name, err)
		}
	}
	for i, text := range f.MakeUp {
		if err := y.addMakeUp(text); err != nil {
			return Year{}, fmt.Errorf("calendar: %s: make_up[%d]: %w", name, i, err)
		}
	}
	return y, nil
}

func (y *Year) addHoliday(from, to string) error {
	first, err := y.date(from)
	if err != nil {
		return err
	}
	last, err := y.date(to)
	if err != nil {
		return err
	}
	if last.Before(first) || last.Sub(first) > 31*24*time.Hour {
		return fmt.Errorf("from %s to %s isn't a holiday; look at the order of the dates", from, to)
	}
	for t := first; !t.After(last); t = t.AddDate(0, 0, 1) {
		if _, twice := y.days[dayOf(t)]; twice {
			return fmt.Errorf("%s is entered twice", t.Format(time.DateOnly))
		}
		y.days[dayOf(t)] = false
	}
	return nil
}

func (y *Year) addMakeUp(text string) error {
	t, err := y.date(text)
	if err != nil {
		return err
	}
	if w := t.Weekday(); w != time.Saturday && w != time.Sunday {
		return fmt.Errorf("%s is a %s, a working day anyway; only weekends are made up", text, w)
	}
	if _, twice := y.days[dayOf(t)]; twice {
		return fmt.Errorf("%s is entered twice", text)
	}
	y.days[dayOf(t)] = true
	return nil
}

func (y *Year) date(text string) (time.Time, error) {
	t, err := time.ParseInLocation(time.DateOnly, text, Shanghai())
	if err != nil {
		return time.Time{}, fmt.Errorf("%q isn't a date; write it like %d-01-01", text, y.Year)
	}
	if t.Year() != y.Year {
		return time.Time{}, fmt.Errorf("%s isn't in %d", text, y.Year)
	}
	return t, nil
}
