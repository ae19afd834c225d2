package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"go.opentelemetry.io/otel/attribute"

	"offsite/api/guard"
	"offsite/config"
	"offsite/detectors/all"
	"offsite/detectors/hindsight"
	"offsite/evidence/keep"
	"offsite/evidence/seal"
	"offsite/pipeline"
	"offsite/pipeline/gap"
	"offsite/pipeline/infer"
	"offsite/pipeline/ingest"
	"offsite/pipeline/node"
	"offsite/registry"
	"offsite/registry/lease"
	"offsite/registry/model"
	"offsite/store"
	"offsite/tracing"
)

// watcher watches the registered cameras and carries what is found to the vault.
type watcher struct {
	name   string
	desk   *desk
	log    *slog.Logger
	models *model.Registry
	engine *infer.Engine
	node   *node.Node
	keeper *keep.Keeper
	gaps   *gap.Watcher
	leases *lease.Leases
	holder *lease.Holder
	states handing
	looked hindsight.Recorder
	again  chan struct{} // the leases have changed
	cancel context.CancelFunc
	work   sync.WaitGroup

	mu      sync.Mutex
	held    map[string]int64           // cameras that this node has leased, with their fencing numbers
	taken   map[string]int64           // cameras that it watches, with the numbers under which it took them up
	cameras map[string]registry.Camera // those, as registered, for data/camera.json
}

// newWatcher prepares to watch the cameras that this node leases from the desk's
// registry. now is the clock of evidence.
func newWatcher(ctx context.Context, d *desk, p *platform, sealer *seal.Sealer, now func() time.Time) (*watcher, error) {
	frugal()
	name, err := nodeName(d.config)
	if err != nil {
		return nil, err
	}
	w := &watcher{name: name, desk: d, log: d.log.With("node", name), leases: lease.New(d.pool, name), states: newHanding(), again: make(chan struct{}, 1)}
	o := keep.Options{
		SpoolDir: d.config.Path("spool"), Sealer: sealer, Stamper: p.authorities[0].client, Vault: d.vault,
		Recorder: d.book, Claims: w, Log: d.publicLog, Settle: p.settle, Host: hostName(), Version: version, Now: now,
		Logger: d.log.With("part", "evidence"), Registerer: d.metrics, OnWaiting: w.tellWaiting,
	}
	for _, a := range p.authorities[1:] {
		o.Stampers = append(o.Stampers, a.client)
	}
	w.keeper, err = keep.New(o)
	if err != nil {
		return nil, err
	}
	if w.gaps, err = gap.Open(d.config.Path("state", "gaps.json")); err != nil {
		return nil, err
	}
	w.models = d.models
	w.engine, err = openEngine(ctx, d.config, w.models)
	if err != nil {
		return nil, err
	}
	if err := d.publicLog.activate(ctx, w.engine); err != nil {
		return nil, err
	}
	addresses, err := guard.New(d.config.Cameras.Networks)
	if err != nil {
		return nil, err
	}
	w.node = node.New(node.Options{
		Engine: w.engine, StateDir: d.config.Path("state"), Sink: w, Detectors: all.All(), Cadence: d.config.Cameras.Cadence,
		Reader: ingest.Config{Control: addresses.Control}, Looked: w.looked.Add,
		Logger: d.log.With("part", "pipeline"), Registerer: d.metrics,
	})
	return w, nil
}

// hostName is this machine's name.
func hostName() string {
	host, err := os.Hostname()
	if err != nil {
		return "localhost"
	}
	return host
}

// nodeName names this node in leases and as the log's keeper: unique among nodes,
// and the same over restarts.
func nodeName(c *config.Config) (string, error) {
	path := c.Path("node")
	text, err := os.ReadFile(path)
	if err == nil {
		return strings.TrimSpace(string(text)), nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("read this node's name: %w", err)
	}
	const random = 6 // letters: two nodes may share a host
	name := hostName() + "-" + strings.ToLower(rand.Text()[:random])
	file, err := os.OpenFile(path+".part", os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return "", fmt.Errorf("keep this node's name: %w", err)
	}
	_, err = file.WriteString(name + "\n")
	err = errors.Join(err, file.Sync(), file.Close()) // what the database knows by this name must find it again
	if err == nil {
		err = os.Rename(path+".part", path)
	}
	if err != nil {
		return "", fmt.Errorf("keep this node's name: %w", err)
	}
	return name, nil
}

// watch starts watching and the jobs of this process: those of the desk too where
// atDesk is set. stop ends both.
func watch(ctx context.Context, d *desk, p *platform, sealer *seal.Sealer, atDesk bool) (stop func(), err error) {
	w, err := newWatcher(ctx, d, p, sealer, time.Now)
	if err != nil {
		return nil, err
	}
	if err := w.Start(ctx); err != nil {
		return nil, err
	}
	j, err := newJobs(d, atDesk, w)
	if err == nil {
		err = j.Start(ctx)
	}
	if err != nil {
		w.Stop()
		return nil, err
	}
	return func() { j.Stop(); w.Stop() }, nil
}

// Start watches until Stop.
func (w *watcher) Start(ctx context.Context) error {
	ctx, w.cancel = context.WithCancel(ctx)
	if err := w.keeper.Start(ctx); err != nil {
		w.cancel()
		return err
	}
	if err := w.node.Start(ctx); err != nil {
		w.cancel()
		w.keeper.Stop()
		return err
	}
	w.holder = lease.NewHolder(w.leases, w.hold, w.desk.registry.Changes(ctx), w.log)
	if err := w.holder.Start(ctx); err != nil {
		w.cancel()
		w.node.Stop()
		w.keeper.Stop()
		return err
	}
	w.work.Go(func() { w.follow(ctx) })
	w.work.Go(func() { w.publish(ctx) })
	w.work.Go(func() { w.keepLooks(ctx) })
	w.work.Go(func() { w.seeGaps(ctx) })
	w.work.Go(func() { w.countDifferences(ctx) })
	w.work.Go(func() { w.handOn(ctx) })
	return nil
}

// Stop saves where every rule stands, gives the cameras up to other nodes, and
// finishes the step of evidence under way.
func (w *watcher) Stop() {
	if w.cancel == nil {
		return
	}
	w.node.Stop()
	w.handOver()
	w.holder.Stop()
	w.cancel()
	w.work.Wait()
	w.keeper.Stop()
	w.engine.Close()
}

// hold is told by the lease's holder which cameras are this node's.
func (w *watcher) hold(leases []lease.Lease) {
	held := make(map[string]int64, len(leases))
	for _, l := range leases {
		held[l.CameraID] = l.Fence
	}
	w.mu.Lock()
	w.held = held
	w.mu.Unlock()
	select {
	case w.again <- struct{}{}:
	default: // a refresh that has not begun will see these
	}
}

// follow watches what is leased, as it is registered and changed.
func (w *watcher) follow(ctx context.Context) {
	changes := w.desk.registry.Changes(ctx)
	var retry <-chan time.Time
	for {
		select {
		case <-ctx.Done():
			return
		case <-w.again:
		case <-changes:
		case <-retry:
		}
		retry = nil
		if err := w.refresh(ctx); err != nil && ctx.Err() == nil {
			w.log.Error("cameras could not be read; those known are watched on", "error", err)
			retry = time.After(refreshAgain)
		}
	}
}

// refresh reads the cameras and takes up those that are new here.
func (w *watcher) refresh(ctx context.Context) error {
	watched, err := w.desk.registry.Watched(ctx)
	if err != nil {
		return err
	}
	w.mu.Lock()
	held := w.held
	w.mu.Unlock()
	watched = slices.DeleteFunc(watched, func(c registry.Watched) bool { return held[c.Camera.ID] == 0 })
	cameras, registered := make([]pipeline.Camera, len(watched)), map[string]registry.Camera{}
	for i, c := range watched {
		cadence := w.desk.config.Cameras.Cadence
		if own, err := time.ParseDuration(c.Camera.Cadence); err == nil {
			cadence = own
		}
		cameras[i] = pipeline.Camera{ID: c.Camera.ID, Name: c.Camera.Name, URL: c.Address, Substream: c.Substream, Protocol: c.Camera.Protocol, Cadence: cadence, Zones: c.Camera.Zones}
		registered[c.Camera.ID] = c.Camera
	}
	w.mu.Lock()
	w.cameras = registered
	w.mu.Unlock()
	if err := w.takeUp(ctx, cameras, held); err != nil {
		return err
	}
	w.node.Set(cameras)
	return nil
}

// Raise implements pipeline.Sink: it returns when the incident is on the disk.
func (w *watcher) Raise(ctx context.Context, in pipeline.Incident) error {
	w.announce(ctx, in)
	return w.keep(ctx, in, "")
}

// Claim implements evidence.Claims.
func (w *watcher) Claim(ctx context.Context, act, bundle string) error {
	return w.desk.book.Claim(ctx, w.name, act, bundle)
}

func (w *watcher) keep(ctx context.Context, in pipeline.Incident, caseID string) error {
	w.mu.Lock()
	camera, fence := w.cameras[in.Camera.ID], w.taken[in.Camera.ID]
	w.mu.Unlock()
	m, err := material(in, camera, summary(in, caseID, fence))
	if err != nil {
		return err
	}
	keeping, span := tracing.Begin(ctx, in.ID, "spool")
	err = w.keeper.Keep(keeping, m)
	tracing.End(span, err)
	if err == nil {
		told(ctx, in)
	}
	return err
}

// told tells the trace of an incident how it came to be.
func told(ctx context.Context, in pipeline.Incident) {
	about := []attribute.KeyValue{attribute.String("camera", in.Camera.ID), attribute.String("zone", in.Zone.ID), attribute.String("detector", in.Detector)}
	begun, now := in.Course.Begun, time.Now()
	if begun.IsZero() { // raised again after a restart
		begun = now
	}
	if models := in.Course.Inferred; !models[1].IsZero() {
		look := tracing.Past(ctx, in.ID, "look", begun, models[1])
		tracing.Past(look, in.ID, "inference", models[0], models[1])
	}
	tracing.Root(ctx, in.ID, in.Kind, begun, now, about...)
}

// Ended implements pipeline.Sink.
func (w *watcher) Ended(ctx context.Context, act string, last time.Time) error {
	return w.desk.book.Ended(ctx, act, last)
}

// tellWaiting tells the console how much evidence waits for store, authority or
// database. While the database itself is away, nobody can be told.
func (w *watcher) tellWaiting(count int, oldest time.Time) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	body := map[string]any{"kind": "evidence.waiting", "count": count}
	if count > 0 {
		body["oldest"] = oldest.UTC()
	}
	if err := store.Notify(ctx, w.desk.pool, body); err != nil {
		w.log.Debug("the console could not be told of waiting evidence", "error", err)
	}
}

// each calls do from time to time, one call after the other, until ctx ends.
func each(ctx context.Context, every time.Duration, do func()) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			do()
		}
	}
}
