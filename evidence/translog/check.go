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

	flog "github.com/transparency-dev/formats/log"
	"github.com/transparency-dev/merkle/rfc6962"
	"github.com/transparency-dev/tessera/api"
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

// Remote reads a log over HTTP.
func Remote(address string, c *http.Client) (Source, error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return nil, fmt.Errorf("transparency log %q: this is no http(s) address", address)
	}
	f, err := client.NewHTTPFetcher(u, c)
	if err != nil {
		return nil, fmt.Errorf("transparency log %s: %w", address, err)
	}
	return f, nil
}

// Trusted turns trust.json's word on a log into that of the proofs.
func Trusted(t seal.TrustedLog) proof.Trusted {
	return proof.Trusted{Origin: t.Origin, Verifier: t.Verifier, Witnesses: t.Witnesses, Quorum: t.Quorum}
}

// Checked is what is known of a log.
type Checked struct {
	Origin     string `json:"origin"`
	Size       uint64 `json:"size"`
	Root       []byte `json:"root"`
	Witnesses  int    `json:"witnesses"`
	Checkpoint string `json:"checkpoint"` // signed
}

// Check reads the whole log and computes its root anew.
func Check(ctx context.Context, s Source, t seal.TrustedLog) (Checked, error) {
	signed, err := s.ReadCheckpoint(ctx)
	if err != nil {
		return Checked{}, fmt.Errorf("check log: read its checkpoint: %w", err)
	}
	c, err := checked(signed, t)
	if err != nil {
		return c, fmt.Errorf("check log: %w", err)
	}
	verifier, err := note.NewVerifier(t.Verifier)
	if err != nil {
		return c, fmt.Errorf("check log: read its key: %w", err)
	}
	if err := fsck.New(t.Origin, verifier, fixed{s, signed}, leaves, fsck.Opts{N: 2}).Check(ctx); err != nil {
		return c, fmt.Errorf("check log: %w", err)
	}
	return c, nil
}

// fixed is a source whose checkpoint stays while it is checked.
type fixed struct {
	Source
	checkpoint []byte
}

func (f fixed) ReadCheckpoint(context.Context) ([]byte, error) { return f.checkpoint, nil }

func checked(signed []byte, t seal.TrustedLog) (Checked, error) {
	c, witnesses, err := proof.Open(signed, Trusted(t))
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
	from, _, err := proof.Open(smaller, Trusted(t))
	if err != nil {
		return fmt.Errorf("compare checkpoints: the older: %w", err)
	}
	to, _, err := proof.Open(larger, Trusted(t))
	if err != nil {
		return fmt.Errorf("compare checkpoints: the newer: %w", err)
	}
	if from.Size > to.Size {
		return fmt.Errorf("compare checkpoints: the log has %d entries and had %d; it was set back", to.Size, from.Size)
	}
	hashes, err := consistency(ctx, s, from, to)
	if err != nil {
		return err
	}
	return proof.Consistent(from, to, hashes)
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
// path remembers, and remembers the present.
func Monitor(ctx context.Context, s Source, t seal.TrustedLog, path string) (Checked, error) {
	signed, err := s.ReadCheckpoint(ctx)
	if err != nil {
		return Checked{}, fmt.Errorf("watch log: read its checkpoint: %w", err)
	}
	now, err := checked(signed, t)
	if err != nil {
		return now, fmt.Errorf("watch log: %w", err)
	}
	before, err := remembered(path)
	if err != nil {
		return now, err
	}
	if before != nil {
		if err := Consistency(ctx, s, t, []byte(before.Checkpoint), signed); err != nil {
			return now, fmt.Errorf("watch log: %w; keep both checkpoints (%s), they prove that the log was changed", err, path)
		}
	}
	text, err := json.MarshalIndent(now, "", "  ")
	if err != nil {
		return now, fmt.Errorf("watch log: %w", err)
	}
	if err := os.WriteFile(path+".tmp", append(text, '\n'), 0o600); err != nil {
		return now, fmt.Errorf("watch log: %w", err)
	}
	return now, os.Rename(path+".tmp", path)
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
