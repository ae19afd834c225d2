package simulation

import (
	"container/heap"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"offsite/casework"
	"offsite/registry"
	"offsite/registry/account"
)

// Beginning is when every simulation begins: a Tuesday, the first working day of
// the first year that the calendar has.
var Beginning = time.Date(2024, 1, 2, 0, 0, 0, 0, time.UTC)

// Options are what a simulation needs.
type Options struct {
	Pool       *pgxpool.Pool // a migrated, empty database
	Dir        string        // for keys and the transparency log
	Cases      int           // incidents that the cameras raise
	Days       int           // over so many days
	Seed       uint64
	PaperEvery int             // one paper in so many is set in type; 0: none
	Drain      bool            // go on until every case has ended
	Progress   func(Progress)  // called as it goes; optional
	Stop       <-chan struct{} // closed: what was played by then is what is checked; optional
}

// Progress is how far a simulation has come.
type Progress struct {
	At     time.Time // simulated
	Raised int       // incidents
	Ended  int       // of them, in which nobody acts any more
	Check  string    // the invariant that is looked at, once all is played
}

// drainDays is how long after the last incident open cases are waited for: a case
// that goes to court takes about a year.
const drainDays = 360

// tick is how finely time is told: what happens within one is played at its end.
const tick = 10 * time.Minute

// lanes are played side by side; all that happens at one spot is in one.
const lanes = 4

// World is a simulation that was played.
type World struct {
	o       Options
	b       *bureau
	queue   wakes
	courses map[string]*course // by case
	waiting map[string]bool    // process records that the log has not got yet
	settled []string           // of them, those of cases in which nobody acts any more
	raised  int                // incidents
	joined  int                // of them, more evidence of an act that was a case already
	ended   int                // courses in which nobody acts any more
	twice   pairs
	due     due
	swept   time.Time
	began   time.Time
	stopped bool
}

// pairs are incidents of one party, raised within minutes of each other.
type pairs struct{ raised, joined int }

// Play plays a simulation. Close the world when done with it.
func Play(ctx context.Context, o Options) (*World, error) {
	if o.Cases < 1 || o.Days < 1 {
		return nil, errors.New("simulate: it takes one case and one day at least")
	}
	began := time.Now()
	b, err := open(ctx, o)
	if err != nil {
		return nil, fmt.Errorf("simulate: %w", err)
	}
	w := &World{o: o, b: b, courses: map[string]*course{}, waiting: map[string]bool{}, began: began}
	w.plan()
	if err := w.play(ctx); err != nil {
		w.Close()
		return nil, fmt.Errorf("simulate: %w", err)
	}
	return w, nil
}

// Run plays a simulation and checks what it left. With an error comes what was checked, if
// anything was. The pool's database is left without what nobody looks at (unwatched).
func Run(ctx context.Context, o Options) (*Report, error) {
	if err := unwatched(ctx, o.Pool); err != nil {
		return nil, fmt.Errorf("simulate: %w", err)
	}
	w, err := Play(ctx, o)
	if err != nil {
		return nil, err
	}
	defer w.Close()
	return w.Report(ctx)
}

// Close ends the transparency log.
func (w *World) Close() { w.b.log.Stop() }

// Book is the casework that was played.
func (w *World) Book() *casework.Book { return w.b.book }

// Registry holds the base data of the simulated place.
func (w *World) Registry() *registry.Registry { return w.b.base }

// Accounts are those of its staff.
func (w *World) Accounts() *account.Accounts { return w.b.accounts }

// Staff are the people of a role.
func (w *World) Staff(role string) []casework.Actor { return w.b.staff[role] }

// Person is a member of staff, by account.
func (w *World) Person(id string) casework.Actor { return w.b.person(id) }

// Now is the simulated time; SetNow moves it on.
func (w *World) Now() time.Time { return w.b.clock.now() }

// SetNow moves the simulated time.
func (w *World) SetNow(at time.Time) { w.b.clock.set(at) }

// Of a hundred incidents, so many are raised again within minutes: by another camera, in
// another matter, or at the same place; and how long after, on average. What comes more
// than half an hour later is another act.
const (
	raisedAgain = 12
	againAfter  = 8 * time.Minute
)

// plan draws when and where every incident is raised.
func (w *World) plan() {
	for i := 0; i < w.o.Cases; i++ {
		r := w.chances(i)
		s := &w.b.spots[r.IntN(len(w.b.spots))]
		at := Beginning.Add(time.Duration(r.Int64N(int64(w.o.Days) * int64(day))))
		again, first := chance(r, raisedAgain), w.course(r, s)
		w.wake(first, at)
		if !again || i+1 == w.o.Cases {
			continue
		}
		i++
		r = w.chances(i)
		if s.beside != nil {
			s = s.beside
		}
		c := w.course(r, s)
		c.second, c.stays = true, first.stays // who corrects it does so before both cameras
		w.wake(c, at.Add(about(r, againAfter)))
	}
}

// chances are those of one incident.
func (w *World) chances(i int) *rand.Rand {
	return rand.New(rand.NewPCG(w.o.Seed, uint64(i)+1)) // #nosec G404 -- a simulation, to be played again
}

func (w *World) course(r *rand.Rand, s *spot) *course {
	return &course{b: w.b, r: r, s: s, acted: map[string]bool{}, neglected: chance(r, neglects), slow: chance(r, slowOnes), stays: !chance(r, s.manners.corrects)}
}

func (w *World) wake(c *course, at time.Time) {
	c.turn++
	c.wake = at
	heap.Push(&w.queue, wake{at: at, turn: c.turn, c: c})
}

// play moves the clock from one thing to the next until nothing is left to happen.
func (w *World) play(ctx context.Context) error {
	end := Beginning.Add(time.Duration(w.o.Days) * day)
	if w.o.Drain {
		end = end.Add(drainDays * day)
	}
	for {
		at, more, err := w.next(ctx)
		if err != nil {
			return err
		}
		if !more || at.After(end) || w.isStopped() {
			return w.enterAll(ctx)
		}
		w.b.clock.set(at)
		w.tell("")
		if err := w.step(ctx, at); err != nil {
			return err
		}
		if len(w.settled) < together {
			continue
		}
		if err := w.enter(ctx, w.settled); err != nil {
			return err
		}
		w.settled = w.settled[:0]
	}
}

func (w *World) isStopped() bool {
	select {
	case <-w.o.Stop:
		w.stopped = true
	default:
	}
	return w.stopped
}

// due is when jobs and timers are, as far as is known; nil: none is.
type due struct{ jobs, timers *time.Time }

// sweepEvery is how often what timers brought is looked for.
const sweepEvery = time.Hour

// next is when something happens next: people wake, a job or a timer is due. That a record
// waits for the log is nothing that happens.
func (w *World) next(ctx context.Context) (at time.Time, more bool, err error) {
	err = w.b.pool.QueryRow(ctx, `SELECT (SELECT min(scheduled_at) FROM river_job WHERE state IN ('available', 'scheduled') AND kind <> $1),
		least((SELECT min(timer_at) FROM casefile), (SELECT min(alarm_at) FROM casefile))`, casework.LogArgs{}.Kind()).Scan(&w.due.jobs, &w.due.timers)
	if err != nil {
		return at, false, fmt.Errorf("see what is due: %w", err)
	}
	if next := w.swept.Add(sweepEvery); w.due.timers != nil && w.due.timers.Before(next) {
		w.due.timers = &next
	}
	if len(w.queue) > 0 {
		at, more = w.queue[0].at, true
	}
	for _, one := range []*time.Time{w.due.jobs, w.due.timers} {
		if one != nil && (!more || one.Before(at)) {
			at, more = *one, true
		}
	}
	if least := w.Now().Add(tick); at.Before(least) {
		at = least
	}
	return at, more, nil
}

func reached(due *time.Time, at time.Time) bool { return due != nil && !due.After(at) }

func (w *World) tell(check string) {
	if w.o.Progress != nil {
		w.o.Progress(Progress{At: w.Now(), Raised: w.raised, Ended: w.ended, Check: check})
	}
}

// step plays what has become due by now: time's own steps, then, in lanes, jobs and
// people.
func (w *World) step(ctx context.Context, at time.Time) error {
	timers := reached(w.due.timers, at)
	if timers {
		w.swept = at
		if _, err := w.b.book.Sweep(ctx); err != nil {
			return fmt.Errorf("sweep at %s: %w", at.Format(time.DateTime), err)
		}
	}
	var work [lanes][]func(context.Context) error
	if timers || reached(w.due.jobs, at) {
		if err := w.jobs(ctx, at, &work); err != nil {
			return err
		}
	}
	var awake [lanes][]*course
	for len(w.queue) > 0 && !w.queue[0].at.After(at) {
		next := heap.Pop(&w.queue).(wake)
		if next.turn == next.c.turn {
			awake[next.c.s.lane] = append(awake[next.c.s.lane], next.c)
		}
	}
	var failed [lanes]error
	var all sync.WaitGroup
	for lane := range lanes {
		all.Go(func() { failed[lane] = w.lane(ctx, work[lane], awake[lane]) })
	}
	all.Wait()
	if err := errors.Join(failed[:]...); err != nil {
		return err
	}
	for _, list := range awake {
		for _, c := range list {
			w.again(c)
		}
	}
	return nil
}

func (w *World) lane(ctx context.Context, work []func(context.Context) error, awake []*course) error {
	for _, f := range work {
		if err := f(ctx); err != nil {
			return err
		}
	}
	for _, c := range awake {
		c.wake = time.Time{}
		if c.id == "" {
			joined, err := c.raise(ctx)
			if err != nil {
				return err
			}
			if c.joined = joined; joined {
				continue
			}
			c.wake, err = officeTime(c.b.days, c.b.clock.now(), c.work())
			if err != nil {
				return err
			}
			continue
		}
		var err error
		if c.wake, err = c.play(ctx); err != nil {
			return err
		}
	}
	return nil
}

// again puts a course back into the queue, or counts it as ended.
func (w *World) again(c *course) {
	if !c.raised {
		c.raised = true
		w.count(c)
	}
	if !c.wake.IsZero() {
		w.wake(c, c.wake)
		return
	}
	w.ended++
	c.acted = nil
	w.settle(c)
}

// settle has the process record of a case entered in which nobody acts any more.
func (w *World) settle(c *course) {
	if over := c.raised && c.wake.IsZero(); over && !c.joined && w.waiting[c.id] {
		w.settled = append(w.settled, c.id)
	}
}

// count takes note of an incident that was raised.
func (w *World) count(c *course) {
	w.raised++
	if !c.joined {
		w.courses[c.id] = c
	} else {
		w.joined++
	}
	if c.second {
		w.twice.raised++
		if c.joined {
			w.twice.joined++
		}
	}
}

// jobs takes what River would work now off its table.
func (w *World) jobs(ctx context.Context, at time.Time, work *[lanes][]func(context.Context) error) error {
	rows, err := w.b.pool.Query(ctx, `WITH due AS (DELETE FROM river_job WHERE scheduled_at <= $1 AND state IN ('available', 'scheduled') RETURNING id, kind, args)
		SELECT due.kind, due.args, coalesce(m.case_id::text, due.args->>'case_id') FROM due LEFT JOIN message m ON m.id = (due.args->>'message_id')::uuid ORDER BY due.id`, at)
	if err != nil {
		return fmt.Errorf("take the jobs: %w", err)
	}
	type job struct {
		Kind string
		Args json.RawMessage
		Case string
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[job])
	if err != nil {
		return fmt.Errorf("take the jobs: %w", err)
	}
	for _, j := range list {
		c := w.courses[j.Case]
		switch {
		case j.Kind == casework.LogArgs{}.Kind():
			w.waiting[j.Case] = true
			if c != nil {
				w.settle(c)
			}
			continue
		case j.Kind == casework.RedactArgs{}.Kind():
			continue // there are no pictures to cover
		case c == nil:
			return fmt.Errorf("job %s is about case %q, which nobody knows", j.Kind, j.Case)
		}
		work[c.s.lane] = append(work[c.s.lane], func(ctx context.Context) error {
			if j.Kind == (casework.RecheckArgs{}).Kind() {
				return c.rechecks(ctx)
			}
			return w.b.book.Work(ctx, j.Kind, j.Args)
		})
		if next := at.Add(about(c.r, time.Hour)); !c.wake.IsZero() && next.Before(c.wake) {
			w.wake(c, next) // somebody sees what came of it
		}
	}
	return nil
}

// together is how many process records go into the log together.
const together = 256

// enterAll has every process record stand in the log.
func (w *World) enterAll(ctx context.Context) error {
	rows, err := w.b.pool.Query(ctx, `DELETE FROM river_job WHERE kind = $1 RETURNING args->>'case_id'`, casework.LogArgs{}.Kind())
	if err != nil {
		return fmt.Errorf("take the jobs of the log: %w", err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return fmt.Errorf("take the jobs of the log: %w", err)
	}
	for _, id := range ids {
		w.waiting[id] = true
	}
	return w.enter(ctx, slices.Collect(maps.Keys(w.waiting)))
}

// enter has the process records of cases stand in the log, as the log's queue does.
func (w *World) enter(ctx context.Context, cases []string) error {
	ids := make(chan string)
	failed := make([]error, together)
	var all sync.WaitGroup
	for i := range together {
		all.Go(func() {
			for id := range ids {
				if failed[i] == nil {
					failed[i] = w.b.book.Work(ctx, casework.LogArgs{}.Kind(), []byte(`{"case_id":"`+id+`"}`))
				}
			}
		})
	}
	for _, id := range cases {
		if w.waiting[id] {
			delete(w.waiting, id)
			ids <- id
		}
	}
	close(ids)
	all.Wait()
	return errors.Join(failed...)
}

// wake is when a course goes on.
type wake struct {
	at   time.Time
	turn int
	c    *course
}

// wakes is a heap of them, the next one first.
type wakes []wake

func (w wakes) Len() int { return len(w) }
func (w wakes) Less(i, j int) bool {
	if !w[i].at.Equal(w[j].at) {
		return w[i].at.Before(w[j].at)
	}
	return w[i].c.s.zone.NameZH < w[j].c.s.zone.NameZH
}
func (w wakes) Swap(i, j int) { w[i], w[j] = w[j], w[i] }

// Push and Pop are container/heap's.
func (w *wakes) Push(x any) { *w = append(*w, x.(wake)) }

// Pop takes the last.
func (w *wakes) Pop() any {
	last := (*w)[len(*w)-1]
	*w = (*w)[:len(*w)-1]
	return last
}
