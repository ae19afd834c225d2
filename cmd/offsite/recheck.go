package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/riverqueue/river"

	"offsite/casework"
	"offsite/pipeline/node"
)

// recheckWorker does casework's re-checks where the cameras are.
type recheckWorker struct {
	river.WorkerDefaults[casework.RecheckArgs]
	watcher *watcher
}

// recheckTries is how often a re-check is tried, by whichever node takes it, before
// the second reviewer must decide without one.
const recheckTries = 12

// Work seals what the zone shows now.
func (r *recheckWorker) Work(ctx context.Context, job *river.Job[casework.RecheckArgs]) error {
	in, err := r.watcher.node.Recheck(ctx, job.Args.ZoneID, recheckID(job))
	if err == nil {
		return r.watcher.keep(ctx, in, job.Args.CaseID)
	}
	if errors.Is(err, node.ErrNotWatched) || errors.Is(err, node.ErrNoLook) {
		if job.Attempt >= recheckTries {
			return r.watcher.desk.book.RecheckFailed(ctx, job.Args.CaseID, err.Error())
		}
	}
	return err
}

// NextRetry looks again soon: what is to be seen may be gone in an hour.
func (*recheckWorker) NextRetry(*river.Job[casework.RecheckArgs]) time.Time {
	return time.Now().Add(5 * time.Second)
}

// Timeout bounds the wait for a fresh look.
func (*recheckWorker) Timeout(*river.Job[casework.RecheckArgs]) time.Duration { return time.Minute }

// recheckID is the same for every attempt of a job, so that a re-check is sealed
// once: a UUIDv7 whose random part comes from the job.
func recheckID(job *river.Job[casework.RecheckArgs]) string {
	return derivedID(fmt.Sprintf("recheck/%s/%d", job.Args.CaseID, job.ID), job.CreatedAt)
}
