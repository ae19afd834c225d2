package matter

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"
)

func day(text string) time.Time {
	t, err := time.ParseInLocation(time.DateOnly, text, legal())
	if err != nil {
		panic(err)
	}
	return t
}

func standard(t testing.TB) *Catalogue {
	t.Helper()
	c, err := Default()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestTheLawOfTheDay(t *testing.T) {
	t.Parallel()
	c := standard(t)
	for name, v := range map[string]struct {
		key, act, decision string
		from               string // of the version that applies
		milder, awaits     bool
		max                int64 // for a person, or a unit where no person is fined
	}{
		"in force":                       {"stall", "2026-11-24", "2026-12-20", "2022-12-01", false, false, 1000_00},
		"old and milder":                 {"stall", "2022-11-30", "2023-01-10", "2018-12-20", false, false, 500_00},
		"first day of the new one":       {"crossdoor", "2022-12-01", "2022-12-05", "2022-12-01", false, false, 1000_00},
		"before the Code":                {"soil", "2026-07-01", "2026-08-14", "2018-10-26", false, false, 100000_00},
		"across the Code, to compare":    {"soil", "2026-08-14", "2026-08-15", "2018-10-26", false, true, 100000_00},
		"after the Code, to be entered":  {"burning", "2026-11-24", "2026-11-25", "2026-08-15", false, false, 0},
		"no offence any more":            {"burning_litter", "2022-11-01", "2022-12-15", "2022-12-01", true, false, 0},
		"on the list, nothing yet known": {"illegal_building", "2026-11-24", "2026-11-25", "2024-02-08", false, false, 0},
	} {
		got, err := c.At(v.key, day(v.act), day(v.decision))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got.Version.ValidFrom != day(v.from) && !got.Version.ValidFrom.Equal(day(v.from)) || got.Milder != v.milder || got.Awaits != v.awaits {
			t.Errorf("%s: from %s, milder %v, awaits %v", name, date(got.Version.ValidFrom), got.Milder, got.Awaits)
		}
		if got.Version.Range().Max != v.max {
			t.Errorf("%s: at most %d fen, want %d", name, got.Version.Range().Max, v.max)
		}
		if got.Why.ZH == "" || !strings.Contains(got.Why.EN, "art. 37") {
			t.Errorf("%s: no reason: %+v", name, got.Why)
		}
	}
	if _, err := c.At("nothing", day("2026-01-01"), day("2026-01-01")); !errors.Is(err, ErrUnknown) {
		t.Errorf("unknown matter: %v", err)
	}
	if _, err := c.At("stall", day("2010-01-01"), day("2010-01-01")); !errors.Is(err, ErrNoVersion) {
		t.Errorf("before the first version: %v", err)
	}
	if _, err := c.At("stall", day("2026-01-02"), day("2026-01-01")); err == nil {
		t.Error("a decision before the act passed")
	}
}

func TestMilderLaterLaw(t *testing.T) {
	t.Parallel()
	r := func(min, max int64) Range { return Range{min, max} }
	for name, v := range map[string]struct {
		old, new Version
		party    PartyKind
		want     bool
	}{
		"lower maximum":             {Version{Fines: map[PartyKind]Range{Person: r(100, 500)}}, Version{Fines: map[PartyKind]Range{Person: r(200, 400)}}, "", true},
		"higher maximum":            {Version{Fines: map[PartyKind]Range{Person: r(100, 500)}}, Version{Fines: map[PartyKind]Range{Person: r(10, 600)}}, "", false},
		"lower minimum":             {Version{Fines: map[PartyKind]Range{Person: r(100, 500)}}, Version{Fines: map[PartyKind]Range{Person: r(50, 500)}}, "", true},
		"may instead of shall":      {Version{Fines: map[PartyKind]Range{Person: r(100, 500)}}, Version{May: true, Fines: map[PartyKind]Range{Person: r(100, 500)}}, "", true},
		"the same":                  {Version{Fines: map[PartyKind]Range{Person: r(100, 500)}}, Version{Fines: map[PartyKind]Range{Person: r(100, 500)}}, "", false},
		"better for units alone":    {Version{Fines: map[PartyKind]Range{Person: r(1, 2), Unit: r(1, 9)}}, Version{Fines: map[PartyKind]Range{Person: r(1, 3), Unit: r(1, 8)}}, "", false},
		"better for this unit":      {Version{Fines: map[PartyKind]Range{Person: r(1, 2), Unit: r(1, 9)}}, Version{Fines: map[PartyKind]Range{Person: r(1, 3), Unit: r(1, 8)}}, Unit, true},
		"a person is fined no more": {Version{Fines: map[PartyKind]Range{Person: r(1, 2)}}, Version{Fines: map[PartyKind]Range{Unit: r(1, 8)}}, Person, true},
	} {
		if got := milder(v.new, v.old, v.party); got != v.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestBands(t *testing.T) {
	t.Parallel()
	c := standard(t)
	choice, err := c.At("stall", day("2026-11-24"), day("2026-12-20"))
	if err != nil {
		t.Fatal(err)
	}
	for name, v := range map[string]struct {
		facts     Facts
		band      string
		noPenalty NoPenalty
		fine      Range
	}{
		"corrected in time": {Facts{Party: Person, First: true, CorrectedInTime: true}, "corrected", Must, Range{}},
		"late, first":       {Facts{Party: Person, First: true, Corrected: true}, "first", May, Range{100_00, 280_00}},
		"first, not put right": {Facts{Party: Person, First: true}, "ordinary", "",
			Range{190_00, 460_00}},
		"again":             {Facts{Party: Unit, RepeatsInYear: 1}, "repeat", "", Range{460_00, 730_00}},
		"a third time":      {Facts{Party: Unit, RepeatsInYear: 2, Corrected: true}, "grave", "", Range{730_00, 1000_00}},
		"obstructed":        {Facts{Party: Person, First: true, Obstructed: true}, "obstructed", "", Range{730_00, 1000_00}},
		"sixteen":           {Facts{Party: Person, First: true, Age: 16}, "ordinary", "", Range{1_00, 370_00}},
		"sixteen, again":    {Facts{Party: Person, RepeatsInYear: 2, Age: 17}, "grave", "", Range{1_00, 370_00}},
		"eighteen":          {Facts{Party: Person, RepeatsInYear: 1, Age: 18}, "repeat", "", Range{460_00, 730_00}},
		"corrected, harmed": {Facts{Party: Person, First: true, CorrectedInTime: true, Harm: true}, "ordinary", "", Range{190_00, 460_00}},
	} {
		got, wrong := choice.Judge(v.facts)
		if wrong != nil || got.Band.Key != v.band || got.NoPenalty != v.noPenalty || got.Fine != v.fine || got.Why.ZH == "" {
			t.Errorf("%s: %+v, %v", name, got, wrong)
		}
	}
	soil, err := c.At("soil", day("2026-07-01"), day("2026-08-01"))
	if err != nil {
		t.Fatal(err)
	}
	if got, wrong := soil.Judge(Facts{Party: Unit, AreaM2: 3000}); wrong != nil || got.Band.Key != "large" || got.Fine != (Range{37000_00, 64000_00}) {
		t.Errorf("large area: %+v, %v", got, wrong)
	}
	if _, wrong := soil.Judge(Facts{Party: Person}); !errors.Is(wrong, ErrNoBand) {
		t.Errorf("a person was fined for a works site: %v", wrong)
	}
	later, err := c.At("soil", day("2026-11-24"), day("2026-11-24"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := later.Judge(Facts{Party: Unit}); !errors.Is(err, ErrAwaited) {
		t.Errorf("a fine without entered law: %v", err)
	}
}

// Whatever the facts, a band's fine never leaves the law's range, for every matter.
func TestFinesStayInsideTheLaw(t *testing.T) {
	t.Parallel()
	for _, m := range standard(t).All() {
		for _, v := range m.Versions {
			choice := Choice{Matter: m, Version: v}
			for bits := range 1 << 7 {
				on := func(i int) bool { return bits>>i&1 == 1 }
				f := Facts{Party: Person, First: on(0), Corrected: on(1), CorrectedInTime: on(2), Harm: on(3), Obstructed: on(4)}
				if on(5) {
					f.RepeatsInYear, f.AreaM2 = 3, 5000
				}
				if on(6) {
					f.Party = Unit
				}
				got, err := choice.Judge(f)
				if err != nil || got.NoPenalty == Must {
					continue
				}
				whole := v.Fines[f.Party]
				if got.Fine.Max < got.Fine.Min || !whole.Holds(got.Fine.Min) || !whole.Holds(got.Fine.Max) {
					t.Fatalf("%s from %s, %+v: %+v outside %+v", m.Key, date(v.ValidFrom), f, got.Fine, whole)
				}
			}
		}
	}
}

func TestTheList(t *testing.T) {
	t.Parallel()
	c := standard(t)
	offsite := 0
	for _, m := range c.All() {
		if m.Offsite {
			offsite++
		}
		if m.Plan == "" {
			t.Errorf("%s: which words of the plan name it?", m.Key)
		}
	}
	if n := len(c.All()); n != 14 || offsite != 6 {
		t.Errorf("%d matters, %d off-site", n, offsite)
	}
	if got := c.ForDetector("burning", day("2026-11-24")); len(got) != 2 || got[0].Key != "burning" || got[1].Key != "burning_toxic" {
		t.Errorf("burning: %v", got)
	}
	if got := c.ForDetector("crossdoor", day("2026-11-24")); len(got) != 1 {
		t.Errorf("crossdoor: %v", got)
	}
}

// Every text that is said to stand in a law file stands there, word for word.
func TestTextsStandInTheLaw(t *testing.T) {
	t.Parallel()
	folder := os.Getenv("OFFSITE_LAW")
	if folder == "" {
		folder = filepath.Join("..", "..", "..", "shared", "law")
	}
	if _, err := os.Stat(folder); err != nil {
		t.Skipf("SKIPPED: the law texts aren't here (%v); set OFFSITE_LAW to their folder", err)
	}
	checked := 0
	for _, m := range standard(t).All() {
		for _, v := range m.Versions {
			for _, b := range v.Basis {
				if b.Source == "" {
					continue
				}
				law, err := os.ReadFile(filepath.Join(folder, b.Source))
				if err != nil {
					t.Errorf("%s %s: %v", m.Key, b.Article, err)
					continue
				}
				if !strings.Contains(string(law), b.Text) {
					t.Errorf("%s %s: the text isn't in %s", m.Key, b.Article, b.Source)
				}
				checked++
			}
		}
	}
	if checked < 11 {
		t.Errorf("only %d texts checked", checked)
	}
}

const good = `key: test
name: {zh: 测试, en: Test}
detector: stall
offsite: true
grace_s: 60
order: {zh: 改正, en: Put it right}
bands:
  - {key: all, name: {zh: 一般, en: Ordinary}, part: [0, 100]}
versions:
  - from: 2020-01-01
    to: 2020-12-31
    fines_yuan: {person: [50, 500]}
    basis: [{role: both, law: {zh: 法, en: Law}, article: 第一条, article_en: art. 1, text: 文}]
  - from: 2021-01-01
    fines_yuan: {person: [50, 500]}
    basis: [{role: both, law: {zh: 法, en: Law}, article: 第一条, article_en: art. 1, text: 文}]
`

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	if _, err := Parse("test.yaml", []byte(good)); err != nil {
		t.Fatal(err)
	}
	for name, v := range map[string]struct{ old, new, want string }{
		"key":            {"key: test", "key: Te st", "test.yaml:1: key:"},
		"one language":   {"name: {zh: 测试, en: Test}", "name: {zh: 测试}", "test.yaml:2: name: one language is missing"},
		"no detector":    {"detector: stall\n", "", "offsite: an off-site matter needs a detector"},
		"no grace":       {"grace_s: 60", "grace_s: 0", "test.yaml:5: grace_s: say how long"},
		"hours":          {"grace_s: 60", "grace_s: 60\nhours: always", "test.yaml:6: hours:"},
		"fine turned":    {"fines_yuan: {person: [50, 500]}\n    basis: [{role: both, law: {zh: 法, en: Law}, article: 第一条, article_en: art. 1, text: 文}]\n  - from", "fines_yuan: {person: [500, 50]}\n    basis: []\n  - from", "test.yaml:12: versions[0].fines_yuan.person:"},
		"who":            {"fines_yuan: {person: [50, 500]}\n    basis", "fines_yuan: {dog: [50, 500]}\n    basis", "versions[0].fines_yuan: only person and unit"},
		"overlap":        {"to: 2020-12-31", "to: 2021-01-01", "test.yaml:14: versions[1].from: 2021-01-01 isn't after"},
		"no end":         {"    to: 2020-12-31\n", "", "versions[1].from: the version before has no end"},
		"date":           {"from: 2021-01-01", "from: soon", `versions[1].from: "soon" isn't a date`},
		"role":           {"role: both", "role: helps", "versions[0].basis[0].role"},
		"no text":        {", text: 文", "", "basis[0].text: quote the provision"},
		"part":           {"part: [0, 100]", "part: [50, 10]", "test.yaml:8: bands[0].part:"},
		"last band":      {"part: [0, 100]", "part: [0, 100], when: [first]", "the last band must take every case"},
		"condition":      {"part: [0, 100]", "part: [0, 100], when: [rich]", `bands[0].when[0]: "rich"`},
		"own figures":    {"part: [0, 100]", "fines_yuan: {person: [50, 501]}", "leaves the law's"},
		"reminder, slot": {"grace_s: 60", "grace_s: 60\nreminder: '{until}, {who}'", `test.yaml:6: reminder: "{who}" is no slot`},
		"no time given":  {"grace_s: 60", "grace_s: 60\nreminder: 请改正", "test.yaml:6: reminder: say until when"},
		"reminder, long": {"grace_s: 60", "grace_s: 60\nreminder: '{until}" + strings.Repeat("长", 200) + "'", "reminder: it has more than 160"},
		"unknown key":    {"grace_s: 60", "grace: 60", "grace"},
		"not YAML":       {"key: test", "key: [", "test.yaml"},
		"awaited, fined": {"from: 2021-01-01", "from: 2021-01-01\n    awaits: {zh: 待, en: awaited}", "has no fine"},
		"not both roles": {"role: both", "role: forbids", "needs a provision that forbids and one that penalises"},
	} {
		text := strings.Replace(good, v.old, v.new, 1)
		if text == good {
			t.Fatalf("%s: nothing replaced", name)
		}
		if _, err := Parse("test.yaml", []byte(text)); err == nil || !strings.Contains(err.Error(), v.want) {
			t.Errorf("%s: %v; want %q", name, err, v.want)
		}
	}
}

func TestBureausOwnMattersComeFirst(t *testing.T) {
	t.Parallel()
	ours := fstest.MapFS{"test.yaml": {Data: []byte(good)}}
	theirs := fstest.MapFS{"test.yaml": {Data: []byte(strings.Replace(good, "grace_s: 60", "grace_s: 600", 1))}}
	c, err := Load(ours, theirs)
	if err != nil {
		t.Fatal(err)
	}
	if m, err := c.Matter("test"); err != nil || m.GraceS != 600 {
		t.Errorf("%+v, %v", m, err)
	}
	if _, err := Load(fstest.MapFS{"other.yaml": {Data: []byte(good)}}); err == nil || !strings.Contains(err.Error(), "file's name") {
		t.Errorf("a file named otherwise passed: %v", err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(good))
	for _, name := range []string{"stall", "soil", "burning_litter", "illegal_building"} {
		data, err := entered.ReadFile("matters/" + name + ".yaml")
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := Parse("fuzz.yaml", data)
		if err != nil {
			return
		}
		for _, v := range m.Versions {
			for kind, whole := range v.Fines {
				got, err := (Choice{Matter: m, Version: v}).Judge(Facts{Party: kind})
				if err != nil {
					t.Fatalf("a checked matter has no verdict: %v", err)
				}
				if got.NoPenalty != Must && (!whole.Holds(got.Fine.Min) || !whole.Holds(got.Fine.Max)) {
					t.Fatalf("%+v outside %+v", got.Fine, whole)
				}
			}
		}
	})
}

func FuzzParseCondition(f *testing.F) {
	for _, text := range []string{"first", "not harm", "repeats_in_year >= 1", "area_m2 < 500", "party = unit", "duration_s >= x"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c, err := ParseCondition(text)
		if err != nil {
			return
		}
		again, err := ParseCondition(c.String())
		if err != nil || again != c {
			t.Fatalf("%q reads back as %+v, %v", text, again, err)
		}
	})
}
