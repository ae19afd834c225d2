package translog_test

import (
	"bytes"
	"context"
	"path/filepath"
	"testing"
	"time"

	"offsite/evidence/translog"
)

// forged is a log of which one file is another: its checkpoint, a tile or entries.
type forged struct {
	translog.Source
	file   uint8
	data   []byte
	served []byte // what the log itself has there
}

func (f *forged) give(file uint8, data []byte, err error) ([]byte, error) {
	if err != nil || f.file%3 != file {
		return data, err
	}
	f.served = data
	return f.data, nil
}

func (f *forged) ReadCheckpoint(ctx context.Context) ([]byte, error) {
	data, err := f.Source.ReadCheckpoint(ctx)
	return f.give(0, data, err)
}

func (f *forged) ReadTile(ctx context.Context, level, index uint64, partial uint8) ([]byte, error) {
	data, err := f.Source.ReadTile(ctx, level, index, partial)
	return f.give(1, data, err)
}

func (f *forged) ReadEntryBundle(ctx context.Context, index uint64, partial uint8) ([]byte, error) {
	data, err := f.Source.ReadEntryBundle(ctx, index, partial)
	return f.give(2, data, err)
}

// Whatever a log's server sends, the log is taken with its own root or not at all.
func FuzzLog(f *testing.F) {
	dir := f.TempDir()
	l, err := translog.Open(f.Context(), translog.Options{Dir: filepath.Join(dir, "log"), KeyFile: filepath.Join(dir, "log.key"), Origin: "log.example/offsite", Interval: 100 * time.Millisecond})
	if err != nil {
		f.Fatal(err)
	}
	for i := range 3 {
		if _, err := l.Record(f.Context(), entry(i)); err != nil {
			f.Fatal(err)
		}
	}
	trusted := l.Trusted()
	l.Stop()
	source := translog.Folder(filepath.Join(dir, "log"))
	whole, err := translog.Check(f.Context(), source, trusted)
	if err != nil || whole.Size != 3 {
		f.Fatalf("the log itself: %+v, %v", whole, err)
	}
	for file := range uint8(3) {
		log := &forged{Source: source, file: file}
		if _, err := translog.Check(f.Context(), log, trusted); err == nil || log.served == nil {
			f.Fatalf("a log without file %d is taken: %v", file, err)
		}
		f.Add(file, log.served)
		f.Add(file, append(bytes.Clone(log.served), '\n'))
		f.Add(file, log.served[:len(log.served)/2])
	}
	f.Fuzz(func(t *testing.T, file uint8, data []byte) {
		log := &forged{Source: source, file: file, data: data}
		c, err := translog.Check(t.Context(), log, trusted)
		if err == nil && (c.Size != whole.Size || !bytes.Equal(c.Root, whole.Root)) {
			t.Fatalf("a log of size %d and root %x is taken", c.Size, c.Root)
		}
		// What follows may be of a later checkpoint.
		if err == nil && file%3 != 0 && !bytes.HasPrefix(data, log.served) {
			t.Fatal("a log is taken that is not the one that its checkpoint stands for")
		}
	})
}
