package casework

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"offsite/casework/calendar"
	"offsite/casework/document"
	"offsite/casework/matter"
	"offsite/evidence/seal"
	"offsite/evidence/timestamp"
	"offsite/registry"
	"offsite/registry/account"
)

// Options are the parts of a Book.
type Options struct {
	Pool      *pgxpool.Pool
	Registry  *registry.Registry // cameras, zones, objects, parties, consents
	Accounts  *account.Accounts  // names and licences of officers
	Calendar  *calendar.Calendar // working days that come with the program
	Matters   *matter.Catalogue  // likewise; the bureau's own take their place, see Rules
	Press     Press
	Payment   Payment             // treasury's provider
	Messenger Messenger           // SMS gateway
	Caller    Caller              // says reminders whose SMS did not arrive; nil: nobody is called
	CallAfter time.Duration       // how long an SMS that the gateway took waits for its receipt before a call
	Mailer    Mailer              // mail server; nil: nobody is written to by e-mail
	Retainer  Retainer            // the vault; nil: locks are not prolonged, and nothing is deleted
	Rooms     Rooms               // of inquiries by video; nil: none is held by this process
	Log       Log                 // the transparency log; nil: process records stay in the database alone
	Tell      Tell                // other systems; nil: they are told nothing
	Sealer    Sealer              // the keys that sign issued documents and removal records; nil: they are not signed
	Stampers  []timestamp.Stamper // timestamp authorities of removal records, asked at the same time; all must answer. None: the records wait
	Bureau    Bureau
	PublicURL string // "https://…", of portal links, verification codes and callbacks
	LinkKey   []byte // 32 bytes from which portal links derive, see OpenLinkKey
	Logger    *slog.Logger
	Now       func() time.Time // nil: time.Now

	// FullCopyDays are the working days within which a party's request to see its evidence
	// uncovered is to be answered; 0: five. The law says "in time" (PIPL art. 45), no number.
	FullCopyDays int
	// PartyDays are the working days within which an unknown party is to be found out where
	// it was seen; 0: three. No law has a number.
	PartyDays int

	// Annotations are what the bureau has noted at the register of real estate; none without
	// a law that it names.
	Annotations Annotations

	// DemonstrationGrace, when not zero, replaces every matter's grace period, so
	// that a demonstration need not wait. Never set it in production.
	DemonstrationGrace time.Duration
}

// Press makes the papers; a *document.Press is one.
type Press interface {
	Render(k document.Kind, f document.Fields) (document.Document, error)
	Sheet(s document.Sheet) ([]byte, error)
}

// Sealer gives the bureau's sealing keys in force.
type Sealer func() (*seal.Sealer, error)

// Bureau is the authority that acts, as its documents name it.
type Bureau struct {
	Name     string // 上海市崇明区城市管理行政执法局
	ShortNo  string // 沪崇城管: prefix of document numbers
	Phone    string
	Address  string
	Contact  string
	Treasury string // payee: the treasury account's name
	Court    string // for litigation
	Superior string // for reconsideration
	Demo     bool   // its papers say 演示 and carry a DEMO seal

	// From these fines on a hearing may be asked for; 0: the amounts of Shanghai,
	// 5,000 yuan for persons and 50,000 for units.
	HearingPersonFen, HearingUnitFen int64
}

// Messenger sends short messages.
type Messenger interface {
	// Send is idempotent by id: the gateway must not deliver the same id twice. An
	// error that wraps ErrUndeliverable is final; any other is tried again.
	Send(ctx context.Context, id, phone, text string) (MessageReceipt, error)
	// Verify checks a delivery receipt's signature and age. The message's id is ours.
	Verify(header http.Header, body []byte) (id string, r MessageReceipt, err error)
}

// Mailer sends e-mails.
type Mailer interface {
	// Send hands an e-mail to the mail server; the same id has the same Message-ID. An
	// error that wraps ErrUndeliverable is final; any other is tried again.
	Send(ctx context.Context, id, address, subject, text string) (MessageReceipt, error)
}

// ErrUndeliverable means that a message will never arrive: wrong number or address, refused.
var ErrUndeliverable = errors.New("the message cannot be delivered")

// MessageReceipt is the gateway's or mail server's word for a message.
type MessageReceipt struct {
	Ref         string
	DeliveredAt time.Time // zero: accepted, not yet delivered
	Failed      string    // why it will never be delivered, "" otherwise
}

// Order asks the provider for a payment.
type Order struct {
	ID        string // ours; the provider must not take money twice for it
	AmountFen int64
	Subject   string
	Payee     string
	ReturnURL string
	NotifyURL string
}

// RefundOrder asks the provider to pay back what it took for an order, in fen.
type RefundOrder struct {
	ID        string // ours; the provider must not pay back twice under it
	OrderID   string
	AmountFen int64
	Reason    string // without private data
}

// PaymentRefund is what the provider paid back of an order.
type PaymentRefund struct {
	ID        string // RefundOrder.ID
	AmountFen int64
	At        time.Time
}

// Payment is the treasury's payment provider.
type Payment interface {
	// Create is idempotent by Order.ID.
	Create(ctx context.Context, o Order) (payURL string, err error)
	// Verify checks a callback's signature and age. A notice with Paid false is
	// about something else than money received.
	Verify(header http.Header, body []byte) (PaymentNotice, error)
	// Query asks what became of an order, as a notice tells it; one that the provider does
	// not know was not paid.
	Query(ctx context.Context, orderID string) (PaymentNotice, error)
	// Refund has a part of a paid order paid back, or all of it, and says when. It is
	// idempotent by RefundOrder.ID.
	Refund(ctx context.Context, r RefundOrder) (at time.Time, err error)
	// Daily is the provider's file of a day, to be compared with what was credited.
	Daily(ctx context.Context, day time.Time) ([]PaymentLine, error)
}

// PaymentNotice is what a verified callback says.
type PaymentNotice struct {
	ID        string // of the notice; the same notice may come many times
	Paid      bool
	Refunded  bool // money was paid back
	Refunds   []PaymentRefund
	OrderID   string
	AmountFen int64
	ReceiptNo string
	PaidAt    time.Time
}

func (o Options) check() error {
	var missing []string
	for name, given := range map[string]bool{
		"Pool": o.Pool != nil, "Registry": o.Registry != nil, "Accounts": o.Accounts != nil, "Calendar": o.Calendar != nil,
		"Matters": o.Matters != nil, "Press": o.Press != nil, "Payment": o.Payment != nil, "Messenger": o.Messenger != nil,
		"Bureau.Name": o.Bureau.Name != "", "Bureau.ShortNo": o.Bureau.ShortNo != "", "PublicURL": o.PublicURL != "",
	} {
		if !given {
			missing = append(missing, name)
		}
	}
	if len(missing) > 0 {
		return fmt.Errorf("open the casework: options are missing: %v", missing)
	}
	if len(o.LinkKey) != 32 {
		return fmt.Errorf("open the casework: the key of portal links has %d bytes, it must have 32; see OpenLinkKey", len(o.LinkKey))
	}
	return nil
}
