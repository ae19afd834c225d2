package casework

import "time"

// CaseEvent is a step that the table knows in the case's state: offered, or
// refused with the sentence and the article.
type CaseEvent struct {
	Event   string   `json:"event"`
	LabelZH string   `json:"label_zh"`
	LabelEN string   `json:"label_en"`
	Allowed bool     `json:"allowed"`
	WhyZH   string   `json:"why_zh"`
	WhyEN   string   `json:"why_en"`
	Article string   `json:"article"`
	Needs   []string `json:"needs"`
	Papers  bool     `json:"papers,omitempty" doc:"Pictures and scans may come with it, as the field papers: PDF, JPEG or PNG in base64."`
	To      []string `json:"to" doc:"The states to which it may lead; empty where the case stays."`
}

// Deadline is a day by which something must have happened.
type Deadline struct {
	LabelZH string    `json:"label_zh"`
	LabelEN string    `json:"label_en"`
	At      time.Time `json:"at"`
	Article string    `json:"article"`
}

// CaseDocument is a document of a case as lists show it.
type CaseDocument struct {
	ID       string    `json:"id"`
	Kind     string    `json:"kind"`
	TitleZH  string    `json:"title_zh"`
	TitleEN  string    `json:"title_en"`
	Number   string    `json:"number"`
	IssuedAt time.Time `json:"issued_at"`
	Code     string    `json:"code"`
	SHA256   string    `json:"sha256"`
}

// RecordEntry is one line of the process record.
type RecordEntry struct {
	At      time.Time `json:"at"`
	Actor   string    `json:"actor"`
	Role    string    `json:"role"`
	Event   string    `json:"event"`
	LabelZH string    `json:"label_zh"`
	LabelEN string    `json:"label_en"`
	From    string    `json:"from"`
	To      string    `json:"to"`
	Reason  string    `json:"reason"`
	Digest  string    `json:"digest"` // SHA-256 over this entry and the one before

	Papers    []CasePaper `json:"papers,omitempty" doc:"What came with the step."`
	OtherCase *CaseRef    `json:"other_case,omitempty" doc:"The case that this one was held apart from."`
}

// CaseRef is another case of the party.
type CaseRef struct {
	ID     string `json:"id"`
	Number string `json:"number"`
	Open   bool   `json:"open" doc:"Whoever asks may read it; otherwise another township has it."`
}

// CaseEvidence names a sealed bundle of a case.
type CaseEvidence struct {
	Bundle   string    `json:"bundle"`
	Kind     string    `json:"kind" enum:"incident,recheck,inquiry"`
	SealedAt time.Time `json:"sealed_at"`
}

// CaseItem is a case in a list.
type CaseItem struct {
	ID        string    `json:"id"`
	Number    string    `json:"number"`
	State     string    `json:"state"`
	Version   int       `json:"version"`
	MatterZH  string    `json:"matter_zh"`
	MatterEN  string    `json:"matter_en"`
	Party     string    `json:"party"`
	Object    string    `json:"object"`
	Place     string    `json:"place"`
	Camera    string    `json:"camera"`
	FoundAt   time.Time `json:"found_at"`
	ChangedAt time.Time `json:"changed_at"`
	Deadline  *Deadline `json:"deadline,omitempty"`
	TakenBy   string    `json:"taken_by,omitempty" doc:"Who has taken it on to find out the party; in the list of unknown parties alone."`
}

// CaseFile is the whole case on one page.
type CaseFile struct {
	CaseItem
	FineFen     int64            `json:"fine_fen"`
	LateFen     int64            `json:"late_fen"`
	PaidFen     int64            `json:"paid_fen"`
	Instalments []Instalment     `json:"instalments"`
	ReceiptNo   string           `json:"receipt_no"`
	OwedFen     int64            `json:"owed_back_fen" doc:"What goes back to the party, paid back or not."`
	UnaskedFen  int64            `json:"unasked_fen" doc:"Of it, what nobody was asked to pay yet."`
	Refunds     []Refund         `json:"refunds" doc:"What was paid back, or is to be, the oldest first."`
	Counter     []CounterPayment `json:"counter_payments" doc:"Paid at a bank's or the treasury's counter, the oldest first."`
	PortalURL   string           `json:"portal_url"`
	PortalUntil *time.Time       `json:"portal_until,omitempty" doc:"Until when the link opens an ended case."`
	Search      *PartySearch     `json:"search,omitempty" doc:"The party is to be found out where it was seen."`
	FullCopies  []FullCopy       `json:"full_copies" doc:"The party's requests to see the evidence uncovered, the newest first."`
	Deadlines   []Deadline       `json:"deadlines"`
	Events      []CaseEvent      `json:"events"`
	Suggestions []Suggestion     `json:"suggestions" doc:"To other bodies and companies, with their replies, the oldest first."`
	Annotations []Annotation     `json:"annotations" doc:"Of real estate at its register, the oldest first."`

	AnnotationGrounds []AnnotationGround `json:"annotation_grounds" doc:"Those that the bureau has a law for; none: it has nothing annotated."`

	Documents  []CaseDocument `json:"documents"`
	Record     []RecordEntry  `json:"record"`
	Evidence   []CaseEvidence `json:"evidence"`
	Statements []Statement    `json:"statements"`
	SameAct    *CaseRef       `json:"same_act,omitempty" doc:"The case that forbids another fine: of the same party, for the same time."`
	WhyZH      string         `json:"why_zh"`
	WhyEN      string         `json:"why_en"`
}

// Statement is what a party said.
type Statement struct {
	At     time.Time   `json:"at"`
	Text   string      `json:"text"`
	Papers []CasePaper `json:"papers" doc:"What came with it."`
	Answer string      `json:"answer,omitempty"`
}

// CaseFilter chooses cases; empty fields choose all. Q searches number, party,
// object and place.
type CaseFilter struct {
	State   string
	Matter  string
	Officer string // account that the case is assigned to
	Due     string // overdue: a deadline has passed; week: one passes within seven days, or has
	Refund  bool   // those alone of which a refund by hand, or a payment at a counter, waits to be confirmed
	Unknown bool   // those alone whose party is to be found out where it was seen
	Q       string
	Limit   int // 0: 50
}
