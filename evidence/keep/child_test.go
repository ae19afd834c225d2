package keep_test

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"offsite/evidence"
	"offsite/evidence/bundle"
	"offsite/evidence/keep"
	"offsite/evidence/seal"
	"offsite/evidence/timestamp"
	"offsite/evidence/timestamp/token"
	"offsite/evidence/translog"
	"offsite/evidence/translog/proof"
	"offsite/evidence/vault"
)

// childVariable makes the test binary a keeper of its own, which its parent
// kills.
const childVariable = "OFFSITE_KEEP_CHILD"

// job is what the child shall do.
type job struct {
	Spool, Key, Records, Log      string
	Store, Access, Secret, Bucket string
	Authority, Roots              string
	Materials                     []evidence.Material
	// Hold is the point at which the child says so and waits to be killed; "" is
	// none: it ends when all is recorded. At "begun" it says so and goes on.
	Hold string
	Skip int // how often it passes that point before
	// KillAt is the change in the spool at which the child kills itself; 0 is none.
	KillAt int
	// Database, where given, makes it the smallest program that seals: one goroutine on
	// one thread, whose recorder is this database, and without a log.
	Database string
}

// points are where a child can be held, in the order of the way.
var points = []string{"keep", "seal", "timestamp", "timestamped", "put", "stored", "log", "logged", "record", "recorded"}

// hold is a point on the way.
type hold struct {
	job  job
	seen atomic.Int64
}

func (h *hold) at(point string) {
	if point == h.job.Hold && h.seen.Add(1) > int64(h.job.Skip) {
		fmt.Println("held")
		select {} // until the parent kills us
	}
}

type heldStamper struct {
	*timestamp.Client
	h *hold
}

func (s heldStamper) Stamp(ctx context.Context, digest [32]byte) (token.Token, error) {
	s.h.at("timestamp")
	t, err := s.Client.Stamp(ctx, digest)
	s.h.at("timestamped")
	return t, err
}

// heldLog is a transparency log.
type heldLog struct {
	*translog.Log
	h *hold
}

func (l heldLog) Enter(ctx context.Context, r evidence.Receipt) ([]byte, error) {
	l.h.at("log")
	text, err := l.Log.Enter(ctx, r)
	l.h.at("logged")
	return text, err
}

// openLog opens the log that the children of a job keep, one after the other.
func (j job) openLog() (*translog.Log, error) {
	return translog.Open(context.Background(), translog.Options{Dir: j.Log, KeyFile: j.Log + ".key", Origin: "log.example/offsite", Interval: 100 * time.Millisecond})
}

// folder is a recorder that keeps one file per bundle.
type folder struct {
	dir string
	h   *hold
}

func (f folder) RecordEvidence(_ context.Context, r evidence.Receipt, _ json.RawMessage) error {
	f.h.at("record")
	text, err := json.Marshal(r)
	if err != nil {
		return err
	}
	path := filepath.Join(f.dir, r.BundleID)
	if old, err := os.ReadFile(path); err == nil && string(old) != string(text) {
		return fmt.Errorf("the receipt of %s came before as\n%s\nand now as\n%s", r.BundleID, old, text)
	}
	if err := os.WriteFile(path+".tmp", text, 0o600); err != nil {
		return err
	}
	if err := os.Rename(path+".tmp", path); err != nil {
		return err
	}
	f.h.at("recorded")
	return nil
}

// heldTransport holds before a PUT of a bundle.
type heldTransport struct {
	http.RoundTripper
	h *hold
}

func (t heldTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Method == http.MethodPut && strings.HasSuffix(r.URL.Path, "/bundle.tar") {
		t.h.at("put")
	}
	return t.RoundTripper.RoundTrip(r)
}

func runChild(text string) {
	runtime.LockOSThread() // so that strace counts the calls of one thread
	if err := child(text); err != nil {
		fmt.Println("failed:", err)
		os.Exit(1)
	}
	fmt.Println("done")
}

func child(text string) error {
	var j job
	data, err := os.ReadFile(text)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(data, &j); err != nil {
		return err
	}
	h := &hold{job: j}
	o, err := childOptions(j, h)
	if err != nil {
		return err
	}
	if j.Database != "" {
		return smallest(j, o)
	}
	changed := make(chan struct{}, 1)
	o.OnWaiting = func(int, time.Time) {
		select {
		case changed <- struct{}{}:
		default:
		}
	}
	k, err := keep.New(o)
	if err != nil {
		return err
	}
	ctx := context.Background()
	if err := k.Start(ctx); err != nil {
		return err
	}
	if j.Hold == "begun" {
		fmt.Println("held")
	}
	for _, m := range j.Materials {
		if err := k.Keep(ctx, m); err != nil {
			return err
		}
		h.at("keep")
	}
	for n, _ := k.Waiting(); n > 0; n, _ = k.Waiting() {
		<-changed
	}
	k.Stop()
	return nil
}

// smallest seals and ends. It says when the spool has answered for the materials.
func smallest(j job, o keep.Options) error {
	k, err := keep.New(o)
	if err != nil {
		return err
	}
	defer k.Stop()
	for _, m := range j.Materials {
		if err := k.Keep(context.Background(), m); err != nil {
			return err
		}
	}
	fmt.Println("kept")
	return k.Carry(context.Background())
}

func childOptions(j job, h *hold) (keep.Options, error) {
	var o keep.Options
	key, err := seal.Open(j.Key)
	if err != nil {
		return o, err
	}
	sealer, err := seal.NewSealer(key)
	if err != nil {
		return o, err
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM([]byte(j.Roots))
	stamper, err := timestamp.New(timestamp.Options{URL: j.Authority, Roots: roots})
	if err != nil {
		return o, err
	}
	access := vault.Options{Endpoint: j.Store, AccessKey: j.Access, SecretKey: j.Secret, Bucket: j.Bucket, Transport: heldTransport{http.DefaultTransport, h}}
	if j.Database != "" {
		v, err := vault.Reader(access) // the bucket was probed when the test began
		if err != nil {
			return o, err
		}
		return keep.Options{
			SpoolDir: j.Spool, Sealer: sealer, Stamper: stamper, Vault: v, Recorder: database(j.Database),
			Host: "child", Version: "1.0", RetryMin: 10 * time.Millisecond, RetryMax: 50 * time.Millisecond,
		}, nil
	}
	v, err := vault.Open(context.Background(), access)
	if err != nil {
		return o, err
	}
	now := func() time.Time { return time.Now() }
	log, err := j.openLog()
	if err != nil {
		return o, err
	}
	var sealing sync.Once
	if j.Hold == "seal" {
		now = func() time.Time {
			if _, err := os.Stat(filepath.Join(j.Spool, "entries", j.Materials[0].ID, "meta.json")); err == nil {
				sealing.Do(func() { h.at("seal") })
			}
			return time.Now()
		}
	}
	var changes atomic.Int64
	fault := func(string, string) error {
		if j.KillAt > 0 && changes.Add(1) == int64(j.KillAt) {
			syscall.Kill(os.Getpid(), syscall.SIGKILL)
			select {}
		}
		return nil
	}
	return keep.Options{
		SpoolFault: fault, SpoolDir: j.Spool, Sealer: sealer, Stamper: heldStamper{stamper, h}, Vault: v, Log: heldLog{log, h}, Recorder: folder{j.Records, h},
		Settle: func(string, string) error { h.at("stored"); return nil },
		Host:   "child", Version: "1.0", RetryMin: 10 * time.Millisecond, RetryMax: 50 * time.Millisecond, Now: now,
	}, nil
}

// start runs a child and returns what it says.
func (j job) start(t *testing.T) (*exec.Cmd, *strings.Builder, <-chan error) {
	t.Helper()
	cmd := j.program(t)
	said := &strings.Builder{}
	held := make(chan error, 1)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		buf := make([]byte, 256)
		for {
			n, err := out.Read(buf)
			said.Write(buf[:n])
			if strings.Contains(string(buf[:n]), "held") {
				held <- nil
			}
			if err != nil {
				held <- err
				return
			}
		}
	}()
	return cmd, said, held
}

// finish lets a child carry everything on to its end.
func (j job) finish(t *testing.T) {
	t.Helper()
	j.Hold = ""
	cmd, said, held := j.start(t)
	<-held
	if err := cmd.Wait(); err != nil || !strings.Contains(said.String(), "done") {
		t.Fatalf("the next process: %v, %s", err, said)
	}
}

func newJob(t *testing.T, r *rig, n int) job {
	t.Helper()
	dir := t.TempDir()
	j := job{
		Spool: filepath.Join(dir, "spool"), Key: filepath.Join(dir, "key.pem"), Records: t.TempDir(), Log: filepath.Join(dir, "log"),
		Store: store.Endpoint(), Access: creds.AccessKey, Secret: creds.SecretKey, Bucket: r.vault.Bucket(),
		Authority: r.maker.Authority.URL(), Roots: string(r.maker.Authority.CertificatesPEM()),
	}
	key, err := seal.Create(j.Key, seal.Ed25519)
	if err != nil {
		t.Fatal(err)
	}
	r.maker.Trust.Add(key, time.Now().Add(-time.Hour))
	for i := range n {
		j.Materials = append(j.Materials, material(newID(t), fmt.Sprintf("cam-%d", i%2), 40_000))
	}
	return j
}

// entries reads the log, checks it, and gives what it says of each bundle.
func (j job) entries(t *testing.T) map[string]string {
	t.Helper()
	l, err := j.openLog()
	if err != nil {
		t.Fatal(err)
	}
	defer l.Stop()
	if _, err := translog.Check(t.Context(), translog.Folder(j.Log), l.Trusted()); err != nil {
		t.Fatal(err)
	}
	said, twice := map[string]string{}, 0
	err = translog.Entries(t.Context(), translog.Folder(j.Log), 0, func(_ uint64, text []byte) bool {
		var e proof.Entry
		if err := json.Unmarshal(text, &e); err != nil {
			t.Error(err)
		}
		if before, ok := said[e.ID]; ok {
			twice++
			if before != string(text) {
				t.Errorf("the log says of bundle %s\n%s\nand\n%s", e.ID, before, text)
			}
		}
		said[e.ID] = string(text)
		return true
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d bundles stand in the log, %d entries are there again", len(said), twice)
	return said
}

// seals are the digests of the seals that lie in the spool, by bundle.
func (j job) seals(t *testing.T, into map[string]string) {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(j.Spool, "entries", "*", "seal.part"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range found {
		id := filepath.Base(filepath.Dir(path))
		f, err := os.Open(path)
		if err != nil {
			continue // dropped since
		}
		c, err := bundle.Read(f, bundle.Part, 1<<20)
		f.Close()
		if err != nil || len(c.Problems) > 0 {
			t.Fatalf("a half seal of %s: %v %v", id, err, c.Problems)
		}
		m, _ := c.File(bundle.ManifestDoc)
		sum := fmt.Sprintf("%x", m.SHA256)
		if old, ok := into[id]; ok && old != sum {
			t.Fatalf("bundle %s was sealed twice", id)
		}
		into[id] = sum
	}
}

// verifyAll checks that each material was recorded once, is whole, follows
// another of its camera, and has the seal that it was first seen with.
func (j job) verifyAll(t *testing.T, r *rig, seals map[string]string) {
	t.Helper()
	previous, said := map[string]int{}, j.entries(t)
	for _, m := range j.Materials {
		text, err := os.ReadFile(filepath.Join(j.Records, m.ID))
		if err != nil {
			t.Fatalf("lost: %v", err)
		}
		var receipt evidence.Receipt
		if err := json.Unmarshal(text, &receipt); err != nil {
			t.Fatal(err)
		}
		r.check(t, receipt)
		if n := versions(t, r, receipt); n != 1 {
			t.Errorf("bundle %s lies there %d times", m.ID, n)
		}
		entry, err := proof.BundleEntry(m.ID, receipt.ManifestSHA256, receipt.SealedAt).Bytes()
		if err != nil || said[m.ID] != string(entry) {
			t.Errorf("the log says of bundle %s: %q", m.ID, said[m.ID])
		}
		if sum, ok := seals[m.ID]; ok && sum != receipt.ManifestSHA256 {
			t.Errorf("bundle %s was sealed again", m.ID)
		}
		previous[m.Camera+" "+receipt.PreviousBundle]++
	}
	for link, n := range previous {
		if n > 1 {
			t.Errorf("%d bundles follow %q", n, link)
		}
	}
	left, err := os.ReadDir(filepath.Join(j.Spool, "entries"))
	if err != nil || len(left) != 0 {
		t.Errorf("%d are left in the spool: %v", len(left), err)
	}
}

// A process is killed at each step, and the next goes on.
func TestKilledAtEachStep(t *testing.T) {
	t.Parallel()
	for _, point := range points {
		t.Run(point, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			j := newJob(t, r, 5)
			seals := map[string]string{}
			for skip := range 2 { // at the first bundle, then at the second
				j.Hold, j.Skip = point, skip
				cmd, said, held := j.start(t)
				err := <-held
				cmd.Process.Kill()
				cmd.Wait()
				if err != nil && !strings.Contains(said.String(), "done") {
					t.Fatalf("the child was not held: %s", said)
				}
				j.seals(t, seals)
			}
			j.finish(t)
			j.verifyAll(t, r, seals)
		})
	}
}

// A process is killed again and again, at any moment.
func TestKilledAtAnyMoment(t *testing.T) {
	t.Parallel()
	kills := 25
	if testing.Short() {
		kills = 5
	}
	r := newRig(t)
	j := newJob(t, r, 40)
	seals := map[string]string{}
	for range kills {
		j.Hold = "begun"
		cmd, _, held := j.start(t)
		<-held
		<-time.After(rand.N(400 * time.Millisecond)) // the moment is the point
		cmd.Process.Kill()
		cmd.Wait()
		j.seals(t, seals)
	}
	j.finish(t)
	j.verifyAll(t, r, seals)
	t.Logf("%d kills, %d seals seen in between", kills, len(seals))
}
