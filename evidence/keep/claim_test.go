package keep_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"offsite/evidence"
	"offsite/evidence/keep"
)

// claims answer as they are told to.
type claims struct {
	mu     sync.Mutex
	answer error
	asked  int
}

func (c *claims) Claim(context.Context, string, string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.asked++
	return c.answer
}

func (c *claims) set(answer error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.answer = answer
}

func (c *claims) wasAsked() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.asked > 0
}

// askedTwice returns when a claim was refused and asked for again.
func (c *claims) askedTwice(t *testing.T) {
	t.Helper()
	waitFor(t, "the claim is asked for again", func() bool {
		c.mu.Lock()
		defer c.mu.Unlock()
		return c.asked > 1
	})
}

func waitFor(t *testing.T, what string, come func() bool) {
	t.Helper()
	for limit := time.Now().Add(time.Minute); !come(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(limit) {
			t.Fatalf("it does not come to this: %s", what)
		}
	}
}

// claiming starts a keeper with an incident of an act on its way.
func claiming(t *testing.T, answer error) (*rig, *claims, *keep.Keeper, string) {
	t.Helper()
	r, c, id := newRig(t), &claims{answer: answer}, newID(t)
	r.o.Claims = c
	k := r.start(t)
	m := material(id, "cam-a", 1<<10)
	m.Act = newID(t)
	if err := k.Keep(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	return r, c, k, id
}

// While another node has the claim nothing is sealed and nothing else held up; when that
// node's bundle is recorded, what was raised here goes.
func TestASecondBundleOfAnActIsNotSealed(t *testing.T) {
	t.Parallel()
	r, c, k, id := claiming(t, evidence.ErrClaimed)
	c.askedTwice(t)
	gap := newID(t)
	if err := k.Keep(t.Context(), material(gap, "cam-a", 1<<10)); err != nil { // of no act
		t.Fatal(err)
	}
	r.check(t, r.book.await(t, 1)[gap])
	entry := filepath.Join(r.o.SpoolDir, "entries", id)
	if _, err := os.Stat(filepath.Join(entry, "seal.part")); !os.IsNotExist(err) {
		t.Errorf("it is sealed: %v", err)
	}
	c.set(evidence.ErrKnown)
	waitFor(t, "nothing waits", func() bool { n, _ := k.Waiting(); return n == 0 })
	if _, err := os.Stat(entry); !os.IsNotExist(err) {
		t.Errorf("it is still in the spool: %v", err)
	}
	if got := r.book.await(t, 1); len(got) != 1 {
		t.Errorf("%d bundles are recorded", len(got))
	}
}

func TestAClaimThatFallsToUsIsSealed(t *testing.T) {
	t.Parallel()
	r, c, _, id := claiming(t, evidence.ErrClaimed)
	c.askedTwice(t)
	c.set(nil)
	r.check(t, r.book.await(t, 1)[id])
}

// A node that is cut off seals what it raised: the day's evidence bears the day's seal.
func TestWhereNobodyCanBeAskedItIsSealed(t *testing.T) {
	t.Parallel()
	r, _, _, id := claiming(t, errAway)
	r.check(t, r.book.await(t, 1)[id])
}

// What was sealed goes its way, claimed by another or not: it may be in the store already.
func TestWhatIsSealedIsNotAskedFor(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.tsa.set(true)
	k, id := r.start(t), newID(t)
	m := material(id, "cam-a", 1<<10)
	m.Act = newID(t)
	if err := k.Keep(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	sealed := filepath.Join(r.o.SpoolDir, "entries", id, "seal.part")
	waitFor(t, "it is sealed", func() bool { _, err := os.Stat(sealed); return err == nil })
	k.Stop()
	r.tsa.set(false)
	r.o.Claims = &claims{answer: evidence.ErrKnown}
	r.start(t)
	r.check(t, r.book.await(t, 1)[id])
}

// With the database away and the disk full, a second bundle of an act is on its way to its
// seal when it turns out not to be needed. The camera's next bundle does not wait for it.
func TestWhatIsNotNeededHoldsUpNobody(t *testing.T) {
	t.Parallel()
	r, c := newRig(t), &claims{answer: errAway}
	var full atomic.Bool
	full.Store(true)
	r.o.Claims = c
	r.o.SpoolFault = func(_, path string) error {
		if full.Load() && strings.HasPrefix(filepath.Base(path), "seal.part") {
			return unix.ENOSPC
		}
		return nil
	}
	k := r.start(t)
	second, next := material(newID(t), "cam-a", 1<<10), material(newID(t), "cam-a", 1<<10)
	second.Act, next.Act = newID(t), ""
	if err := k.Keep(t.Context(), second); err != nil {
		t.Fatal(err)
	}
	c.askedTwice(t) // so its seal could not be written
	if err := k.Keep(t.Context(), next); err != nil {
		t.Fatal(err)
	}
	c.set(evidence.ErrKnown)
	full.Store(false)
	got := r.book.await(t, 1)
	r.check(t, got[next.ID])
	waitFor(t, "nothing waits", func() bool { n, _ := k.Waiting(); return n == 0 })
	if len(got) != 1 {
		t.Errorf("recorded are %v", got)
	}
}

// Where what is not needed cannot be removed at once, it is removed later.
func TestWhatIsNotNeededGoesThoughTheDiskFails(t *testing.T) {
	t.Parallel()
	for _, op := range []string{"rename", "syncdir", "remove"} {
		t.Run(op, func(t *testing.T) {
			t.Parallel()
			r, c, id := newRig(t), &claims{answer: evidence.ErrKnown}, newID(t)
			var failed atomic.Bool
			r.o.Claims = c
			r.o.SpoolFault = func(at, path string) error {
				if at == op && c.wasAsked() && failed.CompareAndSwap(false, true) {
					return unix.EIO
				}
				return nil
			}
			k := r.start(t)
			m := material(id, "cam-a", 1<<10)
			m.Act = newID(t)
			if err := k.Keep(t.Context(), m); err != nil {
				t.Fatal(err)
			}
			waitFor(t, "nothing waits", func() bool { n, _ := k.Waiting(); return n == 0 })
			if !failed.Load() {
				t.Errorf("no %s has failed", op)
			}
			left, err := filepath.Glob(filepath.Join(r.o.SpoolDir, "*", id+"*"))
			if err != nil || len(left) != 0 {
				t.Errorf("left over: %v, %v", left, err)
			}
		})
	}
}
