package casework

import (
	"time"

	"offsite/casework/flow"
)

// dossier is everything of a case that no query asks for, as one JSON document.
type dossier struct {
	Bundle  string      `json:"bundle"`
	Summary Summary     `json:"summary"`
	Camera  cameraThen  `json:"camera"`
	Zone    zoneThen    `json:"zone"`
	Object  objectThen  `json:"object,omitzero"`
	Party   partyThen   `json:"party,omitzero"`
	Law     law         `json:"law,omitzero"`
	Repeats int         `json:"repeats,omitempty"`
	Major   bool        `json:"major,omitempty"` // by the matter
	Complex bool        `json:"complex,omitempty"`
	Joined  int         `json:"joined,omitempty"` // later incidents of the same act
	SameAct caseNamed   `json:"same_act,omitzero"`
	Apart   []string    `json:"apart,omitempty"` // cases that a head held for other acts
	People  people      `json:"people,omitzero"`
	Visit   []visitThen `json:"visits,omitempty"` // first opening of each paper

	GraceEnds     time.Time `json:"grace_ends,omitzero"`
	Rechecked     string    `json:"rechecked,omitempty"`
	RecheckBundle string    `json:"recheck_bundle,omitempty"`

	FiledAt      time.Time `json:"filed_at,omitzero"`
	Extended     bool      `json:"extended,omitempty"`
	NotifiedAt   time.Time `json:"notified_at,omitzero"`
	Facts        string    `json:"facts,omitempty"`
	Conclusion   string    `json:"conclusion,omitempty"`
	Inquiries    []inquiry `json:"inquiries,omitempty"`
	Room         room      `json:"room,omitzero"`
	ProposedAt   time.Time `json:"proposed_at,omitzero"`
	ProposedFen  int64     `json:"proposed_fen,omitempty"`
	FirstFen     int64     `json:"first_fen,omitempty"` // of the first proposal
	Reason       string    `json:"reason,omitempty"`
	HearingRight bool      `json:"hearing_right,omitempty"`

	StatementUntil time.Time   `json:"statement_until,omitzero"`
	HearingUntil   time.Time   `json:"hearing_until,omitzero"`
	Statements     []statement `json:"statements,omitempty"`
	Waived         bool        `json:"waived,omitempty"`
	Hearing        hearing     `json:"hearing,omitzero"`

	LegalPassed  bool      `json:"legal_passed,omitempty"`
	LegalOpinion string    `json:"legal_opinion,omitempty"`
	LegalAt      time.Time `json:"legal_at,omitzero"`
	Discussion   string    `json:"discussion,omitempty"`

	DecidedAt   time.Time         `json:"decided_at,omitzero"`
	DecisionNo  string            `json:"decision_no,omitempty"`
	Method      string            `json:"method,omitempty"`
	ServingAt   time.Time         `json:"serving_at,omitzero"`
	ServedAt    time.Time         `json:"served_at,omitzero"`
	Proof       string            `json:"proof,omitempty"`
	Receiver    string            `json:"receiver,omitempty"`
	PayUntil    time.Time         `json:"pay_until,omitzero"`
	TermEnds    time.Time         `json:"term_ends,omitzero"` // of a deferral or of the last instalment
	Pauses      []flow.Span       `json:"pauses,omitempty"`
	Instalments []flow.Instalment `json:"instalments,omitempty"`
	AppealEnds  time.Time         `json:"appeal_ends,omitzero"`
	UrgedAt     time.Time         `json:"urged_at,omitzero"` // served
	PaidAt      time.Time         `json:"paid_at,omitzero"`
	ReceiptNo   string            `json:"receipt_no,omitempty"`
	PartAt      time.Time         `json:"part_at,omitzero"`        // when a part of the whole was paid last
	PartLateFen int64             `json:"part_late_fen,omitempty"` // surcharge until then: it stands
	RefundFen   int64             `json:"refund_fen,omitempty"`    // owed back
	RefundedFen int64             `json:"refunded_fen,omitempty"`  // of it, paid back
	LoweredFen  int64             `json:"lowered_fen,omitempty"`   // of it, taken off the paid fine
	PublishBy   time.Time         `json:"publish_by,omitzero"`
	PublishedAt time.Time         `json:"published_at,omitzero"`
	SearchFrom  time.Time         `json:"search_from,omitzero"`  // since when an unknown party is to be found out
	SearchUntil time.Time         `json:"search_until,omitzero"` // and by when
	FullAsked   time.Time         `json:"full_asked,omitzero"`   // a request for the uncovered evidence that waits
	FullUntil   time.Time         `json:"full_until,omitzero"`   // when it is to be answered
	SuggestedAt time.Time         `json:"suggested_at,omitzero"` // the suggestion to others whose reply is wanted first
	ReplyUntil  time.Time         `json:"reply_until,omitzero"`  // and by when
	Annotated   string            `json:"annotated,omitempty"`   // how an annotation of real estate stands, see endAnnotation
	LiftFrom    time.Time         `json:"lift_from,omitzero"`    // since when it is to be lifted
	LiftUntil   time.Time         `json:"lift_until,omitzero"`   // and by when
	WithdrawnAt time.Time         `json:"withdrawn_at,omitzero"`
	Ending      string            `json:"ending,omitempty"` // reason of the end
	Target      string            `json:"target,omitempty"` // who took it over
}

// caseNamed is another case of the party, see flow.Facts.SameAct.
type caseNamed struct {
	ID     string `json:"id"`
	Number string `json:"number"`
}

// cameraThen is the camera as it was when the act was seen.
type cameraThen struct {
	Name              string `json:"name"`
	Place             string `json:"place"`
	LegalReviewNo     string `json:"legal_review_no"`
	TechnicalReviewNo string `json:"technical_review_no"`
	PublishedOn       string `json:"published_on"`
}

type zoneThen struct {
	Version int    `json:"version"`
	NameZH  string `json:"name_zh"`
	NameEN  string `json:"name_en"`
}

type objectThen struct {
	Kind    string `json:"kind"`
	Name    string `json:"name"`
	Address string `json:"address"`
}

// partyThen is the party as identified; telephone, e-mail and consent are read anew.
type partyThen struct {
	Kind     string `json:"kind"`
	Name     string `json:"name"`
	Identity string `json:"identity"` // masked
	Phone    string `json:"phone"`
	Email    string `json:"email,omitempty"`
	Address  string `json:"address"`
	BornOn   string `json:"born_on,omitempty"`
	Consent  string `json:"consent,omitempty"` // the number served, "" without consent
}

// law is the version that applies, as last worked out.
type law struct {
	NameZH    string     `json:"name_zh"`
	NameEN    string     `json:"name_en"`
	Ready     bool       `json:"ready"`
	Why       Text       `json:"why"`
	Milder    bool       `json:"milder,omitempty"`
	BandZH    string     `json:"band_zh,omitempty"`
	BandEN    string     `json:"band_en,omitempty"`
	MinFen    int64      `json:"min_fen"`
	MaxFen    int64      `json:"max_fen"`
	LowestFen int64      `json:"lowest_fen"`
	Order     Text       `json:"order"`
	Reminder  string     `json:"reminder,omitempty"`
	BasisZH   string     `json:"basis_zh"`
	BasisEN   string     `json:"basis_en"`
	Forbids   []citation `json:"forbids,omitempty"`
	Basis     []citation `json:"basis,omitempty"`
	GraceS    int        `json:"grace_s"`

	PublishDays int  `json:"publish_days,omitempty"` // working days; 0: seven
	Unpublished bool `json:"unpublished,omitempty"`  // by the matter's rule
}

type citation struct {
	Law     string `json:"law"`
	Edition string `json:"edition,omitempty"`
	Article string `json:"article"`
	Text    string `json:"text"`
}

type person struct {
	ID        string    `json:"id"`
	Name      string    `json:"name"`
	LicenceNo string    `json:"licence_no,omitempty"`
	At        time.Time `json:"at,omitzero"`
}

type people struct {
	Confirmer person   `json:"confirmer,omitzero"`
	Verifier  person   `json:"verifier,omitzero"`
	Approver  person   `json:"approver,omitzero"`
	Legal     person   `json:"legal,omitzero"`
	Host      person   `json:"host,omitzero"`
	Closer    person   `json:"closer,omitzero"`
	Officers  []person `json:"officers,omitempty"`
	Recused   []string `json:"recused,omitempty"`
}

type statement struct {
	At         time.Time   `json:"at"`
	Text       string      `json:"text"`
	Papers     []CasePaper `json:"papers,omitempty"`
	Answer     string      `json:"answer,omitempty"`
	AnsweredAt time.Time   `json:"answered_at,omitzero"`
}

type hearing struct {
	AskedAt  time.Time `json:"asked_at,omitzero"`
	Reason   string    `json:"reason,omitempty"`
	NoticeAt time.Time `json:"notice_at,omitzero"`
	At       time.Time `json:"at,omitzero"`
	Place    string    `json:"place,omitempty"`
	Held     string    `json:"held,omitempty"` // what came of it
}

type inquiry struct {
	At          time.Time `json:"at"`
	Text        string    `json:"text"`
	Document    string    `json:"document,omitempty"` // the record's
	ConfirmedAt time.Time `json:"confirmed_at,omitzero"`
	Correction  string    `json:"correction,omitempty"` // what the party adds or puts right
}

// room is the latest room of an inquiry by video.
type room struct {
	ID          string    `json:"id,omitempty"` // also its bundle's
	AppointedAt time.Time `json:"appointed_at,omitzero"`
	OpenedAt    time.Time `json:"opened_at,omitzero"`
	AgreedAt    time.Time `json:"agreed_at,omitzero"` // to be recorded
	Present     []person  `json:"present,omitempty"`  // officers, with when each confirmed it in a session of their own
	ClosedAt    time.Time `json:"closed_at,omitzero"`
	From        time.Time `json:"from,omitzero"` // of the recording; zero: nothing was recorded
	To          time.Time `json:"to,omitzero"`
	SealedAt    time.Time `json:"sealed_at,omitzero"`
	Manifest    string    `json:"manifest_sha256,omitempty"`
	Written     bool      `json:"written,omitempty"` // its record is
}

func (r room) open() bool { return r.ID != "" && r.ClosedAt.IsZero() }

func (r room) unsealed() bool { return !r.ClosedAt.IsZero() && !r.From.IsZero() && r.SealedAt.IsZero() }

// unwritten tells whether the sealed recording waits for its record.
func (r room) unwritten() bool { return !r.SealedAt.IsZero() && !r.Written }

// present lists the officers who were there, by account.
func (r room) present() []string {
	ids := make([]string, 0, len(r.Present))
	for _, p := range r.Present {
		ids = append(ids, p.ID)
	}
	return ids
}

// unconfirmed is the latest record of an inquiry if the party has yet to confirm it.
func (d *dossier) unconfirmed() *inquiry {
	if n := len(d.Inquiries); n > 0 && d.Inquiries[n-1].ConfirmedAt.IsZero() {
		return &d.Inquiries[n-1]
	}
	return nil
}

type visitThen struct {
	At      time.Time `json:"at"`
	What    string    `json:"what"`
	Address string    `json:"address"`
}

func (d *dossier) officerIDs() []string {
	ids := make([]string, 0, len(d.People.Officers))
	for _, o := range d.People.Officers {
		ids = append(ids, o.ID)
	}
	return ids
}

func (d *dossier) unanswered() (n int) {
	for _, s := range d.Statements {
		if s.AnsweredAt.IsZero() {
			n++
		}
	}
	return n
}

// reviewed tells whether the decision needs a legal review before (art. 58).
func (d *dossier) reviewed() bool { return d.Major || d.Complex || d.Hearing.Held != "" }
