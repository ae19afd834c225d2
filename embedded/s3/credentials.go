package s3

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Credentials are the root credentials of the store.
type Credentials struct {
	AccessKey string `json:"access_key"`
	SecretKey string `json:"secret_key"`
}

// OpenCredentials reads the credentials in the file at path, or makes new ones
// there (0600). A file that others can read is refused.
func OpenCredentials(path string) (Credentials, error) {
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return createCredentials(path)
	}
	if err != nil {
		return Credentials{}, fmt.Errorf("store credentials: %w", err)
	}
	if !info.Mode().IsRegular() || info.Mode().Perm()&0o077 != 0 {
		return Credentials{}, fmt.Errorf("store credentials %s: others can read them (mode %04o); if nobody has, run chmod 600 on the file, else remove it and new ones are made", path, info.Mode().Perm())
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return Credentials{}, fmt.Errorf("store credentials: %w", err)
	}
	var c Credentials
	if err := json.Unmarshal(text, &c); err != nil || c.AccessKey == "" || c.SecretKey == "" {
		return Credentials{}, fmt.Errorf("store credentials %s: the file cannot be read as access_key and secret_key; remove it and new ones are made", path)
	}
	return c, nil
}

func createCredentials(path string) (Credentials, error) {
	c := Credentials{AccessKey: "offsite", SecretKey: rand.Text()}
	text, err := json.Marshal(c) // #nosec G117 -- into the file that keeps them, for us alone
	if err != nil {
		return c, fmt.Errorf("store credentials: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return c, fmt.Errorf("store credentials: %w", err)
	}
	temporary := path + ".tmp"
	f, err := os.OpenFile(temporary, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return c, fmt.Errorf("store credentials: %w", err)
	}
	_, err = f.Write(append(text, '\n'))
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return c, fmt.Errorf("store credentials: %w", err)
	}
	if err := os.Rename(temporary, path); err != nil {
		return c, fmt.Errorf("store credentials: %w", err)
	}
	return c, nil
}
