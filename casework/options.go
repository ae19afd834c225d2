package casework

import (
	"context"
	"log/slog"
	"time"

	"offsite/detectors"

	"github.com/jackc/pgx/v5/pgxpool"
)

// Options are the parts of a Book.
type Options struct {
	Pool      *pgxpool.Pool
	Base      Base      // cameras, zones, objects, parties
	Staff     Staff     // names and licences of officers
	Calendar  Calendar  // working days
	Payment   Payment   // treasury's provider
	Reminder  Messenger // SMS gateway
	Bureau    Bureau
	PublicURL string // "https://…", of portal links and verification codes
	LinkKey   []byte // 32 bytes; portal links derive from it, see OpenLinkKey
	Logger    *slog.Logger
	Now       func() time.Time // nil: time.Now

	// DemonstrationGrace, when not zero, replaces every matter's grace period, so
	// that a demonstration need not wait. Never set it in production.
	DemonstrationGrace time.Duration
}

// Bureau is the authority that acts, as its documents name it.
type Bureau struct {
	Name     string // 上海市崇明区城市管理行政执法局
	ShortNo  string // 沪崇城管: prefix of document numbers
	Phone    string
	Address  string
	Treasury string // payee
	Court    string // for litigation
	Superior string // for reconsideration
}

// CameraFacts is what the law asks of a camera.
type CameraFacts struct {
	ID, Name, Place   string
	LegalReviewNo     string
	TechnicalReviewNo string
	PublishedOn       string // 2006-01-02, "" if not published
}

// ObjectFacts is what a case must know of a registered shop or site.
type ObjectFacts struct {
	ID, Kind, Name, Address, PartyID string
}

// PartyFacts is what a case must know of a party.
type PartyFacts struct {
	ID, Kind, Name, Identity, Phone, Address string
	ConsentAt                                *time.Time
	BornOn                                   string // 2006-01-02, "" unknown
}

// Base reads base data and records consent to electronic service.
type Base interface {
	CameraFacts(ctx context.Context, id string) (CameraFacts, error)
	ZoneFacts(ctx context.Context, id string, version int) (detectors.Zone, error)
	ObjectFacts(ctx context.Context, id string) (ObjectFacts, error)
	PartyFacts(ctx context.Context, id string) (PartyFacts, error)
	RecordConsent(ctx context.Context, partyID, phone, signature string, at time.Time) error
}

// Person is a member of staff as cases name them.
type Person struct {
	ID, Name, LicenceNo string
	Roles               []string
	Disabled            bool
}

// Staff knows the bureau's people.
type Staff interface {
	Person(ctx context.Context, id string) (Person, error)
}

// Calendar counts legal time, Asia/Shanghai.
type Calendar interface {
	AddWorkingDays(from time.Time, n int) (time.Time, error)
	AddDays(from time.Time, n int) time.Time
}

// Messenger sends short messages.
type Messenger interface {
	// Send is idempotent by id: the gateway must not deliver the same id twice.
	Send(ctx context.Context, id, phone, text string) (MessageReceipt, error)
}

// MessageReceipt is the gateway's word for a message.
type MessageReceipt struct {
	Ref         string    `json:"ref"`
	DeliveredAt time.Time `json:"delivered_at"` // zero: accepted, not yet delivered
}

// Order asks the provider for a payment.
type Order struct {
	ID        string // ours; the provider must not take money twice for it
	CaseNo    string
	AmountFen int64
	Subject   string
	ReturnURL string
	NotifyURL string
}

// Payment is the treasury's payment provider.
type Payment interface {
	Create(ctx context.Context, o Order) (payURL string, err error)
	// Verify checks a callback's signature and age and returns what it says.
	Verify(header map[string]string, body []byte) (PaymentNotice, error)
}

// PaymentNotice is what a verified callback says.
type PaymentNotice struct {
	ID        string // of the notice; the same notice may come many times
	OrderID   string
	AmountFen int64
	ReceiptNo string
	PaidAt    time.Time
}
