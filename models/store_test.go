package models

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"strings"
	"testing"
)

func TestStoreKeepsWhatLoadFinds(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	if _, err := Store(folder, encode(t, valid()), weights); err != nil {
		t.Fatal(err)
	}
	m, got, err := Load(os.DirFS(folder), "burning")
	if err != nil || m.Version != "2026.11.24" || string(got) != string(weights) {
		t.Errorf("got %+v, %v", m, err)
	}
	if _, err := Store(folder, encode(t, valid()), weights); err != nil {
		t.Errorf("the same model again: %v", err)
	}
	entries, err := os.ReadDir(folder)
	if err != nil || len(entries) != 2 {
		t.Errorf("%d files are left, want 2", len(entries))
	}
}

func TestStoreRefuses(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	if _, err := Store(folder, encode(t, valid()), []byte("other bytes")); !errors.Is(err, ErrDigest) {
		t.Errorf("other weights: %v", err)
	}
	if _, err := Store(folder, []byte("{}"), weights); !errors.Is(err, ErrManifest) {
		t.Errorf("no manifest: %v", err)
	}
	if _, err := Store(folder, encode(t, valid()), weights); err != nil {
		t.Fatal(err)
	}
	other := []byte("another network")
	m := valid()
	m.SHA256 = digest(other)
	if _, err := Store(folder, encode(t, m), other); !errors.Is(err, ErrManifest) || !strings.Contains(err.Error(), "another version") {
		t.Errorf("other weights under the same version: %v", err)
	}
}

func digest(raw []byte) string {
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:])
}
