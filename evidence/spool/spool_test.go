package spool_test

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"offsite/evidence/spool"
)

func open(t *testing.T, dir string) *spool.Spool {
	t.Helper()
	s, err := spool.Open(spool.Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func text(name, content string) spool.Part {
	return spool.Part{Name: name, Write: func(w io.Writer) error {
		_, err := io.WriteString(w, content)
		return err
	}}
}

func put(t *testing.T, s *spool.Spool, id string) *spool.Entry {
	t.Helper()
	e, fresh, err := s.Put(t.Context(), id, 100, text("meta", "m "+id), text("body", strings.Repeat("b", 90)))
	if err != nil || !fresh {
		t.Fatalf("put %s: fresh %v, %v", id, fresh, err)
	}
	return e
}

func ids(s *spool.Spool) string {
	var out []string
	for _, e := range s.Entries() {
		out = append(out, e.ID())
	}
	return strings.Join(out, " ")
}

func TestEntriesOutliveTheProcess(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first := open(t, dir)
	put(t, first, "b")
	e := put(t, first, "a")
	if err := e.Add("seal", []byte("sealed")); err != nil {
		t.Fatal(err)
	}
	if _, err := spool.Open(spool.Options{Dir: dir}); !errors.Is(err, spool.ErrInUse) {
		t.Fatalf("a second process on the same spool: %v", err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	// What a killed process would have left half done.
	for _, rest := range []string{"drafts/c/body", "entries/a/receipt.tmp"} {
		if err := os.MkdirAll(filepath.Join(dir, filepath.Dir(rest)), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, rest), []byte("half"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	second := open(t, dir)
	if got := ids(second); got != "a b" {
		t.Fatalf("entries after a restart: %q", got)
	}
	again := second.Entries()[0]
	if data, err := again.Read("seal"); err != nil || string(data) != "sealed" {
		t.Fatalf("an added file after a restart: %q %v", data, err)
	}
	if data, err := again.Read("meta"); err != nil || string(data) != "m a" {
		t.Fatalf("%q %v", data, err)
	}
	for name, want := range map[string]bool{"seal": true, "receipt": false} {
		if has, err := again.Has(name); err != nil || has != want {
			t.Errorf("has %s: %v %v", name, has, err)
		}
	}
	if used, _, err := second.Usage(); err != nil || used != 2*93+6 {
		t.Errorf("%d bytes are counted: %v", used, err)
	}
}

func TestSameIDAgainChangesNothing(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir())
	put(t, s, "a")
	e, fresh, err := s.Put(t.Context(), "a", 100, text("meta", "other"))
	if err != nil || fresh {
		t.Fatalf("fresh %v, %v", fresh, err)
	}
	if data, err := e.Read("meta"); err != nil || string(data) != "m a" {
		t.Fatalf("%q %v", data, err)
	}
}

func TestDroppedEntryLeavesWhatIsKept(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := open(t, dir)
	e := put(t, s, "a")
	if err := e.Add("receipt", []byte("r")); err != nil {
		t.Fatal(err)
	}
	if err := e.Drop("receipt"); err != nil {
		t.Fatal(err)
	}
	if got := ids(s); got != "" {
		t.Fatalf("still there: %q", got)
	}
	if used, _, _ := s.Usage(); used != 0 {
		t.Errorf("%d bytes are counted", used)
	}
	if data, ok, err := s.Kept("a"); err != nil || !ok || string(data) != "r" {
		t.Fatalf("%q %v %v", data, ok, err)
	}
	if err := s.Forget(time.Now().Add(-time.Hour)); err != nil {
		t.Fatal(err)
	}
	if _, ok, _ := s.Kept("a"); !ok {
		t.Fatal("forgotten too early")
	}
	if err := s.Forget(time.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if _, ok, err := s.Kept("a"); ok || err != nil {
		t.Fatalf("not forgotten: %v", err)
	}
	left, err := os.ReadDir(filepath.Join(dir, "drafts"))
	if err != nil || len(left) != 0 {
		t.Fatalf("%d drafts are left: %v", len(left), err)
	}
}

func TestFailedWriteLeavesNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := open(t, dir)
	broken := errors.New("broken")
	fail := spool.Part{Name: "body", Write: func(w io.Writer) error { return broken }}
	if _, _, err := s.Put(t.Context(), "a", 100, text("meta", "m"), fail); !errors.Is(err, broken) {
		t.Fatal(err)
	}
	if used, _, _ := s.Usage(); used != 0 || ids(s) != "" {
		t.Fatalf("%d bytes of %q are left", used, ids(s))
	}
	put(t, s, "a")
	for _, id := range []string{"", ".", "..", "a/b", ".hidden", "x.tmp", strings.Repeat("x", 200)} {
		if _, _, err := s.Put(t.Context(), id, 1, text("meta", "")); err == nil {
			t.Errorf("%q is taken as an id", id)
		}
	}
}

func TestSpoolTakesItsShareOnly(t *testing.T) {
	t.Parallel()
	s, err := spool.Open(spool.Options{Dir: t.TempDir(), Share: 1e-8})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	_, limit, err := s.Usage()
	if err != nil {
		t.Fatal(err)
	}
	var last error
	for i := range 100 {
		if _, _, last = s.Put(t.Context(), fmt.Sprint(i), limit/10+1, text("meta", strings.Repeat("x", int(limit/10)+1))); last != nil {
			break
		}
	}
	if !errors.Is(last, spool.ErrFull) || !strings.Contains(last.Error(), "raise the share") {
		t.Fatalf("beyond its share: %v", last)
	}
	if n := len(s.Entries()); n != 9 {
		t.Fatalf("%d entries fit", n)
	}
	if err := s.Entries()[0].Drop(""); err != nil {
		t.Fatal(err)
	}
	put(t, s, "later")
}

// A full disk is told from other failures, and what is there stays whole.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		t.Skip("mounting a small file system needs root")
	}
	dir := t.TempDir()
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, "size=1m"); err != nil {
		t.Skipf("no file system can be mounted here: %v", err)
	}
	t.Cleanup(func() { unix.Unmount(dir, unix.MNT_DETACH) })
	s, err := spool.Open(spool.Options{Dir: dir, Share: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	e := put(t, s, "a")
	// It claims less than it writes, as would another program that fills the disk.
	if _, _, err := s.Put(t.Context(), "b", 1, text("body", strings.Repeat("x", 2<<20))); !errors.Is(err, spool.ErrFull) || !errors.Is(err, unix.ENOSPC) {
		t.Fatalf("more than the disk holds: %v", err)
	}
	if err := e.Add("seal", []byte(strings.Repeat("x", 2<<20))); !errors.Is(err, spool.ErrFull) {
		t.Fatalf("more than the disk holds: %v", err)
	}
	if _, _, err := s.Put(t.Context(), "c", 2<<20, text("body", "")); !errors.Is(err, spool.ErrFull) {
		t.Fatalf("a claim of more than the disk holds: %v", err)
	}
	if ids(s) != "a" {
		t.Fatalf("entries %q", ids(s))
	}
	if err := e.Add("seal", []byte("small")); err != nil {
		t.Fatalf("there is room again: %v", err)
	}
}
