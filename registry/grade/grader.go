package grade

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"offsite/registry"
	"offsite/store"
)

// Grader keeps formulas and events, and grades objects. It is safe for concurrent use.
type Grader struct {
	pool *pgxpool.Pool
	now  func() time.Time

	mu       sync.Mutex
	followed time.Time // until when Follow has read the cases
}

// New returns the grader of a migrated database.
func New(pool *pgxpool.Pool, now func() time.Time) *Grader { return &Grader{pool: pool, now: now} }

func (g *Grader) moment() time.Time { return g.now().UTC().Truncate(time.Microsecond) }

// Event is something that happened with an object.
type Event struct {
	ObjectID string    `json:"object_id"`
	Kind     string    `json:"kind"`
	At       time.Time `json:"at"`
	Source   string    `json:"source"`           // its number elsewhere; the same one counts once
	Points   int       `json:"points,omitempty"` // of an adjustment
	Note     string    `json:"note,omitempty"`   // of an adjustment the reason
}

// ErrEvent says that an event cannot be recorded as given.
var ErrEvent = errors.New("the event is not sound")

// executor is a pool or a transaction.
type executor interface {
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
}

// Record records an event, in the transaction of the caller's if tx is one. The same
// event again changes nothing. The grade follows with Regrade or the next Run.
func (g *Grader) Record(ctx context.Context, tx executor, by string, e Event) error {
	if !store.IsID(e.ObjectID) {
		return fmt.Errorf("record what happened with object %q: %w", e.ObjectID, registry.ErrNotFound)
	}
	var points *int
	if e.Kind == Adjustment {
		points = &e.Points
	}
	switch {
	case e.Kind != Withdrawn && !slices.Contains(kinds(), e.Kind):
		return fmt.Errorf("record what happened with object %s: %w: there is no kind %q", e.ObjectID, ErrEvent, e.Kind)
	case strings.TrimSpace(e.Source) == "":
		return fmt.Errorf("record what happened with object %s: %w: its source is missing", e.ObjectID, ErrEvent)
	case points != nil && (strings.TrimSpace(e.Note) == "" || e.Points == 0 || e.Points > 100 || e.Points < -100):
		return fmt.Errorf("record what happened with object %s: %w: an adjustment has a reason and 1 to 100 points up or down", e.ObjectID, ErrEvent)
	}
	id, err := uuid.NewV7()
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO object_event (id, object_id, kind, at, source, points, note, by_whom)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (object_id, kind, source) DO NOTHING`,
		id.String(), e.ObjectID, e.Kind, e.At, e.Source, points, e.Note, by)
	var broken *pgconn.PgError
	if errors.As(err, &broken) && broken.Code == foreignKey {
		err = registry.ErrNotFound
	}
	if err != nil {
		return fmt.Errorf("record what happened with object %s: %w", e.ObjectID, err)
	}
	return nil
}

// foreignKey is the SQLSTATE of a row that refers to none.
const foreignKey = "23503"

// Formula returns the formula that holds now: Default until Activate was called.
func (g *Grader) Formula(ctx context.Context) (Formula, error) {
	f := Default()
	err := g.pool.QueryRow(ctx, `SELECT body FROM grade_formula WHERE active_from <= $1 ORDER BY version DESC LIMIT 1`, g.moment()).Scan(&f)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return f, fmt.Errorf("read the formula of the risk grade: %w", err)
	}
	return f, nil
}

// Version is a formula with who made it hold, when and why.
type Version struct {
	Formula    Formula   `json:"formula"`
	ActiveFrom time.Time `json:"active_from"`
	Reason     string    `json:"reason"`
	By         string    `json:"by"`
	At         time.Time `json:"at"`
}

// Versions lists all formulas that were ever made to hold, the newest first.
func (g *Grader) Versions(ctx context.Context) ([]Version, error) {
	rows, err := g.pool.Query(ctx, `SELECT body, active_from, reason, by_whom, at FROM grade_formula ORDER BY version DESC`)
	if err != nil {
		return nil, fmt.Errorf("list the formulas of the risk grade: %w", err)
	}
	all, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Version])
	if err != nil {
		return nil, fmt.Errorf("list the formulas of the risk grade: %w", err)
	}
	return all, nil
}

// Activate makes a formula hold from a time on, as the next version. A Version other
// than 0 is the newest one that its author has seen; errors wrap registry.ErrConflict
// where somebody else has made another since.
func (g *Grader) Activate(ctx context.Context, by string, f Formula, from time.Time, reason string) (Formula, error) {
	if err := f.Check(); err != nil {
		return f, fmt.Errorf("change the formula of the risk grade: %w", err)
	}
	if strings.TrimSpace(reason) == "" || from.Before(g.now().Add(-time.Minute)) {
		return f, fmt.Errorf("change the formula of the risk grade: %w: give a reason, and no time in the past", ErrFormula)
	}
	err := pgx.BeginFunc(ctx, g.pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `LOCK TABLE grade_formula IN SHARE ROW EXCLUSIVE MODE`); err != nil {
			return err
		}
		var newest int
		if err := tx.QueryRow(ctx, `SELECT coalesce(max(version), $1) FROM grade_formula`, Default().Version).Scan(&newest); err != nil {
			return err
		}
		if f.Version != 0 && f.Version != newest {
			return registry.ErrConflict
		}
		f.Version = newest + 1
		_, err := tx.Exec(ctx, `INSERT INTO grade_formula (version, body, active_from, reason, by_whom, at) VALUES ($1, $2, $3, $4, $5, $6)`,
			f.Version, f, from, reason, by, g.moment())
		return err
	})
	if err != nil {
		return f, fmt.Errorf("change the formula of the risk grade: %w", err)
	}
	return f, nil
}

// Explain tells what grade an object has by its records now, and why.
func (g *Grader) Explain(ctx context.Context, objectID string) (Assessment, error) {
	f, err := g.Formula(ctx)
	if err != nil {
		return Assessment{}, err
	}
	var a Assessment
	found := false
	err = g.each(ctx, f, objectID, func(o object) { a, found = f.Assess(o.facts, g.now()), true })
	if err == nil && !found {
		err = registry.ErrNotFound
	}
	if err != nil {
		return a, fmt.Errorf("explain the grade of object %s: %w", objectID, err)
	}
	return a, nil
}
