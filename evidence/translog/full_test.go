package translog_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// onDisk puts the log on a disk of its own, of a megabyte.
func (k kept) onDisk(t *testing.T) {
	t.Helper()
	if err := os.MkdirAll(k.dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("offsite-test", k.dir, "tmpfs", 0, "size=1m"); err != nil {
		t.Skipf("NOT TESTED: a full disk: none can be mounted here: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(k.dir, 0); err != nil {
			t.Error(err)
		}
	})
}

// fill takes the room of the log's disk but some pages; give returns it.
func (k kept) fill(t *testing.T, but int64) (give func()) {
	t.Helper()
	path := filepath.Join(k.dir, "filler")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	for size := 1 << 16; size > 0; {
		if _, err := f.Write(make([]byte, size)); err != nil {
			size /= 2
		}
	}
	info, err := f.Stat()
	if err == nil {
		err = f.Truncate(info.Size() - but*int64(os.Getpagesize()))
	}
	if err := errors.Join(err, f.Close()); err != nil {
		t.Fatal(err)
	}
	return func() {
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	}
}

// With each page that is left the disk is full at a later step: the entries, the tree's
// tiles, its state, the checkpoint.
func TestWhatAFullDiskKeepsOutIsEnteredOnceThereIsRoom(t *testing.T) {
	full := 0
	for pages := range int64(6) {
		t.Run(fmt.Sprintf("%d pages left", pages), func(t *testing.T) {
			k := newKept(t)
			k.onDisk(t)
			l := k.open(t)
			record(t, l, 0, 3)
			give := k.fill(t, pages)
			const tries = 4
			for i := range tries {
				ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
				_, err := l.Record(ctx, entry(100+i))
				cancel()
				if err != nil {
					t.Log(err)
					full++
				}
			}
			give()
			record(t, l, 100, 5)
			l.Stop()
		})
	}
	if full == 0 && !t.Skipped() {
		t.Error("the disk was never full")
	}
}
