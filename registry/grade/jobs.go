package grade

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
)

// Queue is where grades are reckoned.
const Queue = "grade"

const runPatience = 15 * time.Minute

// RunArgs grades all objects.
type RunArgs struct{}

// Kind names the job.
func (RunArgs) Kind() string { return "grade.run" }

// InsertOpts puts it on the queue of grades.
func (RunArgs) InsertOpts() river.InsertOpts { return river.InsertOpts{Queue: Queue} }

// FollowArgs takes over what became of cases.
type FollowArgs struct{}

// Kind names the job.
func (FollowArgs) Kind() string { return "grade.follow" }

// InsertOpts allows one at a time.
func (FollowArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: Queue, MaxAttempts: 1, UniqueOpts: river.UniqueOpts{ByPeriod: followEvery}}
}

const (
	followEvery   = time.Minute
	followOverlap = 10 * time.Minute // for transactions that committed late
)

// Cases gives the events of the cases that changed since a time: Case when one was
// filed, and Withdrawn under the same source when it no longer counts.
type Cases func(ctx context.Context, since time.Time) ([]Event, error)

// Follow records the events of cases and grades their objects. The first time it
// reads as far back as the formula looks. What was recorded before changes nothing.
func (g *Grader) Follow(ctx context.Context, cases Cases) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	begun, since := g.moment(), g.followed.Add(-followOverlap)
	if g.followed.IsZero() {
		f, err := g.Formula(ctx)
		if err != nil {
			return err
		}
		since = begun.AddDate(0, 0, -f.longest())
	}
	events, err := cases(ctx, since)
	if err != nil {
		return fmt.Errorf("follow the cases for the risk grade: %w", err)
	}
	if err := g.Record(ctx, g.pool, "system", events...); err != nil {
		return err
	}
	ids := make([]string, len(events))
	for i, e := range events {
		ids[i] = e.ObjectID
	}
	slices.Sort(ids)
	if _, err := g.regrade(ctx, slices.Compact(ids)); err != nil {
		return fmt.Errorf("grade the objects of cases: %w", err)
	}
	g.followed = begun
	return nil
}

// RecordNow records an event and grades its object at once.
func (g *Grader) RecordNow(ctx context.Context, by string, e Event) (Assessment, error) {
	if err := g.Record(ctx, g.pool, by, e); err != nil {
		return Assessment{}, err
	}
	if _, err := g.Regrade(ctx, e.ObjectID); err != nil {
		return Assessment{}, err
	}
	return g.Explain(ctx, e.ObjectID)
}

// RunSoon has a worker grade all objects, as after a new formula; at, if not zero, is
// when.
func (g *Grader) RunSoon(ctx context.Context, at time.Time) error {
	jobs, err := river.NewClient(riverpgxv5.New(g.pool), &river.Config{})
	if err == nil {
		_, err = jobs.Insert(ctx, RunArgs{}, &river.InsertOpts{ScheduledAt: at})
	}
	if err != nil {
		return fmt.Errorf("have all objects graded: %w", err)
	}
	return nil
}

// AddWorkers registers the workers of grades.
func (g *Grader) AddWorkers(w *river.Workers, cases Cases) {
	river.AddWorker(w, &runner{grader: g})
	river.AddWorker(w, river.WorkFunc(func(ctx context.Context, _ *river.Job[FollowArgs]) error { return g.Follow(ctx, cases) }))
}

// Queues are the queues that grades are reckoned on.
func (g *Grader) Queues() map[string]river.QueueConfig {
	return map[string]river.QueueConfig{Queue: {MaxWorkers: 1}}
}

// PeriodicJobs are what River must start by the clock: all grades at the start and
// every night, since points expire by the day; cases every minute.
func (g *Grader) PeriodicJobs() []*river.PeriodicJob {
	return []*river.PeriodicJob{
		river.NewPeriodicJob(nightly{}, func() (river.JobArgs, *river.InsertOpts) {
			return RunArgs{}, &river.InsertOpts{UniqueOpts: river.UniqueOpts{ByPeriod: time.Hour}}
		}, &river.PeriodicJobOpts{RunOnStart: true}),
		river.NewPeriodicJob(river.PeriodicInterval(followEvery), func() (river.JobArgs, *river.InsertOpts) {
			return FollowArgs{}, nil
		}, &river.PeriodicJobOpts{RunOnStart: true}),
	}
}

// nightly is half past two in the morning in China, which has no summer time.
type nightly struct{}

const (
	chinaOffset = 8 * time.Hour
	nightHour   = 2*time.Hour + 30*time.Minute
)

// Next implements river.PeriodicSchedule.
func (nightly) Next(now time.Time) time.Time {
	midnight := now.UTC().Add(chinaOffset).Truncate(24 * time.Hour)
	next := midnight.Add(nightHour - chinaOffset)
	if !next.After(now) {
		next = next.AddDate(0, 0, 1)
	}
	return next
}

type runner struct {
	river.WorkerDefaults[RunArgs]
	grader *Grader
}

// Timeout is how long grading all objects may take.
func (r *runner) Timeout(*river.Job[RunArgs]) time.Duration { return runPatience }

// Work grades all objects.
func (r *runner) Work(ctx context.Context, _ *river.Job[RunArgs]) error {
	_, err := r.grader.Run(ctx)
	return err
}

// Inspected records what an inspection has found and grades the object anew.
func (g *Grader) Inspected(ctx context.Context, by, objectID string, passed bool, at time.Time, source, note string) error {
	kind := InspectionFailed
	if passed {
		kind = InspectionPassed
	}
	_, err := g.RecordNow(ctx, by, Event{ObjectID: objectID, Kind: kind, At: at, Source: source, Note: note})
	return err
}
