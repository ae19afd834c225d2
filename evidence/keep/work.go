package keep

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"time"

	"github.com/cenkalti/backoff/v5"
	"go.opentelemetry.io/otel/trace"

	"offsite/evidence"
	"offsite/evidence/bundle"
	"offsite/evidence/spool"
	"offsite/tracing"
)

// work is a material on its way. One worker at a time holds it.
type work struct {
	entry   *spool.Entry
	since   time.Time // it waits
	resumed bool      // an earlier process may have put it

	meta *meta // read once

	needless bool // another bundle of its act is recorded: it goes without a trace

	due      time.Time // no try before
	held     step      // what failed last
	failures int       // since the last success
	pause    *backoff.ExponentialBackOff
}

// step is one step of the way; each leaves a file in the spool.
type step string

const (
	stepSeal   step = "seal"
	stepStamp  step = "timestamp"
	stepStore  step = "store"
	stepLog    step = "log"
	stepRecord step = "record"
	stepDrop   step = "drop"
)

// outside tells whether the step needs something beyond this process, so that
// its failure is likely everyone's.
func (s step) outside() bool { return s != stepSeal && s != stepDrop }

// limit is how long one try may take.
func (s step) limit() time.Duration {
	if s == stepStore {
		return 30 * time.Minute // a large clip on a slow line
	}
	return time.Minute
}

// work takes works from the queue until it is closed.
func (k *Keeper) work(ctx context.Context) {
	for {
		w := k.queue.take(ctx)
		if w == nil {
			return
		}
		k.advance(ctx, w, false)
	}
}

// waitForLog carries the work on without holding up a worker: the log answers
// only with its next checkpoint.
func (k *Keeper) waitForLog(ctx context.Context, w *work) bool {
	select {
	case k.logging <- struct{}{}:
	default:
		return false // so many wait already that the worker must
	}
	k.workers.Go(func() {
		defer func() { <-k.logging }()
		k.advance(ctx, w, true)
	})
	return true
}

// advance carries the work on until it is done, a step fails or has to wait, or
// the keeper stops. aside: no worker is held up by it.
func (k *Keeper) advance(ctx context.Context, w *work, aside bool) {
	for {
		s, err := k.next(w)
		if err == nil && k.queue.isClosed() {
			k.queue.back(w)
			return
		}
		if err == nil && s == stepLog && !aside && k.waitForLog(ctx, w) {
			return // which asks the queue there: asked twice, a step that has failed is never tried again
		}
		if err == nil && !k.queue.open(w, s) {
			return
		}
		if err == nil {
			err = k.step(ctx, w, s)
		}
		if errors.Is(err, evidence.ErrKnown) {
			k.o.Logger.Info("what was raised here is not sealed: another bundle of the same act is recorded", "bundle", w.entry.ID())
			w.needless = true
			continue
		}
		if err != nil {
			id := w.entry.ID()
			w.meta = nil // many may wait
			failures, pause := k.queue.failed(w, s)
			k.metrics.failed(string(s))
			if ctx.Err() == nil {
				k.o.Logger.Warn("evidence waits", "bundle", id, "step", s, "tries", failures, "again_in", pause.Round(time.Millisecond), "error", err)
			}
			return
		}
		k.queue.succeeded(w, s)
		if s == stepDrop {
			k.queue.finished(w)
			if !w.needless {
				k.metrics.done(k.o.Now().Sub(w.since))
			}
			return
		}
	}
}

// next tells from the files in the spool which step comes next.
func (k *Keeper) next(w *work) (step, error) {
	if w.needless {
		return stepDrop, nil
	}
	for _, at := range []struct {
		file string
		step step
	}{{sealFile, stepSeal}, {endFile, stepStamp}, {receiptFile, stepStore}, {logFile, stepLog}} {
		if at.step == stepLog && k.o.Log == nil {
			continue
		}
		has, err := w.entry.Has(at.file)
		if err != nil || !has {
			// Killed between keeping the receipt and removing the rest.
			if _, kept, _ := k.spool.Kept(w.entry.ID()); kept && err == nil {
				return stepDrop, nil
			}
			return at.step, err
		}
	}
	if w.held == stepDrop {
		return stepDrop, nil // recorded already
	}
	return stepRecord, nil
}

func (k *Keeper) step(ctx context.Context, w *work, s step) (err error) {
	ctx, cancel := context.WithTimeout(ctx, s.limit())
	defer cancel()
	if s != stepDrop {
		var span trace.Span
		ctx, span = tracing.Begin(ctx, w.entry.ID(), string(s))
		defer func() { tracing.End(span, err) }()
	}
	begun := k.o.Now()
	switch s {
	case stepSeal:
		if err = k.claim(ctx, w); err == nil {
			err = k.seal(w)
		}
	case stepStamp:
		err = k.stamp(ctx, w)
	case stepStore:
		err = k.store(ctx, w)
	case stepLog:
		err = k.log(ctx, w)
	case stepRecord:
		err = k.record(ctx, w)
	case stepDrop:
		err = k.drop(w)
	}
	if err == nil {
		k.metrics.took(s, k.o.Now().Sub(begun))
	}
	return err
}

// drop takes the work out of the spool. What is recorded leaves its receipt; what is not
// needed leaves nothing, and no other bundle waits for its seal any longer.
func (k *Keeper) drop(w *work) error {
	if !w.needless {
		return w.entry.Drop(receiptFile)
	}
	if m, err := w.readMeta(); err == nil {
		k.chains.of(m.Camera).forgo(m.ID)
	}
	return w.entry.Drop("")
}

// claim asks whether the bundle is the one of its act. Nobody to ask is no reason to leave
// evidence unsealed: a second bundle then joins the first one's case.
func (k *Keeper) claim(ctx context.Context, w *work) error {
	m, err := w.readMeta()
	if err != nil || m.Act == "" || k.o.Claims == nil {
		return err
	}
	bounded, cancel := context.WithTimeout(ctx, claimWithin)
	defer cancel()
	err = k.o.Claims.Claim(bounded, m.Act, m.ID)
	if err == nil || errors.Is(err, evidence.ErrClaimed) || errors.Is(err, evidence.ErrKnown) || ctx.Err() != nil {
		return err
	}
	k.o.Logger.Warn("a bundle is sealed without asking whether another node has one of the same act", "bundle", m.ID, "error", err)
	return nil
}

func (w *work) readMeta() (*meta, error) {
	if w.meta != nil {
		return w.meta, nil
	}
	text, err := w.entry.Read(metaFile)
	if err != nil {
		return nil, err
	}
	var m meta
	if err := json.Unmarshal(text, &m); err != nil {
		return nil, fmt.Errorf("read %s of spooled incident %s: %w", metaFile, w.entry.ID(), err)
	}
	if m.ID != w.entry.ID() {
		return nil, fmt.Errorf("read %s of spooled incident %s: it is of incident %s", metaFile, w.entry.ID(), m.ID)
	}
	if m.BodySHA256 != "" {
		if err := w.older(&m); err != nil {
			return nil, err
		}
	}
	w.meta = &m
	return w.meta, nil
}

// tags reads the files of the bundle that are not payload, without reading the
// body: its first file, bagit.txt, and all of the seal.
func (w *work) tags() (bundle.Contents, error) {
	body, err := w.entry.Open(bodyFile)
	if err != nil {
		return bundle.Contents{}, err
	}
	defer body.Close()
	part, err := w.entry.Read(sealFile)
	if err != nil {
		return bundle.Contents{}, err
	}
	const bagItBytes = 1024 // a header and a block
	c, err := bundle.Read(io.MultiReader(io.LimitReader(body, bagItBytes), bytes.NewReader(part)), bundle.Part, math.MaxInt64)
	return c, sound(c, err, w.entry.ID(), sealFile)
}

// sound turns what a reader found wrong into an error.
func sound(c bundle.Contents, err error, id, file string) error {
	if err == nil && len(c.Problems) > 0 {
		err = c.Problems[0]
	}
	if err == nil && c.ID != id {
		err = fmt.Errorf("it is of bundle %s", c.ID)
	}
	if err != nil {
		return fmt.Errorf("%s of spooled incident %s was changed on the disk: %w; see whether the disk is sound", file, id, err)
	}
	return nil
}

// manifest returns the sealed manifest and its digest.
func (w *work) manifest() (bundle.Manifest, string, error) {
	c, err := w.tags()
	if err != nil {
		return bundle.Manifest{}, "", err
	}
	text, ok := c.Text[bundle.ManifestDoc]
	if !ok {
		return bundle.Manifest{}, "", fmt.Errorf("the seal of bundle %s has no manifest", w.entry.ID())
	}
	m, err := bundle.ParseManifest(text)
	if err != nil {
		return m, "", fmt.Errorf("the seal of bundle %s: %w", w.entry.ID(), err)
	}
	sum := sha256.Sum256(text)
	return m, hex.EncodeToString(sum[:]), nil
}
