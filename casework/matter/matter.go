package matter

import "time"

// PartyKind is who may be fined (当事人): a person or a unit.
type PartyKind string

const (
	Person PartyKind = "person" // 个人
	Unit   PartyKind = "unit"   // 单位
)

// Words are the same sentence in Chinese and English.
type Words struct {
	ZH string `json:"zh"`
	EN string `json:"en"`
}

// Matter is one entry of the bureau's list of enforcement matters.
type Matter struct {
	Key      string
	Name     Words
	Detector string    // "" where no detector looks for it
	Offsite  bool      // on the published list of off-site matters
	Major    bool      // legal review before every decision (Penalty Law art. 58)
	Plan     string    // the plan's words that name it
	GraceS   int       // from the reminder to the re-check, in seconds
	Hours    string    // when it applies, "" for always
	Order    Words     // what the party is told to do (责令改正)
	Versions []Version // oldest first, without overlap
}

// Basis is one provision that a version stands on.
type Basis struct {
	Law       Words
	Article   string // 第二十五条
	Paragraph string // 第五款, "" where the article has one paragraph
	Item      string // 第（五）项
	ArticleEN string // art. 25 ¶5
	Text      string // as the law has it; "" while awaited
	Role      string // "forbids" (违反) or "penalty" (依据)
}

// Range is a fine from Min to Max, both included, in fen.
type Range struct {
	Min int64
	Max int64
}

// Version is the law about a matter during a time.
type Version struct {
	Key       string    // of its matter
	ValidFrom time.Time // first day, on the legal clock
	ValidTo   time.Time // last day; zero while in force
	Basis     []Basis
	Fines     map[PartyKind]Range // who may be fined
	May       bool                // the law says 可以: the fine is discretionary
	Bands     []Band
	Awaits    Words // what the bureau still has to enter; then no penalty can be proposed
}

// Ready reports whether a penalty can stand on this version.
func (v Version) Ready() bool { return v.Awaits.ZH == "" && len(v.Fines) > 0 }

// Facts are what the discretion bands look at.
type Facts struct {
	Party           PartyKind
	First           bool    // no earlier violation of this matter on file
	RepeatsInYear   int     // earlier penalties and educated cases within a year before the act
	Corrected       bool    // corrected, if late
	CorrectedInTime bool    // corrected within the grace period
	Harm            bool    // it did harm (危害后果)
	Obstructed      bool    // refused or obstructed
	DurationS       int64   // how long it lasted
	AreaM2          float64 // bare ground, occupied area
}

// Band is one step of the discretion standard.
type Band struct {
	Key       string
	Name      Words
	When      []Condition
	Fines     map[PartyKind]Range // inside the version's range
	NoPenalty bool
	Article   string // what the band stands on
}

// Choice is the version that applies to a case, with the reason.
type Choice struct {
	Matter  Matter
	Version Version
	Milder  bool // the later law is taken because it is milder (art. 37)
	Why     Words
}

// Verdict is the band that a case's facts fall into.
type Verdict struct {
	Band      Band
	NoPenalty bool
	Fine      Range // in fen, for the party's kind
	Why       Words
}
