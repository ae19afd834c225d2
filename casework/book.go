package casework

import (
	"cmp"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"offsite/casework/flow"
	"offsite/casework/rules"
)

// Book holds all findings and cases. Its methods may be called from many
// goroutines and many processes at once.
type Book struct {
	o     Options
	table *flow.Table
	jobs  *river.Client[pgx.Tx] // inserts alone; cmd runs the client that works
	rules *rules.Shelf

	// States that queries ask for, from the table.
	undecided, pursued, counted []flow.State

	decoded decoded
}

// The fines of Shanghai from which a hearing may be asked for.
const (
	hearingPersonFen = 5_000_00
	hearingUnitFen   = 50_000_00
)

// Working days that the bureau may set otherwise.
const (
	fullCopyDays = 5
	partyDays    = 3
	liftDays     = 3
	answerDays   = 10
)

// New checks the options and gives a Book. It does not touch the database.
func New(o Options) (*Book, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Bureau.HearingPersonFen == 0 {
		o.Bureau.HearingPersonFen = hearingPersonFen
	}
	if o.Bureau.HearingUnitFen == 0 {
		o.Bureau.HearingUnitFen = hearingUnitFen
	}
	o.FullCopyDays, o.PartyDays = cmp.Or(o.FullCopyDays, fullCopyDays), cmp.Or(o.PartyDays, partyDays)
	o.Annotations.LiftDays, o.Annotations.AnswerDays = cmp.Or(o.Annotations.LiftDays, liftDays), cmp.Or(o.Annotations.AnswerDays, answerDays)
	o.PublicURL = strings.TrimRight(o.PublicURL, "/")
	jobs, err := river.NewClient(riverpgxv5.New(o.Pool), &river.Config{Logger: o.Logger})
	if err != nil {
		return nil, fmt.Errorf("open the casework: prepare the jobs: %w", err)
	}
	b := &Book{o: o, table: flow.New(), jobs: jobs}
	b.undecided, b.pursued, b.counted = b.table.Undecided(), b.table.Pursued(), b.table.Counted()
	b.rules = rules.New(o.Pool, rules.Rules{Matters: o.Matters, Days: o.Calendar}, b.now)
	return b, nil
}

// Rules are the matters and working days by which cases are judged.
func (b *Book) Rules() *rules.Shelf { return b.rules }

// now is the time as the database keeps it.
func (b *Book) now() time.Time { return b.o.Now().UTC().Truncate(time.Microsecond) }
