package main

import (
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"offsite/casework/matter"
	"offsite/config"
	"offsite/evidence/seal"
	"offsite/evidence/translog"
	"offsite/evidence/translog/proof"
	"offsite/store/storetest"
)

// sharer is a process with a data folder of its own, in a database that others share.
type sharer struct {
	t    *testing.T
	conf *config.Config
	pool *pgxpool.Pool
	ring *seal.Ring
}

func newSharer(t *testing.T, pool *pgxpool.Pool) *sharer {
	t.Helper()
	n := &sharer{t: t, conf: &config.Config{Data: t.TempDir(), PublicURL: "https://enforce.example.gov.cn"}, pool: pool}
	n.keys()
	return n
}

// keys opens the keys, as every start does.
func (n *sharer) keys() {
	n.t.Helper()
	if err := makeFolders(n.conf); err != nil {
		n.t.Fatal(err)
	}
	var err error
	if n.ring, err = openKeys(n.conf, somePlatform(n.t)); err != nil {
		n.t.Fatal(err)
	}
}

// somePlatform has a timestamp authority's certificate.
func somePlatform(t *testing.T) *platform {
	t.Helper()
	trust, err := seal.OpenTrust(filepath.Join("..", "..", "docs", "formats", "vectors", "trust.json"))
	if err != nil {
		t.Fatal(err)
	}
	return &platform{authorities: []authority{{name: "specimen", pem: []byte(trust.Authorities[0].CertificatePEM)}}}
}

func (n *sharer) open(keeps bool) (*publicLog, error) {
	return openPublicLog(n.t.Context(), n.conf, n.pool, n.ring, keeps, slog.New(slog.DiscardHandler))
}

func (n *sharer) mustOpen(keeps bool) *publicLog {
	n.t.Helper()
	l, err := n.open(keeps)
	if err != nil {
		n.t.Fatal(err)
	}
	return l
}

// trusted is the log as trust.json on the disk names it.
func (n *sharer) trusted() *seal.TrustedLog {
	n.t.Helper()
	trust, err := seal.OpenTrust(trustPath(n.conf))
	if err != nil {
		n.t.Fatal(err)
	}
	return trust.Log
}

// keyEntries waits until the log holds so many entries about keys.
func keyEntries(t *testing.T, l *publicLog, want int) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(100 * time.Millisecond) {
		n := 0
		_ = translog.Entries(t.Context(), translog.Folder(l.kept.Dir()), 0, func(_ uint64, e []byte) bool {
			if strings.Contains(string(e), `"kind":"key"`) {
				n++
			}
			return true
		})
		if n == want {
			return
		}
		if n > want || time.Now().After(deadline) {
			t.Fatalf("%d entries about keys, want %d", n, want)
		}
	}
}

func TestOneProcessKeepsTheLogForAll(t *testing.T) {
	t.Parallel()
	pool := storetest.Open(t)
	desk, second, watch := newSharer(t, pool), newSharer(t, pool), newSharer(t, pool)
	kept := desk.mustOpen(true)
	defer kept.Stop()
	if trusted := desk.trusted(); trusted == nil || trusted.Origin != "enforce.example.gov.cn/log" {
		t.Fatalf("trust.json names %+v", trusted)
	}
	keyEntries(t, kept, 1)
	e := proof.Entry{Kind: proof.KindCase, ID: "1", SHA256: strings.Repeat("a", 64), At: time.Now()}
	data, err := e.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	for name, other := range map[string]*publicLog{"another desk": second.mustOpen(true), "a watcher": watch.mustOpen(false)} {
		if other.Handler() != nil {
			t.Errorf("%s serves a log of its own", name)
		}
		text, err := other.Record(t.Context(), e)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		p, err := proof.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := p.Check(data, watch.trusted().ForProofs()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		unwritable := filepath.Join(t.TempDir(), "missing.json")
		if trust, err := other.trust(t.Context(), unwritable); err != nil || trust.Log == nil {
			t.Errorf("%s publishes no log where its keys cannot be written: %v", name, err)
		}
		other.Stop()
	}
	if _, err := os.Stat(second.conf.Path("keys", "log.key")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("another desk has a key for a log: %v", err)
	}

	// Somebody copies the log's folder to the second desk, and starts it there.
	if err := os.CopyFS(transparencyDir(second.conf), os.DirFS(transparencyDir(desk.conf))); err != nil {
		t.Fatal(err)
	}
	if _, err := second.open(true); err == nil || !strings.Contains(err.Error(), "by the database another node keeps it") {
		t.Errorf("a copy of the log is opened: %v", err)
	}
}

func TestChangesOfKeysAreEnteredOnce(t *testing.T) {
	t.Parallel()
	n := newSharer(t, storetest.Open(t))
	n.mustOpen(true).Stop()
	l := n.mustOpen(true) // the same key again
	keyEntries(t, l, 1)
	l.Stop()
	if _, err := n.ring.Rotate(seal.Ed25519); err != nil {
		t.Fatal(err)
	}
	old := n.ring.List()[0].ID
	n.keys()
	n.conf.PublicURL = "https://moved.example" // the log keeps its name
	l = n.mustOpen(true)
	keyEntries(t, l, 3) // the new key, and the end of the old one
	if got := n.trusted().Origin; got != "enforce.example.gov.cn/log" {
		t.Errorf("the log is now called %s", got)
	}
	l.Stop()
	if err := n.ring.Revoke(old, "stolen", time.Now()); err != nil {
		t.Fatal(err)
	}
	n.keys()
	l = n.mustOpen(true)
	keyEntries(t, l, 4)
	l.Stop()
	n.conf.Transparency.Origin = "other.example/log"
	if _, err := n.open(true); err == nil || !strings.Contains(err.Error(), "a log keeps its name") {
		t.Errorf("the log is renamed: %v", err)
	}
}

// A sealing key that is gone stops the start; no other is made in its place.
func TestMissingSealingKeyStopsTheStart(t *testing.T) {
	t.Parallel()
	n := &sharer{t: t, conf: &config.Config{Data: t.TempDir()}}
	n.keys()
	sealer, err := n.ring.Sealer()
	if err != nil {
		t.Fatal(err)
	}
	n.keys()
	if again, err := n.ring.Sealer(); err != nil || again.KeyID() != sealer.KeyID() {
		t.Fatalf("another key after a restart: %v", err)
	}
	if err := os.Remove(filepath.Join(n.conf.Data, "keys", "seal.pem")); err != nil {
		t.Fatal(err)
	}
	if _, err := openKeys(n.conf, somePlatform(t)); err == nil || !strings.Contains(err.Error(), "bring it back from the backup") {
		t.Fatalf("the key is missing: %v", err)
	}
}

// The log says from when on which text of a matter was applied.
func TestMattersAreEnteredWhereTheirTextChanges(t *testing.T) {
	t.Parallel()
	n := newSharer(t, storetest.Open(t))
	l := n.mustOpen(true)
	defer l.Stop()
	matters, err := matter.Default()
	if err != nil {
		t.Fatal(err)
	}
	entries := func(c *matter.Catalogue) (count int) {
		t.Helper()
		if err := l.enact(t.Context(), c); err != nil {
			t.Fatal(err)
		}
		if err := n.pool.QueryRow(t.Context(), `SELECT count(*) FROM log_entry WHERE kind = 'matter'`).Scan(&count); err != nil {
			t.Fatal(err)
		}
		return count
	}
	all := len(matters.All())
	if all == 0 || entries(matters) != all || entries(matters) != all {
		t.Fatalf("%d matters, %d entries", all, entries(matters))
	}
	folder := os.DirFS(filepath.Join("..", "..", "casework", "matter", "matters"))
	name := matters.All()[0].Key + ".yaml"
	text, err := fs.ReadFile(folder, name)
	if err != nil {
		t.Fatal(err)
	}
	changed, err := matter.Load(folder, fstest.MapFS{name: {Data: append(text, "# read again\n"...)}})
	if err != nil {
		t.Fatal(err)
	}
	if got := entries(changed); got != all+1 {
		t.Fatalf("%d entries after one text has changed, want %d", got, all+1)
	}
}
