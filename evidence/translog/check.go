package translog

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"sync/atomic"

	flog "github.com/transparency-dev/formats/log"
	"github.com/transparency-dev/merkle/rfc6962"
	"github.com/transparency-dev/tessera/api"
	"github.com/transparency-dev/tessera/api/layout"
	"github.com/transparency-dev/tessera/client"
	"github.com/transparency-dev/tessera/fsck"
	"golang.org/x/mod/sumdb/note"

	"offsite/evidence/seal"
	"offsite/evidence/translog/proof"
)

// Source is a log as anyone can read it.
type Source interface {
	ReadCheckpoint(ctx context.Context) ([]byte, error)
	ReadTile(ctx context.Context, level, index uint64, partial uint8) ([]byte, error)
	ReadEntryBundle(ctx context.Context, index uint64, partial uint8) ([]byte, error)
}

// Folder reads the log that lies in dir.
func Folder(dir string) Source { return client.FileFetcher{Root: dir} }

// Remote reads a log over HTTP, in answers of bounded size.
func Remote(address string, c *http.Client) (Source, error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return nil, fmt.Errorf("transparency log %q: this is no http(s) address", address)
	}
	own := *c
	own.Transport = bounded{own.Transport}
	f, err := client.NewHTTPFetcher(u, &own)
	if err != nil {
		return nil, fmt.Errorf("transparency log %s: %w", address, err)
	}
	return f, nil
}

// maxFile is more than any file of a log has: 256 entries of 64 KiB.
const maxFile = 17 << 20

// bounded cuts off what a log sends beyond that.
type bounded struct{ next http.RoundTripper }

func (b bounded) RoundTrip(r *http.Request) (*http.Response, error) {
	next := b.next
	if next == nil {
		next = http.DefaultTransport
	}
	res, err := next.RoundTrip(r)
	if err == nil {
		res.Body = http.MaxBytesReader(nil, res.Body, maxFile)
	}
	return res, err
}

// ErrForked means that the log does not hold what it held before.
var ErrForked = errors.New("the log was changed")

// Checked is what is known of a log.
type Checked struct {
	Origin     string `json:"origin"`
	Size       uint64 `json:"size"`
	Root       []byte `json:"root"`
	Witnesses  int    `json:"witnesses"`
	Checkpoint string `json:"checkpoint"` // signed
}

// Look reads the newest checkpoint.
func Look(ctx context.Context, s Source, t seal.TrustedLog) (Checked, error) {
	signed, err := s.ReadCheckpoint(ctx)
	if err != nil {
		return Checked{}, fmt.Errorf("read the log's checkpoint: %w", err)
	}
	return checked(signed, t)
}

// Check reads the whole log and computes its root anew. errors.Is finds ErrForked
// where the log is not what its checkpoint says, and not where it cannot be read.
func Check(ctx context.Context, s Source, t seal.TrustedLog) (Checked, error) {
	c, err := Look(ctx, s, t)
	if err != nil {
		return c, fmt.Errorf("check log: %w", err)
	}
	verifier, err := note.NewVerifier(t.Verifier)
	if err != nil {
		return c, fmt.Errorf("check log: read its key: %w", err)
	}
	f := &fixed{source: s, checkpoint: []byte(c.Checkpoint)}
	err = fsck.New(t.Origin, verifier, f, leaves, fsck.Opts{N: checkers}).Check(ctx)
	switch {
	case err == nil:
		return c, nil
	case f.away.Load() || ctx.Err() != nil:
		return c, fmt.Errorf("check log: %w", err)
	}
	return c, fmt.Errorf("check log: %w: %w", ErrForked, err)
}

const checkers = 2 // tiles compared at once

// fixed is a source whose checkpoint stays while it is checked.
type fixed struct {
	source     Source
	checkpoint []byte
	away       atomic.Bool // something could not be read, other than what is not there
}

func (f *fixed) ReadCheckpoint(context.Context) ([]byte, error) { return f.checkpoint, nil }

func (f *fixed) ReadTile(ctx context.Context, level, index uint64, partial uint8) ([]byte, error) {
	return f.note(f.source.ReadTile(ctx, level, index, partial))
}

func (f *fixed) ReadEntryBundle(ctx context.Context, index uint64, partial uint8) ([]byte, error) {
	data, err := f.note(f.source.ReadEntryBundle(ctx, index, partial))
	if err != nil {
		return nil, err
	}
	// The library takes as many as it has asked for.
	want := int(partial)
	if want == 0 {
		want = layout.EntryBundleWidth
	}
	var b api.EntryBundle
	if err := b.UnmarshalText(data); err != nil {
		return nil, fmt.Errorf("read entries: %w", err)
	}
	if len(b.Entries) < want {
		return nil, fmt.Errorf("read entries from %d on: there are %d, and the checkpoint counts %d", index*layout.EntryBundleWidth, len(b.Entries), want)
	}
	return data, nil
}

func (f *fixed) note(data []byte, err error) ([]byte, error) {
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		f.away.Store(true)
	}
	return data, err
}

func checked(signed []byte, t seal.TrustedLog) (Checked, error) {
	c, witnesses, err := proof.Open(signed, t.ForProofs())
	if err != nil {
		return Checked{}, err
	}
	return Checked{Origin: c.Origin, Size: c.Size, Root: c.Hash, Witnesses: witnesses, Checkpoint: string(signed)}, nil
}

func leaves(bundle []byte) ([][]byte, error) {
	var b api.EntryBundle
	if err := b.UnmarshalText(bundle); err != nil {
		return nil, fmt.Errorf("read entries: %w", err)
	}
	out := make([][]byte, len(b.Entries))
	for i, e := range b.Entries {
		out[i] = rfc6962.DefaultHasher.HashLeaf(e)
	}
	return out, nil
}

// Consistency fetches the proof that the log at the checkpoint larger still holds
// all that it held at smaller, and checks it.
func Consistency(ctx context.Context, s Source, t seal.TrustedLog, smaller, larger []byte) error {
	from, _, err := proof.Open(smaller, t.ForProofs())
	if err != nil {
		return fmt.Errorf("compare checkpoints: the older: %w", err)
	}
	to, _, err := proof.Open(larger, t.ForProofs())
	if err != nil {
		return fmt.Errorf("compare checkpoints: the newer: %w", err)
	}
	if from.Size > to.Size {
		return fmt.Errorf("%w: it has %d entries and had %d", ErrForked, to.Size, from.Size)
	}
	hashes, err := consistency(ctx, s, from, to)
	if err != nil {
		return err
	}
	if err := proof.Consistent(from, to, hashes); err != nil {
		return fmt.Errorf("%w: %w", ErrForked, err)
	}
	return nil
}

func consistency(ctx context.Context, s Source, from, to *flog.Checkpoint) ([][]byte, error) {
	if from.Size == 0 || from.Size == to.Size {
		return nil, nil
	}
	builder, err := client.NewProofBuilder(ctx, to.Size, s.ReadTile)
	if err != nil {
		return nil, fmt.Errorf("compare checkpoints: %w", err)
	}
	hashes, err := builder.ConsistencyProof(ctx, from.Size, to.Size)
	if err != nil {
		return nil, fmt.Errorf("compare checkpoints: %w", err)
	}
	return hashes, nil
}

// Monitor compares the log with what it was at the last visit, which the file at
// path remembers, and remembers the present. Where errors.Is finds ErrForked, the
// checkpoint that contradicts the remembered one is kept in path.forked: the two
// together prove what was done.
func Monitor(ctx context.Context, s Source, t seal.TrustedLog, path string) (Checked, error) {
	now, err := Look(ctx, s, t)
	if err != nil {
		return now, fmt.Errorf("watch log: %w", err)
	}
	before, err := remembered(path)
	if err != nil {
		return now, err
	}
	if before != nil {
		err = Consistency(ctx, s, t, []byte(before.Checkpoint), []byte(now.Checkpoint))
	}
	if errors.Is(err, ErrForked) {
		err = fmt.Errorf("watch log: %w; keep %s and %[2]s.forked, whose two checkpoints prove it", err, path)
		return now, errors.Join(err, remember(path+".forked", now))
	}
	if err != nil {
		return now, fmt.Errorf("watch log: %w", err)
	}
	return now, remember(path, now)
}

func remember(path string, c Checked) error {
	text, err := json.MarshalIndent(c, "", "  ")
	if err != nil {
		return fmt.Errorf("watch log: %w", err)
	}
	if err := os.WriteFile(path+".tmp", append(text, '\n'), 0o600); err != nil {
		return fmt.Errorf("watch log: %w", err)
	}
	if err := os.Rename(path+".tmp", path); err != nil {
		return fmt.Errorf("watch log: %w", err)
	}
	return nil
}

func remembered(path string) (*Checked, error) {
	f, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("watch log: %w", err)
	}
	defer f.Close()
	var c Checked
	if err := json.NewDecoder(io.LimitReader(f, 1<<20)).Decode(&c); err != nil {
		return nil, fmt.Errorf("watch log: read %s: %w", path, err)
	}
	return &c, nil
}
