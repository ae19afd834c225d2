package matter

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// ErrNoBand means that the facts of a case fall into no discretion band.
var ErrNoBand = errors.New("no discretion band fits these facts")

// Facts are what the discretion bands look at. The names in brackets are those that
// conditions use.
type Facts struct {
	Party           PartyKind
	First           bool    // (first) no earlier violation of this matter on file
	RepeatsInYear   int     // (repeats_in_year) earlier penalties and educated cases within a year before the act
	Corrected       bool    // (corrected) corrected, be it late
	CorrectedInTime bool    // (corrected_in_time) corrected within the grace period
	Harm            bool    // (harm) it did harm (危害后果)
	Obstructed      bool    // (obstructed) refused to correct, or obstructed
	DurationS       int64   // (duration_s) how long it lasted
	AreaM2          float64 // (area_m2) bare ground, occupied area
	Age             int     // of a person on the day of the act; 0 or less: unknown
}

// young is somebody of fourteen to seventeen (Penalty Law art. 30).
func (f Facts) young() bool {
	const penal, adult = 14, 18
	return f.Party == Person && f.Age >= penal && f.Age < adult
}

// NoPenalty says whether a band leads to no penalty.
type NoPenalty string

const (
	Must NoPenalty = "must" // 不予处罚
	May  NoPenalty = "may"  // 可以不予处罚
)

// Band is one step of the discretion standard.
type Band struct {
	Key       string
	Name      Words
	When      []Condition // all of them; none fits always
	NoPenalty NoPenalty   // "" for a penalty
	Fines     map[PartyKind]Range
	Article   Words // what the band stands on
}

// Fits reports whether a case's facts meet every condition.
func (b Band) Fits(f Facts) bool {
	for _, c := range b.When {
		if !c.holds(f) {
			return false
		}
	}
	return true
}

// Condition is one condition over a case's facts: "first", "not harm",
// "repeats_in_year >= 1", "area_m2 < 500", "party = unit".
type Condition struct {
	fact string
	op   string
	not  bool
	n    float64
	text string
}

// String is the condition as it was written.
func (c Condition) String() string { return c.text }

// ParseCondition reads a condition.
func ParseCondition(text string) (Condition, error) {
	words := strings.Fields(text)
	c := Condition{text: strings.Join(words, " ")}
	if len(words) == 2 && words[0] == "not" {
		c.not, words = true, words[1:]
	}
	switch {
	case len(words) == 1:
		c.fact = words[0]
		if _, ok := (Facts{}).flag(c.fact); !ok {
			return Condition{}, fmt.Errorf("%q: there is no yes-or-no fact %q; use first, corrected, corrected_in_time, harm or obstructed", text, c.fact)
		}
		return c, nil
	case len(words) == 3 && words[0] == "party":
		if words[1] != "=" || words[2] != string(Person) && words[2] != string(Unit) {
			return Condition{}, fmt.Errorf("%q: write it like \"party = unit\"", text)
		}
		c.fact, c.op = "party", words[2]
		return c, nil
	case len(words) == 3:
		return c.compare(text, words)
	}
	return Condition{}, fmt.Errorf("%q isn't a condition; write it like \"first\", \"not harm\" or \"area_m2 >= 500\"", text)
}

func (c Condition) compare(text string, words []string) (Condition, error) {
	c.fact, c.op = words[0], words[1]
	if _, ok := (Facts{}).number(c.fact); !ok {
		return Condition{}, fmt.Errorf("%q: there is no number %q; use repeats_in_year, duration_s or area_m2", text, c.fact)
	}
	if c.op != ">=" && c.op != "<" {
		return Condition{}, fmt.Errorf("%q: compare with >= or <, so that no value falls between two bands", text)
	}
	n, err := strconv.ParseFloat(words[2], 64)
	if err != nil || n < 0 || n > 1e9 {
		return Condition{}, fmt.Errorf("%q: %q isn't a number between 0 and a thousand million", text, words[2])
	}
	c.n = n
	return c, nil
}

func (c Condition) holds(f Facts) bool {
	if c.fact == "party" {
		return string(f.Party) == c.op
	}
	if is, ok := f.flag(c.fact); ok {
		return is != c.not
	}
	n, _ := f.number(c.fact)
	if c.op == "<" {
		return n < c.n
	}
	return n >= c.n
}

func (f Facts) flag(name string) (is, known bool) {
	switch name {
	case "first":
		return f.First, true
	case "corrected":
		return f.Corrected || f.CorrectedInTime, true
	case "corrected_in_time":
		return f.CorrectedInTime, true
	case "harm":
		return f.Harm, true
	case "obstructed":
		return f.Obstructed, true
	}
	return false, false
}

func (f Facts) number(name string) (n float64, known bool) {
	switch name {
	case "repeats_in_year":
		return float64(f.RepeatsInYear), true
	case "duration_s":
		return float64(f.DurationS), true
	case "area_m2":
		return f.AreaM2, true
	}
	return 0, false
}

// lighter is what is left of a band for somebody young, whose penalty must be lighter or
// mitigated (Penalty Law art. 30): at most the lower 30 hundredths of the law's range, which
// is what 国市监法规〔2022〕2号 calls lighter, never more than an adult's, and down to one
// yuan, since what is mitigated lies below the law's minimum.
func (r Range) lighter(law Range) Range {
	const yuan, share = 100, 30
	return Range{Min: yuan, Max: min(r.Max, law.part(0, share).Max)}
}

// part is the share of a range from p to q hundredths, rounded to whole yuan inwards so
// that the band never leaves the range.
func (r Range) part(p, q int64) Range {
	const yuan = 100
	width := r.Max - r.Min
	low := r.Min + (width*p/100+yuan-1)/yuan*yuan
	high := r.Min + width*q/100/yuan*yuan
	return Range{Min: min(low, r.Max), Max: max(min(high, r.Max), min(low, r.Max))}
}
