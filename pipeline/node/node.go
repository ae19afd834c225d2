package node

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/url"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"offsite/detectors"
	"offsite/pipeline"
	"offsite/pipeline/decode"
	"offsite/pipeline/infer"
	"offsite/pipeline/ingest"
	"offsite/pipeline/look"
	"offsite/pipeline/ring"
	"offsite/pipeline/watch"
)

var (
	// ErrNotWatched says that no camera of this node has that zone, or that its zone
	// cannot be watched. Ask the node that has it, or see the camera's status.
	ErrNotWatched = errors.New("the zone is not watched here")
	// ErrNoLook says that the camera gave no clear picture in time. See its status,
	// and ask again.
	ErrNoLook = errors.New("the camera gave no clear picture in time")
)

// Options say what a node needs. Engine, StateDir, Sink and Detectors must be given.
type Options struct {
	Engine     *infer.Engine
	StateDir   string // a folder of this node's own
	Sink       pipeline.Sink
	Detectors  []detectors.Detector
	Cadence    time.Duration                           // from look to look where a camera says nothing else; default 2 s
	Looks      int                                     // at a time; default the number of processors
	Ring       ring.Limits                             // of each camera
	Reader     ingest.Config                           // patience and pauses of every camera; ID, URL, Protocol are set per camera
	Retry      time.Duration                           // first pause before the sink is tried again, doubling to 30 s; default 1 s
	Looked     func(models []string, l detectors.Look) // what the rules observed (watch.Options); optional
	Logger     *slog.Logger
	Registerer prometheus.Registerer // nil: no metrics
	Now        func() time.Time
}

// Node watches cameras.
type Node struct {
	o        Options
	log      *slog.Logger
	queue    *look.Queue
	decoders *decode.Pool
	events   hub
	metrics  *metrics

	setting sync.Mutex // one Set, Start or Stop at a time

	mu      sync.Mutex
	wanted  []pipeline.Camera
	cameras map[string]*camera
	left    []watch.Carried
	ctx     context.Context // of all that runs; nil before Start
	cancel  context.CancelFunc
}

// New makes a node without cameras.
func New(o Options) *Node {
	if o.Cadence <= 0 {
		o.Cadence = look.DefaultCadence
	}
	if o.Looks <= 0 {
		o.Looks = runtime.GOMAXPROCS(0)
	}
	if o.Retry <= 0 {
		o.Retry = time.Second
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	n := &Node{o: o, log: o.Logger, queue: look.NewQueue(o.Looks), decoders: decode.NewPool(), cameras: map[string]*camera{}}
	n.metrics = newMetrics(n)
	return n
}

// Start begins to watch the cameras of Set. It must be called once.
func (n *Node) Start(ctx context.Context) error {
	n.setting.Lock()
	defer n.setting.Unlock()
	if n.ctx != nil {
		return errors.New("start watching cameras: the node is started already")
	}
	if n.o.Registerer != nil {
		if err := n.o.Registerer.Register(n.metrics); err != nil {
			return fmt.Errorf("start watching cameras: register metrics: %w", err)
		}
	}
	ctx, cancel := context.WithCancel(ctx)
	if err := n.queue.Start(ctx); err != nil {
		cancel()
		return err
	}
	n.mu.Lock()
	n.ctx, n.cancel = ctx, cancel
	wanted := n.wanted
	n.mu.Unlock()
	n.apply(wanted)
	return nil
}

// Stop ends watching, saves every camera's state and waits until nothing runs. What
// the sink has not taken yet is raised again after the next start.
func (n *Node) Stop() {
	n.setting.Lock()
	defer n.setting.Unlock()
	if n.cancel == nil {
		return
	}
	n.mu.Lock()
	cameras := slices.Collect(maps.Values(n.cameras))
	n.mu.Unlock()
	var work sync.WaitGroup
	for _, c := range cameras {
		work.Go(c.unplug)
	}
	work.Wait()
	n.cancel()
	n.queue.Stop()
	for _, c := range cameras {
		work.Go(c.close)
	}
	work.Wait()
	n.mu.Lock()
	n.cameras = map[string]*camera{}
	for _, c := range cameras {
		if c.left != nil {
			n.left = append(n.left, *c.left)
		}
	}
	n.mu.Unlock()
	n.decoders.Close()
	n.events.close()
	if n.o.Registerer != nil {
		n.o.Registerer.Unregister(n.metrics)
	}
	n.cancel = nil
}

// Set says which cameras to watch from now on; it may be called before Start and
// at any time. Rules of zones that stay as they were go on.
func (n *Node) Set(cameras []pipeline.Camera) {
	n.setting.Lock()
	defer n.setting.Unlock()
	cameras = slices.Clone(cameras)
	n.mu.Lock()
	n.wanted = cameras
	running := n.cancel != nil
	n.mu.Unlock()
	if running {
		n.apply(cameras)
	}
}

// apply makes what runs what is wanted.
func (n *Node) apply(wanted []pipeline.Camera) {
	keep := map[string]pipeline.Camera{}
	for _, c := range wanted {
		keep[c.ID] = c
	}
	n.mu.Lock()
	var gone, stay []*camera
	for id, c := range n.cameras {
		if _, ok := keep[id]; ok {
			stay = append(stay, c)
		} else {
			gone = append(gone, c)
			delete(n.cameras, id)
		}
	}
	n.mu.Unlock()
	for _, c := range gone {
		c.unplug()
		n.queue.Withdraw(c.id)
		c.close()
	}
	for _, c := range stay {
		c.set(keep[c.id])
		delete(keep, c.id)
	}
	for id, config := range keep {
		c := newCamera(n, config)
		n.mu.Lock()
		n.cameras[id] = c
		n.mu.Unlock()
		c.start(n.ctx)
	}
}

// folder is where a camera's state is kept.
func (n *Node) folder(cameraID string) string {
	return filepath.Join(n.o.StateDir, url.PathEscape(cameraID))
}

// camera returns the camera of that id, nil if it is not watched here.
func (n *Node) camera(id string) *camera {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.cameras[id]
}

// all returns the cameras in order of id.
func (n *Node) all() []*camera {
	n.mu.Lock()
	defer n.mu.Unlock()
	var all []*camera
	for _, id := range slices.Sorted(maps.Keys(n.cameras)) {
		all = append(all, n.cameras[id])
	}
	return all
}

// Status returns where each camera stands, in order of id.
func (n *Node) Status() []CameraStatus {
	var all []CameraStatus
	for _, c := range n.all() {
		all = append(all, c.status())
	}
	return all
}

// Picture returns the newest picture that was looked at, as JPEG.
func (n *Node) Picture(cameraID string) (jpeg []byte, at time.Time, ok bool) {
	c := n.camera(cameraID)
	if c == nil {
		return nil, time.Time{}, false
	}
	return c.jpeg()
}

// Watch sends events until ctx ends or the node stops; then it closes the channel. A
// reader that is too slow misses the oldest.
func (n *Node) Watch(ctx context.Context) <-chan Event { return n.events.watch(ctx) }
