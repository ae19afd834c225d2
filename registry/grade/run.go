package grade

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"offsite/registry"
	"offsite/store"
)

// object is an object as graded.
type object struct {
	id, name, grade string
	facts           Facts
}

// each calls f with every object, or with the one named, and what happened with it.
func (g *Grader) each(ctx context.Context, f Formula, only string, do func(object)) error {
	if only != "" && !store.IsID(only) {
		return registry.ErrNotFound
	}
	rows, err := g.pool.Query(ctx, `SELECT o.id::text, o.name, o.grade, o.kind, o.business, e.kinds, e.times, e.points FROM object o
		LEFT JOIN (SELECT object_id, array_agg(kind ORDER BY id) AS kinds, array_agg(at ORDER BY id) AS times,
			array_agg(coalesce(points, 0) ORDER BY id) AS points
			FROM object_event v WHERE at > $1 AND ($2 = '' OR object_id = nullif($2, '')::uuid)
				AND NOT EXISTS (SELECT FROM object_event w WHERE w.object_id = v.object_id AND w.kind = 'withdrawn' AND w.source = v.source)
			GROUP BY object_id) e ON e.object_id = o.id
		WHERE o.removed_at IS NULL AND ($2 = '' OR o.id = nullif($2, '')::uuid)`, g.moment().AddDate(0, 0, -f.longest()), only)
	if err != nil {
		return err
	}
	var o object
	var kinds []string
	var times []time.Time
	var points []int
	_, err = pgx.ForEachRow(rows, []any{&o.id, &o.name, &o.grade, &o.facts.Kind, &o.facts.Business, &kinds, &times, &points}, func() error {
		o.facts.Events = o.facts.Events[:0]
		for i := range kinds {
			o.facts.Events = append(o.facts.Events, Counted{Kind: kinds[i], At: times[i], Points: points[i]})
		}
		do(o)
		return nil
	})
	return err
}

// Outcome counts objects by the grade they had and the one they get.
type Outcome struct {
	Objects int            `json:"objects"`
	Changed int            `json:"changed"`
	From    map[string]int `json:"from"`
	To      map[string]int `json:"to"`
	Moves   []Move         `json:"moves"` // the first hundred
}

// Move is an object that gets another grade.
type Move struct {
	ObjectID string     `json:"object_id"`
	Name     string     `json:"name"`
	From     string     `json:"from"`
	To       Assessment `json:"to"`
}

const movesShown = 100

func (out *Outcome) count(o object, a Assessment) {
	out.Objects++
	out.From[o.grade]++
	out.To[a.Grade]++
	if o.grade == a.Grade {
		return
	}
	out.Changed++
	if len(out.Moves) < movesShown {
		out.Moves = append(out.Moves, Move{ObjectID: o.id, Name: o.name, From: o.grade, To: a})
	}
}

func newOutcome() Outcome {
	return Outcome{From: map[string]int{}, To: map[string]int{}, Moves: []Move{}}
}

// Simulate tells what a formula would change. Nothing is written.
func (g *Grader) Simulate(ctx context.Context, f Formula) (Outcome, error) {
	out := newOutcome()
	if err := f.Check(); err != nil {
		return out, fmt.Errorf("try a formula of the risk grade: %w", err)
	}
	at := g.now()
	if err := g.each(ctx, f, "", func(o object) { out.count(o, f.Assess(o.facts, at)) }); err != nil {
		return out, fmt.Errorf("try a formula of the risk grade: %w", err)
	}
	return out, nil
}

// Run grades all objects under the formula that holds: nightly, and after a change of
// the formula. Interrupted, it may be run again.
func (g *Grader) Run(ctx context.Context) (Outcome, error) {
	out, err := g.run(ctx, "")
	if err != nil {
		return out, fmt.Errorf("grade all objects: %w", err)
	}
	return out, nil
}

// Regrade grades one object, as after an event.
func (g *Grader) Regrade(ctx context.Context, objectID string) (Outcome, error) {
	out, err := g.run(ctx, objectID)
	if err == nil && out.Objects == 0 {
		err = registry.ErrNotFound
	}
	if err != nil {
		return out, fmt.Errorf("grade object %s: %w", objectID, err)
	}
	return out, nil
}

// graded is a grade to be written.
type graded struct {
	id, was string
	is      Assessment
}

func (g *Grader) run(ctx context.Context, only string) (Outcome, error) {
	out := newOutcome()
	f, err := g.Formula(ctx)
	if err != nil {
		return out, err
	}
	at := g.now()
	var changed []graded
	if err = g.each(ctx, f, only, func(o object) {
		a := f.Assess(o.facts, at)
		out.count(o, a)
		if a.Grade != o.grade {
			changed = append(changed, graded{id: o.id, was: o.grade, is: a})
		}
	}); err != nil {
		return out, err
	}
	const chunk = 1000
	for len(changed) > 0 {
		n := min(chunk, len(changed))
		if err = g.write(ctx, changed[:n]); err != nil {
			return out, err
		}
		changed = changed[n:]
	}
	return out, nil
}

// write writes grades, and the change log with the reasons. Who was regraded by a
// person meanwhile is left to the next run.
func (g *Grader) write(ctx context.Context, list []graded) error {
	ids, was, is := make([]string, len(list)), make([]string, len(list)), make([]string, len(list))
	reasons := make(map[string]graded, len(list))
	for i, c := range list {
		ids[i], was[i], is[i] = c.id, c.was, c.is.Grade
		reasons[c.id] = c
	}
	at := g.moment()
	return pgx.BeginFunc(ctx, g.pool, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `WITH locked AS (SELECT id FROM object WHERE id = ANY ($1::uuid[]) ORDER BY id FOR UPDATE)
			UPDATE object o SET grade = n.next, version = o.version + 1, changed_at = $4
			FROM unnest($1::uuid[], $2::text[], $3::text[]) AS n (id, was, next) JOIN locked l ON l.id = n.id
			WHERE o.id = n.id AND o.grade = n.was AND o.removed_at IS NULL RETURNING o.id::text`, ids, was, is, at)
		if err != nil {
			return err
		}
		done, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			return err
		}
		_, err = tx.CopyFrom(ctx, pgx.Identifier{"change_log"}, []string{"at", "by_whom", "kind", "subject", "action", "before", "after"},
			pgx.CopyFromSlice(len(done), func(i int) ([]any, error) {
				c := reasons[done[i]]
				after, err := json.Marshal(c.is)
				return []any{at, "system", "object", done[i], "grade", map[string]string{"grade": c.was}, after}, err
			}))
		if err != nil || len(done) == 0 {
			return err
		}
		return store.Notify(ctx, tx, map[string]any{"kind": "grades.changed", "count": len(done)})
	})
}
