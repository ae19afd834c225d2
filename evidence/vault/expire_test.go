package vault_test

import (
	"errors"
	"testing"
	"time"

	"offsite/evidence"
	"offsite/evidence/removal"
	"offsite/evidence/vault"
)

func TestBundleIsRemovedOnceItsTimeIsOver(t *testing.T) {
	t.Parallel()
	o := options(store.Endpoint())
	o.Retention = 2 * time.Second
	v, err := vault.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	_, r := put(t, v, 2000)
	if err := v.PutBeside(t.Context(), r, "log.tlog-proof", []byte("proof")); err != nil {
		t.Fatal(err)
	}
	if err := v.Remove(t.Context(), r); !errors.Is(err, evidence.ErrLocked) {
		t.Fatalf("a locked bundle: %v", err)
	}
	if err := v.Hold(t.Context(), r, true); err != nil {
		t.Fatal(err)
	}
	<-time.After(time.Until(r.RetainUntil) + 1500*time.Millisecond) // the store has a clock of its own
	if err := v.Remove(t.Context(), r); !errors.Is(err, evidence.ErrLocked) {
		t.Fatalf("a bundle on hold: %v", err)
	}
	if _, err := v.ReadBundle(t.Context(), r); err != nil {
		t.Fatalf("the bundle on hold is gone: %v", err)
	}
	if err := v.Hold(t.Context(), r, false); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := v.Remove(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := v.ReadBundle(t.Context(), r); err == nil {
		t.Fatal("it is still there")
	}
	for range 2 { // the second time it is killed in between, and begins again
		if err := v.PutRemoval(t.Context(), r, []byte("record"), []byte("receipt"), time.Now().Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		if err := v.Remove(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
	for name, want := range map[string]string{removal.File: "record", removal.Receipt: "receipt"} {
		if text, err := v.ReadBeside(t.Context(), r, name); err != nil || string(text) != want {
			t.Errorf("%s in its place: %q, %v", name, text, err)
		}
	}
	left := 0
	for o, err := range v.Objects(t.Context(), r.Key[:len(r.Key)-len("bundle.tar")], func(string) bool { return true }) {
		if left++; err != nil {
			t.Fatalf("%v: %v", o, err)
		}
	}
	if left != 2 {
		t.Errorf("%d versions lie in its place, want the record and its receipt", left)
	}
	if _, err := v.ReadBeside(t.Context(), r, "log.tlog-proof"); !errors.Is(err, vault.ErrNoEntry) {
		t.Fatalf("beside it: %v", err)
	}
}
