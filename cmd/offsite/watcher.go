package main

import (
	"context"
	"log/slog"
	"os"
	"sync"
	"time"

	"offsite/detectors/all"
	"offsite/evidence/keep"
	"offsite/evidence/seal"
	"offsite/pipeline"
	"offsite/pipeline/infer"
	"offsite/pipeline/node"
	"offsite/registry"
	"offsite/store"
)

// watcher watches the registered cameras and carries what is found to the vault.
type watcher struct {
	name   string
	desk   *desk
	log    *slog.Logger
	engine *infer.Engine
	node   *node.Node
	keeper *keep.Keeper
	cancel context.CancelFunc
	work   sync.WaitGroup

	mu      sync.Mutex
	cameras map[string]registry.Camera // as registered, for data/camera.json
}

// newWatcher prepares to watch the cameras of the desk's registry.
func newWatcher(d *desk, p *platform, sealer *seal.Sealer) (*watcher, error) {
	host, err := os.Hostname()
	if err != nil {
		host = "localhost"
	}
	w := &watcher{name: host, desk: d, log: d.log, cameras: map[string]registry.Camera{}}
	w.keeper, err = keep.New(keep.Options{
		SpoolDir: d.config.Path("spool"), Sealer: sealer, Stamper: p.stamper, Vault: d.vault,
		Recorder: d.book, Settle: p.settle, Host: host, Version: version,
		Logger: d.log.With("part", "evidence"), Registerer: d.metrics, OnWaiting: w.tellWaiting,
	})
	if err != nil {
		return nil, err
	}
	w.engine, err = newEngine(d.config.ONNXRuntime)
	if err != nil {
		return nil, err
	}
	w.node = node.New(node.Options{
		Engine: w.engine, StateDir: d.config.Path("state"), Sink: w, Detectors: all.All(), Cadence: d.config.Cameras.Cadence,
		Logger: d.log.With("part", "pipeline"), Registerer: d.metrics,
	})
	return w, nil
}

// watch starts watching and the jobs of this process: those of the desk too where
// atDesk is set. stop ends both.
func watch(ctx context.Context, d *desk, p *platform, sealer *seal.Sealer, atDesk bool) (stop func(), err error) {
	w, err := newWatcher(d, p, sealer)
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
	if err := w.refresh(ctx); err != nil {
		w.cancel()
		w.keeper.Stop()
		return err
	}
	if err := w.node.Start(ctx); err != nil {
		w.cancel()
		w.keeper.Stop()
		return err
	}
	w.work.Go(func() { w.follow(ctx) })
	w.work.Go(func() { w.publish(ctx) })
	return nil
}

// Stop ends watching, saves where every rule stands, and finishes the step of
// evidence under way.
func (w *watcher) Stop() {
	if w.cancel == nil {
		return
	}
	w.node.Stop()
	w.cancel()
	w.work.Wait()
	w.keeper.Stop()
	w.engine.Close()
}

// follow takes cameras over as they are registered and changed.
func (w *watcher) follow(ctx context.Context) {
	for range w.desk.registry.Changes(ctx) {
		if err := w.refresh(ctx); err != nil && ctx.Err() == nil {
			w.log.Error("cameras could not be read; those known are watched on", "error", err)
		}
	}
}

func (w *watcher) refresh(ctx context.Context) error {
	watched, err := w.desk.registry.Watched(ctx)
	if err != nil {
		return err
	}
	cameras, registered := make([]pipeline.Camera, len(watched)), map[string]registry.Camera{}
	for i, c := range watched {
		cadence := w.desk.config.Cameras.Cadence
		if own, err := time.ParseDuration(c.Camera.Cadence); err == nil {
			cadence = own
		}
		cameras[i] = pipeline.Camera{ID: c.Camera.ID, Name: c.Camera.Name, URL: c.Address, Protocol: c.Camera.Protocol, Cadence: cadence, Zones: c.Camera.Zones}
		registered[c.Camera.ID] = c.Camera
	}
	w.mu.Lock()
	w.cameras = registered
	w.mu.Unlock()
	w.node.Set(cameras)
	return nil
}

// Raise implements pipeline.Sink: it returns when the incident is on the disk.
func (w *watcher) Raise(ctx context.Context, in pipeline.Incident) error { return w.keep(ctx, in, "") }

func (w *watcher) keep(ctx context.Context, in pipeline.Incident, caseID string) error {
	w.mu.Lock()
	camera := w.cameras[in.Camera.ID]
	w.mu.Unlock()
	m, err := material(in, camera, summary(in, caseID))
	if err != nil {
		return err
	}
	return w.keeper.Keep(ctx, m)
}

// Ended implements pipeline.Sink.
func (w *watcher) Ended(ctx context.Context, incidentID string, last time.Time) error {
	return w.desk.book.Ended(ctx, incidentID, last)
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
