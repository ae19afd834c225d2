package models

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// Store puts a model that was tried (infer.Engine.Admit) into a folder, weights
// first, so that a reader finds both or none. A model of that name and version must
// not be there with other weights. The folder is one that Load can read, by os.DirFS.
func Store(folder string, manifest, weights []byte) (Manifest, error) {
	m, err := ParseManifest(manifest)
	if err != nil {
		return m, err
	}
	if err := m.CheckWeights(weights); err != nil {
		return m, fmt.Errorf("keep model %s: %w", m.Name, err)
	}
	if old, _, err := Load(os.DirFS(folder), m.Name); err == nil && old.Version == m.Version && old.SHA256 != m.SHA256 {
		return m, fmt.Errorf("keep model %s: %w: version %s is in %s with other weights; give it another version", m.Name, ErrManifest, m.Version, folder)
	}
	if err := os.MkdirAll(folder, 0o750); err != nil {
		return m, fmt.Errorf("keep model %s: %w", m.Name, err)
	}
	for _, f := range []struct {
		name string
		raw  []byte
	}{{m.File, weights}, {m.Name + ".json", manifest}} {
		if err := replace(filepath.Join(folder, f.name), f.raw); err != nil {
			return m, fmt.Errorf("keep model %s: %w", m.Name, err)
		}
	}
	return m, nil
}

// Stored says whether a folder holds a model as its manifest says.
func Stored(folder string, m Manifest) bool {
	old, _, err := Load(os.DirFS(folder), m.Name)
	return err == nil && old.Version == m.Version && old.SHA256 == m.SHA256
}

// Complete puts the shipped models into a folder that has some already, named by have.
func Complete(folder string, have []string) error {
	for _, name := range Names() {
		if slices.Contains(have, name) {
			continue
		}
		manifest, err := fs.ReadFile(Shipped(), name+".json")
		if err != nil {
			return fmt.Errorf("keep model %s: %w", name, err)
		}
		m, weights, err := Load(Shipped(), name)
		if err != nil {
			return err
		}
		if Stored(folder, m) {
			continue
		}
		if _, err := Store(folder, manifest, weights); err != nil {
			return err
		}
	}
	return nil
}

// replace writes a file whole or not at all.
func replace(file string, raw []byte) error {
	next, err := os.CreateTemp(filepath.Dir(file), ".new-*")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(next.Name()) }() // it is gone if all went well
	_, err = next.Write(raw)
	if err == nil {
		err = next.Sync()
	}
	if closed := next.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return err
	}
	return os.Rename(next.Name(), file)
}
