package translog

import (
	"cmp"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/note"
)

// Key is a key for signed notes, as C2SP writes them.
type Key struct {
	Name    string
	Private string
	Public  string // verifier key
}

// unnamed is the name of a log that was given none.
const unnamed = "offsite.invalid/log"

// OpenKey reads the key of that name, "" for whatever name it has, or makes it
// where the file is missing. The file holds the private key's line and the public
// key's.
func OpenKey(path, name string) (Key, error) {
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return createKey(path, cmp.Or(name, unnamed))
	}
	if err != nil {
		return Key{}, fmt.Errorf("log key: %w", err)
	}
	if !info.Mode().IsRegular() || info.Mode().Perm()&0o077 != 0 {
		return Key{}, fmt.Errorf("log key %s: others can read it (mode %04o); if nobody has, run chmod 600 on it, else begin a new log", path, info.Mode().Perm())
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return Key{}, fmt.Errorf("log key: %w", err)
	}
	private, public, _ := strings.Cut(strings.TrimSpace(string(text)), "\n")
	signer, err := note.NewSigner(private)
	if err != nil {
		return Key{}, fmt.Errorf("log key %s: it cannot be read (%w); restore it from its backup", path, err)
	}
	verifier, err := note.NewVerifier(public)
	if err != nil || verifier.KeyHash() != signer.KeyHash() {
		return Key{}, fmt.Errorf("log key %s: its two lines do not belong together; restore it from its backup", path)
	}
	if name != "" && signer.Name() != name {
		return Key{}, fmt.Errorf("log key %s: it is of %q, not %q; a log keeps its name", path, signer.Name(), name)
	}
	return Key{signer.Name(), private, public}, nil
}

func createKey(path, name string) (Key, error) {
	private, public, err := note.GenerateKey(rand.Reader, name)
	if err != nil {
		return Key{}, fmt.Errorf("make log key: %w", err)
	}
	if _, err := note.NewSigner(private); err != nil {
		return Key{}, fmt.Errorf("make log key named %q: %w", name, err)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return Key{}, fmt.Errorf("make log key: %w", err)
	}
	f, err := os.OpenFile(path+".tmp", os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return Key{}, fmt.Errorf("make log key: %w", err)
	}
	_, err = f.WriteString(private + "\n" + public + "\n")
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return Key{}, fmt.Errorf("make log key %s: %w", path, err)
	}
	if err := os.Rename(path+".tmp", path); err != nil {
		return Key{}, fmt.Errorf("make log key: %w", err)
	}
	d, err := os.Open(filepath.Dir(path))
	if err != nil {
		return Key{}, fmt.Errorf("make log key: %w", err)
	}
	return Key{name, private, public}, errors.Join(d.Sync(), d.Close())
}
