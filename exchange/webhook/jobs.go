package webhook

import (
	"context"
	"time"

	"github.com/riverqueue/river"
)

const (
	queue       = "webhook"
	atOnce      = 32
	perEndpoint = 12 // attempts at once, so that a slow receiver holds up no other
	busyPause   = time.Second
)

// DeliverArgs delivers one event to one endpoint.
type DeliverArgs struct {
	EventID    string `json:"event_id"`
	EndpointID string `json:"endpoint_id"`
}

// Kind names the job.
func (DeliverArgs) Kind() string { return "webhook.deliver" }

// InsertOpts puts it on the webhooks' queue.
func (DeliverArgs) InsertOpts() river.InsertOpts { return river.InsertOpts{Queue: queue} }

// AddWorkers registers the worker of deliveries. What a receiver refuses is no failure
// of the job: it sleeps until the next attempt is due.
func (w *Webhooks) AddWorkers(workers *river.Workers) {
	river.AddWorker(workers, river.WorkFunc(func(ctx context.Context, job *river.Job[DeliverArgs]) error {
		if !w.enter(job.Args.EndpointID) {
			return river.JobSnooze(busyPause)
		}
		defer w.leave(job.Args.EndpointID)
		again, err := w.Deliver(ctx, job.Args.EventID, job.Args.EndpointID)
		if err != nil || again == 0 {
			return err
		}
		return river.JobSnooze(again)
	}))
}

// Queues are the queues that deliveries run on.
func (w *Webhooks) Queues() map[string]river.QueueConfig {
	return map[string]river.QueueConfig{queue: {MaxWorkers: atOnce}}
}

func (w *Webhooks) enter(endpoint string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.busy[endpoint] >= perEndpoint {
		return false
	}
	w.busy[endpoint]++
	return true
}

func (w *Webhooks) leave(endpoint string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.busy[endpoint]--; w.busy[endpoint] == 0 {
		delete(w.busy, endpoint)
	}
}
