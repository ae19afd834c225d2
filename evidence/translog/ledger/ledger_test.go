package ledger_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"offsite/evidence"
	"offsite/evidence/seal"
	"offsite/evidence/translog"
	"offsite/evidence/translog/ledger"
	"offsite/evidence/translog/proof"
	"offsite/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

// house is a folder with a log, beside a database.
type house struct {
	t    *testing.T
	dir  string
	pool *pgxpool.Pool
	*ledger.Ledger
}

func newHouse(t *testing.T) house {
	t.Helper()
	pool := storetest.Open(t)
	return house{t, t.TempDir(), pool, ledger.New(pool)}
}

func (h house) log() *translog.Log {
	h.t.Helper()
	l, err := translog.Open(h.t.Context(), translog.Options{
		Dir: filepath.Join(h.dir, "log"), KeyFile: filepath.Join(h.dir, "log.key"), Origin: "log.example/offsite", Interval: 100 * time.Millisecond,
	})
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(l.Stop)
	return l
}

func (h house) keep(l *translog.Log) *ledger.Clerk {
	h.t.Helper()
	if ours, err := h.Claim(h.t.Context(), "a"); err != nil || !ours {
		h.t.Fatal(ours, err)
	}
	c, err := h.Keep(h.t.Context(), l, slog.New(slog.DiscardHandler))
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(c.Stop)
	return c
}

// count is how often the log holds an entry of that kind and id.
func (h house) count(l *translog.Log, kind, id string) int {
	h.t.Helper()
	n := 0
	err := translog.Entries(h.t.Context(), translog.Folder(l.Dir()), 0, func(_ uint64, entry []byte) bool {
		if strings.Contains(string(entry), fmt.Sprintf(`"id":%q,"kind":%q`, id, kind)) {
			n++
		}
		return true
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return n
}

func check(t *testing.T, trusted seal.TrustedLog, e proof.Entry, text []byte) {
	t.Helper()
	p, err := proof.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	data, err := e.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Check(data, trusted.ForProofs()); err != nil {
		t.Fatal(err)
	}
}

func bundle(i int) evidence.Receipt {
	return evidence.Receipt{BundleID: fmt.Sprint("bundle ", i), ManifestSHA256: fmt.Sprintf("%064x", i), SealedAt: time.Unix(int64(i), 123456789)}
}

// Processes without a log get their proofs, once each, though they ask again.
func TestEntriesOfOtherProcesses(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	if _, ok, err := h.Trusted(t.Context()); ok || err != nil {
		t.Fatalf("a log is known that nobody has opened: %v", err)
	}
	short, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	if _, err := h.Enter(short, bundle(0)); err == nil || !strings.Contains(err.Error(), "waits for the process") {
		t.Fatalf("nobody keeps the log: %v", err)
	}
	l := h.log()
	h.keep(l)
	trusted, ok, err := h.Trusted(t.Context())
	if err != nil || !ok || trusted.Verifier != l.Trusted().Verifier {
		t.Fatalf("%+v %v %v", trusted, ok, err)
	}
	var all sync.WaitGroup
	for i := range 300 {
		all.Go(func() {
			text, err := h.Enter(t.Context(), bundle(i%150))
			if err != nil {
				t.Error(err)
				return
			}
			r := bundle(i % 150)
			check(t, trusted, proof.BundleEntry(r.BundleID, r.ManifestSHA256, r.SealedAt), text)
		})
	}
	all.Wait()
	for i := range 150 {
		if n := h.count(l, proof.KindBundle, fmt.Sprint("bundle ", i)); n != 1 {
			t.Errorf("bundle %d stands in the log %d times", i, n)
		}
	}
}

// Of a subject, changes alone are entered: a model that is put back is a change.
func TestOnlyChangesAreNoted(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	model := func(version string, hour int) proof.Entry {
		return proof.Entry{Kind: proof.KindModel, ID: "stall@" + version, SHA256: strings.Repeat(version, 64), At: time.Unix(int64(hour)*3600, 0)}
	}
	for hour, version := range []string{"1", "1", "2", "2", "1"} {
		var both sync.WaitGroup
		for range 2 { // nodes
			both.Go(func() {
				if err := h.Note(t.Context(), "stall", model(version, hour)); err != nil {
					t.Error(err)
				}
			})
		}
		both.Wait()
	}
	l := h.log()
	h.keep(l)
	last := model("1", 4)
	if _, err := h.Record(t.Context(), last); err != nil { // it is there already
		t.Fatal(err)
	}
	if one, two := h.count(l, proof.KindModel, "stall@1"), h.count(l, proof.KindModel, "stall@2"); one != 2 || two != 1 {
		t.Fatalf("the first stands there %d times, the second %d times", one, two)
	}
	if err := h.Note(t.Context(), "stall", proof.Entry{Kind: proof.KindModel, ID: "x"}); err == nil {
		t.Error("an entry without digest is put down")
	}
}

func TestOneNodeKeepsTheLog(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for _, c := range []struct {
		node string
		want bool
	}{{"a", true}, {"b", false}, {"a", true}, {"b", false}} {
		if ours, err := h.Claim(t.Context(), c.node); err != nil || ours != c.want {
			t.Errorf("%s: %v %v", c.node, ours, err)
		}
	}
}

// The folder is brought back from an old backup, or begun anew.
func TestOlderLogIsRefused(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	enter := func(i int) {
		t.Helper()
		if _, err := h.Enter(t.Context(), bundle(i)); err != nil {
			t.Fatal(err)
		}
	}
	l := h.log()
	c := h.keep(l)
	enter(1)
	c.Stop()
	l.Stop()
	backup := filepath.Join(t.TempDir(), "backup")
	if err := os.CopyFS(backup, os.DirFS(l.Dir())); err != nil {
		t.Fatal(err)
	}
	l = h.log()
	c = h.keep(l)
	enter(2)
	c.Stop()
	l.Stop()
	for name, restore := range map[string]func() error{
		"an old copy": func() error { return os.Rename(backup, l.Dir()) },
		"a new log":   func() error { return nil },
	} {
		if err := os.RemoveAll(l.Dir()); err != nil {
			t.Fatal(err)
		}
		if err := restore(); err != nil {
			t.Fatal(err)
		}
		l := h.log()
		if c, err := h.Keep(t.Context(), l, slog.New(slog.DiscardHandler)); err == nil || !strings.Contains(err.Error(), "two logs of one name") {
			t.Errorf("%s: %v", name, err)
			if err == nil {
				c.Stop()
			}
		}
		l.Stop()
	}
}
