package backup_test

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"filippo.io/age"
	"golang.org/x/sys/unix"

	"offsite/backup"
)

// house is a data folder with something of everything.
type house struct {
	t    *testing.T
	data string
	key  *age.X25519Identity
}

func newHouse(t *testing.T) *house {
	t.Helper()
	key, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	h := &house{t: t, data: t.TempDir(), key: key}
	for name, text := range map[string]string{
		"keys/seal.pem": "secret", "keys/trust.json": "{}", "tsa/ca.pem": "authority", "node": "n1", "state/camera": "rule",
		"spool/entries/a/meta.json": "{}", "spool/entries/a/body.tar": "seen", "spool/lock": "", "spool/drafts/b/body.tar": "half",
		"offsite.yaml": "listen: 127.0.0.1:1\n", "s3/objects/evidence/bundle.tar": "locked", "transparency/checkpoint": "signed", "transparency/tile/0": "tile",
	} {
		h.put(name, text)
	}
	return h
}

func (h *house) put(name, text string) {
	h.t.Helper()
	path := filepath.Join(h.data, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		h.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) source() backup.Source {
	return backup.Source{
		Data: h.data, Transparency: filepath.Join(h.data, "transparency"), Objects: true, Version: "test",
		Database: func(_ context.Context, w io.Writer) error {
			_, err := io.WriteString(w, "every row")
			return err
		},
		Evidence: func(_ context.Context, each func(backup.Bundle) error) error {
			return each(backup.Bundle{ID: "b1", Key: "bundle.tar", SHA256: "00"})
		},
	}
}

func (h *house) write() (dir string, m backup.Manifest) {
	h.t.Helper()
	dir = filepath.Join(h.t.TempDir(), "backup")
	if _, err := backup.Write(h.t.Context(), h.source(), dir, h.key.Recipient()); err != nil {
		h.t.Fatal(err)
	}
	m, err := backup.Open(dir)
	if err != nil {
		h.t.Fatal(err)
	}
	return dir, m
}

// contents are the files of a folder.
func contents(t *testing.T, dir string) map[string]string {
	t.Helper()
	found := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		name, relErr := filepath.Rel(dir, path)
		found[name] = string(text)
		return errors.Join(err, relErr)
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestWhatIsWrittenIsReadBack(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	object := filepath.Join(h.data, "s3/objects/evidence/bundle.tar")
	attributes := unix.Setxattr(object, "user.lock", []byte("COMPLIANCE"), 0) == nil
	dir, m := h.write()
	if m.Bundles != 1 || m.Checkpoint != "signed" || !m.HasObjects() {
		t.Errorf("manifest %+v", m)
	}
	for name, text := range contents(t, dir) {
		for _, secret := range []string{"secret", "every row", "locked", "seen"} {
			if strings.Contains(text, secret) {
				t.Errorf("%s tells %q", name, secret)
			}
		}
	}
	data, dump := filepath.Join(t.TempDir(), "data"), ""
	err := backup.Restore(t.Context(), dir, data, m, func(_ context.Context, _ string, r io.Reader) error {
		text, err := io.ReadAll(r)
		dump = string(text)
		return err
	}, h.key)
	if err != nil {
		t.Fatal(err)
	}
	want := contents(t, h.data)
	delete(want, "spool/lock")
	delete(want, "spool/drafts/b/body.tar")
	got := contents(t, data)
	for name, text := range want {
		if got[name] != text {
			t.Errorf("%s is %q, was %q", name, got[name], text)
		}
	}
	if len(got) != len(want) || dump != "every row" {
		t.Errorf("got %d files instead of %d, and the dump %q", len(got), len(want), dump)
	}
	if info, err := os.Stat(filepath.Join(data, "keys/seal.pem")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the key's mode is %v: %v", info.Mode(), err)
	}
	lock := make([]byte, 64)
	if n, err := unix.Getxattr(filepath.Join(data, "s3/objects/evidence/bundle.tar"), "user.lock", lock); attributes && string(lock[:max(n, 0)]) != "COMPLIANCE" {
		t.Errorf("the object's lock is %q: %v", lock[:max(n, 0)], err)
	}
}

func TestConfigurationElsewhereIsTaken(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	src := h.source()
	src.Config = filepath.Join(t.TempDir(), "etc.yaml")
	if err := os.WriteFile(src.Config, []byte("log:\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	dir, data := filepath.Join(t.TempDir(), "backup"), filepath.Join(t.TempDir(), "data")
	m, err := backup.Write(t.Context(), src, dir, h.key.Recipient())
	if err != nil {
		t.Fatal(err)
	}
	if err := backup.Restore(t.Context(), dir, data, m, discard, h.key); err != nil {
		t.Fatal(err)
	}
	if got := contents(t, data)[backup.ConfigFile]; got != "log:\n" {
		t.Errorf("the configuration is %q", got)
	}
}

func discard(_ context.Context, _ string, r io.Reader) error {
	_, err := io.Copy(io.Discard, r)
	return err
}

func TestRefused(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	dir, m := h.write()
	stranger, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	data := filepath.Join(t.TempDir(), "data")
	if err := backup.Restore(t.Context(), dir, data, m, discard, stranger); err == nil || !strings.Contains(err.Error(), "does not open it") {
		t.Errorf("a stranger's key: %v", err)
	}
	if err := backup.Restore(t.Context(), dir, h.data, m, discard, h.key); err == nil || !strings.Contains(err.Error(), "is not empty") {
		t.Errorf("a folder that is not empty: %v", err)
	}
	broken := errors.New("no database")
	if err := backup.Restore(t.Context(), dir, data, m, func(context.Context, string, io.Reader) error { return broken }, h.key); !errors.Is(err, broken) {
		t.Errorf("a database that cannot be read: %v", err)
	}
	if left, _ := filepath.Glob(data + "*"); len(left) > 0 {
		t.Errorf("what failed has left %v", left)
	}
	if _, err := backup.Write(t.Context(), h.source(), dir, h.key.Recipient()); err == nil || !strings.Contains(err.Error(), "is there already") {
		t.Errorf("over an older backup: %v", err)
	}
	for _, p := range m.Parts {
		path := filepath.Join(dir, p.Name)
		whole, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		changed := append([]byte(nil), whole...)
		changed[len(changed)/2] ^= 1
		for what, text := range map[string][]byte{"changed": changed, "cut": whole[:len(whole)-1]} {
			if err := os.WriteFile(path, text, 0o600); err != nil {
				t.Fatal(err)
			}
			if _, err := backup.Open(dir); err == nil || !strings.Contains(err.Error(), p.Name) {
				t.Errorf("%s %s: %v", p.Name, what, err)
			}
		}
		if err := os.WriteFile(path, whole, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// TestSpoolIsReadWhileItEmpties: an entry that leaves the spool while it is read is
// in the backup whole or not at all.
func TestSpoolIsReadWhileItEmpties(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	const entries = 200
	for i := range entries {
		name := "spool/entries/" + string(rune('b'+i%20)) + strings.Repeat("x", i/20)
		h.put(name+"/meta.json", "{}")
		h.put(name+"/body.tar", "seen")
	}
	all, err := filepath.Glob(filepath.Join(h.data, "spool/entries/*"))
	if err != nil {
		t.Fatal(err)
	}
	emptied := make(chan error, 1)
	go func() {
		var failed error
		for i, path := range all { // as package spool drops an entry
			if i%2 == 0 {
				gone := filepath.Join(h.data, "spool/drafts", filepath.Base(path))
				failed = errors.Join(failed, os.Rename(path, gone), os.RemoveAll(gone))
			}
		}
		emptied <- failed
	}()
	dir, m := h.write()
	if err := <-emptied; err != nil {
		t.Fatal(err)
	}
	data := filepath.Join(t.TempDir(), "data")
	if err := backup.Restore(t.Context(), dir, data, m, discard, h.key); err != nil {
		t.Fatal(err)
	}
	got := contents(t, data)
	for i, path := range all {
		name := "spool/entries/" + filepath.Base(path)
		_, meta := got[name+"/meta.json"]
		_, body := got[name+"/body.tar"]
		if meta != body {
			t.Errorf("%s is half there", name)
		}
		if i%2 == 1 && !body {
			t.Errorf("%s, which stayed, is not there", name)
		}
	}
}
