package keep_test

import (
	"flag"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"golang.org/x/sys/unix"

	"offsite/evidence"
)

var walk = flag.Bool("walk", false, "let every single change fail, which takes minutes")

// strideOf is how many changes are passed over from one case to the next.
func strideOf(usual int) int {
	if *walk {
		return 1
	}
	return usual
}

// faults let the n-th change in the spool fail.
type faults struct {
	mu   sync.Mutex
	at   int
	err  error
	seen []string
}

func (f *faults) fault(op, path string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.seen = append(f.seen, op+" "+filepath.Base(path))
	if len(f.seen) == f.at {
		return f.err
	}
	return nil
}

// carry keeps two materials of one camera and waits until both are recorded.
// Where Keep fails, it is tried again, as the pipeline does.
func carry(t *testing.T, r *rig, f *faults) map[string]evidence.Receipt {
	t.Helper()
	own := *r
	own.book, own.o.SpoolFault, own.o.SpoolDir = newBook(), f.fault, t.TempDir()
	own.o.Recorder = own.book
	k, err := own.openAgain()
	if err != nil {
		t.Fatal(err)
	}
	defer k.Stop()
	if err := k.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	for i := range 2 {
		m := material(newID(t), "cam", 2000)
		if err := k.Keep(t.Context(), m); err != nil {
			if err := k.Keep(t.Context(), m); err != nil {
				t.Fatalf("the second try of Keep: %v", err)
			}
		}
		own.book.await(t, i+1)
	}
	return own.book.await(t, 2)
}

// Every change that the spool makes on the disk fails once, in each way; after
// it each bundle is there once, whole and in its chain.
func TestFaultWalk(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	clean := &faults{}
	carry(t, r, clean)
	step := strideOf(9)
	cases := 0
	for _, err := range []error{unix.EIO, unix.ENOSPC} {
		for at := 1; at <= len(clean.seen); at += step {
			f := &faults{at: at, err: err}
			records := carry(t, r, f)
			what := fmt.Sprintf("%v at change %d", err, at)
			if at <= len(f.seen) {
				what += " (" + f.seen[at-1] + ")"
			}
			first := 0
			for _, receipt := range records {
				r.check(t, receipt)
				if n := versions(t, r, receipt); n != 1 {
					t.Errorf("%s: bundle %s lies there %d times", what, receipt.BundleID, n)
				}
				if receipt.PreviousBundle == "" {
					first++
				}
			}
			if len(records) != 2 || first != 1 {
				t.Errorf("%s: %d bundles, %d of them first: %v", what, len(records), first, slices.Collect(maps.Keys(records)))
			}
			cases++
		}
	}
	t.Logf("%d cases over %d changes on the disk", cases, len(clean.seen))
}

// The process is killed at every change that the spool makes.
func TestKilledAtEachChange(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	clean := &faults{}
	carry(t, r, clean)
	step := strideOf(13)
	cases := 0
	for at := 1; at <= len(clean.seen); at += step {
		j := newJob(t, r, 2)
		j.KillAt = at
		cmd, _, held := j.start(t)
		<-held
		cmd.Wait()
		seals := map[string]string{}
		j.seals(t, seals)
		j.KillAt = 0
		j.finish(t)
		j.verifyAll(t, r, seals)
		cases++
	}
	t.Logf("%d cases over %d changes on the disk", cases, len(clean.seen))
}
