// Package ledger keeps a sandbox's records, one JSON file each, written so that a kill
// at any moment loses nothing that was answered: temporary file, fsync, rename, fsync of
// the folder.
package ledger

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// ErrID means that an id can't be a file's name: use 1 to 80 letters, digits, - and _.
var ErrID = errors.New("the id must be 1 to 80 letters, digits, - or _")

// Ledger is a folder of records of one type.
type Ledger[T any] struct{ dir string }

// Open makes the folder if it is missing and reads what is in it.
func Open[T any](dir string) (*Ledger[T], map[string]T, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, nil, fmt.Errorf("ledger: make %s: %w", dir, err)
	}
	l := &Ledger[T]{dir: dir}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, nil, fmt.Errorf("ledger: list %s: %w", dir, err)
	}
	all := map[string]T{}
	for _, e := range entries {
		id, isRecord := strings.CutSuffix(e.Name(), ".json")
		if !isRecord {
			continue
		}
		data, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			return nil, nil, fmt.Errorf("ledger: read %s: %w", e.Name(), err)
		}
		var record T
		if err := json.Unmarshal(data, &record); err != nil {
			return nil, nil, fmt.Errorf("ledger: %s is damaged: %w; move it away to start without it", filepath.Join(dir, e.Name()), err)
		}
		all[id] = record
	}
	return l, all, nil
}

// Valid reports whether an id can be kept.
func Valid(id string) bool { return regexp.MustCompile(`^[A-Za-z0-9_-]{1,80}$`).MatchString(id) }

// Put writes a record; after it returns, the record survives a kill.
func (l *Ledger[T]) Put(id string, record T) error {
	if !Valid(id) {
		return fmt.Errorf("ledger: %q: %w", id, ErrID)
	}
	data, err := json.MarshalIndent(record, "", "  ")
	if err != nil {
		return fmt.Errorf("ledger: encode %s: %w", id, err)
	}
	if err := l.write(id, append(data, '\n')); err != nil {
		return fmt.Errorf("ledger: keep %s in %s: %w", id, l.dir, err)
	}
	return nil
}

func (l *Ledger[T]) write(id string, data []byte) error {
	temp, err := os.CreateTemp(l.dir, "."+id+"-*")
	if err != nil {
		return err
	}
	_, err = temp.Write(data)
	if err == nil {
		err = temp.Sync()
	}
	if err = errors.Join(err, temp.Close()); err != nil {
		return errors.Join(err, os.Remove(temp.Name()))
	}
	if err = os.Rename(temp.Name(), filepath.Join(l.dir, id+".json")); err != nil {
		return errors.Join(err, os.Remove(temp.Name()))
	}
	folder, err := os.Open(l.dir)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}
