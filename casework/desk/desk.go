package desk

import (
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
)

// Desk keeps notes and filters. It is safe for concurrent use.
type Desk struct {
	pool *pgxpool.Pool
	now  func() time.Time
}

// New returns the desk of a migrated database.
func New(pool *pgxpool.Pool, now func() time.Time) *Desk { return &Desk{pool, now} }

func (d *Desk) clock() time.Time { return d.now().UTC().Truncate(time.Microsecond) }

// ErrNotFound: there is no such note, filter or case, or it is somebody else's.
var ErrNotFound = errors.New("there is no such note, filter or case")

// Refused says what is wrong with what was asked, in both languages.
type Refused struct{ Field, ZH, EN string }

// Error is the English sentence.
func (r *Refused) Error() string { return r.EN }

func refuse(field, zh, en string, args ...any) error {
	return &Refused{Field: field, ZH: fmt.Sprintf(zh, args...), EN: fmt.Sprintf(en, args...)}
}
