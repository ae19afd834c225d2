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

// Record records events, in the transaction of the caller's if tx is one; else some
// thousands at a time stand or fall together. The same event again changes nothing. The
// grade follows with Regrade or the next Run.
func (g *Grader) Record(ctx context.Context, tx executor, by string, events ...Event) error {
	for part := range slices.Chunk(events, atOnce) {
		if err := record(ctx, tx, by, part); err != nil {
			return err
		}
	}
	return nil
}

// check says what is wrong with an event: errors wrap ErrEvent, or registry.ErrNotFound
// where its object cannot be one.
func (e Event) check() error {
	switch {
	case !store.IsID(e.ObjectID):
		return fmt.Errorf("record what happened with object %q: %w", e.ObjectID, registry.ErrNotFound)
	case e.Kind != Withdrawn && !slices.Contains(kinds(), e.Kind):
		return fmt.Errorf("record what happened with object %s: %w: there is no kind %q", e.ObjectID, ErrEvent, e.Kind)
	case strings.TrimSpace(e.Source) == "":
		return fmt.Errorf("record what happened with object %s: %w: its source is missing", e.ObjectID, ErrEvent)
	case e.Kind == Adjustment && (strings.TrimSpace(e.Note) == "" || e.Points == 0 || e.Points > 100 || e.Points < -100):
		return fmt.Errorf("record what happened with object %s: %w: an adjustment has a reason and 1 to 100 points up or down", e.ObjectID, ErrEvent)
	}
	return nil
}

func record(ctx context.Context, tx executor, by string, events []Event) error {
	n := len(events)
	ids, objects, what, times := make([]string, n), make([]string, n), make([]string, n), make([]time.Time, n)
	sources, points, notes := make([]string, n), make([]*int, n), make([]string, n)
	for i, e := range events {
		if err := e.check(); err != nil {
			return err
		}
		id, err := uuid.NewV7()
		if err != nil {
			return fmt.Errorf("record what happened with object %s: %w", e.ObjectID, err)
		}
		if e.Kind == Adjustment {
			points[i] = &events[i].Points
		}
		ids[i], objects[i], what[i], times[i], sources[i], notes[i] = id.String(), e.ObjectID, e.Kind, e.At, e.Source, e.Note
	}
	_, err := tx.Exec(ctx, `INSERT INTO object_event (id, object_id, kind, at, source, points, note, by_whom)
		SELECT e.*, $8::text FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::timestamptz[], $5::text[], $6::int[], $7::text[]) AS e
		ON CONFLICT (object_id, kind, source) DO NOTHING`, ids, objects, what, times, sources, points, notes, by)
	var broken *pgconn.PgError
	if errors.As(err, &broken) && broken.Code == foreignKey {
		err = fmt.Errorf("%w: %s", registry.ErrNotFound, broken.Detail)
	}
	if err != nil {
		return fmt.Errorf("record %d events of objects: %w", n, err)
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

// Explain tells what grade an object has by its records now, and why.
func (g *Grader) Explain(ctx context.Context, objectID string) (Assessment, error) {
	f, err := g.Formula(ctx)
	if err != nil {
		return Assessment{}, err
	}
	list, err := g.named(ctx, f, []string{objectID})
	if err == nil && len(list) == 0 {
		err = registry.ErrNotFound
	}
	if err != nil {
		return Assessment{}, fmt.Errorf("explain the grade of object %s: %w", objectID, err)
	}
	return f.Assess(list[0].facts, g.now()), nil
}
