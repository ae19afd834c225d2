package credit

import (
	"context"
	"time"

	"github.com/riverqueue/river"

	"offsite/casework/calendar"
)

func shanghai() *time.Location { return calendar.Shanghai() }

const (
	queue = "credit"
	every = 10 * time.Minute
)

// KeepArgs opens, ends and withdraws what is due.
type KeepArgs struct{}

// Kind names the job.
func (KeepArgs) Kind() string { return "credit.keep" }

// InsertOpts allows one at a time.
func (KeepArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: queue, MaxAttempts: 1, UniqueOpts: river.UniqueOpts{ByPeriod: every}}
}

// AddWorkers registers the worker of credit records.
func (o *Office) AddWorkers(w *river.Workers) {
	river.AddWorker(w, river.WorkFunc(func(ctx context.Context, _ *river.Job[KeepArgs]) error { return o.Keep(ctx) }))
}

// Queues are the queues that credit records run on.
func (o *Office) Queues() map[string]river.QueueConfig {
	return map[string]river.QueueConfig{queue: {MaxWorkers: 1}}
}

// PeriodicJobs are what River must start by the clock.
func (o *Office) PeriodicJobs() []*river.PeriodicJob {
	return []*river.PeriodicJob{river.NewPeriodicJob(river.PeriodicInterval(every), func() (river.JobArgs, *river.InsertOpts) { return KeepArgs{}, nil }, nil)}
}
