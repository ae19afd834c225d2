package document

import "time"

// Fields are what the papers are filled from. Each kind needs some of them; Mandatory
// says which. Times are printed on the legal clock.
type Fields struct {
	Bureau Bureau
	Gloss  bool      // append a page in English, for information
	Number string    // 沪崇城管罚决字〔2026〕第000123号, issued by casework; FilingApproval, Closure and all others alike
	Date   time.Time // of issue (落款日期); also the PDF's creation date
	Code   string    // verification code, printed in groups of four
	URL    string    // public address that checks the code; becomes the QR code
	Party  Party

	Case      Case
	Facts     string   // 违法事实, one or more paragraphs split by newline
	Evidence  []string // 证据, one line each
	Stills    []Still
	Forbids   []Citation // 违反 …
	Basis     []Citation // 依据 …
	Reason    string     // 裁量理由
	Order     string     // 责令改正 …
	CorrectBy time.Time  // when it must be put right

	FineFen      int64
	SurchargeFen int64
	Band         string // 裁量档次
	PayTo        string // 代收机构 or electronic payment system
	PayURL       string
	PayBy        time.Time
	DueFen       int64        // fine and surcharge that are overdue, less what was paid
	Instalments  []Instalment // that are still to be paid

	Statement  Statement
	Hearing    Hearing
	Remedy     Remedy
	Inquiry    Inquiry
	Officers   []Officer
	Opinions   []Opinion // of the approval forms and the legal review, in order
	Review     Review
	Service    Service
	Consent    Consent
	Suggestion SuggestionTo
	Annotation AnnotationOf
	Decision   DecisionRef // the decision that a demand, closure or receipt is about
	Ending     Ending
	Transfer   TransferTo
}

// Bureau is who issues the paper.
type Bureau struct {
	Name    string // 上海市崇明区城市管理行政执法局
	Address string
	Phone   string
	Contact string // 联系人
	Demo    bool   // print 演示 over everything that could be taken for real
	Seal    bool   // draw the DEMO seal; only together with Demo
	Image   []byte // the bureau's own electronic seal, a PNG; set under name and date
}

// Party is whom the paper is about (当事人).
type Party struct {
	Unit     bool
	Name     string
	Identity string // identity number (masked) or unified social credit code
	Legal    string // 法定代表人（负责人） of a unit
	Address  string
	Phone    string
}

// Case is what happened where and when.
type Case struct {
	Number   string // 案号
	Matter   string // 案由
	MatterEN string // for the English page
	Key      string // of the matter; a template "decision.stall.txt" is for it alone
	Place    string
	Object   string // shop or site
	Camera   string
	CameraNo string    // legal and technical review numbers
	From, To time.Time // of the act
	FiledAt  time.Time
	Source   string // 案件来源
}

// Still is a picture set into the paper.
type Still struct {
	Caption string
	At      time.Time
	Picture []byte // JPEG or PNG
	SHA256  string
}

// Citation is a provision with its text.
type Citation struct {
	Law     string // 上海市市容环境卫生管理条例
	Version string // （2018年修正）, "" for none
	Article string // 第二十五条第五款
	Text    string
}

// Instalment is a part of a fine with a last day of its own.
type Instalment struct {
	No      int // counted from one
	Until   time.Time
	FineFen int64
}

// Statement is the party's right to state and defend, and what came of it.
type Statement struct {
	Until  time.Time
	Given  string // what the party stated; "" for nothing
	Answer string // how it was taken up
	Waived bool
}

// Hearing is the right to a hearing and the hearing itself.
type Hearing struct {
	Right    bool // art. 63 applies
	Until    time.Time
	At       time.Time
	Place    string
	Host     string
	Recorder string
	Held     string // outcome, for the decision
}

// Remedy is where the party can go (art. 59 no. 5).
type Remedy struct {
	Reconsideration string // authority
	ReconsiderDays  int
	Court           string
	CourtMonths     int
}

// Inquiry is a record of questions and answers.
type Inquiry struct {
	From, To  time.Time
	Place     string
	Method    string // 视频询问
	Person    string // who was asked
	Relation  string
	Exchanges []Exchange
	Recorder  string
	Recording string // SHA-256 of the sealed recording's manifest
	Bundle    string // its evidence bundle
}

// Exchange is one question with its answer.
type Exchange struct{ Question, Answer string }

// Officer is a person with a licence (执法证).
type Officer struct{ Name, Licence string }

// Opinion is one signed field of a form.
type Opinion struct {
	Role string // 承办人意见
	Text string
	Name string
	At   time.Time
}

// Review is the legal review's result.
type Review struct {
	Major  string // why a review is needed
	Points []ReviewPoint
	Passed bool
}

// ReviewPoint is one point that the legal reviewer looked at.
type ReviewPoint struct{ Name, Finding string }

// Service is how a paper reached its addressee (送达).
type Service struct {
	Method    string
	Papers    []string // names and numbers of what was served
	Address   string   // place, number or e-mail address
	Recipient string
	SentAt    time.Time
	At        time.Time // received
	Proof     string
	Refused   string // why not received, or by whom refused
}

// SuggestionTo is what is suggested to whom, on what basis, and until when a reply is wanted.
type SuggestionTo struct {
	Recipient string
	Text      string // one or more paragraphs
	Basis     string
	ReplyBy   time.Time
}

// AnnotationOf is the real estate that its register is asked to annotate, or whose annotation
// it is asked to lift.
type AnnotationOf struct {
	Property string // number of the certificate or of the unit
	Place    string
	Owner    string
	Ground   string
	Reason   string // of the annotation, or of its lifting
	Basis    string // law and article
	Until    time.Time
	Entry    string // under which it was noted; empty: the register has not said
}

// Consent is the party's confirmation of where papers may be served.
type Consent struct {
	Electronic bool
	Phone      string
	Email      string
	Address    string
	At         time.Time
	Signature  []byte // PNG of the signature
}

// DecisionRef names a decision made earlier.
type DecisionRef struct {
	Number   string
	Date     time.Time
	ServedAt time.Time
	FineFen  int64
}

// Ending is how the case ended.
type Ending struct {
	How     string
	PaidFen int64
	PaidAt  time.Time
	Receipt string
}

// TransferTo is who takes over and why.
type TransferTo struct {
	Authority string
	Reason    string
	Materials []string
}
