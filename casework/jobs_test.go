package casework_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"offsite/casework"
)

// rechecker stands for the process that watches cameras.
type rechecker struct {
	river.WorkerDefaults[casework.RecheckArgs]
	asked chan casework.RecheckArgs
}

func (r *rechecker) Work(_ context.Context, job *river.Job[casework.RecheckArgs]) error {
	r.asked <- job.Args
	return nil
}

// elsewhere leaves a job to the process that watches cameras, which is not in this house.
type elsewhere[T river.JobArgs] struct{ river.WorkerDefaults[T] }

func (elsewhere[T]) Work(context.Context, *river.Job[T]) error { return nil }

// working runs casework's jobs until the test ends.
func (h *house) working() (*rechecker, <-chan *river.Event) {
	h.t.Helper()
	watch := &rechecker{asked: make(chan casework.RecheckArgs, 10)}
	workers := river.NewWorkers()
	h.AddWorkers(workers)
	river.AddWorker(workers, watch)
	river.AddWorker(workers, &elsewhere[casework.RedactArgs]{})
	river.AddWorker(workers, &elsewhere[casework.SealRoomArgs]{})
	queues := h.Queues()
	queues[casework.RecheckQueue] = river.QueueConfig{MaxWorkers: 1}
	client, err := river.NewClient(riverpgxv5.New(h.pool), &river.Config{Workers: workers, Queues: queues, PeriodicJobs: h.PeriodicJobs()})
	h.must(err)
	done, cancel := client.Subscribe(river.EventKindJobCompleted, river.EventKindJobFailed)
	h.t.Cleanup(cancel)
	h.must(client.Start(context.WithoutCancel(h.t.Context())))
	h.t.Cleanup(func() {
		if err := client.Stop(context.Background()); err != nil {
			h.t.Error(err)
		}
	})
	return watch, done
}

// until waits for a job of the kind to be done.
func (h *house) until(done <-chan *river.Event, kind string) {
	h.t.Helper()
	for {
		select {
		case e := <-done:
			if e.Kind == river.EventKindJobFailed {
				h.t.Fatalf("job %s failed: %+v", e.Job.Kind, e.Job.Errors)
			}
			if e.Job.Kind == kind {
				return
			}
		case <-time.After(30 * time.Second):
			h.t.Fatalf("no job %s was done", kind)
		}
	}
}

func TestJobsCarryACaseOn(t *testing.T) {
	t.Parallel()
	h := open(t, want{at: time.Now().Add(-time.Hour)}) // River keeps its own clock: what is due in a moment of ours is due for it
	watch, done := h.working()
	id := h.find(nil)
	h.must(h.do("r1", id, "confirm", nil))
	h.until(done, "casework.message")
	if len(h.sent("13800000001")) != 1 {
		t.Fatal("the reminder was not sent")
	}
	h.until(done, "recheck")
	if asked := <-watch.asked; asked.CaseID != id || asked.ZoneID != h.zone.ID || asked.CameraID != h.camera.ID {
		t.Fatalf("the re-check asked for: %+v", asked)
	}
	h.recheck(id, true)
	h.expect(id, "reviewed")
}

// A job that follows from a step is there if and only if the step is.
func TestJobsAreInsertedWithTheStep(t *testing.T) {
	t.Parallel()
	h := open(t, want{})
	id := h.find(nil)
	_ = h.do("r1", id, "confirm", fields{"unknown": 1})
	h.must(h.do("r1", id, "confirm", nil))
	rows, err := h.pool.Query(t.Context(), `SELECT kind FROM river_job ORDER BY id`)
	h.must(err)
	kinds, err := pgx.CollectRows(rows, pgx.RowTo[string])
	h.must(err)
	if want := []string{"casework.message", "casework.due"}; !slices.Equal(kinds, want) {
		t.Errorf("jobs %v, want %v", kinds, want)
	}
}
