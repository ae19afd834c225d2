package rules

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"offsite/casework/calendar"
	"offsite/casework/matter"
)

// Kinds of rules.
const (
	Matter = "matter" // a matter of the bureau's list, by its key
	Year   = "year"   // the working days of a year, by its number
)

// Errors that a caller tells apart.
var (
	ErrUnknown = errors.New("there is no such rule")
	ErrDone    = errors.New("it is in force already, or a later one is")
)

// WrongError says what is wrong with a text, with the line where it stands.
type WrongError struct{ Err error }

// Error says it.
func (e *WrongError) Error() string { return e.Err.Error() }

// Unwrap gives what the reader of the kind said.
func (e *WrongError) Unwrap() error { return e.Err }

// Rules are what holds at a time.
type Rules struct {
	Matters *matter.Catalogue
	Days    *calendar.Calendar
}

// with is the rules with a text in its place.
func (r Rules) with(kind, name string, text []byte) (Rules, string, error) {
	switch kind {
	case Matter:
		m, err := matter.Parse(name, text)
		if err != nil {
			return r, "", &WrongError{err}
		}
		r.Matters = r.Matters.With(m)
		return r, m.Key, nil
	case Year:
		y, err := calendar.Read(name, text)
		if err != nil {
			return r, "", &WrongError{err}
		}
		if r.Days, err = r.Days.With(y); err != nil {
			return r, "", &WrongError{err}
		}
		return r, fmt.Sprint(y.Year), nil
	}
	return r, "", fmt.Errorf("rule of kind %q: %w", kind, ErrUnknown)
}

// Shelf holds the rules of a database. Its methods may be called from many goroutines.
type Shelf struct {
	pool    *pgxpool.Pool
	program Rules
	now     func() time.Time

	mu   sync.Mutex // one reads anew at a time
	held atomic.Pointer[held]
}

type held struct {
	Rules
	newest int64 // approval that was read last
}

// New returns the shelf of a migrated database: until Fresh was called, the program's
// own rules.
func New(pool *pgxpool.Pool, program Rules, now func() time.Time) *Shelf {
	s := &Shelf{pool: pool, program: program, now: now}
	s.held.Store(&held{Rules: program})
	return s
}

// Matters is the catalogue that holds.
func (s *Shelf) Matters() *matter.Catalogue { return s.held.Load().Matters }

// Days is the calendar that holds.
func (s *Shelf) Days() *calendar.Calendar { return s.held.Load().Days }

// AddWorkingDays and Period count by the calendar that holds.
func (s *Shelf) AddWorkingDays(from time.Time, n int) (time.Time, error) {
	return s.Days().AddWorkingDays(from, n)
}

// Period is calendar.Calendar's.
func (s *Shelf) Period(from time.Time, n int) (time.Time, error) { return s.Days().Period(from, n) }

// reader is a pool or a transaction.
type reader interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

// Fresh reads what other processes have put into force since. It is one small query where
// that is nothing.
func (s *Shelf) Fresh(ctx context.Context) error { return s.FreshIn(ctx, s.pool) }

// FreshIn is Fresh within a transaction.
func (s *Shelf) FreshIn(ctx context.Context, db reader) error {
	var newest int64
	if err := db.QueryRow(ctx, `SELECT coalesce(max(approval), 0) FROM rule`).Scan(&newest); err != nil {
		return fmt.Errorf("see which rules hold: %w", err)
	}
	if s.held.Load().newest == newest {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	rows, err := db.Query(ctx, `SELECT DISTINCT ON (kind, key) kind, key, text FROM rule WHERE approval IS NOT NULL ORDER BY kind, key, approval DESC`)
	if err != nil {
		return fmt.Errorf("read the rules that hold: %w", err)
	}
	h := &held{Rules: s.program, newest: newest}
	var kind, key, text string
	_, err = pgx.ForEachRow(rows, []any{&kind, &key, &text}, func() (err error) {
		h.Rules, _, err = h.with(kind, key+".yaml", []byte(text))
		return err
	})
	if err != nil {
		return fmt.Errorf("read the rules that hold: %w", err)
	}
	s.held.Store(h)
	return nil
}
