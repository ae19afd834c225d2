package push

import (
	"context"
	"time"

	"github.com/riverqueue/river"
)

const (
	queue = "push"
	every = 30 * time.Second
)

// SweepArgs tells devices what is new.
type SweepArgs struct{}

// Kind names the job.
func (SweepArgs) Kind() string { return "push.sweep" }

// InsertOpts allows one at a time; what fails is looked for again by the next.
func (SweepArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: queue, MaxAttempts: 1, UniqueOpts: river.UniqueOpts{ByPeriod: every}}
}

// AddWorkers registers the worker of sweeps.
func (b *Bell) AddWorkers(w *river.Workers) {
	river.AddWorker(w, river.WorkFunc(func(ctx context.Context, _ *river.Job[SweepArgs]) error { return b.Sweep(ctx) }))
}

// Queues are the queues that sweeps run on.
func (b *Bell) Queues() map[string]river.QueueConfig {
	return map[string]river.QueueConfig{queue: {MaxWorkers: 1}}
}

// PeriodicJobs are what River must start by the clock.
func (b *Bell) PeriodicJobs() []*river.PeriodicJob {
	return []*river.PeriodicJob{river.NewPeriodicJob(river.PeriodicInterval(every), func() (river.JobArgs, *river.InsertOpts) { return SweepArgs{}, nil }, nil)}
}
