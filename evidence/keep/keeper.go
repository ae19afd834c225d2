package keep

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"offsite/evidence"
	"offsite/evidence/seal"
	"offsite/evidence/spool"
	"offsite/evidence/timestamp"
	"offsite/evidence/vault"
)

const (
	defaultWorkers  = 16  // a bundle mostly waits: for the disk, the authority, the store
	mostLogging     = 256 // bundles that wait for the log's next checkpoint
	defaultRetryMin = 500 * time.Millisecond
	defaultRetryMax = 30 * time.Second
	stopGrace       = 10 * time.Second    // for the steps under way
	alarmPercent    = 70                  // of the spool's limit
	remembered      = 14 * 24 * time.Hour // how long an ID that comes again is known
	claimWithin     = 2 * time.Second     // or it is sealed unclaimed: who cannot be reached decides nothing
)

// log is a transparency log: Enter returns the receipt that proves the entry.
// Entering the same again gives the same.
type log interface {
	Enter(ctx context.Context, r evidence.Receipt) ([]byte, error)
}

// Options join the steps.
type Options struct {
	SpoolDir   string
	Sealer     *seal.Sealer
	Stamper    timestamp.Stamper
	Stampers   []timestamp.Stamper // further authorities, asked at the same time; all must answer
	Vault      *vault.Vault
	Log        log // nil: no transparency log
	Recorder   evidence.Recorder
	Claims     evidence.Claims                // nil: no other node raises what this one does
	Flush      func() error                   // makes all of the store's writes durable before the spool drops; nil where the store does so itself
	Settle     func(bucket, key string) error // the same for one bundle (s3.Server.Settle), which is cheaper
	Host       string                         // in custody.ndjson
	Version    string                         // of this program, in custody.ndjson
	Logger     *slog.Logger
	Now        func() time.Time
	Registerer prometheus.Registerer // nil: no metrics
	Workers    int                   // bundles under way at once; 0 is 16
	DiskShare  float64               // share of the file system the spool may fill; 0 is 0.5
	RetryMin   time.Duration         // between tries of a step that fails; 0 is half a second
	RetryMax   time.Duration         // 0 is 30 s
	// SpoolFault, for tests, is asked before each change in the spool (spool.Options.Fault).
	SpoolFault func(op, path string) error
	// OnWaiting is told, from one goroutine, when the number of those that wait or
	// the oldest of them has changed.
	OnWaiting func(count int, oldest time.Time)
}

func (o *Options) fill() error {
	if o.Sealer == nil || o.Stamper == nil || o.Vault == nil || o.Recorder == nil {
		return errors.New("open keeper: sealer, timestamp authority, vault and recorder are all needed")
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Workers == 0 {
		o.Workers = defaultWorkers
	}
	if o.RetryMin == 0 {
		o.RetryMin = defaultRetryMin
	}
	if o.RetryMax == 0 {
		o.RetryMax = max(defaultRetryMax, o.RetryMin)
	}
	if o.Host == "" {
		host, err := os.Hostname()
		if err != nil {
			return fmt.Errorf("open keeper: %w", err)
		}
		o.Host = host
	}
	return nil
}

// Keeper carries materials from the spool to the vault.
type Keeper struct {
	o       Options
	spool   *spool.Spool
	chains  *chains
	queue   *queue
	metrics *metrics
	logging chan struct{}
	filling atomic.Bool // the spool is beyond alarmPercent

	cancel  context.CancelFunc // of the steps under way
	workers sync.WaitGroup
	stop    sync.Once
	closed  chan struct{}
}

// New opens the spool and takes up what an earlier process left there. Materials
// can be kept at once; they are carried on from Start.
func New(o Options) (*Keeper, error) {
	if err := o.fill(); err != nil {
		return nil, err
	}
	s, err := spool.Open(spool.Options{Dir: o.SpoolDir, Share: o.DiskShare, Fault: o.SpoolFault})
	if err != nil {
		return nil, err
	}
	k := &Keeper{o: o, spool: s, closed: make(chan struct{}), logging: make(chan struct{}, mostLogging)}
	k.queue = newQueue(o.Now, o.RetryMin, o.RetryMax)
	k.chains = &chains{spool: s, byCamera: map[string]*chain{}}
	if err := k.takeUp(); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	if k.metrics, err = newMetrics(o.Registerer, k); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return k, nil
}

// takeUp queues what an earlier process left in the spool.
func (k *Keeper) takeUp() error {
	if err := k.spool.Forget(k.o.Now().Add(-remembered)); err != nil {
		return err
	}
	for _, e := range k.spool.Entries() {
		w := &work{entry: e, resumed: true, since: k.o.Now()}
		if m, err := w.readMeta(); err == nil {
			w.since = m.Kept
			w.meta = nil // many may wait
		} else {
			k.o.Logger.Error("a spooled incident cannot be read; it stays where it is", "incident", e.ID(), "error", err)
		}
		if err := k.chains.takeUp(w); err != nil {
			k.o.Logger.Error("a sealed bundle in the spool cannot be read; it stays where it is", "bundle", e.ID(), "error", err)
		}
		k.queue.add(w)
	}
	return k.chains.mend()
}

// Start begins the work. It ends with Stop, or when ctx is done.
func (k *Keeper) Start(ctx context.Context) error {
	if k.cancel != nil {
		return errors.New("start keeper: it was started already")
	}
	run, cancel := context.WithCancel(context.WithoutCancel(ctx))
	k.cancel = cancel
	for range k.o.Workers {
		k.workers.Go(func() { k.work(run) })
	}
	k.workers.Go(k.tell)
	context.AfterFunc(ctx, k.Stop)
	if n, _ := k.Waiting(); n > 0 {
		k.o.Logger.Info("evidence of an earlier run is taken up", "count", n)
	}
	return nil
}

// Carry carries what waits in the calling goroutine and returns once nothing does, or
// ctx is done. It takes the place of Start in a program that seals and ends.
func (k *Keeper) Carry(ctx context.Context) error {
	for {
		if n, _ := k.Waiting(); n == 0 {
			return nil
		}
		w := k.queue.take(ctx)
		if w == nil {
			return fmt.Errorf("carry evidence: stopped with some left in the spool: %w", context.Cause(ctx))
		}
		k.advance(ctx, w, true)
	}
}

// Stop ends the work after the steps under way and waits. What has not arrived
// stays in the spool for the next start.
func (k *Keeper) Stop() {
	k.stop.Do(func() {
		k.queue.close()
		if k.cancel != nil {
			timer := time.AfterFunc(stopGrace, k.cancel)
			k.workers.Wait()
			timer.Stop()
			k.cancel()
		}
		k.metrics.unregister()
		if err := k.spool.Close(); err != nil {
			k.o.Logger.Error("close spool", "error", err)
		}
		close(k.closed)
	})
	<-k.closed
}

// Keep writes the material to the spool and returns once it is on the disk. The
// same ID again changes nothing. Where the spool is full, errors.Is finds
// spool.ErrFull.
func (k *Keeper) Keep(ctx context.Context, m evidence.Material) error {
	if k.queue.isClosed() {
		return fmt.Errorf("keep incident %s: the keeper has stopped", m.ID)
	}
	if _, done, err := k.spool.Kept(m.ID); err != nil || done {
		return err
	}
	body, size, err := payload(m)
	if err != nil {
		return fmt.Errorf("keep incident %s: %w", m.ID, err)
	}
	now := k.o.Now()
	meta := meta{
		ID: m.ID, Act: m.Act, Kind: m.Kind, Camera: m.Camera, Raised: m.Raised, Kept: now.UTC(), Summary: m.Summary, Parent: m.Parent,
		By: agent{Host: k.o.Host, Version: k.o.Version, PID: os.Getpid()},
	}
	e, fresh, err := k.spool.Put(ctx, m.ID, size, parts(&meta, body)...)
	if err != nil {
		k.metrics.failed("spool")
		return fmt.Errorf("keep incident %s: %w", m.ID, err)
	}
	if fresh {
		k.queue.add(&work{entry: e, since: now})
		k.warn()
	}
	return nil
}

// Has tells whether the material is here or has been.
func (k *Keeper) Has(id string) (bool, error) {
	_, kept, err := k.spool.Kept(id)
	return kept || k.queue.has(id), err
}

// warn says, once each time it comes to that, that the spool fills.
func (k *Keeper) warn() {
	used, limit, err := k.spool.Usage()
	if err != nil {
		return // whoever writes next is told
	}
	full := used > limit/100*alarmPercent
	if full && k.filling.CompareAndSwap(false, true) {
		k.o.Logger.Error("the spool fills: soon no evidence can be kept; see why it does not reach the store", "used_mib", used>>20, "limit_mib", limit>>20)
	}
	if !full {
		k.filling.Store(false)
	}
}

// Usage tells how many bytes the spool takes, and how many it may take.
func (k *Keeper) Usage() (used, limit int64, err error) { return k.spool.Usage() }

// Waiting says how many materials are not yet recorded, and since when the
// oldest waits.
func (k *Keeper) Waiting() (count int, oldest time.Time) { return k.queue.waiting() }

// Receipt returns the receipt of a bundle that was recorded in the last days.
func (k *Keeper) Receipt(id string) (evidence.Receipt, bool, error) {
	var r evidence.Receipt
	text, ok, err := k.spool.Kept(id)
	if err != nil || !ok {
		return r, false, err
	}
	if err := json.Unmarshal(text, &r); err != nil {
		return r, false, fmt.Errorf("read receipt of bundle %s: %w", id, err)
	}
	return r, true, nil
}

// tell reports what waits whenever that has changed.
func (k *Keeper) tell() {
	var count int
	var oldest time.Time
	tidied := k.o.Now()
	for {
		select {
		case <-k.queue.changed:
		case <-k.queue.done:
			return
		}
		n, since := k.Waiting()
		if k.o.OnWaiting != nil && (n != count || !since.Equal(oldest)) {
			k.o.OnWaiting(n, since)
		}
		count, oldest = n, since
		if now := k.o.Now(); now.Sub(tidied) > 24*time.Hour {
			tidied = now
			if err := k.spool.Forget(now.Add(-remembered)); err != nil {
				k.o.Logger.Warn("old receipts stay in the spool", "error", err)
			}
		}
	}
}
