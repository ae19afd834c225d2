package flow

import (
	"time"

	"offsite/casework/attachment"
)

// Facts are what the guards may know of a case.
type Facts struct {
	Now   time.Time
	State State

	// The act.
	First, Last time.Time // seen from, to

	// The camera, as the registry had it when the act was seen.
	LegalReviewNo, TechnicalReviewNo string
	PublishedOn                      time.Time // zero: not published

	// The party.
	PartyKnown bool
	PartyUnit  bool
	PartyPhone bool
	PartyAge   int // on the day of the act; negative: unknown or a unit
	Consented  bool
	Repeats    int // cases of the same matter that ended by correction within a year before

	// SameAct is the number of another case in which the party is, or may yet be, fined for
	// what it did at the same time and object, and that no head has held for another act.
	SameAct string

	// The people, by account.
	Confirmer, Verifier, Approver, LegalReviewer, HearingHost string
	Officers, Recused                                         []string

	// The law of the matter, by the day of the act (art. 37).
	Major, Complex bool
	LawReady       bool  // the version is complete, so that a penalty can stand on it
	MinFen, MaxFen int64 // of the discretion band
	LowestFen      int64 // of the law, down to which an accepted defence may lead
	HearingFen     int64 // from this fine on a hearing may be asked for (art. 63)

	// What the re-check saw: "", "present", "gone".
	Rechecked string
	GraceEnds time.Time

	// An inquiry by video.
	RoomOpen, RoomAgreed bool     // the party agrees to be recorded
	RoomUnsealed         bool     // it has ended, and its recording is on its way to the seal
	RoomUnwritten        bool     // its recording is sealed and waits for the record
	RoomPresent          []string // officers who confirmed, each in a session of their own, that they were there
	Unconfirmed          bool     // a record of an inquiry, by the party

	// The course of the case; zero where it has not come to it.
	FiledAt, ProposedAt, DecidedAt, ServingAt, ServedAt time.Time
	Extended                                            bool // the 90 days
	StatementUntil, HearingUntil                        time.Time
	Waived                                              bool
	Defences, Unanswered                                int // statements made; not yet answered
	HearingAsked, HearingHeld                           bool
	HearingNoticeAt, HearingAt                          time.Time
	LegalPassed                                         bool
	ProposedFen, FineFen, LateFen, PaidFen              int64
	Method                                              string // of service
	PublishedAt                                         time.Time
	PublishDays                                         int  // working days; 0: seven
	Unpublished                                         bool // by the matter's rule
	PayUntil                                            time.Time
	Suspended                                           bool // reconsideration or litigation is pending (art. 73)
	Instalments                                         bool // the fine is paid in instalments (art. 66)
	UnpaidFen                                           int64
	TermEnds                                            time.Time // of a deferral or of the last instalment
	UrgedServedAt                                       time.Time
	AppealEnds                                          time.Time
	SearchFrom, SearchUntil                             time.Time // an unknown party is to be found out; zero: never was
	FullAsked, FullUntil                                time.Time // a party's request for the uncovered evidence, and when it is to be answered; zero: none waits
	SuggestedAt, ReplyUntil                             time.Time // the suggestion to others whose reply is wanted first; zero: none waits
	LiftFrom, LiftUntil                                 time.Time // an annotation of real estate is to be lifted; zero: none stands
	Permissions                                         Permissions
}

// Permissions are periods that come from the calendar, worked out by the caller.
type Permissions struct {
	HearingNotBefore time.Time // seven working days after the hearing's notice
	CourtFrom        time.Time // ten days after the demand was served
	CourtUntil       time.Time // three months after the appeal periods
	UrgeFrom         time.Time // thirty days of surcharge
}

// OfficerChoice is an officer as chosen for a case.
type OfficerChoice struct {
	ID, Name, LicenceNo string
	LicenceUntil        string // the certificate's last day, 2006-01-02; "" where none is entered
	IsOfficer           bool   // has the role and may sign in
}

// Fields are what a step is given.
type Fields struct {
	Reason, Note, Facts, Conclusion, Opinion, Text string
	Method, Proof, Receiver, Target, Place         string
	ReceiptNo, PartyID, Matter                     string
	Phone, Email                                   string            // consent
	Signature                                      []byte            // consent: PNG
	Papers                                         []attachment.File // pictures and scans
	Officers                                       []OfficerChoice
	FineFen                                        int64
	Parts                                          int // instalments
	At, ReceivedAt, Until                          time.Time
	Complex                                        bool
	True, Clear, Complete, Accurate                bool
}

// Attempt is somebody's wish to take a step.
type Attempt struct {
	Event Event
	Actor string // account; "" for party and system
	// LicenceUntil is the last day of the actor's enforcement certificate, 2006-01-02; ""
	// where none is entered.
	LicenceUntil string
	Roles        []Role
	Fields       Fields
}

// Has tells whether the actor has the role.
func (a Attempt) Has(role Role) bool {
	for _, r := range a.Roles {
		if r == role {
			return true
		}
	}
	return false
}

func contains(list []string, one string) bool {
	for _, s := range list {
		if s == one {
			return true
		}
	}
	return false
}
