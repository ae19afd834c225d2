package casework

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"offsite/evidence"
)

// Queues of casework's jobs. RecheckQueue's worker lives where the cameras are.
const (
	Queue        = "casework"
	RecheckQueue = "watch"
)

// RecheckArgs asks for a re-check of a zone at the end of the grace period, on
// RecheckQueue. The worker seals a bundle of kind "recheck" whose Summary carries
// CaseID, or calls Book.RecheckFailed when the zone cannot be seen.
type RecheckArgs struct {
	CaseID   string `json:"case_id"`
	CameraID string `json:"camera_id"`
	ZoneID   string `json:"zone_id"`
}

// Kind names the job.
func (RecheckArgs) Kind() string { return "recheck" }

// InsertOpts puts the job where cameras are watched.
func (RecheckArgs) InsertOpts() river.InsertOpts { return river.InsertOpts{Queue: RecheckQueue} }

// MessageArgs sends a short message.
type MessageArgs struct {
	MessageID string `json:"message_id"`
}

// Kind names the job.
func (MessageArgs) Kind() string { return "casework.message" }

// InsertOpts says how often it is tried: for about seven hours.
func (MessageArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: Queue, MaxAttempts: messageTries}
}

const messageTries = 10

// DueArgs takes the steps of a case that time brings.
type DueArgs struct {
	CaseID string `json:"case_id"`
}

// Kind names the job.
func (DueArgs) Kind() string { return "casework.due" }

// InsertOpts puts it on casework's queue.
func (DueArgs) InsertOpts() river.InsertOpts { return river.InsertOpts{Queue: Queue} }

// SweepArgs looks for everything that is due, should a DueArgs have been lost or
// the clock have jumped.
type SweepArgs struct{}

// Kind names the job.
func (SweepArgs) Kind() string { return "casework.sweep" }

// InsertOpts allows one at a time.
func (SweepArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: Queue, UniqueOpts: river.UniqueOpts{ByPeriod: sweepEvery}}
}

const (
	sweepEvery     = 5 * time.Minute
	reconcileEvery = 6 * time.Hour // ReconcileArgs makes one a day of it
	clearEvery     = 6 * time.Hour
)

// RetainArgs prolongs the object lock of a case's evidence, and puts a legal hold on it
// or takes it off.
type RetainArgs struct {
	CaseID   string `json:"case_id"`
	Archived bool   `json:"archived"`
}

// Kind names the job.
func (RetainArgs) Kind() string { return "casework.retain" }

// InsertOpts puts it on casework's queue.
func (RetainArgs) InsertOpts() river.InsertOpts { return river.InsertOpts{Queue: Queue} }

// Retainer is the vault as casework uses it. It prolongs the object lock of a stored
// bundle and never shortens it, holds a bundle whatever its lock says, and deletes it once
// neither keeps it: evidence.ErrLocked before.
type Retainer interface {
	ExtendRetention(ctx context.Context, r evidence.Receipt, until time.Time) (time.Time, error)
	Hold(ctx context.Context, r evidence.Receipt, on bool) error
	Remove(ctx context.Context, r evidence.Receipt) error
	// PutRemoval puts the record of a removal, and the log's receipt of it (nil: none), in
	// the bundle's place, locked until then.
	PutRemoval(ctx context.Context, r evidence.Receipt, record, receipt []byte, until time.Time) error
}

// SealRoomArgs asks for the recording of an inquiry by video to be sealed, on
// RecheckQueue: where evidence is. The worker keeps Book.RoomMaterial.
type SealRoomArgs struct {
	CaseID string `json:"case_id"`
	RoomID string `json:"room_id"`
}

// Kind names the job.
func (SealRoomArgs) Kind() string { return "seal_room" }

// InsertOpts puts the job where evidence is sealed.
func (SealRoomArgs) InsertOpts() river.InsertOpts { return river.InsertOpts{Queue: RecheckQueue} }

// later has a job inserted when the case is saved.
func (b *Book) later(c *casefile, args river.JobArgs, at time.Time) {
	c.jobs = append(c.jobs, river.InsertManyParams{Args: args, InsertOpts: &river.InsertOpts{ScheduledAt: latest(at, b.now())}})
}

// insertJobs inserts what waits in the case, in one statement.
func (b *Book) insertJobs(ctx context.Context, tx pgx.Tx, c *casefile) error {
	if len(c.jobs) == 0 {
		return nil
	}
	if _, err := b.jobs.InsertManyTx(ctx, tx, c.jobs); err != nil {
		return fmt.Errorf("insert the jobs of case %s: %w", c.ID, err)
	}
	c.jobs = nil
	return nil
}

// insertJob inserts one that does not wait for a case to be saved.
func (b *Book) insertJob(ctx context.Context, tx pgx.Tx, args river.JobArgs, at time.Time) error {
	if _, err := b.jobs.InsertTx(ctx, tx, args, &river.InsertOpts{ScheduledAt: latest(at, b.now())}); err != nil {
		return fmt.Errorf("insert job %s: %w", args.Kind(), err)
	}
	return nil
}

// AddWorkers registers the workers of casework's jobs, all but the re-check's.
func (b *Book) AddWorkers(w *river.Workers) {
	river.AddWorker(w, river.WorkFunc(func(ctx context.Context, job *river.Job[MessageArgs]) error {
		return b.deliver(ctx, job.Args.MessageID, job.Attempt >= job.MaxAttempts)
	}))
	river.AddWorker(w, river.WorkFunc(func(ctx context.Context, job *river.Job[CallArgs]) error { return b.overdue(ctx, job.Args.MessageID) }))
	river.AddWorker(w, river.WorkFunc(func(ctx context.Context, job *river.Job[DueArgs]) error {
		_, err := b.due(ctx, job.Args.CaseID)
		return err
	}))
	river.AddWorker(w, river.WorkFunc(func(ctx context.Context, job *river.Job[OrderArgs]) error { return b.ask(ctx, job.Args.OrderID) }))
	river.AddWorker(w, river.WorkFunc(func(ctx context.Context, job *river.Job[RefundArgs]) error {
		return b.refund(ctx, first(job.Args.RefundID, job.Args.OrderID))
	}))
	river.AddWorker(w, river.WorkFunc(func(ctx context.Context, _ *river.Job[SweepArgs]) error {
		_, err := b.Sweep(ctx)
		return err
	}))
	river.AddWorker(w, river.WorkFunc(func(ctx context.Context, _ *river.Job[ReconcileArgs]) error { return b.reconcileYesterday(ctx) }))
	river.AddWorker(w, river.WorkFunc(func(ctx context.Context, job *river.Job[LogArgs]) error {
		if b.o.Log == nil {
			return nil
		}
		return b.enter(ctx, job.Args.CaseID)
	}))
	river.AddWorker(w, river.WorkFunc(func(ctx context.Context, _ *river.Job[SealQuotasArgs]) error {
		return b.SealQuotas(ctx)
	}))
	river.AddWorker(w, river.WorkFunc(func(ctx context.Context, job *river.Job[RetainArgs]) error {
		return b.retain(ctx, job.Args)
	}))
	river.AddWorker(w, river.WorkFunc(func(ctx context.Context, _ *river.Job[ClearArgs]) error {
		_, err := b.Clear(ctx)
		return err
	}))
}

// Work does one job now, given its kind and arguments as they stand in the table of
// jobs: for whoever plays the clock instead of River. A re-check is not casework's to
// do, nor is a kind that it does not know.
func (b *Book) Work(ctx context.Context, kind string, args []byte) error {
	var a struct {
		MessageArgs
		RetainArgs
		OrderID  string `json:"order_id"`
		RefundID string `json:"refund_id"`
	}
	if err := json.Unmarshal(args, &a); err != nil {
		return fmt.Errorf("read the arguments of job %s: %w", kind, err)
	}
	switch kind {
	case MessageArgs{}.Kind():
		return b.deliver(ctx, a.MessageID, false)
	case CallArgs{}.Kind():
		return b.overdue(ctx, a.MessageID)
	case DueArgs{}.Kind():
		_, err := b.due(ctx, a.CaseID)
		return err
	case LogArgs{}.Kind():
		return b.enter(ctx, a.CaseID)
	case RetainArgs{}.Kind():
		return b.retain(ctx, a.RetainArgs)
	case OrderArgs{}.Kind():
		return b.ask(ctx, a.OrderID)
	case RefundArgs{}.Kind():
		return b.refund(ctx, first(a.RefundID, a.OrderID))
	}
	return fmt.Errorf("job %s is not casework's", kind)
}

// Queues are the queues that casework's jobs run on.
func (b *Book) Queues() map[string]river.QueueConfig {
	return map[string]river.QueueConfig{Queue: {MaxWorkers: 8}, logQueue: {MaxWorkers: logWorkers}}
}

// PeriodicJobs are what River must start by the clock.
func (b *Book) PeriodicJobs() []*river.PeriodicJob {
	return []*river.PeriodicJob{
		river.NewPeriodicJob(river.PeriodicInterval(sweepEvery), func() (river.JobArgs, *river.InsertOpts) { return SweepArgs{}, nil },
			&river.PeriodicJobOpts{RunOnStart: true}),
		river.NewPeriodicJob(river.PeriodicInterval(sealEvery), func() (river.JobArgs, *river.InsertOpts) { return SealQuotasArgs{}, nil },
			&river.PeriodicJobOpts{RunOnStart: true}),
		river.NewPeriodicJob(river.PeriodicInterval(reconcileEvery), func() (river.JobArgs, *river.InsertOpts) { return ReconcileArgs{}, nil },
			&river.PeriodicJobOpts{RunOnStart: true}),
		river.NewPeriodicJob(river.PeriodicInterval(clearEvery), func() (river.JobArgs, *river.InsertOpts) { return ClearArgs{}, nil },
			&river.PeriodicJobOpts{RunOnStart: true}),
	}
}
