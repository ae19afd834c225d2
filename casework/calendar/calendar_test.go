package calendar

import (
	"errors"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

func at(t *testing.T, text string) time.Time {
	t.Helper()
	v, err := time.ParseInLocation("2006-01-02 15:04", text, Shanghai())
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func standard(t testing.TB) *Calendar {
	t.Helper()
	c, err := Default()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestWorkingDaysOfTheNotices(t *testing.T) {
	t.Parallel()
	c := standard(t)
	for _, v := range []struct {
		day   string
		works bool
		why   string
	}{
		{"2024-02-09", true, "除夕 was no holiday in 2024"},
		{"2024-02-18", true, "a Sunday made up for 春节"},
		{"2024-05-11", true, "a Saturday made up for 劳动节"},
		{"2025-01-28", false, "除夕 is one since 2025"},
		{"2025-10-08", false, "国庆节、中秋节"},
		{"2025-10-11", true, "a Saturday made up"},
		{"2026-01-02", false, "元旦"},
		{"2026-01-04", true, "a Sunday made up"},
		{"2026-02-14", true, "a Saturday made up"},
		{"2026-02-23", false, "the ninth day of 春节"},
		{"2026-11-24", true, "a plain Tuesday"},
		{"2026-11-28", false, "a plain Saturday"},
		{"2027-02-08", false, "statutory, provisional"},
	} {
		works, err := c.IsWorkingDay(at(t, v.day+" 12:00"))
		if err != nil || works != v.works {
			t.Errorf("%s (%s): works %v, %v", v.day, v.why, works, err)
		}
	}
}

// How many days offices work in a year follows from the notices: days of the year less
// weekends less holidays on weekdays plus days made up.
func TestWorkingDaysOfAYear(t *testing.T) {
	t.Parallel()
	c := standard(t)
	for year, want := range map[int]int{2024: 251, 2025: 248, 2026: 248} {
		n, err := c.WorkingDays(at(t, time.Date(year-1, 12, 31, 0, 0, 0, 0, Shanghai()).Format("2006-01-02 15:04")),
			time.Date(year, 12, 31, 0, 0, 0, 0, Shanghai()))
		if err != nil {
			t.Fatal(err)
		}
		if n != want {
			t.Errorf("%d: %d working days, want %d", year, n, want)
		}
	}
}

func TestAddWorkingDays(t *testing.T) {
	t.Parallel()
	c := standard(t)
	for _, v := range []struct {
		from string
		n    int
		end  string
	}{
		{"2026-11-24 09:00", 5, "2026-12-01"},
		{"2026-11-24 00:00", 0, "2026-11-24"},
		{"2026-11-28 10:00", 1, "2026-11-30"},
		{"2026-09-29 23:59", 2, "2026-10-08"},
		{"2026-09-29 23:59", 5, "2026-10-12"}, // the 10th is made up
		{"2026-02-13 08:00", 2, "2026-02-24"}, // the 14th is made up
		{"2025-12-30 08:00", 3, "2026-01-05"}, // over the year
	} {
		got, err := c.AddWorkingDays(at(t, v.from), v.n)
		if err != nil || got.Format(time.DateOnly) != v.end || !got.Equal(End(got)) {
			t.Errorf("%s + %d: %v, %v; want the end of %s", v.from, v.n, got, err, v.end)
		}
	}
}

func TestPeriodEndsOnAWorkingDay(t *testing.T) {
	t.Parallel()
	c := standard(t)
	for _, v := range []struct {
		from string
		n    int
		end  string
	}{
		{"2026-11-24 09:00", 15, "2026-12-09"},
		{"2026-09-17 09:00", 15, "2026-10-08"}, // would end in the National Day week
		{"2026-11-13 09:00", 15, "2026-11-30"}, // would end on a Saturday
	} {
		got, err := c.Period(at(t, v.from), v.n)
		if err != nil || got.Format(time.DateOnly) != v.end {
			t.Errorf("%s + %d: %v, %v; want %s", v.from, v.n, got, err, v.end)
		}
	}
	if got := AddDays(at(t, "2026-11-13 09:00"), 15); got.Format(time.DateOnly) != "2026-11-28" {
		t.Errorf("AddDays moved a rest day: %v", got)
	}
}

// The clock of the server doesn't matter, the legal clock does.
func TestTheLegalClockCounts(t *testing.T) {
	t.Parallel()
	c := standard(t)
	utc := time.Date(2026, 11, 24, 17, 0, 0, 0, time.UTC) // 01:00 on the 25th in Shanghai
	got, err := c.AddWorkingDays(utc, 1)
	if err != nil || got.Format(time.DateOnly) != "2026-11-26" {
		t.Errorf("%v, %v", got, err)
	}
	if end := End(utc); !end.Equal(time.Date(2026, 11, 25, 15, 59, 59, 999999000, time.UTC)) {
		t.Errorf("end of the day: %v", end)
	}
}

func TestProperties(t *testing.T) {
	t.Parallel()
	c := standard(t)
	r := rand.New(rand.NewPCG(85, 2021))
	start := time.Date(2024, 1, 1, 0, 0, 0, 0, Shanghai())
	for range 3000 {
		from := start.Add(time.Duration(r.Int64N(int64(3 * 365 * 24 * time.Hour))))
		n := r.IntN(60)
		a, err := c.AddWorkingDays(from, n)
		if err != nil {
			t.Fatal(err)
		}
		b, _ := c.AddWorkingDays(from, n+1)
		later, _ := c.AddWorkingDays(from.Add(36*time.Hour), n)
		if !b.After(a) || later.Before(a) {
			t.Fatalf("not monotone at %v + %d: %v, %v, %v", from, n, a, b, later)
		}
		if n > 0 {
			if works, _ := c.IsWorkingDay(a); !works {
				t.Fatalf("%v + %d ends on a rest day %v", from, n, a)
			}
			if back, _ := c.WorkingDays(from, a); back != n {
				t.Fatalf("%v + %d: counted back %d", from, n, back)
			}
		}
		if plain := AddDays(from, n); a.Before(plain) && n < 20 && plain.Sub(a) > 3*24*time.Hour {
			t.Fatalf("%v + %d working days ends long before %d days", from, n, n)
		}
		p, err := c.Period(from, n)
		if err != nil || p.Before(AddDays(from, n)) {
			t.Fatalf("period %v + %d: %v, %v", from, n, p, err)
		}
	}
}

func TestUnknownYearIsAnError(t *testing.T) {
	t.Parallel()
	c := standard(t)
	for _, f := range []func() error{
		func() error { _, err := c.AddWorkingDays(at(t, "2027-12-30 09:00"), 5); return err },
		func() error { _, err := c.Period(at(t, "2027-12-30 09:00"), 15); return err },
		func() error {
			_, err := c.WorkingDays(at(t, "2027-12-30 09:00"), at(t, "2028-01-02 09:00"))
			return err
		},
	} {
		if err := f(); !errors.Is(err, ErrNoYear) || !strings.Contains(err.Error(), "import the State Council's notice for 2028") {
			t.Errorf("got %v", err)
		}
	}
	if _, err := c.AddWorkingDays(at(t, "2026-01-01 09:00"), -1); err == nil {
		t.Error("a negative number passed")
	}
}

func TestProvisionalYearSaysSo(t *testing.T) {
	t.Parallel()
	c := standard(t)
	if c.Provisional(at(t, "2026-01-01 00:00"), at(t, "2026-12-31 00:00")) {
		t.Error("2026 is announced")
	}
	if !c.Provisional(at(t, "2026-12-20 00:00"), at(t, "2027-01-05 00:00")) {
		t.Error("2027 is provisional")
	}
	y, err := Read("2026.yaml", []byte("year: 2026\nsource: guess\nprovisional: true\nholidays: [{name: x, from: 2026-01-01, to: 2026-01-01}]\n"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.With(y); err == nil {
		t.Error("a guess replaced the notice")
	}
	if years := c.Years(); len(years) != 4 || years[0].Year != 2024 || !years[3].Provisional {
		t.Errorf("years %v", years)
	}
}

func TestReadRefuses(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"year: 1999\nsource: x\n": "year: 1999",
		"year: 2028\n":            "source: name the notice",
		"year: 2028\nsource: x\n": "holidays: no year is without",
		"year: 2028\nsource: x\nholidays: [{name: 元旦, from: 2028-01-03, to: 2028-01-01}]\n":                       "holidays[0] 元旦: from 2028-01-03",
		"year: 2028\nsource: x\nholidays: [{name: 元旦, from: 2027-01-01, to: 2028-01-01}]\n":                       "2027-01-01 isn't in 2028",
		"year: 2028\nsource: x\nholidays: [{name: 元旦, from: 1.1., to: 2028-01-01}]\n":                             `"1.1." isn't a date`,
		"year: 2028\nsource: x\nholidays: [{name: a, from: 2028-01-01, to: 2028-01-01}]\nmake_up: [2028-01-04]\n": "2028-01-04 is a Tuesday",
		"year: 2028\nsource: x\nholidays: [{name: a, from: 2028-01-01, to: 2028-01-01}]\nmake_up: [2028-01-01]\n": "entered twice",
		"year: 2028\nsource: x\nholiday: []\n":                                                                    "holiday",
		"\t":                                                                                                      "bad.yaml",
	} {
		_, err := Read("bad.yaml", []byte(text))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v; want %q", text, err, want)
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, name := range []string{"years/2024.yaml", "years/2027.yaml"} {
		data, err := entered.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Add([]byte("year: 2028\nsource: x\nholidays: [{name: a, from: 2028-01-01, to: 2028-01-01}]\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		y, err := Read("fuzz.yaml", data)
		if err != nil {
			return
		}
		c, err := (&Calendar{}).With(y)
		if err != nil {
			t.Fatal(err)
		}
		for d := time.Date(y.Year, 1, 1, 0, 0, 0, 0, Shanghai()); d.Year() == y.Year; d = d.AddDate(0, 0, 1) {
			if _, err := c.IsWorkingDay(d); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// The alarm comes before deadlines reach into a year that nobody entered, and again when
// a provisional year is about to begin.
func TestLacks(t *testing.T) {
	t.Parallel()
	c, err := Default()
	if err != nil {
		t.Fatal(err)
	}
	for on, want := range map[string]struct {
		year        int
		provisional bool
	}{
		"2025-08-01": {0, false}, "2026-08-24": {0, false}, "2026-11-16": {0, false}, "2026-11-17": {2027, true}, "2027-03-01": {2027, true},
		"2027-08-20": {2027, true}, "2027-09-01": {2028, false}, "2028-02-01": {2028, false},
	} {
		at, err := time.ParseInLocation(time.DateOnly, on, Shanghai())
		if err != nil {
			t.Fatal(err)
		}
		if year, provisional := c.Lacks(at); year != want.year || provisional != want.provisional {
			t.Errorf("on %s: %d, provisional %t; want %+v", on, year, provisional, want)
		}
	}
}
