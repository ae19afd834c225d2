package matter

import (
	"maps"
	"slices"
	"time"
)

// PartyKind is who may be fined (当事人): a person or a unit.
type PartyKind string

const (
	Person PartyKind = "person" // 个人
	Unit   PartyKind = "unit"   // 单位
)

// Words are the same sentence in Chinese and English.
type Words struct {
	ZH string `json:"zh" yaml:"zh"`
	EN string `json:"en" yaml:"en"`
}

// Matter is one entry of the bureau's list of enforcement matters.
type Matter struct {
	Key         string
	Name        Words
	Detector    string    // "" where no detector looks for it
	Offsite     bool      // on the published list of off-site matters
	Major       bool      // legal review before every decision (Penalty Law art. 58)
	Plan        string    // the plan's words that name it
	GraceS      int       // from the reminder to the re-check, in seconds
	Hours       string    // when it applies, "21:00-05:00"; "" for always
	Order       Words     // what the party is told to do (责令改正)
	Reminder    string    // what the reminder's message says, with slots, see Remind
	BandsSource Words     // who set the discretion bands
	PublishDays int       // working days from a decision to its publication; 0: seven
	Unpublished Words     // why its decisions are not made public (Penalty Law art. 48); "" where they are
	Versions    []Version // oldest first, without overlap
	SHA256      string    // of the file that it was loaded from
}

// Roles of a provision.
const (
	Forbids = "forbids" // 违反
	Penalty = "penalty" // 依据
	Both    = "both"
)

// Basis is one provision that a version stands on.
type Basis struct {
	Role      string // Forbids, Penalty or Both
	Law       Words
	Edition   string // 2018年修正
	Article   string // 第二十五条第五款
	ArticleEN string // art. 25 ¶5
	Text      string // as the law has it; "" while awaited
	Source    string // file of ../shared/law that has it; "" where entered from elsewhere
}

// Range is a fine from Min to Max, both included, in fen.
type Range struct {
	Min int64 `json:"min_fen"`
	Max int64 `json:"max_fen"`
}

// Holds reports whether a fine lies in the range.
func (r Range) Holds(fen int64) bool { return r.Min <= fen && fen <= r.Max }

// Version is the law about a matter during a time.
type Version struct {
	ValidFrom time.Time // first day, on the legal clock
	ValidTo   time.Time // last day; zero while in force
	Basis     []Basis
	Fines     map[PartyKind]Range // who may be fined
	May       bool                // the law says 可以: the fine is discretionary
	Bands     []Band              // the first that fits counts
	NoOffence bool                // the law no longer forbids it
	Awaits    Words               // what the bureau has to enter; no penalty can be proposed before
	Confirm   Words               // what the bureau should compare before use; stops nothing
}

// Ready reports whether a penalty can stand on this version.
func (v Version) Ready() bool { return v.Awaits.ZH == "" && !v.NoOffence && len(v.Fines) > 0 }

// InForce reports whether the version was the law on the day.
func (v Version) InForce(on time.Time) bool {
	d := dayOf(on)
	return !d.Before(v.ValidFrom) && (v.ValidTo.IsZero() || !d.After(v.ValidTo))
}

// Forbids lists the provisions that the act violates (违反), Penalises those that the
// penalty rests on (依据).
func (v Version) Forbids() []Basis   { return v.with(Forbids) }
func (v Version) Penalises() []Basis { return v.with(Penalty) }

func (v Version) with(role string) []Basis {
	return slices.DeleteFunc(slices.Clone(v.Basis), func(b Basis) bool { return b.Role != role && b.Role != Both })
}

// Range is the widest fine of the version over all party kinds, for lists.
func (v Version) Range() Range {
	var r Range
	for i, kind := range slices.Sorted(maps.Keys(v.Fines)) {
		f := v.Fines[kind]
		if i == 0 || f.Min < r.Min {
			r.Min = f.Min
		}
		r.Max = max(r.Max, f.Max)
	}
	return r
}

// Current is the version in force on a day; false where there is none.
func (m Matter) Current(on time.Time) (Version, bool) {
	for _, v := range m.Versions {
		if v.InForce(on) {
			return v, true
		}
	}
	return Version{}, false
}

// dayOf is the start of t's day on the legal clock.
func dayOf(t time.Time) time.Time {
	y, m, d := t.In(legal()).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, legal())
}

func legal() *time.Location { return time.FixedZone("Asia/Shanghai", 8*60*60) }
