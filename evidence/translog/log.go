package translog

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/transparency-dev/tessera"
	"github.com/transparency-dev/tessera/storage/posix"
	"golang.org/x/mod/sumdb/note"

	"offsite/evidence"
	"offsite/evidence/seal"
	"offsite/evidence/translog/proof"
)

const (
	batchEntries    = 256
	batchAge        = 100 * time.Millisecond
	defaultInterval = time.Second
	stopLimit       = 10 * time.Second
)

// Options say where the log lies.
type Options struct {
	Dir      string        // tiles and checkpoint; made if missing
	KeyFile  string        // made if missing, 0600
	Origin   string        // the log's name for ever, such as "log.example.gov.cn/offsite"; "" is the key's
	Interval time.Duration // between checkpoints; 0 is a second
	// WitnessPolicy is C2SP's tlog-policy text, nil without witnesses. A checkpoint
	// is published only once its quorum has signed.
	WitnessPolicy []byte
	Logger        *slog.Logger
}

// Log is an open log, kept by this process alone.
type Log struct {
	o        Options
	trusted  seal.TrustedLog
	appender *tessera.Appender
	reader   tessera.LogReader
	awaiter  *tessera.PublicationAwaiter
	shutdown func(context.Context) error
	cancel   context.CancelFunc
	stop     sync.Once
}

// Open opens the log, or begins it. It runs until Stop.
func Open(ctx context.Context, o Options) (*Log, error) {
	if o.Interval == 0 {
		o.Interval = defaultInterval
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	// The embedded store moves the working directory.
	dir, err := filepath.Abs(o.Dir)
	if err != nil {
		return nil, fmt.Errorf("open transparency log: %w", err)
	}
	o.Dir = dir
	l := &Log{o: o}
	if err := l.open(ctx); err != nil {
		return nil, fmt.Errorf("open transparency log in %s: %w", o.Dir, err)
	}
	return l, nil
}

func (l *Log) open(ctx context.Context) error {
	key, err := OpenKey(l.o.KeyFile, l.o.Origin)
	if err != nil {
		return err
	}
	signer, err := note.NewSigner(key.Private)
	if err != nil {
		return err
	}
	l.trusted = seal.TrustedLog{Origin: key.Name, Verifier: key.Public}
	driver, err := posix.New(ctx, posix.Config{Path: l.o.Dir})
	if err != nil {
		return err
	}
	opts := tessera.NewAppendOptions().WithCheckpointSigner(signer).
		WithBatching(batchEntries, batchAge).WithCheckpointInterval(l.o.Interval)
	if l.o.WitnessPolicy != nil {
		group, err := tessera.NewWitnessGroupFromPolicy(l.o.WitnessPolicy)
		if err != nil {
			return fmt.Errorf("read the policy of witnesses: %w", err)
		}
		l.trusted.Witnesses, l.trusted.Quorum = witnesses(l.o.WitnessPolicy), least(group)
		opts = opts.WithWitnesses(group, nil)
	}
	run, cancel := context.WithCancel(context.WithoutCancel(ctx))
	l.cancel = cancel
	appender, shutdown, reader, err := tessera.NewAppender(run, driver, opts)
	if err != nil {
		cancel()
		return err
	}
	l.appender, l.shutdown, l.reader = appender, shutdown, reader
	l.awaiter = tessera.NewPublicationAwaiter(run, reader.ReadCheckpoint, l.o.Interval/10)
	return nil
}

// Stop publishes what was added and ends the log.
func (l *Log) Stop() {
	l.stop.Do(func() {
		ctx, cancel := context.WithTimeout(context.Background(), stopLimit)
		defer cancel()
		if err := l.shutdown(ctx); err != nil {
			l.o.Logger.Warn("transparency log did not publish all before it ended; it does so at the next start", "error", err)
		}
		l.cancel()
	})
}

// Dir is where the log lies.
func (l *Log) Dir() string { return l.o.Dir }

// Trusted is what trust.json says of this log.
func (l *Log) Trusted() seal.TrustedLog { return l.trusted }

// witnesses are the keys that a policy names.
func witnesses(policy []byte) []string {
	var keys []string
	for line := range strings.Lines(string(policy)) {
		line, _, _ = strings.Cut(line, "#")
		if fields := strings.Fields(line); len(fields) == 4 && fields[0] == "witness" {
			keys = append(keys, fields[2])
		}
	}
	return keys
}

// least is how many witnesses have signed at least where the group is content.
func least(group tessera.WitnessGroup) int {
	needs := make([]int, len(group.Components))
	for i, c := range group.Components {
		needs[i] = 1
		if inner, ok := c.(tessera.WitnessGroup); ok {
			needs[i] = least(inner)
		}
	}
	slices.Sort(needs)
	sum := 0
	for _, n := range needs[:group.N] {
		sum += n
	}
	return sum
}

// Record adds the entry and returns, once a signed checkpoint covers it, the proof
// of that. The same entry again soon after may be taken for the first; later it
// stands in the log twice, which is harmless.
func (l *Log) Record(ctx context.Context, e proof.Entry) ([]byte, error) {
	text, err := e.Bytes()
	if err != nil {
		return nil, err
	}
	index, checkpoint, err := l.awaiter.Await(ctx, l.appender.Add(ctx, tessera.NewEntry(text)))
	if errors.Is(err, tessera.ErrPushback) {
		return nil, fmt.Errorf("enter %s %s in the transparency log: it is busy; try again: %w", e.Kind, e.ID, err)
	}
	if err != nil {
		return nil, fmt.Errorf("enter %s %s in the transparency log: %w", e.Kind, e.ID, err)
	}
	return l.prove(ctx, index.Index, checkpoint)
}

// Enter records a sealed bundle; it makes the log one that the keeper takes.
func (l *Log) Enter(ctx context.Context, r evidence.Receipt) ([]byte, error) {
	return l.Record(ctx, proof.BundleEntry(r.BundleID, r.ManifestSHA256, r.SealedAt))
}

// Checkpoint is the newest signed checkpoint.
func (l *Log) Checkpoint(ctx context.Context) ([]byte, error) {
	text, err := l.reader.ReadCheckpoint(ctx)
	if err != nil {
		return nil, fmt.Errorf("read checkpoint: %w", err)
	}
	return text, nil
}

// Prove returns a proof, under the newest checkpoint, of the entry at the index.
func (l *Log) Prove(ctx context.Context, index uint64) ([]byte, error) {
	return Prove(ctx, l.reader, index)
}

func (l *Log) prove(ctx context.Context, index uint64, signed []byte) ([]byte, error) {
	return prove(ctx, l.reader, index, signed)
}

// KeyEntry is the entry of a change of a sealing key: its line of trust.json, as
// it is from that time on.
func KeyEntry(k seal.TrustedKey, at time.Time) (proof.Entry, error) {
	text, err := json.Marshal(k)
	if err != nil {
		return proof.Entry{}, fmt.Errorf("write key %s: %w", k.ID, err)
	}
	sum := sha256.Sum256(text)
	return proof.Entry{Kind: proof.KindKey, ID: k.ID, SHA256: hex.EncodeToString(sum[:]), At: at}, nil
}
