package backup

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// The files of a backup.
const (
	manifestFile     = "backup.json"
	folderPart       = "folder.tar.age"
	databasePart     = "database.dump.age"
	evidencePart     = "evidence.jsonl"
	objectsPart      = "objects.tar.age"
	transparencyPart = "transparency.tar.age"

	format = "offsite-backup/1"
)

// Manifest is backup.json.
type Manifest struct {
	Format     string    `json:"format"`
	Version    string    `json:"version"`              // of the Offsite that wrote it
	At         time.Time `json:"at"`                   // when it was begun
	Services   []string  `json:"services,omitempty"`   // settings that named services of the bureau's own
	Bundles    int       `json:"bundles"`              // sealed, listed in evidence.jsonl
	Checkpoint string    `json:"checkpoint,omitempty"` // of the transparency log, signed; the copied log is no older
	Parts      []Part    `json:"parts"`
}

// Part is one file of a backup.
type Part struct {
	Name   string `json:"name"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
}

// Bundle is a line of evidence.jsonl.
type Bundle struct {
	ID        string `json:"id"`
	Bucket    string `json:"bucket"`
	Key       string `json:"key"`
	VersionID string `json:"version_id"`
	Bytes     int64  `json:"bytes"`
	SHA256    string `json:"sha256"` // of the tar
}

// Has tells whether the backup holds a part.
func (m Manifest) has(name string) bool {
	return slices.ContainsFunc(m.Parts, func(p Part) bool { return p.Name == name })
}

// HasObjects tells whether the sealed bundles themselves were copied.
func (m Manifest) HasObjects() bool { return m.has(objectsPart) }

// Open reads the manifest of the backup in dir and checks every file against it.
func Open(dir string) (Manifest, error) {
	var m Manifest
	text, err := os.ReadFile(filepath.Join(dir, manifestFile))
	if err != nil {
		return m, fmt.Errorf("open backup: %w; give the folder that offsite backup has written", err)
	}
	if err := json.Unmarshal(text, &m); err != nil {
		return m, fmt.Errorf("open backup %s: %w", dir, err)
	}
	if m.Format != format {
		return m, fmt.Errorf("open backup %s: its format is %q, this version reads %q", dir, m.Format, format)
	}
	for _, p := range m.Parts {
		if err := p.check(dir); err != nil {
			return m, fmt.Errorf("open backup %s: %w; take another copy of it", dir, err)
		}
	}
	return m, nil
}

func (p Part) check(dir string) error {
	if p.Name != filepath.Base(p.Name) {
		return fmt.Errorf("%q is no name for a part", p.Name)
	}
	file, err := os.Open(filepath.Join(dir, p.Name))
	if err != nil {
		return err
	}
	defer file.Close()
	sum := sha256.New()
	n, err := io.Copy(sum, file)
	if err != nil {
		return err
	}
	if n != p.Bytes || hex.EncodeToString(sum.Sum(nil)) != p.SHA256 {
		return fmt.Errorf("%s is not as it was written", p.Name)
	}
	return nil
}

// Bundles reads the list of sealed bundles of the backup in dir.
func Bundles(dir string) ([]Bundle, error) {
	file, err := os.Open(filepath.Join(dir, evidencePart))
	if err != nil {
		return nil, fmt.Errorf("read the list of evidence: %w", err)
	}
	defer file.Close()
	var all []Bundle
	for dec := json.NewDecoder(file); ; {
		var b Bundle
		err := dec.Decode(&b)
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return nil, fmt.Errorf("read the list of evidence: %w", err)
		}
		all = append(all, b)
	}
}
