package spool

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"sync"

	"golang.org/x/sys/unix"
)

const (
	entryDir = "entries"
	draftDir = "drafts" // being written or removed; emptied at start
	keptDir  = "kept"   // what entries that were dropped left behind
	lockName = "lock"
)

// ErrFull: the spool has its share of the disk. What is raised now cannot be
// kept; find out why evidence does not leave the spool, or give it more room.
var ErrFull = errors.New("the spool is full")

// ErrInUse: another process works on the same spool.
var ErrInUse = errors.New("another process uses this spool")

// Options say where the spool lies.
type Options struct {
	Dir   string  // made if missing
	Share float64 // of the file system that it may fill; 0 is 0.5
	// Fault, for tests, is asked before each change on the disk, which fails with
	// what it returns.
	Fault func(op, path string) error
}

// Part is one file of a new entry.
type Part struct {
	Name  string
	Write func(w io.Writer) error
}

// Spool is an open spool, held by this process alone.
type Spool struct {
	o    Options
	disk disk
	lock *os.File

	mu      sync.Mutex
	entries map[string]*Entry
	writing map[string]bool
	size    map[string]int64
	used    int64
}

// Open opens the spool, takes up what an earlier process left, and removes what
// it had not finished writing.
func Open(o Options) (*Spool, error) {
	if o.Share == 0 {
		o.Share = 0.5
	}
	if o.Share < 0 || o.Share > 1 {
		return nil, fmt.Errorf("open spool %s: a share of %g of the disk is not between 0 and 1", o.Dir, o.Share)
	}
	// The embedded store moves the working directory.
	dir, err := filepath.Abs(o.Dir)
	if err != nil {
		return nil, fmt.Errorf("open spool %s: %w", o.Dir, err)
	}
	o.Dir = dir
	s := &Spool{o: o, disk: disk{o.Fault}, entries: map[string]*Entry{}, writing: map[string]bool{}, size: map[string]int64{}}
	if err := s.open(); err != nil {
		return nil, fmt.Errorf("open spool %s: %w", o.Dir, errors.Join(err, s.Close()))
	}
	return s, nil
}

func (s *Spool) open() error {
	for _, d := range []string{"", entryDir, keptDir, stateDir} {
		if err := os.MkdirAll(filepath.Join(s.o.Dir, d), 0o700); err != nil {
			return err
		}
	}
	f, err := os.OpenFile(filepath.Join(s.o.Dir, lockName), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	s.lock = f
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		return fmt.Errorf("%w; stop it, or name another folder (%w)", ErrInUse, err)
	}
	drafts := filepath.Join(s.o.Dir, draftDir)
	if err := s.disk.removeAll(drafts); err != nil {
		return err
	}
	if err := s.disk.mkdir(drafts); err != nil {
		return err
	}
	for _, dir := range []string{s.o.Dir, filepath.Dir(s.o.Dir)} { // the spool may be new itself
		if err := s.disk.syncDir(dir); err != nil {
			return err
		}
	}
	return s.scan()
}

func (s *Spool) scan() error {
	found, err := os.ReadDir(filepath.Join(s.o.Dir, entryDir))
	if err != nil {
		return err
	}
	for _, d := range found {
		if !d.IsDir() {
			return fmt.Errorf("%s lies among the entries and is no entry; move it away", d.Name())
		}
		e := &Entry{id: d.Name(), dir: filepath.Join(s.o.Dir, entryDir, d.Name()), s: s}
		size, err := tidy(e.dir)
		if err != nil {
			return err
		}
		s.entries[e.id], s.size[e.id] = e, size
		s.used += size
	}
	return nil
}

// tidy removes unfinished files of an entry and tells the size of the others.
func tidy(dir string) (int64, error) {
	files, err := os.ReadDir(dir)
	if err != nil {
		return 0, err
	}
	var total int64
	for _, f := range files {
		if strings.HasSuffix(f.Name(), temporarySuffix) {
			if err := os.Remove(filepath.Join(dir, f.Name())); err != nil {
				return 0, err
			}
			continue
		}
		info, err := f.Info()
		if err != nil {
			return 0, err
		}
		total += info.Size()
	}
	return total, nil
}

// Put writes a new entry of about size bytes and returns once it is on the disk.
// Where there is an entry of the id already, it returns that one and false.
func (s *Spool) Put(ctx context.Context, id string, size int64, parts ...Part) (*Entry, bool, error) {
	if err := checkName(id); err != nil {
		return nil, false, fmt.Errorf("spool incident: %w", err)
	}
	if e, err := s.reserve(id, size); e != nil || err != nil {
		return e, false, err
	}
	written, err := s.put(ctx, id, parts)
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.writing, id)
	s.used -= size
	if err != nil {
		return nil, false, fmt.Errorf("spool incident %s: %w", id, fullOr(err))
	}
	e := &Entry{id: id, dir: filepath.Join(s.o.Dir, entryDir, id), s: s}
	s.entries[id], s.size[id] = e, written
	s.used += written
	return e, true, nil
}

// reserve makes room for a new entry, or returns the one that is there.
func (s *Spool) reserve(id string, size int64) (*Entry, error) {
	limit, free, err := s.room()
	if err != nil {
		return nil, fmt.Errorf("spool incident %s: %w", id, err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if e := s.entries[id]; e != nil {
		return e, nil
	}
	if s.writing[id] {
		return nil, fmt.Errorf("spool incident %s: it is being written already", id)
	}
	if s.used+size > limit {
		return nil, fmt.Errorf("spool incident %s: %w: %d MiB wait there and %d MiB may; see why evidence does not reach the store, or raise the share of the disk",
			id, ErrFull, s.used>>20, limit>>20)
	}
	if size > free {
		return nil, fmt.Errorf("spool incident %s: %w: its disk has only %d MiB left; make room on it", id, ErrFull, free>>20)
	}
	s.writing[id] = true
	s.used += size
	return nil, nil
}

func (s *Spool) put(ctx context.Context, id string, parts []Part) (int64, error) {
	draft := filepath.Join(s.o.Dir, draftDir, id)
	written, err := s.disk.writeEntry(draft, parts)
	if err == nil {
		err = ctx.Err()
	}
	if err == nil {
		err = s.disk.rename(draft, filepath.Join(s.o.Dir, entryDir, id))
	}
	if err != nil {
		return 0, errors.Join(err, os.RemoveAll(draft))
	}
	if err := s.disk.syncDir(filepath.Join(s.o.Dir, entryDir)); err != nil {
		// Its name may not outlive a power cut, so it is not there.
		return 0, errors.Join(err, os.RemoveAll(filepath.Join(s.o.Dir, entryDir, id)))
	}
	return written, nil
}

// room tells how many bytes the spool may take in all, and how many the disk has
// left.
func (s *Spool) room() (limit, free int64, err error) {
	var fs unix.Statfs_t
	if err := unix.Statfs(s.o.Dir, &fs); err != nil {
		return 0, 0, fmt.Errorf("ask for the room on the disk of %s: %w", s.o.Dir, err)
	}
	return int64(float64(fs.Blocks) * float64(fs.Bsize) * s.o.Share), int64(fs.Bavail) * fs.Bsize, nil
}

func (s *Spool) grow(id string, by int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.size[id] += by
	s.used += by
}

// Entries are those on their way, oldest id first.
func (s *Spool) Entries() []*Entry {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]*Entry, 0, len(s.entries))
	for _, e := range s.entries {
		out = append(out, e)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].id < out[j].id })
	return out
}

// Usage tells how many bytes the spool takes, and how many it may take.
func (s *Spool) Usage() (used, limit int64, err error) {
	limit, _, err = s.room()
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.used, limit, err
}

// remove takes the entry away in one step and then deletes its files.
func (s *Spool) remove(e *Entry) error {
	draft := filepath.Join(s.o.Dir, draftDir, e.id+".drop")
	if err := s.disk.rename(e.dir, draft); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("drop spooled incident %s: %w", e.id, err)
	}
	s.mu.Lock()
	s.used -= s.size[e.id]
	delete(s.entries, e.id)
	delete(s.size, e.id)
	s.mu.Unlock()
	// What cannot be deleted now is deleted at the next start.
	if err := errors.Join(s.disk.syncDir(filepath.Join(s.o.Dir, entryDir)), s.disk.removeAll(draft)); err != nil {
		return fmt.Errorf("drop spooled incident %s: %w", e.id, err)
	}
	return nil
}

// Close lets another process use the spool. It unlocks before it closes: a process
// that is being started at this moment may hold a copy of the descriptor until it
// executes its program.
func (s *Spool) Close() error {
	if s.lock == nil {
		return nil
	}
	err := errors.Join(unix.Flock(int(s.lock.Fd()), unix.LOCK_UN), s.lock.Close())
	s.lock = nil
	return err
}

func checkName(name string) error {
	if name == "" || len(name) > 120 || name[0] == '.' || strings.ContainsAny(name, "/\\\x00") || strings.HasSuffix(name, temporarySuffix) {
		return fmt.Errorf("%q is no name for a spooled file", name)
	}
	return nil
}

// fullOr names a full disk as such.
func fullOr(err error) error {
	if errors.Is(err, unix.ENOSPC) || errors.Is(err, unix.EDQUOT) {
		return fmt.Errorf("%w: %w; make room on its disk", ErrFull, err)
	}
	return err
}
