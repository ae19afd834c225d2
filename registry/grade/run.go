package grade

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"offsite/registry"
	"offsite/store"
)

// object is an object as graded.
type object struct {
	id, name, grade string
	facts           Facts
}

// objectsQuery gives objects with what counts for them, chosen by a condition and an order
// of its own. They are chosen first: where the database has no statistics yet, as after a
// large import, it would look up the events of all objects for each page of them. What
// happened with each is looked up by its index, so that reading a page costs the same
// wherever it lies. The three arrays have the events in one order: that in which they were
// met.
const objectsQuery = `WITH o AS MATERIALIZED (SELECT id, name, grade, kind, business FROM object WHERE removed_at IS NULL AND %s)
	SELECT o.id::text, o.name, o.grade, o.kind, o.business, e.kinds, e.times, e.points FROM o
	LEFT JOIN LATERAL (SELECT array_agg(v.kind) AS kinds, array_agg(v.at) AS times, array_agg(coalesce(v.points, 0)) AS points
		FROM object_event v WHERE v.object_id = o.id AND v.at > $1
			AND NOT EXISTS (SELECT FROM object_event w WHERE w.object_id = o.id AND w.kind = 'withdrawn' AND w.source = v.source)) e ON true
	ORDER BY o.id`

// atOnce is how many objects are read, graded and written in one go.
const atOnce = 5000

// all calls do with every object and what happened with it, a page at a time, in the
// order of their ids.
func (g *Grader) all(ctx context.Context, f Formula, do func([]object) error) error {
	after := uuid.Nil.String()
	for {
		list, err := g.read(ctx, f, `id > $2 ORDER BY id LIMIT $3`, after, atOnce)
		if err == nil && len(list) > 0 {
			err = do(list)
		}
		if err != nil || len(list) < atOnce {
			return err
		}
		after = list[len(list)-1].id
	}
}

// named reads objects by their ids, as far as they are there.
func (g *Grader) named(ctx context.Context, f Formula, ids []string) ([]object, error) {
	ids = slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return !store.IsID(id) })
	return g.read(ctx, f, `id = ANY ($2::uuid[])`, ids)
}

func (g *Grader) read(ctx context.Context, f Formula, which string, args ...any) ([]object, error) {
	since := g.moment().AddDate(0, 0, -f.longest())
	rows, err := g.pool.Query(ctx, fmt.Sprintf(objectsQuery, which), append([]any{since}, args...)...)
	if err != nil {
		return nil, err
	}
	var list []object
	var o object
	var kinds []string
	var times []time.Time
	var points []int
	_, err = pgx.ForEachRow(rows, []any{&o.id, &o.name, &o.grade, &o.facts.Kind, &o.facts.Business, &kinds, &times, &points}, func() error {
		o.facts.Events = make([]Counted, len(kinds))
		for i := range kinds {
			o.facts.Events[i] = Counted{Kind: kinds[i], At: times[i], Points: points[i]}
		}
		list = append(list, o)
		return nil
	})
	return list, err
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
	if err := g.all(ctx, f, func(list []object) error { out.assess(f, list, at); return nil }); err != nil {
		return out, fmt.Errorf("try a formula of the risk grade: %w", err)
	}
	return out, nil
}

// Run grades all objects under the formula that holds: nightly, and after a change of
// the formula. Interrupted, it may be run again.
func (g *Grader) Run(ctx context.Context) (Outcome, error) {
	out, err := g.run(ctx, g.all)
	if err != nil {
		return out, fmt.Errorf("grade all objects: %w", err)
	}
	return out, nil
}

// Regrade grades the objects named, as after an event; errors wrap registry.ErrNotFound
// where none of them is there.
func (g *Grader) Regrade(ctx context.Context, ids ...string) (Outcome, error) {
	out, err := g.regrade(ctx, ids)
	if err == nil && out.Objects == 0 && len(ids) > 0 {
		err = registry.ErrNotFound
	}
	if err != nil {
		return out, fmt.Errorf("grade %d objects: %w", len(ids), err)
	}
	return out, nil
}

// regrade grades the objects named.
func (g *Grader) regrade(ctx context.Context, ids []string) (Outcome, error) {
	return g.run(ctx, func(ctx context.Context, f Formula, do func([]object) error) error {
		for part := range slices.Chunk(ids, atOnce) {
			list, err := g.named(ctx, f, part)
			if err == nil {
				err = do(list)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// graded is a grade to be written.
type graded struct {
	id, was string
	is      Assessment
}

// run grades what objects gives, by the same time and formula for all.
func (g *Grader) run(ctx context.Context, objects func(context.Context, Formula, func([]object) error) error) (Outcome, error) {
	out := newOutcome()
	f, err := g.Formula(ctx)
	if err != nil {
		return out, err
	}
	at := g.now()
	err = objects(ctx, f, func(list []object) error { return g.write(ctx, out.assess(f, list, at)) })
	return out, err
}

// assess counts objects under a formula, and gives those that get another grade. The
// reasons are put into words for these alone.
func (out *Outcome) assess(f Formula, list []object, at time.Time) (changed []graded) {
	for _, o := range list {
		a := f.reckon(o.facts, at)
		out.Objects++
		out.From[o.grade]++
		out.To[a.Grade]++
		if o.grade == a.Grade {
			continue
		}
		a.say(f)
		out.Changed++
		if len(out.Moves) < movesShown {
			out.Moves = append(out.Moves, Move{ObjectID: o.id, Name: o.name, From: o.grade, To: a})
		}
		changed = append(changed, graded{id: o.id, was: o.grade, is: a})
	}
	return changed
}

// write writes grades, and the change log with the reasons. Who was regraded by a
// person meanwhile is left to the next run. What refers to an object is not held up by
// its lock.
func (g *Grader) write(ctx context.Context, list []graded) error {
	if len(list) == 0 {
		return nil
	}
	ids, was, is := make([]string, len(list)), make([]string, len(list)), make([]string, len(list))
	reasons := make(map[string]graded, len(list))
	for i, c := range list {
		ids[i], was[i], is[i] = c.id, c.was, c.is.Grade
		reasons[c.id] = c
	}
	at := g.moment()
	return pgx.BeginFunc(ctx, g.pool, func(tx pgx.Tx) error {
		// In the order of their ids, so that two who lock many never wait for each other;
		// by a statement of its own: joined to the update, the locked rows are compared each
		// with each once the plan is one for arrays of any length.
		if _, err := tx.Exec(ctx, `SELECT FROM object WHERE id = ANY ($1::uuid[]) ORDER BY id FOR NO KEY UPDATE`, ids); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, `UPDATE object o SET grade = n.next, version = o.version + 1, changed_at = $4
			FROM unnest($1::uuid[], $2::text[], $3::text[]) AS n (id, was, next)
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
