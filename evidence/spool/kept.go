package spool

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

func (s *Spool) keptPath(id string) string { return filepath.Join(s.o.Dir, keptDir, id) }

// Kept returns what the dropped entry of that id left behind, if it is still
// remembered.
func (s *Spool) Kept(id string) ([]byte, bool, error) {
	if err := checkName(id); err != nil {
		return nil, false, fmt.Errorf("look for dropped incident: %w", err)
	}
	data, err := readBounded(s.keptPath(id), maxText)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, fmt.Errorf("look for dropped incident %s: %w", id, err)
	}
	return data, true, nil
}

// Forget removes what entries left behind that were dropped before that time.
func (s *Spool) Forget(before time.Time) error {
	left, err := os.ReadDir(filepath.Join(s.o.Dir, keptDir))
	if err != nil {
		return fmt.Errorf("forget dropped incidents: %w", err)
	}
	for _, d := range left {
		info, err := d.Info()
		if err != nil {
			return fmt.Errorf("forget dropped incidents: %w", err)
		}
		if info.ModTime().After(before) {
			continue
		}
		if err := removeQuietly(s.keptPath(d.Name())); err != nil {
			return fmt.Errorf("forget dropped incident %s: %w", d.Name(), err)
		}
	}
	return nil
}

// State returns a small file of the spool's own, "" where there is none.
func (s *Spool) State(name string) (string, error) {
	if err := checkName(name); err != nil {
		return "", fmt.Errorf("read spool state: %w", err)
	}
	data, err := readBounded(filepath.Join(s.o.Dir, stateDir, name), maxText)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("read spool state %s: %w", name, err)
	}
	return string(data), nil
}

// SetState replaces it, whole or not at all, and returns once it is on the disk.
func (s *Spool) SetState(name, text string) error {
	if err := checkName(name); err != nil {
		return fmt.Errorf("write spool state: %w", err)
	}
	if err := s.disk.replace(filepath.Join(s.o.Dir, stateDir, name), []byte(text)); err != nil {
		return fmt.Errorf("write spool state %s: %w", name, fullOr(err))
	}
	return nil
}

const stateDir = "state"
