package node

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"offsite/detectors"
	"offsite/pipeline"
	"offsite/pipeline/ingest"
	"offsite/pipeline/look"
	"offsite/pipeline/ring"
	"offsite/pipeline/watch"
)

// camera is one camera that this node holds: its reader, its ring and its watch.
type camera struct {
	node  *Node
	id    string
	log   *slog.Logger
	ring  *ring.Ring
	sub   *substream
	watch *watch.Watch          // nil where its state cannot be read
	wrong detectors.Explanation // then this says why
	out   *outbox
	ctx   context.Context
	left  *watch.Carried // where it stood when it was closed

	mu      sync.Mutex
	config  pipeline.Camera
	reader  *ingest.Reader // nil while unplugged
	base    uint64         // added to the reader's unit numbers, so that they rise over readers
	cadence look.Cadence
	pace    pace
	stream  streamMeter
	seen    tally
	newest  []ingest.Unit // of the picture looked at last, from its key unit on
	encoded []byte        // that picture as JPEG, once asked for

	group []ingest.Unit // of the latest look; looks follow one another
}

// tally is what is counted of a camera's looks and known of the latest.
type tally struct {
	lastUnit  time.Time
	lastLook  time.Time
	since     time.Time // of the look under way, when its unit came
	looks     uint64
	unchanged uint64
	dropped   map[string]uint64
	failing   int // looks in a row that failed
	health    look.Health
	healthWhy detectors.Explanation
	open      []OpenZone
}

func newCamera(n *Node, config pipeline.Camera) *camera {
	c := &camera{node: n, id: config.ID, config: config, log: n.log.With("camera", config.ID), ring: ring.New(n.o.Ring)}
	c.seen.dropped = map[string]uint64{}
	c.base = unitsSince2020(n.o.Now())
	c.sub = newSubstream(c)
	c.sub.base = c.base
	c.cadence.Every = c.every()
	w, err := watch.New(watch.Options{
		Engine: n.o.Engine, Detectors: n.o.Detectors, Decoders: n.decoders, Camera: config, Ring: c.ring, Folder: n.folder(config.ID),
		Source: c.source, Sub: c.sub.ring, Substream: c.sub.described, Looked: n.o.Looked, Logger: n.log, Now: n.o.Now,
	})
	if err != nil {
		c.log.Error("the camera cannot be watched", "error", err)
		c.wrong = detectors.Explanation{
			ZH: fmt.Sprintf("本机保存的摄像机状态无法读取，检测未启动：%v", err),
			EN: fmt.Sprintf("the camera's state on this machine cannot be read, detection has not begun: %v", err),
		}
		return c
	}
	c.watch = w
	c.out = newOutbox(c)
	for _, e := range w.Owed() { // of before a restart
		c.out.end(e)
	}
	return c
}

// unitsSince2020 is more than any camera can have sent since then, so that the numbers
// of its units also rise over restarts of the process.
func unitsSince2020(now time.Time) uint64 {
	const perSecond = 100
	return uint64(max(0, now.Sub(time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)).Seconds())) * perSecond
}

// every tells how far apart its looks are due now. The lock is held.
func (c *camera) every() time.Duration {
	if c.config.Cadence > 0 {
		return c.pace.every(c.config.Cadence)
	}
	return c.pace.every(c.node.o.Cadence)
}

// start begins to read and to deliver.
func (c *camera) start(ctx context.Context) {
	c.ctx = ctx
	if c.watch == nil {
		return
	}
	c.out.start(ctx)
	c.plug()
}

// plug connects a reader for the address in force.
func (c *camera) plug() {
	c.mu.Lock()
	r := c.newReader(c.id, c.config.URL, c)
	c.reader = r
	c.mu.Unlock()
	if err := r.Start(c.ctx); err != nil {
		c.log.Error("the camera cannot be read", "error", err)
	}
	c.sub.plug(c.ctx)
}

// newReader makes a reader of one of the camera's streams. The lock is held.
func (c *camera) newReader(id, url string, h ingest.Handler) *ingest.Reader {
	cfg := c.node.o.Reader
	cfg.ID, cfg.URL, cfg.Protocol = id, url, c.config.Protocol
	cfg.Logger, cfg.Now = c.node.log, c.node.o.Now
	return ingest.New(cfg, h)
}

// unplug stops reading and waits until no unit comes any more.
func (c *camera) unplug() {
	c.sub.unplug()
	c.stop(&c.reader, &c.base)
}

// stop ends one of the camera's readers, waits until no unit comes any more, and lets the
// numbers of its next one go on from there.
func (c *camera) stop(reader **ingest.Reader, base *uint64) {
	c.mu.Lock()
	r := *reader
	c.mu.Unlock()
	if r == nil {
		return
	}
	r.Stop()
	c.mu.Lock()
	defer c.mu.Unlock()
	*base += r.Counters().Units + 1
	*reader = nil
}

// close ends everything, saves the state, and waits. The camera must be unplugged and
// no look under way.
func (c *camera) close() {
	if c.watch == nil {
		return
	}
	c.out.stop()
	if err := c.watch.Save(); err != nil {
		c.log.Error("the camera's state is not saved", "error", err)
	}
	var err error
	if c.left, err = c.watch.Carry(true); err != nil {
		c.log.Error("the camera's state is not handed on", "error", err)
	}
	c.watch.Close()
}

// set takes a changed configuration.
func (c *camera) set(config pipeline.Camera) {
	c.mu.Lock()
	old := c.config
	c.config = config
	c.cadence.Every = c.every()
	c.mu.Unlock()
	if c.watch == nil {
		return
	}
	c.watch.Set(config)
	switch {
	case config.URL != old.URL || config.Protocol != old.Protocol:
		c.unplug()
		c.plug()
	case config.Substream != old.Substream:
		c.sub.unplug()
		c.sub.plug(c.ctx)
	}
	c.changed()
}

// OnUnit implements ingest.Handler: the unit goes into the ring, and is queued for a
// look if one is due.
func (c *camera) OnUnit(u ingest.Unit) {
	c.mu.Lock()
	u.Seq += c.base
	c.seen.lastUnit = u.Received
	c.stream.see(u)
	due, urgency := !c.sub.looked(u.Received) && c.cadence.Due(u), c.pace.urgency()
	c.mu.Unlock()
	c.take(c.ring, u, due, urgency)
}

// take keeps a unit in its stream's ring, and queues it for a look if one is due.
func (c *camera) take(r *ring.Ring, u ingest.Unit, due bool, urgency look.Urgency) {
	if !r.Push(u) || !due {
		return
	}
	if c.node.queue.Offer(c.id, u.Received, urgency, func() { c.look(r, u.Seq, u.Received) }) {
		c.drop(look.Overload)
	}
}

// OnState implements ingest.Handler.
func (c *camera) OnState(ingest.State) { c.changed() }

// changed tells those who watch that the camera's status is another.
func (c *camera) changed() {
	c.node.events.send(Event{Kind: StateChanged, CameraID: c.id, At: c.node.o.Now(), Status: c.status()})
}

func (c *camera) drop(reason string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.seen.dropped[reason]++
}
