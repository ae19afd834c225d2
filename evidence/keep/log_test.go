package keep_test

import (
	"context"
	"errors"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"offsite/evidence"
	"offsite/evidence/translog"
	"offsite/evidence/verify"
)

// The recorder is told once the bundle stands in the log, whose receipt lies
// beside it.
func TestBundleIsLoggedBeforeItIsRecorded(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	dir := t.TempDir()
	l, err := translog.Open(t.Context(), translog.Options{
		Dir: filepath.Join(dir, "log"), KeyFile: filepath.Join(dir, "log.key"), Origin: "log.example/offsite", Interval: 100 * time.Millisecond,
	})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Stop()
	r.o.Log = l
	k := r.start(t)
	const n = 5
	for range n {
		if err := k.Keep(t.Context(), material(newID(t), "cam", 10_000)); err != nil {
			t.Fatal(err)
		}
	}
	trusted := l.Trusted()
	r.maker.Trust.Log = &trusted
	seen := map[uint64]bool{}
	for _, receipt := range r.book.await(t, n) {
		proof, err := r.vault.ReadBeside(t.Context(), receipt, verify.LogProof)
		if err != nil {
			t.Fatal(err)
		}
		body, err := r.vault.ReadBundle(t.Context(), receipt)
		if err != nil {
			t.Fatal(err)
		}
		report, err := verify.Bundle(t.Context(), body, r.maker.Trust, verify.Options{LogProof: proof})
		body.Close()
		if err != nil || report.Exit() != 0 || report.LogIndex == nil || seen[*report.LogIndex] {
			t.Fatalf("%+v %v", report, err)
		}
		seen[*report.LogIndex] = true
		r.maker.Trust.Log = nil
		if report := again(t, r, receipt.BundleID, proof); report.Exit() != 2 {
			t.Errorf("without a log in trust.json: exit %d", report.Exit())
		}
		r.maker.Trust.Log = &trusted
	}
	one := r.book.records[r.book.order[0]]
	if _, err := r.vault.ReadBeside(t.Context(), one, "nothing"); err == nil {
		t.Error("something lies beside the bundle that was never put there")
	}
	proof, err := r.vault.ReadBeside(t.Context(), one, verify.LogProof)
	if err != nil {
		t.Fatal(err)
	}
	if report := again(t, r, r.book.order[1], proof); report.Exit() != 1 {
		t.Errorf("another bundle's receipt: exit %d", report.Exit())
	}
}

func again(t *testing.T, r *rig, id string, proof []byte) verify.Report {
	t.Helper()
	body, err := r.vault.ReadBundle(t.Context(), r.book.records[id])
	if err != nil {
		t.Fatal(err)
	}
	defer body.Close()
	report, err := verify.Bundle(t.Context(), body, r.maker.Trust, verify.Options{LogProof: proof})
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// ailing is a log that refuses each bundle once.
type ailing struct {
	mu   sync.Mutex
	seen map[string]bool
}

func (l *ailing) Enter(_ context.Context, r evidence.Receipt) ([]byte, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.seen[r.BundleID] {
		l.seen[r.BundleID] = true
		return nil, errors.New("no space left on device")
	}
	return []byte("receipt"), nil
}

// A log that failed is asked again: the work goes from a worker to a goroutine of its own
// and must not be held back there by the failure that it is to try out.
func TestALogThatFailedIsAskedAgain(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.o.Log = &ailing{seen: map[string]bool{}}
	r.o.RetryMin, r.o.RetryMax = 200*time.Millisecond, 400*time.Millisecond
	k := r.start(t)
	for _, camera := range []string{"cam-a", "cam-b", "cam-c"} {
		if err := k.Keep(t.Context(), material(newID(t), camera, 1000)); err != nil {
			t.Fatal(err)
		}
	}
	r.book.await(t, 3)
}
