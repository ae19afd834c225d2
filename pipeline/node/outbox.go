package node

import (
	"context"
	"sync"
	"time"

	"github.com/cenkalti/backoff/v5"

	"offsite/pipeline"
	"offsite/pipeline/watch"
)

// parcel is an incident, or the end of one, on its way to the sink.
type parcel struct {
	incident *pipeline.Incident
	ended    *watch.Ended
}

// outbox delivers what a camera's rules raised, in order, each until the sink has it.
type outbox struct {
	c *camera

	mu      sync.Mutex
	parcels []parcel
	wake    chan struct{}
	cancel  context.CancelFunc
	done    chan struct{}
}

func newOutbox(c *camera) *outbox { return &outbox{c: c, wake: make(chan struct{}, 1)} }

func (o *outbox) start(ctx context.Context) {
	ctx, o.cancel = context.WithCancel(ctx)
	o.done = make(chan struct{})
	go o.run(ctx)
}

// stop ends delivering and waits. What is left is raised again by the rules after
// the next start.
func (o *outbox) stop() {
	if o.cancel == nil {
		return
	}
	o.cancel()
	<-o.done
}

func (o *outbox) raise(in pipeline.Incident) { o.add(parcel{incident: &in}) }
func (o *outbox) end(e watch.Ended)          { o.add(parcel{ended: &e}) }

func (o *outbox) add(p parcel) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.parcels = append(o.parcels, p)
	select {
	case o.wake <- struct{}{}:
	default:
	}
}

func (o *outbox) waiting() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return len(o.parcels)
}

// head returns what is to be delivered next.
func (o *outbox) head() (parcel, bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.parcels) == 0 {
		return parcel{}, false
	}
	return o.parcels[0], true
}

func (o *outbox) run(ctx context.Context) {
	defer close(o.done)
	for {
		p, ok := o.head()
		if !ok {
			select {
			case <-o.wake:
				continue
			case <-ctx.Done():
				return
			}
		}
		id := o.deliver(ctx, p)
		if ctx.Err() != nil && id == "" {
			return
		}
		o.mu.Lock()
		o.parcels = o.parcels[1:]
		o.mu.Unlock()
		if err := o.c.watch.Safe(id); err != nil {
			o.c.log.Error("the camera's state is not saved", "error", err)
		}
		o.c.changed()
	}
}

// deliver tries until the sink has it, and returns the incident's id, or "" when ctx
// has ended first.
func (o *outbox) deliver(ctx context.Context, p parcel) string {
	pause := &backoff.ExponentialBackOff{InitialInterval: o.c.node.o.Retry, MaxInterval: 30 * time.Second, Multiplier: 2, RandomizationFactor: 0.2}
	pause.Reset()
	for {
		id, err := o.hand(ctx, p)
		if err == nil {
			return id
		}
		if ctx.Err() != nil {
			return ""
		}
		next := pause.NextBackOff()
		o.c.log.Error("an incident is not taken yet", "incident", id, "error", err, "retry_ms", next.Milliseconds())
		t := time.NewTimer(next)
		select {
		case <-t.C:
		case <-ctx.Done():
			t.Stop()
			return ""
		}
	}
}

func (o *outbox) hand(ctx context.Context, p parcel) (id string, err error) {
	if p.incident == nil {
		return p.ended.ID, o.c.node.o.Sink.Ended(ctx, p.ended.ID, p.ended.Last)
	}
	if err = o.c.node.o.Sink.Raise(ctx, *p.incident); err == nil {
		o.c.node.metrics.raised.WithLabelValues(p.incident.Detector).Inc()
	}
	return p.incident.ID, err
}
