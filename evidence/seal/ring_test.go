package seal_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"offsite/evidence/seal"
)

func openRing(t *testing.T, dir string, now time.Time) *seal.Ring {
	t.Helper()
	r, err := seal.OpenRing(dir, func() time.Time { return now })
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestKeysRotate(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	begin := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	r := openRing(t, dir, begin)
	if _, err := r.Sealer(); !errors.Is(err, fs.ErrNotExist) {
		t.Fatalf("a sealer without keys: %v", err)
	}
	if _, err := r.Rotate(seal.Ed25519); !errors.Is(err, fs.ErrNotExist) {
		t.Fatalf("a key is rotated that is not there: %v", err)
	}
	first, err := r.Create(seal.Ed25519)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Create(seal.Ed25519); err == nil || !strings.Contains(err.Error(), "rotate") {
		t.Fatalf("a second first key: %v", err)
	}
	if _, err := r.Create(seal.SM2); err != nil {
		t.Fatal(err)
	}
	if err := r.Revoke(first.ID, "stolen", time.Time{}); err == nil || !strings.Contains(err.Error(), "rotate first") {
		t.Fatalf("the key in force is revoked: %v", err)
	}
	change := begin.AddDate(0, 6, 0)
	r = openRing(t, dir, change)
	second, err := r.Rotate(seal.Ed25519)
	if err != nil {
		t.Fatal(err)
	}
	s, err := r.Sealer()
	if err != nil || s.KeyID() != second.ID || len(s.Refs()) != 2 {
		t.Fatalf("%v", err)
	}
	r = openRing(t, dir, change)
	if len(r.List()) != 3 {
		t.Fatalf("%d keys are listed", len(r.List()))
	}
	old, _ := r.Trust().Key(first.ID)
	if !old.CountsAt(change) || old.CountsAt(change.Add(seal.Overlap+time.Second)) {
		t.Fatal("the old key counts as long as it should not")
	}
	if _, err := seal.Open(filepath.Join(dir, "retired-"+first.ID+".pem")); err != nil {
		t.Fatal(err)
	}
	stolen := begin.AddDate(0, 3, 0)
	if err := r.Revoke(first.ID, "stolen", stolen); err != nil {
		t.Fatal(err)
	}
	old, _ = openRing(t, dir, change).Trust().Key(first.ID)
	if !old.CountsAt(stolen.Add(-time.Second)) || old.CountsAt(stolen) {
		t.Fatal("the revocation counts from the wrong time")
	}
	if err := r.Revoke(first.ID, "", stolen); err == nil {
		t.Error("revoked without a reason")
	}
	if err := r.Revoke("0000", "x", stolen); err == nil {
		t.Error("a key is revoked that is not there")
	}
}

// A process is killed between the steps of a rotation.
func TestHalfRotationIsCompletedOrUndone(t *testing.T) {
	t.Parallel()
	for name, known := range map[string]bool{"before verifiers know": false, "after": true} {
		dir := t.TempDir()
		now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
		first, err := openRing(t, dir, now).Create(seal.Ed25519)
		if err != nil {
			t.Fatal(err)
		}
		next, err := seal.Create(filepath.Join(dir, "seal.pem.next"), seal.Ed25519)
		if err != nil {
			t.Fatal(err)
		}
		want := first.ID
		if known {
			trust, err := seal.OpenTrust(filepath.Join(dir, "trust.json"))
			if err != nil {
				t.Fatal(err)
			}
			trust.Add(next, now)
			if err := trust.Write(filepath.Join(dir, "trust.json")); err != nil {
				t.Fatal(err)
			}
			want = next.ID()
		}
		s, err := openRing(t, dir, now).Sealer()
		if err != nil || s.KeyID() != want {
			t.Errorf("%s: key %s seals: %v", name, s.KeyID(), err)
		}
		if _, err := os.Stat(filepath.Join(dir, "seal.pem.next")); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: the next key is left over", name)
		}
	}
}

func TestKeyUnknownToVerifiersDoesNotSeal(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if _, err := seal.Create(filepath.Join(dir, "seal.pem"), seal.Ed25519); err != nil {
		t.Fatal(err)
	}
	if _, err := openRing(t, dir, time.Now()).Sealer(); err == nil || !strings.Contains(err.Error(), "not say that it is in force") {
		t.Fatal(err)
	}
}
