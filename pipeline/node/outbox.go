package node

import (
	"context"
	"sync"
	"time"

	"github.com/cenkalti/backoff/v5"

	"offsite/pipeline"
	"offsite/pipeline/watch"
)

// outbox delivers what a camera's rules raised, in order, each until the sink has it.
// Ends go when no incident waits: they may need what incidents do not (a database),
// and must not hold those up.
type outbox struct {
	c *camera

	mu     sync.Mutex
	raises []pipeline.Incident
	ends   []watch.Ended
	wake   chan struct{}
	cancel context.CancelFunc
	done   chan struct{}
}

func newOutbox(c *camera) *outbox { return &outbox{c: c, wake: make(chan struct{}, 1)} }

func (o *outbox) start(ctx context.Context) {
	ctx, o.cancel = context.WithCancel(ctx)
	o.done = make(chan struct{})
	go o.run(ctx)
}

// stop ends delivering and waits. What is left is raised again by the rules, and told
// again from the watch's state, after the next start.
func (o *outbox) stop() {
	if o.cancel == nil {
		return
	}
	o.cancel()
	<-o.done
}

func (o *outbox) raise(in pipeline.Incident) {
	o.mu.Lock()
	o.raises = append(o.raises, in)
	o.mu.Unlock()
	o.nudge()
}

func (o *outbox) end(e watch.Ended) {
	o.mu.Lock()
	o.ends = append(o.ends, e)
	o.mu.Unlock()
	o.nudge()
}

func (o *outbox) nudge() {
	select {
	case o.wake <- struct{}{}:
	default:
	}
}

// waiting counts the incidents that the sink has not taken.
func (o *outbox) waiting() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return len(o.raises)
}

// next returns what is to be delivered next: an incident, or an end, or neither.
func (o *outbox) next() (in *pipeline.Incident, end *watch.Ended) {
	o.mu.Lock()
	defer o.mu.Unlock()
	switch {
	case len(o.raises) > 0:
		return &o.raises[0], nil
	case len(o.ends) > 0:
		return nil, &o.ends[0]
	}
	return nil, nil
}

// run delivers until ctx ends. After a failure it waits, longer each time, but a new
// incident is tried at once.
func (o *outbox) run(ctx context.Context) {
	defer close(o.done)
	pause := &backoff.ExponentialBackOff{InitialInterval: o.c.node.o.Retry, MaxInterval: 30 * time.Second,
		Multiplier: 2, RandomizationFactor: 0.2}
	pause.Reset()
	for ctx.Err() == nil {
		in, end := o.next()
		timer := time.NewTimer(time.Hour)
		if in != nil || end != nil {
			err := o.deliver(ctx, in, end)
			if err == nil || ctx.Err() != nil {
				pause.Reset()
				timer.Stop()
				continue
			}
			wait := pause.NextBackOff()
			o.c.log.Error("an incident is not taken yet", "error", err, "retry_ms", wait.Milliseconds())
			timer.Reset(wait)
		}
		select {
		case <-o.wake:
		case <-timer.C:
		case <-ctx.Done():
		}
		timer.Stop()
	}
}

// deliver hands one thing to the sink, and tells the watch that it is safe.
func (o *outbox) deliver(ctx context.Context, in *pipeline.Incident, end *watch.Ended) error {
	var kept error
	if in != nil {
		if err := o.c.node.o.Sink.Raise(ctx, *in); err != nil {
			return err
		}
		o.c.node.metrics.raised.WithLabelValues(in.Detector).Inc()
		kept = o.c.watch.Safe(in.ID)
		o.mu.Lock()
		o.raises = o.raises[1:]
		o.mu.Unlock()
	} else {
		if err := o.c.node.o.Sink.Ended(ctx, end.ID, end.Last); err != nil {
			return err
		}
		kept = o.c.watch.Told(*end)
		o.mu.Lock()
		o.ends = o.ends[1:]
		o.mu.Unlock()
	}
	if kept != nil {
		o.c.log.Error("the camera's state is not saved", "error", kept)
	}
	o.c.changed()
	return nil
}
