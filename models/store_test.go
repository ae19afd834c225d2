package models

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"slices"
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

// A folder with one own model has, completed, the others as they are shipped.
func TestCompleteAddsTheShipped(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	if _, err := Store(folder, encode(t, valid()), weights); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := Complete(folder, []string{"burning"}); err != nil {
			t.Fatal(err)
		}
	}
	if got := NamesIn(os.DirFS(folder)); !slices.Equal(got, Names()) {
		t.Errorf("there are %v, want %v", got, Names())
	}
	m, _, err := Load(os.DirFS(folder), "burning")
	if err != nil || !Stored(folder, valid()) || m.SHA256 != valid().SHA256 {
		t.Errorf("the own model is %s, %v", m.SHA256, err)
	}
	if m, _, err := Load(Shipped(), "burning"); err != nil || Stored(folder, m) {
		t.Errorf("the shipped model is taken for the own one (%v)", err)
	}
}

func digest(raw []byte) string {
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:])
}
