package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"offsite/casework/matter"
	"offsite/config"
	"offsite/evidence"
	"offsite/evidence/seal"
	"offsite/evidence/translog"
	"offsite/evidence/translog/ledger"
	"offsite/evidence/translog/lot"
	"offsite/evidence/translog/proof"
	"offsite/evidence/translog/sample"
	"offsite/pipeline/infer"
)

// recorder enters in the transparency log: the log itself where this process keeps
// it, else the ledger.
type recorder interface {
	Record(ctx context.Context, e proof.Entry) ([]byte, error)
	Enter(ctx context.Context, r evidence.Receipt) ([]byte, error)
}

// publicLog is the transparency log as this process reaches it.
type publicLog struct {
	recorder
	pool   *pgxpool.Pool
	ledger *ledger.Ledger
	kept   *translog.Log // nil: another process keeps it
	clerk  *ledger.Clerk
	draws  chan struct{} // closed once none are made any more; nil: this process makes none
	cancel context.CancelFunc
}

// openPublicLog opens the log where keeps is set and no other node keeps it, tells
// trust.json of it, and enters what has changed of the keys.
func openPublicLog(ctx context.Context, c *config.Config, pool *pgxpool.Pool, ring *seal.Ring, keeps bool, log *slog.Logger) (*publicLog, error) {
	l := &publicLog{pool: pool, ledger: ledger.New(pool)}
	l.recorder = l.ledger
	if keeps {
		if err := l.keep(ctx, c, log.With("part", "transparency")); err != nil {
			return nil, err
		}
	}
	if err := l.publish(ctx, ring, log); err != nil {
		l.Stop()
		return nil, err
	}
	return l, nil
}

// Stop publishes what was entered and ends the log.
func (l *publicLog) Stop() {
	if l.draws != nil {
		l.cancel()
		<-l.draws
	}
	if l.clerk != nil {
		l.clerk.Stop()
	}
	if l.kept != nil {
		l.kept.Stop()
	}
}

// Handler serves the log; nil where this process does not keep it.
func (l *publicLog) Handler() http.Handler {
	if l.kept == nil {
		return nil
	}
	return l.kept.Handler()
}

// keep opens the log if it is this node's.
func (l *publicLog) keep(ctx context.Context, c *config.Config, log *slog.Logger) error {
	node, err := nodeName(c)
	if err != nil {
		return err
	}
	dir := transparencyDir(c)
	ours, err := l.ledger.Claim(ctx, node)
	if err != nil {
		return err
	}
	if !ours {
		if _, err := os.Stat(filepath.Join(dir, "checkpoint")); err == nil {
			return fmt.Errorf("there is a transparency log in %s, but by the database another node keeps it; if it was moved here, see “Moving the log” in docs/operations.md, else remove it", dir)
		}
		return nil
	}
	o := translog.Options{Dir: dir, KeyFile: cmp.Or(c.Transparency.KeyFile, c.Path("keys", "log.key")), Logger: log}
	if o.Origin, err = originOf(c, o.KeyFile); err != nil {
		return err
	}
	if c.Transparency.WitnessPolicy != "" {
		if o.WitnessPolicy, err = os.ReadFile(c.Transparency.WitnessPolicy); err != nil {
			return fmt.Errorf("transparency.witness_policy: %w", err)
		}
	}
	if l.kept, err = translog.Open(ctx, o); err != nil {
		return err
	}
	if l.clerk, err = l.ledger.Keep(ctx, l.kept, log); err != nil {
		l.Stop()
		return err
	}
	l.recorder = l.kept
	l.draw(ctx, log)
	return nil
}

// draw makes the draws by lot that were announced, until Stop.
func (l *publicLog) draw(ctx context.Context, log *slog.Logger) {
	ctx, l.cancel = context.WithCancel(context.WithoutCancel(ctx))
	l.draws = make(chan struct{})
	go func() {
		defer close(l.draws)
		samples, source := sample.New(l.pool, time.Now), translog.Folder(l.kept.Dir())
		lot.New(l.pool, time.Now).Keep(ctx, log, func(ctx context.Context) error { return samples.Make(ctx, source) })
	}()
}

// transparencyDir is where the log lies.
func transparencyDir(c *config.Config) string {
	return cmp.Or(c.Transparency.Folder, c.Path("transparency"))
}

// originOf names the log: as it is configured, else as it has been called since it
// was begun, else after the address that the public knows.
func originOf(c *config.Config, keyFile string) (string, error) {
	if _, err := os.Stat(keyFile); c.Transparency.Origin != "" || !errors.Is(err, fs.ErrNotExist) {
		return c.Transparency.Origin, nil
	}
	if c.PublicURL == "" {
		return "", nil
	}
	u, err := url.Parse(c.PublicURL)
	if err != nil {
		return "", fmt.Errorf("public_url: %w", err)
	}
	return u.Host + "/log", nil
}

// trust is trust.json at path, with the log where a node that cannot write to its
// keys has not been told of it.
func (l *publicLog) trust(ctx context.Context, path string) (*seal.Trust, error) {
	trust, err := seal.OpenTrust(path)
	if err != nil || trust.Log != nil {
		return trust, err
	}
	trusted, ok, err := l.ledger.Trusted(ctx)
	if ok {
		trust.Log = &trusted
	}
	return trust, err
}

// publish makes trust.json name the log, and enters the keys that trust.json names
// otherwise than the log does.
func (l *publicLog) publish(ctx context.Context, ring *seal.Ring, log *slog.Logger) error {
	trusted, ok, err := l.ledger.Trusted(ctx)
	if err != nil {
		return err
	}
	if ok {
		err := ring.TrustLog(trusted)
		if errors.Is(err, syscall.EROFS) || errors.Is(err, fs.ErrPermission) {
			log.Warn("trust.json in keys cannot be written; what is published names the transparency log all the same", "error", err)
			err = nil
		}
		if err != nil {
			return err
		}
	}
	now := time.Now()
	for _, k := range ring.List() {
		e, err := translog.KeyEntry(k, now)
		if err != nil {
			return err
		}
		if alone, err := l.undecided(ctx, e); err != nil {
			return err
		} else if alone {
			log.Warn("a sealing key has changed without two people who decided it by offsite key; if nobody knows why, take it for stolen", "key", k.ID)
		}
		if err := l.ledger.Note(ctx, k.ID, e); err != nil {
			return err
		}
	}
	return nil
}

// activate enters the models that this process runs, where they are others than
// before.
func (l *publicLog) activate(ctx context.Context, engine *infer.Engine) error {
	now := time.Now()
	for _, name := range engine.Names() {
		m, err := engine.Manifest(name)
		if err != nil {
			return err
		}
		if err := l.ledger.Note(ctx, m.Name, modelEntry(m, now)); err != nil {
			return err
		}
	}
	return nil
}

// enact enters the matters that this process applies, where their texts are others than
// before.
func (l *publicLog) enact(ctx context.Context, matters *matter.Catalogue) error {
	now := time.Now()
	for _, m := range matters.All() {
		if err := l.ledger.Note(ctx, m.Key, proof.Entry{Kind: proof.KindMatter, ID: m.Key, SHA256: m.SHA256, At: now}); err != nil {
			return err
		}
	}
	return nil
}
