package backup

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"filippo.io/age"
)

// Source is what is backed up.
type Source struct {
	Data         string   // data folder
	Transparency string   // folder of the log; "" where another node keeps it
	Config       string   // configuration file outside the data folder; "" for none
	Objects      bool     // copy the private store's objects too
	Version      string   // of this program
	Services     []string // settings that name services of the bureau's own
	Database     func(ctx context.Context, w io.Writer) error
	Evidence     func(ctx context.Context, each func(Bundle) error) error
}

// kept are the entries of a data folder that are backed up, in reading order.
var kept = []string{"spool", "keys", "tsa", "state", "node", ConfigFile}

// ConfigFile is the configuration in a data folder.
const ConfigFile = "offsite.yaml"

const (
	transparencyFolder = "transparency"
	storeFolder        = "s3"
)

// Write backs src up into the folder to, which must not exist, encrypted to the
// recipients.
func Write(ctx context.Context, src Source, to string, recipients ...age.Recipient) (Manifest, error) {
	m := Manifest{Format: format, Version: src.Version, Services: src.Services, At: time.Now().UTC().Truncate(time.Second)}
	if _, err := os.Lstat(to); !errors.Is(err, fs.ErrNotExist) {
		return m, fmt.Errorf("back up: %s is there already; name a folder that is not", to)
	}
	draft := to + ".part"
	if err := os.RemoveAll(draft); err != nil {
		return m, fmt.Errorf("back up: %w", err)
	}
	if err := os.MkdirAll(draft, 0o700); err != nil {
		return m, fmt.Errorf("back up: %w", err)
	}
	w := writer{dir: draft, src: src, manifest: &m, recipients: recipients}
	err := w.write(ctx)
	if err == nil {
		err = w.publish(to)
	}
	if err != nil {
		return m, errors.Join(fmt.Errorf("back up: %w", err), os.RemoveAll(draft))
	}
	return m, nil
}

type writer struct {
	dir        string
	src        Source
	manifest   *Manifest
	recipients []age.Recipient
}

func (w *writer) write(ctx context.Context) error {
	if err := w.sealed(folderPart, func(out io.Writer) error { return w.folder(ctx, out) }); err != nil {
		return err
	}
	if err := w.part(evidencePart, func(out io.Writer) error { return w.evidence(ctx, out) }); err != nil {
		return err
	}
	if err := w.sealed(databasePart, func(out io.Writer) error { return w.src.Database(ctx, out) }); err != nil {
		return err
	}
	if w.src.Objects {
		if err := w.sealed(objectsPart, func(out io.Writer) error { return pack(ctx, out, w.entry(storeFolder)) }); err != nil {
			return err
		}
	}
	if w.src.Transparency == "" {
		return nil
	}
	checkpoint, err := os.ReadFile(filepath.Join(w.src.Transparency, "checkpoint"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	w.manifest.Checkpoint = string(checkpoint)
	return w.sealed(transparencyPart, func(out io.Writer) error {
		return pack(ctx, out, entry{w.src.Transparency, transparencyFolder})
	})
}

func (w *writer) entry(name string) entry { return entry{filepath.Join(w.src.Data, name), name} }

func (w *writer) folder(ctx context.Context, out io.Writer) error {
	var entries []entry
	for _, name := range kept {
		entries = append(entries, w.entry(name))
	}
	if w.src.Config != "" {
		entries = append(entries[:len(entries)-1], entry{w.src.Config, ConfigFile})
	}
	return pack(ctx, out, entries...)
}

func (w *writer) evidence(ctx context.Context, out io.Writer) error {
	enc := json.NewEncoder(out)
	return w.src.Evidence(ctx, func(b Bundle) error {
		w.manifest.Bundles++
		return enc.Encode(b)
	})
}

// sealed writes an encrypted part.
func (w *writer) sealed(name string, write func(io.Writer) error) error {
	return w.part(name, func(out io.Writer) error {
		secret, err := age.Encrypt(out, w.recipients...)
		if err != nil {
			return err
		}
		return errors.Join(write(secret), secret.Close())
	})
}

// part writes a file, fsyncs it and enters it in the manifest.
func (w *writer) part(name string, write func(io.Writer) error) error {
	file, err := os.OpenFile(filepath.Join(w.dir, name), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	sum := sha256.New()
	const chunk = 1 << 20
	out := bufio.NewWriterSize(io.MultiWriter(file, sum), chunk)
	err = write(out)
	err = errors.Join(err, out.Flush(), file.Sync())
	info, statErr := file.Stat()
	if err := errors.Join(err, statErr, file.Close()); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	w.manifest.Parts = append(w.manifest.Parts, Part{name, info.Size(), hex.EncodeToString(sum.Sum(nil))})
	return nil
}

// publish writes the manifest last and gives the folder its name.
func (w *writer) publish(to string) error {
	text, err := json.MarshalIndent(w.manifest, "", "  ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(w.dir, manifestFile), append(text, '\n'), 0o600); err != nil {
		return err
	}
	return rename(w.dir, to)
}

// rename gives a folder its name, for good.
func rename(from, to string) error {
	if err := syncFolder(from); err != nil {
		return err
	}
	if err := os.Rename(from, to); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(to))
}

func syncFolder(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
