package spool

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

const (
	temporarySuffix = ".tmp"
	maxText         = 64 << 20 // of a file that is read into memory
)

// Entry is one incident on its way. Its files are named by its user; each is
// written once and never changed.
type Entry struct {
	id  string
	dir string
	s   *Spool
}

// ID is the name it was put under.
func (e *Entry) ID() string { return e.id }

// Has tells whether the file is there.
func (e *Entry) Has(name string) (bool, error) {
	_, err := os.Lstat(filepath.Join(e.dir, name))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("look for %s of spooled incident %s: %w", name, e.id, err)
	}
	return true, nil
}

// Read returns a file's bytes.
func (e *Entry) Read(name string) ([]byte, error) {
	data, err := readBounded(filepath.Join(e.dir, name), maxText)
	if err != nil {
		return nil, fmt.Errorf("read %s of spooled incident %s: %w", name, e.id, err)
	}
	return data, nil
}

// Open opens a file for reading.
func (e *Entry) Open(name string) (*os.File, error) {
	f, err := os.Open(filepath.Join(e.dir, name))
	if err != nil {
		return nil, fmt.Errorf("open %s of spooled incident %s: %w", name, e.id, err)
	}
	return f, nil
}

// Add adds a file to the entry, whole or not at all. It returns once file and
// name are on the disk.
func (e *Entry) Add(name string, data []byte) error {
	if err := checkName(name); err != nil {
		return fmt.Errorf("spooled incident %s: %w", e.id, err)
	}
	if err := e.s.disk.replace(filepath.Join(e.dir, name), data); err != nil {
		return fmt.Errorf("write %s of spooled incident %s: %w", name, e.id, fullOr(err))
	}
	e.s.grow(e.id, int64(len(data)))
	return nil
}

// Drop removes the entry. The file named keep, if any, stays behind as what
// Kept returns.
func (e *Entry) Drop(keep string) error {
	if keep != "" {
		err := e.s.disk.rename(filepath.Join(e.dir, keep), e.s.keptPath(e.id))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("drop spooled incident %s: %w", e.id, err)
		}
		if err := e.s.disk.syncDir(filepath.Join(e.s.o.Dir, keptDir)); err != nil {
			return fmt.Errorf("drop spooled incident %s: %w", e.id, err)
		}
	}
	return e.s.remove(e)
}

// writeEntry fills the new entry's folder dir with the parts, all on the disk when it
// returns.
func (d disk) writeEntry(dir string, parts []Part) (int64, error) {
	if err := d.mkdir(dir); err != nil {
		return 0, err
	}
	var total int64
	for _, p := range parts {
		if err := checkName(p.Name); err != nil {
			return total, err
		}
		count := &counter{}
		err := d.writeNew(filepath.Join(dir, p.Name), func(w io.Writer) error {
			count.w = w
			return p.Write(count)
		})
		if err != nil {
			return total, fmt.Errorf("write %s: %w", p.Name, err)
		}
		total += count.n
	}
	return total, d.syncDir(dir)
}

type counter struct {
	w io.Writer
	n int64
}

func (c *counter) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.n += int64(n)
	return n, err
}
