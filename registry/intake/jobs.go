package intake

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
)

// Queue is where files are applied and undone: nobody waits at a request for it.
const Queue = "intake"

const (
	workPatience = 30 * time.Minute // for a file of 200,000 rows on a slow disk
	workTries    = 5
)

// WorkArgs applies a batch or takes it back.
type WorkArgs struct {
	BatchID string `json:"batch_id"`
	By      string `json:"by"`
	Undo    bool   `json:"undo"`
}

// Kind names the job.
func (WorkArgs) Kind() string { return "intake.work" }

// InsertOpts puts it on the queue of files.
func (WorkArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: Queue, MaxAttempts: workTries}
}

// BeginApply has a previewed batch applied by a worker; where it was broken off, it
// goes on. Errors wrap ErrState where the batch was applied already.
func (in *Intake) BeginApply(ctx context.Context, by, id string) (Batch, error) {
	b, err := in.begin(ctx, WorkArgs{BatchID: id, By: by}, Applying, Previewed, Applying)
	if err != nil {
		return b, fmt.Errorf("begin to apply batch %s: %w", id, err)
	}
	return b, nil
}

// BeginUndo has an applied batch taken back by a worker.
func (in *Intake) BeginUndo(ctx context.Context, by, id string) (Batch, error) {
	b, err := in.begin(ctx, WorkArgs{BatchID: id, By: by, Undo: true}, Undoing, Applied, Undoing)
	if err != nil {
		return b, fmt.Errorf("begin to undo batch %s: %w", id, err)
	}
	return b, nil
}

// begin moves the batch and inserts the job in one transaction.
func (in *Intake) begin(ctx context.Context, args WorkArgs, to string, from ...string) (b Batch, err error) {
	jobs, err := river.NewClient(riverpgxv5.New(in.pool), &river.Config{})
	if err != nil {
		return b, err
	}
	err = pgx.BeginFunc(ctx, in.pool, func(tx pgx.Tx) error {
		if b, err = in.move(ctx, tx, args.BatchID, to, from...); err != nil {
			return err
		}
		_, err = jobs.InsertTx(ctx, tx, args, nil)
		return err
	})
	return b, err
}

// AddWorkers registers the worker of files.
func (in *Intake) AddWorkers(w *river.Workers) { river.AddWorker(w, &worker{intake: in}) }

// Queues are the queues that files are worked on; one at a time, since they are
// large and nobody is served better by two at once.
func (in *Intake) Queues() map[string]river.QueueConfig {
	return map[string]river.QueueConfig{Queue: {MaxWorkers: 1}}
}

type worker struct {
	river.WorkerDefaults[WorkArgs]
	intake *Intake
}

// Timeout is how long one file may take.
func (w *worker) Timeout(*river.Job[WorkArgs]) time.Duration { return workPatience }

// Work applies or undoes. A batch that is past the step was finished by another.
func (w *worker) Work(ctx context.Context, job *river.Job[WorkArgs]) error {
	do := w.intake.Apply
	if job.Args.Undo {
		do = w.intake.Undo
	}
	if _, err := do(ctx, job.Args.By, job.Args.BatchID); err != nil && !errors.Is(err, ErrState) {
		return err
	}
	return nil
}
