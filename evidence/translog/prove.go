package translog

import (
	"bytes"
	"context"
	"fmt"

	flog "github.com/transparency-dev/formats/log"
	"github.com/transparency-dev/tessera/api"
	"github.com/transparency-dev/tessera/api/layout"
	"github.com/transparency-dev/tessera/client"

	"offsite/evidence/translog/proof"
)

// Prove returns a proof, under the source's newest checkpoint, of the entry at
// the index.
func Prove(ctx context.Context, s Source, index uint64) ([]byte, error) {
	signed, err := s.ReadCheckpoint(ctx)
	if err != nil {
		return nil, fmt.Errorf("read checkpoint: %w", err)
	}
	return prove(ctx, s, index, signed)
}

func prove(ctx context.Context, s tiles, index uint64, signed []byte) ([]byte, error) {
	var c flog.Checkpoint
	if _, err := c.Unmarshal(signed); err != nil {
		return nil, fmt.Errorf("read checkpoint: %w", err)
	}
	if index >= c.Size {
		return nil, fmt.Errorf("prove entry %d: the log has %d entries", index, c.Size)
	}
	builder, err := client.NewProofBuilder(ctx, c.Size, s.ReadTile)
	if err != nil {
		return nil, fmt.Errorf("prove entry %d: %w", index, err)
	}
	hashes, err := builder.InclusionProof(ctx, index)
	if err != nil {
		return nil, fmt.Errorf("prove entry %d: %w", index, err)
	}
	return proof.Proof{Index: index, Hashes: hashes, Checkpoint: signed}.Bytes(), nil
}

type tiles interface {
	ReadTile(ctx context.Context, level, index uint64, partial uint8) ([]byte, error)
}

// Entries calls each with the entries of the log from the index on, in order,
// until it returns false.
func Entries(ctx context.Context, s Source, from uint64, each func(index uint64, entry []byte) bool) error {
	signed, err := s.ReadCheckpoint(ctx)
	if err != nil {
		return fmt.Errorf("read log: %w", err)
	}
	var c flog.Checkpoint
	if _, err := c.Unmarshal(signed); err != nil {
		return fmt.Errorf("read log: %w", err)
	}
	for at := from; at < c.Size; {
		number := at / layout.EntryBundleWidth
		text, err := s.ReadEntryBundle(ctx, number, layout.PartialTileSize(0, number, c.Size))
		if err != nil {
			return fmt.Errorf("read log: entries from %d on: %w", at, err)
		}
		var b api.EntryBundle
		if err := b.UnmarshalText(text); err != nil {
			return fmt.Errorf("read log: entries from %d on: %w", at, err)
		}
		skip := int(at % layout.EntryBundleWidth)
		if skip >= len(b.Entries) {
			return fmt.Errorf("read log: entry %d is missing", at)
		}
		for _, e := range b.Entries[skip:] {
			if at < c.Size && !each(at, e) {
				return nil
			}
			at++
		}
	}
	return nil
}

// Find looks through the log for the entry.
func Find(ctx context.Context, s Source, e proof.Entry) (index uint64, found bool, err error) {
	want, err := e.Bytes()
	if err != nil {
		return 0, false, err
	}
	err = Entries(ctx, s, 0, func(i uint64, entry []byte) bool {
		index, found = i, bytes.Equal(entry, want)
		return !found
	})
	return index, found, err
}
