package lead

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"offsite/casework/calendar"
)

func shanghai() *time.Location { return calendar.Shanghai() } // the legal clock

// Alarm levels.
const (
	late     = 1 // nobody acknowledged it in time
	handedUp = 2 // nor in twice that time: the heads' now
	overdue  = 3 // acknowledged, but not done in time
)

// due are the leads whose alarm rises, with the level.
const due = `SELECT id::text, level FROM (SELECT id, alarm, CASE
	WHEN state = 'received' AND $1 >= acknowledge_by + (acknowledge_by - received_at) THEN 2
	WHEN state = 'received' AND $1 >= acknowledge_by THEN 1
	WHEN state IN ('acknowledged', 'dispatched') AND $1 >= handle_by THEN 3 ELSE 0 END AS level
	FROM lead WHERE state IN ('received', 'acknowledged', 'dispatched')) l WHERE level > alarm ORDER BY id LIMIT 500`

// Watch raises the alarms that are due and says how many.
func (d *Desk) Watch(ctx context.Context) (int, error) {
	rows, err := d.o.Pool.Query(ctx, due, d.now())
	if err != nil {
		return 0, fmt.Errorf("look for leads that nobody sees to: %w", err)
	}
	type risen struct {
		ID    string
		Level int
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[risen])
	if err != nil {
		return 0, fmt.Errorf("look for leads that nobody sees to: %w", err)
	}
	var failed []error
	for _, r := range list {
		failed = append(failed, d.raise(ctx, r.ID, r.Level))
	}
	return len(list), errors.Join(failed...)
}

// raise raises one alarm, unless somebody has seen to the lead since.
func (d *Desk) raise(ctx context.Context, id string, level int) error {
	text := map[int]string{late: "超时未确认 not acknowledged in time", handedUp: "仍未确认，提请负责人 handed up to the heads", overdue: "超时未处置 not done in time"}[level]
	err := pgx.BeginFunc(ctx, d.o.Pool, func(tx pgx.Tx) error {
		l, err := one(ctx, tx, id, "FOR UPDATE OF l")
		if err != nil {
			return err
		}
		if l.Alarm >= level || (l.State == Received) != (level != overdue) || l.State == Done || l.State == Transferred {
			return nil
		}
		if _, err := tx.Exec(ctx, `UPDATE lead SET alarm = $2 WHERE id = $1`, id, level); err != nil {
			return err
		}
		l.Alarm = level
		return d.note(ctx, tx, By{ID: "system", Name: "系统"}, l, "alarm", text, "lead.alarm")
	})
	if err != nil {
		return fmt.Errorf("raise the alarm of lead %s: %w", id, err)
	}
	return nil
}

const (
	queue = "lead"
	every = 20 * time.Second // how late an alarm may be
)

// WatchArgs raises what is due.
type WatchArgs struct{}

// Kind names the job.
func (WatchArgs) Kind() string { return "lead.watch" }

// InsertOpts allows one at a time.
func (WatchArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: queue, MaxAttempts: 1, UniqueOpts: river.UniqueOpts{ByPeriod: every}}
}

// AddWorkers registers the worker of alarms.
func (d *Desk) AddWorkers(w *river.Workers) {
	river.AddWorker(w, river.WorkFunc(func(ctx context.Context, _ *river.Job[WatchArgs]) error {
		_, err := d.Watch(ctx)
		return err
	}))
}

// Queues are the queues that alarms run on.
func (d *Desk) Queues() map[string]river.QueueConfig {
	return map[string]river.QueueConfig{queue: {MaxWorkers: 1}}
}

// PeriodicJobs are what River must start by the clock.
func (d *Desk) PeriodicJobs() []*river.PeriodicJob {
	return []*river.PeriodicJob{river.NewPeriodicJob(river.PeriodicInterval(every), func() (river.JobArgs, *river.InsertOpts) { return WatchArgs{}, nil }, nil)}
}
