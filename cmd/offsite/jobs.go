package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"offsite/casework"
)

// jobs works what casework, intake and grades have put into the database to be done.
type jobs struct{ client *river.Client[pgx.Tx] }

// newJobs works the desk's queues where desk is set, and re-checks where w is
// given: they must run where the cameras are.
func newJobs(d *desk, atDesk bool, w *watcher) (*jobs, error) {
	workers, queues := river.NewWorkers(), map[string]river.QueueConfig{}
	var periodic []*river.PeriodicJob
	if atDesk {
		d.book.AddWorkers(workers)
		d.intake.AddWorkers(workers)
		d.grades.AddWorkers(workers, d.cases)
		d.office.AddWorkers(workers)
		d.hooks.AddWorkers(workers)
		d.bell.AddWorkers(workers)
		d.leads.AddWorkers(workers)
		d.credit.AddWorkers(workers)
		d.privacy.AddWorkers(workers)
		for _, part := range []map[string]river.QueueConfig{d.book.Queues(), d.intake.Queues(), d.grades.Queues(), d.office.Queues(), d.hooks.Queues(), d.bell.Queues(), d.leads.Queues(), d.credit.Queues(), d.privacy.Queues()} {
			maps.Copy(queues, part)
		}
		periodic = slices.Concat(d.book.PeriodicJobs(), d.grades.PeriodicJobs(), d.office.PeriodicJobs(), d.bell.PeriodicJobs(), d.leads.PeriodicJobs(), d.credit.PeriodicJobs(), d.privacy.PeriodicJobs())
	}
	if w != nil {
		river.AddWorker(workers, &recheckWorker{watcher: w})
		river.AddWorker(workers, &sealRoomWorker{watcher: w})
		redact, err := newRedactWorker(w)
		if err != nil {
			return nil, err
		}
		river.AddWorker(workers, redact)
		const atOnce = 4 // a re-check waits for its camera, not for a processor
		queues[casework.RecheckQueue] = river.QueueConfig{MaxWorkers: atOnce}
	}
	client, err := river.NewClient(riverpgxv5.New(d.pool), &river.Config{
		Queues: queues, Workers: workers, PeriodicJobs: periodic, Logger: atLeast(slog.LevelWarn, d.log.With("part", "jobs")),
		FetchPollInterval: time.Second,
	})
	if err != nil {
		return nil, fmt.Errorf("prepare jobs: %w", err)
	}
	return &jobs{client}, nil
}

// Start begins to work.
func (j *jobs) Start(ctx context.Context) error {
	if err := j.client.Start(ctx); err != nil {
		return fmt.Errorf("start jobs: %w", err)
	}
	return nil
}

// Stop lets jobs under way finish, for a few seconds; what is broken off is done
// again at the next start.
func (j *jobs) Stop() {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if err := j.client.Stop(ctx); errors.Is(err, context.DeadlineExceeded) {
		_ = j.client.StopAndCancel(context.Background()) // waits for what it cancels
	}
}
