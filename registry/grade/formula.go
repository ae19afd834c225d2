package grade

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Kinds of events that a formula may count.
const (
	InspectionPassed = "inspection_passed" // 检查合格
	InspectionFailed = "inspection_failed" // 检查不合格
	Case             = "case"              // 立案处罚
	Finding          = "finding"           // 督察发现
	Complaint        = "complaint"         // 投诉举报
	Media            = "media"             // 媒体曝光
	Adjustment       = "adjustment"        // 人工调整, with points and a reason of its own
)

// Withdrawn takes back what was recorded under the same source, as when a case is
// revoked: events stay on record, and no formula counts them any more.
const Withdrawn = "withdrawn"

func kinds() []string {
	return []string{InspectionPassed, InspectionFailed, Case, Finding, Complaint, Media, JointPassed, JointFailed, Adjustment}
}

// The grades.
const (
	Red    = "red"
	Yellow = "yellow"
	Green  = "green"
)

// Formula is one version of how grades are reckoned.
type Formula struct {
	Version  int              `json:"version"`
	Business []BusinessFactor `json:"business"` // the first that fits counts
	Events   []EventFactor    `json:"events"`
	Yellow   int              `json:"yellow"` // from this sum on
	Red      int              `json:"red"`
	Days     map[string]int   `json:"inspect_every_days"` // by grade
}

// BusinessFactor gives points for what an object is.
type BusinessFactor struct {
	Words  []string `json:"words"`          // one of them stands in the business; none: any
	Kind   string   `json:"kind,omitempty"` // of objects; "": any
	Points int      `json:"points"`
	ZH     string   `json:"zh"`
	EN     string   `json:"en"`
}

// EventFactor gives points for each event of a kind within a time.
type EventFactor struct {
	Kind   string `json:"kind"`
	Points int    `json:"points"` // each; of an adjustment its own count
	Days   int    `json:"days"`   // how far back
	Most   int    `json:"most"`   // at most so many points in all, 0: no limit
	ZH     string `json:"zh"`
	EN     string `json:"en"`
}

// Default is the formula that holds until a bureau makes its own.
func Default() Formula {
	return Formula{
		Version: 1,
		Business: []BusinessFactor{
			{Kind: "site", Points: 20, ZH: "建设工地", EN: "construction site"},
			{Kind: "land", Points: 10, ZH: "闲置土地", EN: "idle land"},
			{Words: []string{"餐饮", "烧烤", "小吃", "饭店", "夜宵"}, Points: 15, ZH: "餐饮业", EN: "catering"},
			{Words: []string{"水果", "蔬菜", "果品", "生鲜"}, Points: 15, ZH: "果蔬零售", EN: "fruit and vegetables"},
			{Words: []string{"洗车", "汽修", "废品", "建材"}, Points: 10, ZH: "易占道经营业态", EN: "business that tends to use the street"},
			{Points: 5, ZH: "一般业态", EN: "other business"},
		},
		Events: []EventFactor{
			{Kind: InspectionFailed, Points: 10, Days: 365, Most: 40, ZH: "检查不合格", EN: "failed inspections"},
			{Kind: InspectionPassed, Points: -5, Days: 180, Most: 15, ZH: "检查合格", EN: "passed inspections"},
			{Kind: Case, Points: 20, Days: 365, ZH: "立案处罚", EN: "cases"},
			{Kind: Finding, Points: 10, Days: 365, Most: 30, ZH: "督察发现问题", EN: "supervision findings"},
			{Kind: Complaint, Points: 5, Days: 180, Most: 30, ZH: "投诉举报", EN: "complaints"},
			{Kind: Media, Points: 15, Days: 365, Most: 30, ZH: "媒体曝光", EN: "media reports"},
			{Kind: Adjustment, Days: 180, ZH: "人工调整", EN: "adjustments"},
		},
		Yellow: 30, Red: 60,
		Days: map[string]int{Red: 30, Yellow: 90, Green: 365},
	}
}

// ErrFormula says that a formula is not sound; the message says where.
var ErrFormula = errors.New("the formula is not sound")

// Check refuses a formula that cannot be reckoned or explained.
func (f Formula) Check() error {
	if f.Yellow <= 0 || f.Red <= f.Yellow {
		return fmt.Errorf("%w: yellow from %d and red from %d; both above 0, red above yellow", ErrFormula, f.Yellow, f.Red)
	}
	for _, g := range []string{Red, Yellow, Green} {
		if d := f.Days[g]; d < 1 || d > 3650 {
			return fmt.Errorf("%w: %s objects are inspected every %d days; 1 to 3650", ErrFormula, g, d)
		}
	}
	for i, b := range f.Business {
		if b.ZH == "" || b.EN == "" {
			return fmt.Errorf("%w: business factor %d has no name in both languages", ErrFormula, i+1)
		}
	}
	for i, e := range f.Events {
		switch {
		case !slices.Contains(kinds(), e.Kind):
			return fmt.Errorf("%w: event factor %d counts %q, which is no kind", ErrFormula, i+1, e.Kind)
		case e.ZH == "" || e.EN == "":
			return fmt.Errorf("%w: event factor %d has no name in both languages", ErrFormula, i+1)
		case e.Days < 1 || e.Days > 3650 || e.Most < 0:
			return fmt.Errorf("%w: event factor %d counts %d days back, at most %d points", ErrFormula, i+1, e.Days, e.Most)
		case slices.ContainsFunc(f.Events[:i], func(o EventFactor) bool { return o.Kind == e.Kind }):
			return fmt.Errorf("%w: %s is counted twice", ErrFormula, e.Kind)
		}
	}
	return nil
}

// Facts are what a formula looks at.
type Facts struct {
	Kind     string // of the object
	Business string
	Events   []Counted
}

// Counted is an event as far as a formula looks at it.
type Counted struct {
	Kind   string
	At     time.Time
	Points int // of an adjustment
}

// Part is one reason for a grade.
type Part struct {
	ZH     string `json:"zh"`
	EN     string `json:"en"`
	Points int    `json:"points"`
	Count  int    `json:"count,omitempty"` // of events
	Days   int    `json:"days,omitempty"`
}

// Assessment is a grade with its reasons.
type Assessment struct {
	Grade   string `json:"grade"`
	Score   int    `json:"score"`
	Formula int    `json:"formula"` // version
	Parts   []Part `json:"parts"`
	ZH      string `json:"zh"` // in one sentence
	EN      string `json:"en"`
}

// Assess reckons the grade at a time, with the reasons in words.
func (f Formula) Assess(facts Facts, at time.Time) Assessment {
	a := f.reckon(facts, at)
	a.say(f)
	return a
}

// reckon does so without the words.
func (f Formula) reckon(facts Facts, at time.Time) Assessment {
	a := Assessment{Formula: f.Version, Parts: []Part{}}
	for _, b := range f.Business {
		if b.fits(facts) {
			a.Parts = append(a.Parts, Part{ZH: b.ZH, EN: b.EN, Points: b.Points})
			break
		}
	}
	for _, e := range f.Events {
		if p := e.count(facts.Events, at); p.Count > 0 {
			a.Parts = append(a.Parts, p)
		}
	}
	for _, p := range a.Parts {
		a.Score += p.Points
	}
	a.Score = max(0, a.Score)
	switch {
	case a.Score >= f.Red:
		a.Grade = Red
	case a.Score >= f.Yellow:
		a.Grade = Yellow
	default:
		a.Grade = Green
	}
	return a
}

func (b BusinessFactor) fits(facts Facts) bool {
	if b.Kind != "" && b.Kind != facts.Kind {
		return false
	}
	return len(b.Words) == 0 || slices.ContainsFunc(b.Words, func(w string) bool { return strings.Contains(facts.Business, w) })
}

func (e EventFactor) count(events []Counted, at time.Time) Part {
	p := Part{ZH: e.ZH, EN: e.EN, Days: e.Days}
	since := at.AddDate(0, 0, -e.Days)
	for _, c := range events {
		if c.Kind != e.Kind || !c.At.After(since) || c.At.After(at) {
			continue
		}
		p.Count++
		if e.Kind == Adjustment {
			p.Points += c.Points
		} else {
			p.Points += e.Points
		}
	}
	if e.Most > 0 {
		p.Points = min(max(p.Points, -e.Most), e.Most)
	}
	return p
}

// say puts an assessment into a sentence.
func (a *Assessment) say(f Formula) {
	nameZH := map[string]string{Red: "红色", Yellow: "黄色", Green: "绿色"}[a.Grade]
	var zh, en []string
	for _, p := range a.Parts {
		if p.Count == 0 {
			zh, en = append(zh, fmt.Sprintf("%s%d分", p.ZH, p.Points)), append(en, fmt.Sprintf("%s %d", p.EN, p.Points))
			continue
		}
		zh = append(zh, fmt.Sprintf("近%d日%s%d次%d分", p.Days, p.ZH, p.Count, p.Points))
		en = append(en, fmt.Sprintf("%s (%d in %d days) %d", p.EN, p.Count, p.Days, p.Points))
	}
	a.ZH = fmt.Sprintf("%s：%s；合计%d分（%d分起黄色，%d分起红色）", nameZH, strings.Join(zh, "，"), a.Score, f.Yellow, f.Red)
	a.EN = fmt.Sprintf("%s because of %s; %d points in all (yellow from %d, red from %d)", a.Grade, strings.Join(en, ", "), a.Score, f.Yellow, f.Red)
}

// longest is how far back the formula looks at most.
func (f Formula) longest() int {
	days := 0
	for _, e := range f.Events {
		days = max(days, e.Days)
	}
	return days
}
