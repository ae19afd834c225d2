package supervision

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"offsite/casework/rules"
	"offsite/evidence/translog/lot"
)

// Kinds of draws.
const (
	Inspection    = "inspection"     // inspectors and objects, both by lot
	ProcessRecord = "process_record" // 全过程记录抽查
	After         = "after"          // 事后评查
	During        = "during"         // 事中评查
)

// Inspected takes an inspection's outcome to the risk grade of an object.
type Inspected func(ctx context.Context, by, objectID string, passed bool, at time.Time, source, note string) error

// Options are the parts of an Office.
type Options struct {
	Pool      *pgxpool.Pool
	Law       *rules.Shelf // working days, as they hold
	Inspected Inspected
	Due       Due // nil: nothing falls due
	Now       func() time.Time
}

// Office announces, draws and keeps results. It is safe for concurrent use.
type Office struct {
	o    Options
	lots *lot.Draws

	mu     sync.Mutex
	looked time.Time // when InspectDue last looked for what is due
}

// New returns the office of a migrated database.
func New(o Options) *Office { return &Office{o: o, lots: lot.New(o.Pool, o.Now)} }

func (o *Office) now() time.Time { return o.o.Now().UTC().Truncate(time.Microsecond) }

// Errors that a caller tells apart.
var (
	ErrNotFound = errors.New("there is no such draw or task")
	ErrNotYours = errors.New("it is somebody else's task")
)

// Refused says what is wrong with what was asked, in both languages.
type Refused struct{ Field, ZH, EN string }

// Error is the English sentence.
func (r *Refused) Error() string { return r.EN }

func refuse(field, zh, en string, args ...any) error {
	return &Refused{Field: field, ZH: fmt.Sprintf(zh, args...), EN: fmt.Sprintf(en, args...)}
}
