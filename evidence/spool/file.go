package spool

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// disk does the spool's changes on the disk. Before each it asks fault, which
// tests use to let single ones fail or to kill the process there.
type disk struct {
	fault func(op, path string) error // nil: none
}

func (d disk) before(op, path string) error {
	if d.fault == nil {
		return nil
	}
	return d.fault(op, path)
}

func (d disk) mkdir(path string) error {
	if err := d.before("mkdir", path); err != nil {
		return err
	}
	return os.Mkdir(path, 0o700)
}

func (d disk) rename(from, to string) error {
	if err := d.before("rename", from); err != nil {
		return err
	}
	return os.Rename(from, to)
}

func (d disk) removeAll(path string) error {
	if err := d.before("remove", path); err != nil {
		return err
	}
	return os.RemoveAll(path)
}

// syncDir brings the names in a folder to the disk.
func (d disk) syncDir(path string) error {
	if err := d.before("syncdir", path); err != nil {
		return err
	}
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// writeNew writes a file that must not exist yet and brings it to the disk.
func (d disk) writeNew(path string, write func(io.Writer) error) error {
	if err := d.before("create", path); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	if err := write(writer{d, f}); err != nil {
		return errors.Join(err, f.Close())
	}
	if err := d.before("sync", path); err != nil {
		return errors.Join(err, f.Close())
	}
	return errors.Join(f.Sync(), f.Close())
}

type writer struct {
	d disk
	f *os.File
}

func (w writer) Write(p []byte) (int, error) {
	if err := w.d.before("write", w.f.Name()); err != nil {
		n, short := w.f.Write(p[:len(p)/2]) // a disk that fills takes a part
		return n, errors.Join(err, short)
	}
	return w.f.Write(p)
}

// replace writes the file whole or not at all: temporary name, fsync, rename,
// fsync of the folder. Beginning again after a kill overwrites the rest.
func (d disk) replace(path string, data []byte) error {
	temporary := path + temporarySuffix
	if err := removeQuietly(temporary); err != nil {
		return err
	}
	err := d.writeNew(temporary, func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	})
	if err != nil {
		return errors.Join(err, removeQuietly(temporary))
	}
	if err := d.rename(temporary, path); err != nil {
		return errors.Join(err, removeQuietly(temporary))
	}
	return d.syncDir(filepath.Dir(path))
}

func removeQuietly(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

// readBounded reads a file that has at most limit bytes.
func readBounded(path string, limit int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err == nil && int64(len(data)) > limit {
		return nil, fmt.Errorf("%s has more than %d bytes", path, limit)
	}
	return data, err
}
