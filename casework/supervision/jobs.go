package supervision

import (
	"context"
	"errors"
	"time"

	"github.com/riverqueue/river"
)

const (
	queue = "supervision"
	every = 20 * time.Second
)

// DueArgs draws what is due, and announces the inspections that are.
type DueArgs struct{}

// Kind names the job.
func (DueArgs) Kind() string { return "supervision.draw" }

// InsertOpts allows one at a time.
func (DueArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: queue, MaxAttempts: 1, UniqueOpts: river.UniqueOpts{ByPeriod: every}}
}

// AddWorkers registers the worker of draws.
func (o *Office) AddWorkers(w *river.Workers) {
	river.AddWorker(w, river.WorkFunc(func(ctx context.Context, _ *river.Job[DueArgs]) error {
		return errors.Join(o.DrawDue(ctx), o.InspectDue(ctx))
	}))
}

// Queues are the queues that draws run on.
func (o *Office) Queues() map[string]river.QueueConfig {
	return map[string]river.QueueConfig{queue: {MaxWorkers: 1}}
}

// PeriodicJobs are what River must start by the clock.
func (o *Office) PeriodicJobs() []*river.PeriodicJob {
	return []*river.PeriodicJob{river.NewPeriodicJob(river.PeriodicInterval(every), func() (river.JobArgs, *river.InsertOpts) { return DueArgs{}, nil }, nil)}
}
