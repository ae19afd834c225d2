package grade

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"offsite/registry"
)

// Recorded is an event as it stands on record.
type Recorded struct {
	Event
	By        string `json:"by"`
	Withdrawn bool   `json:"withdrawn"` // taken back since: it does not count
}

const eventsShown = 500

// Events lists what was recorded of an object, the latest first.
func (g *Grader) Events(ctx context.Context, objectID string) ([]Recorded, error) {
	rows, err := g.pool.Query(ctx, `SELECT e.object_id::text, e.kind, e.at, e.source, coalesce(e.points, 0), e.note, e.by_whom,
			EXISTS (SELECT FROM object_event w WHERE w.object_id = e.object_id AND w.kind = 'withdrawn' AND w.source = e.source)
		FROM object_event e WHERE e.object_id = $1 AND e.kind <> 'withdrawn' ORDER BY e.at DESC, e.id DESC LIMIT $2`, objectID, eventsShown)
	if err != nil {
		return nil, fmt.Errorf("list what happened with object %s: %w", objectID, err)
	}
	all, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Recorded])
	if err != nil {
		return nil, fmt.Errorf("list what happened with object %s: %w", objectID, err)
	}
	return all, nil
}

// Distribution counts the objects of each grade.
func (g *Grader) Distribution(ctx context.Context) (map[string]int, error) {
	counts := map[string]int{Red: 0, Yellow: 0, Green: 0}
	rows, err := g.pool.Query(ctx, `SELECT grade, count(*) FROM object WHERE removed_at IS NULL GROUP BY grade`)
	if err != nil {
		return nil, fmt.Errorf("count the objects by grade: %w", err)
	}
	var name string
	var n int
	if _, err = pgx.ForEachRow(rows, []any{&name, &n}, func() error { counts[name] = n; return nil }); err != nil {
		return nil, fmt.Errorf("count the objects by grade: %w", err)
	}
	return counts, nil
}

// Due is an object whose inspection is due.
type Due struct {
	ObjectID string    `json:"object_id"`
	Name     string    `json:"name"`
	Grade    string    `json:"grade"`
	DueAt    time.Time `json:"due_at"`
}

// dueQuery says of every object when it must be inspected: by the frequency of its
// grade ($1 red, $2 yellow, $3 green), from the last inspection or registration on.
const dueQuery = `SELECT id::text, name, grade, due FROM (SELECT o.id, o.name, o.grade, o.township,
		coalesce((SELECT max(e.at) FROM object_event e WHERE e.object_id = o.id AND e.kind IN ('inspection_passed', 'inspection_failed')), o.created_at)
		+ make_interval(days => CASE o.grade WHEN 'red' THEN $1::int WHEN 'yellow' THEN $2::int ELSE $3::int END) AS due
		FROM object o WHERE o.removed_at IS NULL) d `

// DueInspections lists the inspections due until a time, the most overdue first: those
// in a township, or ("") all.
func (g *Grader) DueInspections(ctx context.Context, until time.Time, township string, limit int) ([]Due, error) {
	f, err := g.Formula(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := g.pool.Query(ctx, dueQuery+`WHERE due <= $4 AND $5 IN ('', township) ORDER BY due, id LIMIT $6`, f.Days[Red], f.Days[Yellow], f.Days[Green], until, township, limit)
	if err != nil {
		return nil, fmt.Errorf("list the inspections due: %w", err)
	}
	due, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Due])
	if err != nil {
		return nil, fmt.Errorf("list the inspections due: %w", err)
	}
	return due, nil
}

// NextInspection tells when an object is to be inspected.
func (g *Grader) NextInspection(ctx context.Context, objectID string) (time.Time, error) {
	f, err := g.Formula(ctx)
	if err != nil {
		return time.Time{}, err
	}
	due, err := g.nextInspection(ctx, f, objectID)
	if err != nil {
		return time.Time{}, fmt.Errorf("find the next inspection of object %s: %w", objectID, err)
	}
	return due.DueAt, nil
}

func (g *Grader) nextInspection(ctx context.Context, f Formula, objectID string) (Due, error) {
	if _, err := uuid.Parse(objectID); err != nil {
		return Due{}, registry.ErrNotFound
	}
	rows, err := g.pool.Query(ctx, dueQuery+`WHERE id = $4`, f.Days[Red], f.Days[Yellow], f.Days[Green], objectID)
	if err != nil {
		return Due{}, err
	}
	due, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByPos[Due])
	if errors.Is(err, pgx.ErrNoRows) {
		err = registry.ErrNotFound
	}
	return due, err
}
