package keep_test

import (
	"cmp"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"offsite/bench"
	"offsite/evidence"
	"offsite/evidence/keep"
	"offsite/evidence/seal"
	"offsite/evidence/vault"
)

var figures = flag.String("figures", "", "folder to write fault-walk.json and fault-walk.md to")

// way is what is done to a call.
type way struct {
	name   string
	inject string // how strace is told
	fast   bool   // strace stops the program at this call alone; signals then do not come through
	power  bool   // the power is cut with it
}

var ways = []way{
	{name: "the call fails with EIO", inject: "error=EIO", fast: true},
	{name: "the call fails with ENOSPC", inject: "error=ENOSPC", fast: true},
	{name: "`kill -9` at the call", inject: "signal=KILL"},
	{name: "the power is cut at the call", inject: "signal=KILL", power: true},
}

// meets tells whether the way makes sense for the call: nothing that only reads runs
// out of room.
func (w way) meets(c call) bool {
	return w.inject != "error=ENOSPC" || slices.Contains(changing, c.name)
}

// tally counts what the verifier said in the cases of each way: right after the fault
// and after the next start.
type tally struct {
	atOnce bool // the verifier was asked right after the fault too

	mu    sync.Mutex
	order []string
	ways  map[string]*outcome
}

type outcome struct{ cases, complete, absent, half, once int }

// add takes one case: how many bundles were complete and half right after the fault,
// and whether there was one in the end.
func (y *tally) add(way string, complete, half int, once bool) {
	y.mu.Lock()
	defer y.mu.Unlock()
	o := y.ways[way]
	if o == nil {
		o = &outcome{}
		y.ways[way] = o
		y.order = append(y.order, way)
	}
	o.cases++
	switch {
	case half > 0:
		o.half++
	case complete > 0:
		o.complete++
	default:
		o.absent++
	}
	if once {
		o.once++
	}
}

// walker lets the calls of the smallest program that seals fail, one at a time.
type walker struct {
	r        *rig
	database database
	key      []byte
	calls    []call // of a run in which nothing fails
	root, id string // of that run
}

// begin makes the folder of a run, and what the program shall do in it.
func (w *walker) begin(t *testing.T) (job, string) {
	t.Helper()
	root := filepath.Join(t.TempDir(), "run")
	j := job{
		Spool: filepath.Join(root, "spool"), Key: filepath.Join(root, "seal.pem"), Database: string(w.database),
		Store: store.Endpoint(), Access: creds.AccessKey, Secret: creds.SecretKey, Bucket: w.r.vault.Bucket(),
		Authority: w.r.maker.Authority.URL(), Roots: string(w.r.maker.Authority.CertificatesPEM()),
		Materials: []evidence.Material{material(newID(t), "cam", 20_000)},
	}
	if err := os.Mkdir(root, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(j.Key, w.key, 0o600); err != nil {
		t.Fatal(err)
	}
	return j, root
}

// program is the smallest program that seals, as a process of its own.
func (j job) program(t *testing.T) *exec.Cmd {
	t.Helper()
	text, err := json.Marshal(j)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "job.json")
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childVariable+"="+path)
	return cmd
}

// newWalker counts the calls of a run in which nothing fails.
func newWalker(t *testing.T) *walker {
	t.Helper()
	w := &walker{r: newRig(t)}
	w.database, _ = newDatabase(t)
	path := filepath.Join(t.TempDir(), "seal.pem")
	key, err := seal.Create(path, seal.Ed25519)
	if err == nil {
		w.key, err = os.ReadFile(path)
	}
	if err != nil {
		t.Fatal(err)
	}
	w.r.maker.Trust.Add(key, time.Now().Add(-time.Hour))
	j, root := w.begin(t)
	w.root, w.id = root, j.Materials[0].ID
	trace := filepath.Join(t.TempDir(), "trace")
	if _, said := strace(t, trace, j.program(t), "--trace="+strings.Join(fileCalls, ",")); !strings.HasSuffix(said, "done\n") {
		t.Fatalf("a run in which nothing fails: %s", said)
	}
	w.calls = callsBelow(t, trace, root)
	if len(w.calls) < 50 {
		t.Fatalf("only %d calls on files are seen", len(w.calls))
	}
	return w
}

// fail starts the program so that the call at that place in the order fails. The store
// reads the bundle from threads of its client, which do not always make their calls in
// the same order: where the call is not reached, it is tried again.
func (w *walker) fail(t *testing.T, at int, way way) (j job, here *strings.Replacer, said string) {
	t.Helper()
	const tries = 5
	for range tries {
		var root string
		j, root = w.begin(t)
		here = strings.NewReplacer(w.root, root, w.id, j.Materials[0].ID)
		c := w.calls[at].moved(here)
		trace := filepath.Join(t.TempDir(), "trace")
		how := []string{"--trace=" + c.name, "--trace-path=" + c.paths[0], fmt.Sprintf("--inject=%s:%s:when=%d", c.name, way.inject, c.nth)}
		if way.fast {
			how = append(how, "--seccomp-bpf")
		}
		killed, out := strace(t, trace, j.program(t), how...)
		text, err := os.ReadFile(trace)
		if err != nil {
			t.Fatal(err)
		}
		if killed || strings.Contains(string(text), "(INJECTED)") {
			return j, here, out
		}
	}
	t.Fatalf("the call was not reached in %d runs", tries)
	return j, here, ""
}

// try lets a call fail, judges, starts the program again, and judges again. It reports
// how many bundles were complete and half right after the fault.
func (w *walker) try(t *testing.T, at int, way way) (complete, half int, once bool) {
	t.Helper()
	j, here, said := w.fail(t, at, way)
	m := j.Materials[0]
	if way.power {
		var done []call
		for _, c := range w.calls[:at] {
			done = append(done, c.moved(here))
		}
		cutPower(t, done)
	}
	seals := map[string]string{}
	j.seals(t, seals)
	complete, half = w.stored(t, m)
	if strings.Contains(said, "done\n") && complete == 0 {
		t.Error("the program says that it is done, and the bundle is absent")
	}
	if strings.Contains(said, "kept\n") {
		j.Materials = nil // the spool has answered for it
	}
	out, err := j.program(t).CombinedOutput()
	if err != nil {
		t.Errorf("the next start: %v, %s", err, out)
	}
	return complete, half, err == nil && w.once(t, j, m, seals)
}

// stored verifies every version of the bundle in the store, and counts those that hold
// and those that do not.
func (w *walker) stored(t *testing.T, m evidence.Material) (complete, half int) {
	t.Helper()
	c, err := minio.New(strings.TrimPrefix(store.Endpoint(), "http://"), &minio.Options{Creds: credentials.NewStaticV4(creds.AccessKey, creds.SecretKey, "")})
	if err != nil {
		t.Fatal(err)
	}
	bucket, key := w.r.vault.Bucket(), vault.Key(m.ID, m.Raised)
	for o := range c.ListObjects(t.Context(), bucket, minio.ListObjectsOptions{Prefix: key, Recursive: true, WithVersions: true}) {
		if o.Err != nil {
			t.Fatal(o.Err)
		}
		body, err := w.r.vault.ReadBundle(t.Context(), evidence.Receipt{Bucket: bucket, Key: key, VersionID: o.VersionID})
		if err != nil {
			t.Fatal(err)
		}
		r := w.r.verify(t, body)
		if r.Exit() == 0 {
			complete++
			continue
		}
		half++
		t.Errorf("a half bundle: %+v", r.Checks)
	}
	return complete, half
}

// once tells whether the bundle is there once, whole, known to the database under the
// seal that it was first seen with, and no longer in the spool.
func (w *walker) once(t *testing.T, j job, m evidence.Material, seals map[string]string) bool {
	t.Helper()
	receipt, known := w.database.receipt(t, m.ID)
	if !known {
		t.Error("the evidence is lost: the database knows of none")
		return false
	}
	w.r.check(t, receipt)
	n, _ := w.stored(t, m)
	left, err := os.ReadDir(filepath.Join(j.Spool, "entries"))
	first := cmp.Or(seals[m.ID], receipt.ManifestSHA256)
	if err != nil || n != 1 || len(left) != 0 || first != receipt.ManifestSHA256 {
		t.Errorf("the bundle lies there %d times, %d are left in the spool (%v), its seal is %s and was %s", n, len(left), err, receipt.ManifestSHA256, first)
		return false
	}
	return true
}

// Every single call on a file of the smallest program that seals fails once in each
// way, is its last, or comes with a power cut: right after it, the verifier finds the
// bundle complete or absent; after the next start, complete and once.
func TestEachCallFails(t *testing.T) {
	t.Parallel()
	w := newWalker(t)
	step := strideOf(37)
	y := &tally{atOnce: true, ways: map[string]*outcome{}}
	t.Run("calls", func(t *testing.T) {
		for i, way := range ways {
			for at := i * 5 % step; at < len(w.calls); at += step {
				if !way.meets(w.calls[at]) {
					continue
				}
				t.Run(fmt.Sprintf("%d %s", at, strings.ReplaceAll(way.name, "`", "")), func(t *testing.T) {
					t.Parallel()
					complete, half, once := w.try(t, at, way)
					y.add(way.name, complete, half, once)
					if t.Failed() {
						t.Logf("at %v", w.calls[at])
					}
				})
			}
		}
	})
	y.write(t, "fault-walk", fmt.Sprintf("%d calls on files in a run", len(w.calls)))
}

// A service goes away before each change in the spool and comes back after two tries
// that failed for want of it, or at the end: each bundle is there once and whole.
func TestEachServiceIsAway(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	clean := &faults{}
	carry(t, r, clean)
	step := strideOf(11)
	y := &tally{ways: map[string]*outcome{}}
	t.Run("changes", func(t *testing.T) {
		for i, service := range []string{"store", "authority", "database"} {
			for at := 1 + i*3%step; at <= len(clean.seen); at += step {
				t.Run(fmt.Sprintf("%d %s", at, service), func(t *testing.T) {
					t.Parallel()
					once := away(t, r, service, at)
					y.add("the "+service+" goes away at the change", 0, 0, once)
				})
			}
		}
	})
	y.write(t, "services-walk", fmt.Sprintf("%d changes in the spool in a run", len(clean.seen)))
}

// away keeps two materials while the service goes away at the change.
func away(t *testing.T, shared *rig, service string, at int) (once bool) {
	t.Helper()
	r := *shared
	recorded, toDatabase := newDatabase(t)
	r.store, r.tsa = newLine(t, store.Endpoint()), newLine(t, r.maker.Authority.URL())
	var err error
	if r.vault, err = vault.Open(t.Context(), vault.Options{Endpoint: r.store.url(), AccessKey: creds.AccessKey, SecretKey: creds.SecretKey, Bucket: shared.vault.Bucket()}); err != nil {
		t.Fatal(err)
	}
	line := map[string]*line{"store": r.store, "authority": r.tsa, "database": toDatabase}[service]
	var mu sync.Mutex
	changes, failed := 0, 0
	r.o.SpoolDir, r.o.Vault, r.o.Stamper, r.o.Recorder = t.TempDir(), r.vault, r.maker.StamperAt(t, r.tsa.url()), recorded
	r.o.SpoolFault = func(string, string) error {
		mu.Lock()
		defer mu.Unlock()
		if changes++; changes == at {
			line.set(true)
		}
		return nil
	}
	r.o.Logger = slogTo(func(message string) {
		mu.Lock()
		defer mu.Unlock()
		if strings.HasPrefix(message, "evidence waits") {
			if failed++; failed == 2 {
				line.set(false)
			}
		}
	})
	k, err := keep.New(r.o)
	if err != nil {
		t.Fatal(err)
	}
	defer k.Stop()
	var ids []string
	for range 2 {
		m := material(newID(t), "cam", 2000)
		ids = append(ids, m.ID)
		if err := k.Keep(t.Context(), m); err != nil {
			t.Fatal(err)
		}
		if err := k.Carry(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	line.set(false)
	once = true
	for i, id := range ids {
		receipt, known := recorded.receipt(t, id)
		if !known {
			t.Fatalf("bundle %s is lost", id)
		}
		r.check(t, receipt)
		if n := versions(t, &r, receipt); n != 1 || i == 1 && receipt.PreviousBundle != ids[0] {
			t.Errorf("bundle %s lies there %d times and follows %q", id, n, receipt.PreviousBundle)
			once = false
		}
	}
	return once
}

// write writes what came of it for the page, where that is wanted.
func (y *tally) write(t *testing.T, name, points string) {
	t.Helper()
	var page strings.Builder
	head, line := "| cases | in the end: whole, once |", "| %s | %d | %d |\n"
	if y.atOnce {
		head = "| cases | in the end: whole, once | right after it: complete | absent | half |"
		line = "| %s | %d | %d | %d | %d | %d |\n"
	}
	fmt.Fprintf(&page, "| what happens, at each of %s %s\n|%s\n", points, head, strings.Repeat(" --- |", strings.Count(head, "|")))
	cases, once := 0, 0
	for _, way := range y.order {
		o := y.ways[way]
		cases, once = cases+o.cases, once+o.once
		cells := []any{way, o.cases, o.once}
		if y.atOnce {
			cells = append(cells, o.complete, o.absent, o.half)
		}
		fmt.Fprintf(&page, line, cells...)
	}
	t.Logf("%d cases\n%s", cases, &page)
	if *figures == "" {
		return
	}
	if err := os.MkdirAll(*figures, 0o750); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(*figures, name+".md"), []byte(page.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	key := strings.ReplaceAll(name, "-", "_")
	set := bench.Set{
		key + "_cases": {Value: float64(cases), Unit: "cases", Command: "make fault-walk"},
		key + "_once":  {Value: float64(once), Unit: "cases", Goal: fmt.Sprintf("= %d", cases), Command: "make fault-walk"},
	}
	if err := set.Write(*figures, name); err != nil {
		t.Fatal(err)
	}
}
