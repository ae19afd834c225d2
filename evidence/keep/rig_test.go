package keep_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"offsite/embedded/s3"
	"offsite/evidence"
	"offsite/evidence/keep"
	"offsite/evidence/seal"
	"offsite/evidence/specimen"
	"offsite/evidence/vault"
	"offsite/evidence/verify"
	"offsite/store/storetest"
)

// One store per process is all the library allows, so the tests share it.
func TestMain(m *testing.M) {
	if job := os.Getenv(childVariable); job != "" {
		runChild(job)
		return
	}
	storetest.Main(runner{m})
}

// runner starts the store that the tests share.
type runner struct{ tests *testing.M }

// Run runs the tests.
func (r runner) Run() int { return run(r.tests) }

var (
	store *s3.Server
	creds s3.Credentials
)

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "keep")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	if creds, err = s3.OpenCredentials(filepath.Join(dir, "keys", "s3.json")); err != nil {
		panic(err)
	}
	store, err = s3.Start(context.Background(), s3.Options{Dir: filepath.Join(dir, "s3"), Listen: "127.0.0.1:0", Credentials: creds})
	if err != nil {
		panic(err)
	}
	defer store.Stop()
	return m.Run()
}

// line is a network connection to a service that can be cut and mended.
type line struct {
	network, to string
	l           net.Listener

	mu    sync.Mutex
	cut   bool
	conns map[net.Conn]bool
}

func newLine(t *testing.T, to string) *line {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	n := &line{network: "tcp", to: strings.TrimSuffix(strings.TrimPrefix(to, "http://"), "/"), l: l, conns: map[net.Conn]bool{}}
	if filepath.IsAbs(to) {
		n.network = "unix"
	}
	go n.serve()
	t.Cleanup(func() {
		l.Close()
		n.set(true)
	})
	return n
}

func (n *line) url() string { return "http://" + n.l.Addr().String() }

func (n *line) serve() {
	for {
		near, err := n.l.Accept()
		if err != nil {
			return
		}
		far, err := net.Dial(n.network, n.to)
		if err != nil || !n.keep(near, far) {
			near.Close()
			continue
		}
		for _, way := range [][2]net.Conn{{near, far}, {far, near}} {
			go func() {
				io.Copy(way[0], way[1])
				way[0].Close()
				way[1].Close()
			}()
		}
	}
}

func (n *line) keep(conns ...net.Conn) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, c := range conns {
		n.conns[c] = true
		if n.cut {
			c.Close()
		}
	}
	return !n.cut
}

// set cuts the line, with what is under way on it, or mends it.
func (n *line) set(cut bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.cut = cut
	for c := range n.conns {
		if cut {
			c.Close()
		}
		delete(n.conns, c)
	}
}

// book is a recorder that remembers, and can refuse.
type book struct {
	mu      sync.Mutex
	refuse  error
	refused int
	records map[string]evidence.Receipt
	order   []string
	changed chan struct{}
}

func newBook() *book {
	return &book{records: map[string]evidence.Receipt{}, changed: make(chan struct{}, 1)}
}

func (b *book) RecordEvidence(_ context.Context, r evidence.Receipt, summary json.RawMessage) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	defer func() {
		select {
		case b.changed <- struct{}{}:
		default:
		}
	}()
	if b.refuse != nil {
		b.refused++
		return b.refuse
	}
	if string(summary) != `{"case":"x"}` {
		return fmt.Errorf("the summary is %s", summary)
	}
	if _, ok := b.records[r.BundleID]; !ok {
		b.order = append(b.order, r.BundleID)
	}
	b.records[r.BundleID] = r
	return nil
}

func (b *book) set(err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.refuse = err
}

// await returns when so many are recorded.
func (b *book) await(t *testing.T, n int) map[string]evidence.Receipt {
	t.Helper()
	timeout := time.After(60 * time.Second)
	for {
		b.mu.Lock()
		if len(b.records) >= n {
			defer b.mu.Unlock()
			return maps.Clone(b.records)
		}
		b.mu.Unlock()
		select {
		case <-b.changed:
		case <-timeout:
			t.Fatalf("%d of %d are recorded", len(b.records), n)
		}
	}
}

// rig is a keeper with everything it needs.
type rig struct {
	maker      *specimen.Maker
	store, tsa *line
	book       *book
	vault      *vault.Vault
	o          keep.Options
}

func newRig(t *testing.T) *rig {
	t.Helper()
	r := &rig{maker: specimen.New(t), book: newBook()}
	r.store, r.tsa = newLine(t, store.Endpoint()), newLine(t, r.maker.Authority.URL())
	var err error
	r.vault, err = vault.Open(t.Context(), vault.Options{
		Endpoint: r.store.url(), AccessKey: creds.AccessKey, SecretKey: creds.SecretKey, Bucket: "evidence-" + uuid.NewString(),
		Transport: &http.Transport{MaxIdleConnsPerHost: 8},
	})
	if err != nil {
		t.Fatal(err)
	}
	sealer, err := seal.NewSealer(r.maker.Key)
	if err != nil {
		t.Fatal(err)
	}
	r.o = keep.Options{
		SpoolDir: t.TempDir(), Sealer: sealer, Stamper: r.maker.StamperAt(t, r.tsa.url()), Vault: r.vault, Recorder: r.book,
		Settle: store.Settle, Host: "test", Version: "1.0", RetryMin: 10 * time.Millisecond, RetryMax: 50 * time.Millisecond,
	}
	return r
}

// openAgain tries once more where opening fails, as `offsite up` is started again.
func (r *rig) openAgain() (*keep.Keeper, error) {
	k, err := keep.New(r.o)
	if err != nil {
		k, err = keep.New(r.o)
	}
	return k, err
}

func (r *rig) open(t *testing.T) *keep.Keeper {
	t.Helper()
	k, err := keep.New(r.o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(k.Stop)
	return k
}

func (r *rig) start(t *testing.T) *keep.Keeper {
	t.Helper()
	k := r.open(t)
	if err := k.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	return k
}

// check verifies the stored bundle and returns the report.
func (r *rig) check(t *testing.T, receipt evidence.Receipt) verify.Report {
	t.Helper()
	body, err := r.vault.ReadBundle(t.Context(), receipt)
	if err != nil {
		t.Fatal(err)
	}
	report := r.verify(t, body)
	if report.Exit() != 0 {
		t.Fatalf("bundle %s: %+v", receipt.BundleID, report.Checks)
	}
	if report.TarSHA256 != receipt.TarSHA256 || report.ManifestSHA256 != receipt.ManifestSHA256 || report.PreviousBundle != receipt.PreviousBundle || report.PreviousManifestSHA256 != receipt.PreviousSHA256 ||
		!report.TimestampAt.Equal(receipt.TimestampAt) || report.Bytes != receipt.SizeBytes || report.SealKeyID != receipt.SealKeyID {
		t.Fatalf("the receipt says otherwise than the bundle:\n%+v\n%+v", receipt, report)
	}
	return report
}

// verify says what the verifier says of a stored bundle, and closes it.
func (r *rig) verify(t *testing.T, body io.ReadCloser) verify.Report {
	t.Helper()
	defer body.Close()
	report, err := verify.Bundle(t.Context(), body, r.maker.Trust, verify.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return report
}

func newID(t testing.TB) string {
	t.Helper()
	id, err := uuid.NewV7()
	if err != nil {
		t.Fatal(err)
	}
	return id.String()
}

func material(id, camera string, clip int) evidence.Material {
	return evidence.Material{
		ID: id, Kind: "incident", Camera: camera, Raised: time.Now(),
		Incident:  json.RawMessage(`{"id":"` + id + `","detector":"stall"}`),
		CameraDoc: json.RawMessage(`{"place":"Bubai"}`), Models: json.RawMessage(`[]`),
		Looks: []json.RawMessage{json.RawMessage(`{"at": 1}`), json.RawMessage(`{"at": 2}`)},
		Files: []evidence.File{
			{Path: "clip.mp4", Data: bytes.Repeat([]byte("clip"), clip/4)},
			{Path: "stills/0001.png", Data: []byte("png")},
		},
		Summary: json.RawMessage(`{"case":"x"}`),
	}
}

var errAway = errors.New("the database is away")
