package translog_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"offsite/evidence/seal"
	"offsite/evidence/translog"
	"offsite/evidence/translog/proof"
)

type kept struct{ dir, key string }

func newKept(t *testing.T) kept {
	t.Helper()
	dir := t.TempDir()
	return kept{filepath.Join(dir, "log"), filepath.Join(dir, "keys", "log.key")}
}

func (k kept) open(t *testing.T) *translog.Log {
	t.Helper()
	l, err := translog.Open(t.Context(), translog.Options{Dir: k.dir, KeyFile: k.key, Origin: "log.example/offsite", Interval: 100 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Stop)
	return l
}

func entry(i int) proof.Entry {
	sum := sha256.Sum256(fmt.Append(nil, i))
	return proof.Entry{Kind: proof.KindCase, ID: fmt.Sprintf("record %d", i), SHA256: hex.EncodeToString(sum[:]), At: time.Unix(int64(i), 0)}
}

// record adds n entries at once and checks their proofs.
func record(t *testing.T, l *translog.Log, from, n int) {
	t.Helper()
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			text, err := l.Record(context.Background(), entry(from+i))
			if err != nil {
				t.Error(err)
				return
			}
			check(t, l.Trusted(), entry(from+i), text)
		})
	}
	wg.Wait()
}

func check(t *testing.T, trusted seal.TrustedLog, e proof.Entry, text []byte) proof.Place {
	t.Helper()
	p, err := proof.Parse(text)
	if err != nil {
		t.Error(err)
		return proof.Place{}
	}
	data, err := e.Bytes()
	if err != nil {
		t.Error(err)
	}
	place, err := p.Check(data, trusted.ForProofs())
	if err != nil {
		t.Error(err)
	}
	return place
}

func TestEntriesAreProvedAndOutliveTheProcess(t *testing.T) {
	t.Parallel()
	k := newKept(t)
	first := k.open(t)
	record(t, first, 0, 40)
	before, err := first.Checkpoint(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	first.Stop()
	second := k.open(t)
	if second.Trusted().Verifier != first.Trusted().Verifier {
		t.Fatal("another key after a restart")
	}
	record(t, second, 40, 300)
	after, err := second.Checkpoint(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(second.Handler())
	defer server.Close()
	remote, err := translog.Remote(server.URL+"/", server.Client())
	if err != nil {
		t.Fatal(err)
	}
	for name, s := range map[string]translog.Source{"folder": translog.Folder(k.dir), "remote": remote} {
		c, err := translog.Check(t.Context(), s, second.Trusted())
		if err != nil || c.Size != 340 {
			t.Errorf("%s: %d entries: %v", name, c.Size, err)
		}
		if err := translog.Consistency(t.Context(), s, second.Trusted(), before, after); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if err := translog.Consistency(t.Context(), s, second.Trusted(), after, before); err == nil {
			t.Errorf("%s: a log that shrinks is called consistent", name)
		}
	}
	at, found, err := translog.Find(t.Context(), remote, entry(333))
	if err != nil || !found {
		t.Fatalf("entry 333 is not found: %v", err)
	}
	again, err := translog.Prove(t.Context(), remote, at)
	if err != nil {
		t.Fatal(err)
	}
	check(t, second.Trusted(), entry(333), again)
	if _, found, err := translog.Find(t.Context(), remote, entry(999)); found || err != nil {
		t.Fatalf("an entry is found that is not there: %v", err)
	}
	text, err := second.Prove(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	if len(text) > 2048 {
		t.Errorf("a proof has %d bytes", len(text))
	}
	if _, err := second.Prove(t.Context(), 340); err == nil {
		t.Error("an entry is proved that is not there")
	}
}

func TestProofsThatProveNothing(t *testing.T) {
	t.Parallel()
	l, other := newKept(t).open(t), newKept(t).open(t)
	record(t, l, 0, 10)
	text, err := l.Record(t.Context(), entry(10))
	if err != nil {
		t.Fatal(err)
	}
	data, _ := entry(10).Bytes()
	p, err := proof.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	wrong, _ := entry(11).Bytes()
	trusted := l.Trusted().ForProofs()
	if _, err := p.Check(wrong, trusted); !errors.Is(err, proof.ErrBroken) || strings.Contains(err.Error(), "\n") || !strings.Contains(err.Error(), "lead to the root") {
		t.Errorf("another entry: %v", err)
	}
	if _, err := p.Check(data, other.Trusted().ForProofs()); !errors.Is(err, proof.ErrStranger) {
		t.Errorf("another log: %v", err)
	}
	witnessed := trusted
	witnessed.Quorum = 1
	if _, err := p.Check(data, witnessed); !errors.Is(err, proof.ErrWitnesses) {
		t.Errorf("no witness: %v", err)
	}
	for at := range text {
		changed := bytes.Clone(text)
		changed[at] ^= 1
		p, err := proof.Parse(changed)
		if err == nil {
			_, err = p.Check(data, trusted)
		}
		if err == nil {
			t.Errorf("byte %d of the proof is changed: nothing is found", at)
		}
	}
}

func TestChangedLogIsFound(t *testing.T) {
	t.Parallel()
	k := newKept(t)
	l := k.open(t)
	record(t, l, 0, 20)
	state := filepath.Join(t.TempDir(), "seen.json")
	if _, err := translog.Monitor(t.Context(), translog.Folder(k.dir), l.Trusted(), state); err != nil {
		t.Fatal(err)
	}
	record(t, l, 20, 20)
	if c, err := translog.Monitor(t.Context(), translog.Folder(k.dir), l.Trusted(), state); err != nil || c.Size != 40 {
		t.Fatalf("%+v %v", c, err)
	}
	l.Stop()
	var bundles []string
	err := filepath.WalkDir(k.dir, func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() && strings.Contains(path, "entries") && strings.HasSuffix(path, "40") {
			bundles = append(bundles, path)
		}
		return err
	})
	if err != nil || len(bundles) != 1 {
		t.Fatalf("%v %v", bundles, err)
	}
	data, err := os.ReadFile(bundles[0])
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(bundles[0], bytes.Replace(data, []byte("record 7"), []byte("record 8"), 1), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := translog.Check(t.Context(), translog.Folder(k.dir), l.Trusted()); !errors.Is(err, translog.ErrForked) {
		t.Fatalf("a changed entry: %v", err)
	}

	// A keeper who begins the log again, with the same key.
	forked := kept{filepath.Join(t.TempDir(), "log"), k.key}
	fork := forked.open(t)
	record(t, fork, 100, 50)
	if _, err := translog.Monitor(t.Context(), translog.Folder(forked.dir), l.Trusted(), state); !errors.Is(err, translog.ErrForked) || strings.Contains(err.Error(), "\n") {
		t.Fatalf("a forked log: %v", err)
	}
	for _, path := range []string{state, state + ".forked"} {
		if _, err := os.Stat(path); err != nil {
			t.Errorf("the proof of the fork is not kept: %v", err)
		}
	}
}

func TestHandlerServesNothingElse(t *testing.T) {
	t.Parallel()
	k := newKept(t)
	l := k.open(t)
	record(t, l, 0, 1)
	if err := os.WriteFile(filepath.Join(k.dir, "secret"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]int{
		"/checkpoint": 200, "/tile/0/000.p/1": 200, "/tile/entries/000.p/1": 200,
		"/secret": 404, "/.state/treeState": 404, "/": 404, "/tile": 404, "/tile/": 404, "/tile/0": 404, "/tile/../secret": 404, "/checkpoint/..": 404,
	} {
		w := httptest.NewRecorder()
		r := httptest.NewRequest("GET", "/", nil)
		r.URL.Path = path
		l.Handler().ServeHTTP(w, r)
		if w.Code != want {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
}

func TestKeysThatAreRefused(t *testing.T) {
	t.Parallel()
	k := newKept(t)
	k.open(t).Stop()
	if _, err := translog.Open(t.Context(), translog.Options{Dir: k.dir, KeyFile: k.key, Origin: "other.example"}); err == nil || !strings.Contains(err.Error(), "keeps its name") {
		t.Errorf("another name: %v", err)
	}
	if err := os.Chmod(k.key, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := translog.Open(t.Context(), translog.Options{Dir: k.dir, KeyFile: k.key, Origin: "log.example/offsite"}); err == nil || !strings.Contains(err.Error(), "chmod 600") {
		t.Errorf("a key that others can read: %v", err)
	}
	if _, err := (proof.Entry{Kind: "case", ID: "x"}).Bytes(); err == nil {
		t.Error("an entry without digest is taken")
	}
}

func FuzzProof(f *testing.F) {
	f.Add([]byte("c2sp.org/tlog-proof@v1\nindex 0\n\nlog.example/offsite\n1\nAAAA\n\n— x y\n"))
	f.Add([]byte("c2sp.org/tlog-proof@v1\nindex 5\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		p, err := proof.Parse(text)
		if err != nil {
			return
		}
		if !bytes.Equal(p.Bytes(), text) {
			t.Fatal("a proof is taken that is not as it is written")
		}
		if _, err := p.Check([]byte("x"), proof.Trusted{Origin: "log.example/offsite", Verifier: "log.example/offsite+0ddd4ee0+AbGbNcpRFUkzEdYXS7OhvJjOOeTUmVsNm9dfO5Fq8bjq"}); err == nil {
			t.Fatal("it proves something")
		}
	})
}

// A log that sends without end is left, not swallowed.
func TestEndlessLogIsLeft(t *testing.T) {
	t.Parallel()
	endless := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for chunk := make([]byte, 1<<20); r.Context().Err() == nil; {
			if _, err := w.Write(chunk); err != nil {
				return
			}
		}
	}))
	defer endless.Close()
	s, err := translog.Remote(endless.URL, endless.Client())
	if err != nil {
		t.Fatal(err)
	}
	var large *http.MaxBytesError
	if _, err := s.ReadCheckpoint(t.Context()); !errors.As(err, &large) {
		t.Fatal(err)
	}
	if _, err := translog.Remote("log.example", endless.Client()); err == nil {
		t.Error("an address without scheme is taken")
	}
}
