package vault_test

import (
	"errors"
	"testing"
	"time"

	"offsite/evidence"
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
	if _, err := v.ReadBeside(t.Context(), r, "log.tlog-proof"); !errors.Is(err, vault.ErrNoEntry) {
		t.Fatalf("beside it: %v", err)
	}
}
