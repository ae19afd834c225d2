package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"path"
	"sync"

	"golang.org/x/sync/semaphore"

	"offsite/api"
	"offsite/evidence"
	"offsite/evidence/vault"
	"offsite/pipeline/mask"
)

const (
	mostMasked = 256 << 20 // bytes of a picture or clip that is masked
	clipFile   = "data/clip.mp4"
)

// maskedCopies are copies of pictures and clips that leave the bureau: made once, and
// kept in the store beside their bundle.
type maskedCopies struct {
	vault *vault.Vault
	masks *mask.Masker
	log   *slog.Logger

	run    context.Context // of clips that are being made
	cancel context.CancelFunc
	work   sync.WaitGroup
	turn   *semaphore.Weighted // one clip at a time: it takes a processor core

	mu     sync.Mutex
	making map[string]bool
}

func newMaskedCopies(v *vault.Vault, masks *mask.Masker, log *slog.Logger) *maskedCopies {
	c := &maskedCopies{vault: v, masks: masks, log: log, turn: semaphore.NewWeighted(1), making: map[string]bool{}}
	c.run, c.cancel = context.WithCancel(context.Background())
	return c
}

// Stop gives up the clips under way; they are made when they are asked for again.
func (c *maskedCopies) Stop() {
	c.cancel()
	c.work.Wait()
}

// derivedName is where the copy of a file lies beside its bundle.
func derivedName(file string) string { return path.Join("masked", file) }

// Copy is the masked copy of a file of a bundle. A picture is masked at once; a clip is
// begun, with api.ErrBeingMasked, also where a picture of its bundle is asked for.
func (c *maskedCopies) Copy(ctx context.Context, r evidence.Receipt, file string) ([]byte, error) {
	made, err := c.vault.ReadDerived(ctx, r, derivedName(file))
	if !errors.Is(err, vault.ErrNoEntry) {
		return made, err
	}
	if path.Ext(file) == ".mp4" {
		c.begin(r, file)
		return nil, api.ErrBeingMasked
	}
	if hasFile(r, clipFile) {
		c.begin(r, clipFile) // whoever looks at the pictures may want it next
	}
	return c.make(ctx, r, file, func(_ context.Context, raw []byte) ([]byte, error) { return c.masks.PNG(raw) })
}

func hasFile(r evidence.Receipt, file string) bool {
	for _, e := range r.Files {
		if e.Path == file {
			return true
		}
	}
	return false
}

// begin makes the copy of a clip in the background, unless that is under way.
func (c *maskedCopies) begin(r evidence.Receipt, file string) {
	key := r.Key + " " + file
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.making[key] || c.run.Err() != nil {
		return
	}
	c.making[key] = true
	c.work.Go(func() {
		err := c.clip(r, file)
		c.mu.Lock()
		delete(c.making, key)
		c.mu.Unlock()
		if err != nil && c.run.Err() == nil {
			c.log.Error("a clip could not be masked; the portal does not show it", "bundle", r.BundleID, "error", err)
		}
	})
}

func (c *maskedCopies) clip(r evidence.Receipt, file string) error {
	if err := c.turn.Acquire(c.run, 1); err != nil {
		return err
	}
	defer c.turn.Release(1)
	if _, err := c.vault.ReadDerived(c.run, r, derivedName(file)); !errors.Is(err, vault.ErrNoEntry) {
		return err // made meanwhile, here or by another node
	}
	_, err := c.make(c.run, r, file, c.masks.MP4)
	return err
}

// make reads a file of a bundle, masks it, and keeps the copy.
func (c *maskedCopies) make(ctx context.Context, r evidence.Receipt, file string, cover func(context.Context, []byte) ([]byte, error)) ([]byte, error) {
	copied, err := covered(ctx, c.vault, r, file, cover)
	if err != nil {
		return nil, err
	}
	if err := c.vault.PutDerived(ctx, r, derivedName(file), copied); err != nil {
		c.log.WarnContext(ctx, "a masked copy is not kept; it is made again when it is asked for", "bundle", r.BundleID, "file", file, "error", err)
	}
	return copied, nil
}

// covered reads a file of a bundle and covers what it shows of people.
func covered(ctx context.Context, v *vault.Vault, r evidence.Receipt, file string, cover func(context.Context, []byte) ([]byte, error)) ([]byte, error) {
	body, entry, err := v.OpenEntry(ctx, r, file)
	if err != nil {
		return nil, err
	}
	defer body.Close()
	if entry.SizeBytes > mostMasked {
		return nil, fmt.Errorf("%s has %d MiB; at most %d MiB are masked", file, entry.SizeBytes>>20, mostMasked>>20)
	}
	raw, err := io.ReadAll(body)
	if err != nil {
		return nil, err
	}
	return cover(ctx, raw)
}
