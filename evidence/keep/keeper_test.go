package keep_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/sys/unix"

	"offsite/evidence"
	"offsite/evidence/keep"
	"offsite/evidence/spool"
	"offsite/evidence/timestamp/token"
)

func TestIncidentBecomesALockedRecordedBundle(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	reg := prometheus.NewRegistry()
	var mu sync.Mutex
	var told []int
	r.o.Registerer = reg
	r.o.OnWaiting = func(n int, _ time.Time) {
		mu.Lock()
		told = append(told, n)
		mu.Unlock()
	}
	k := r.open(t)
	first, second := newID(t), newID(t)
	if err := k.Keep(t.Context(), material(first, "cam-a", 1<<20)); err != nil {
		t.Fatal(err)
	}
	if n, since := k.Waiting(); n != 1 || time.Since(since) > time.Minute {
		t.Fatalf("%d wait since %v", n, since)
	}
	if err := k.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	one := r.book.await(t, 1)[first]
	if err := k.Keep(t.Context(), material(second, "cam-a", 1<<20)); err != nil {
		t.Fatal(err)
	}
	two := r.book.await(t, 2)[second]
	r.check(t, one)
	if report := r.check(t, two); report.PreviousBundle != first || report.PreviousManifestSHA256 != one.ManifestSHA256 {
		t.Fatalf("the second bundle names %q as the one before it", report.PreviousBundle)
	}
	f, e, err := r.vault.OpenEntry(t.Context(), two, "data/clip.mp4")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if got, err := io.ReadAll(f); err != nil || int64(len(got)) != e.SizeBytes || !bytes.Equal(got[:8], []byte("clipclip")) {
		t.Fatalf("the clip reads as %d bytes: %v", len(got), err)
	}
	k.Stop()
	if n, _ := k.Waiting(); n != 0 {
		t.Fatalf("%d wait", n)
	}
	mu.Lock()
	defer mu.Unlock()
	if len(told) == 0 {
		t.Error("nobody was told of what waits")
	}
	again := r.open(t)
	if err := again.Keep(t.Context(), material(first, "cam-a", 100)); err != nil {
		t.Fatal(err)
	}
	if n, _ := again.Waiting(); n != 0 {
		t.Fatal("an incident that was recorded is kept again")
	}
	if got, ok, err := again.Receipt(first); err != nil || !ok || got.TarSHA256 != one.TarSHA256 {
		t.Fatalf("its receipt: %+v %v %v", got, ok, err)
	}
}

func TestMetricsTellWhatWaits(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	reg := prometheus.NewRegistry()
	r.o.Registerer = reg
	k := r.open(t)
	if err := k.Keep(t.Context(), material(newID(t), "cam", 100)); err != nil {
		t.Fatal(err)
	}
	families, err := reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]float64{}
	for _, f := range families {
		got[f.GetName()] = f.GetMetric()[0].GetGauge().GetValue()
	}
	if got["offsite_evidence_waiting"] != 1 || got["offsite_evidence_spool_bytes"] < 5000 || got["offsite_evidence_spool_limit_bytes"] < 1e6 {
		t.Fatalf("metrics %v", got)
	}
	k.Stop()
	if err := k.Keep(t.Context(), material(newID(t), "cam", 100)); err == nil {
		t.Fatal("a stopped keeper keeps")
	}
}

func TestWhatCannotBeSealedIsRefusedAtOnce(t *testing.T) {
	t.Parallel()
	k := newRig(t).open(t)
	for name, spoil := range map[string]func(*evidence.Material){
		"id":            func(m *evidence.Material) { m.ID = "x" },
		"path":          func(m *evidence.Material) { m.Files[0].Path = "../../etc/passwd" },
		"custody":       func(m *evidence.Material) { m.Files[0].Path = "custody.ndjson" },
		"same path":     func(m *evidence.Material) { m.Files[1].Path = "Clip.MP4" },
		"broken JSON":   func(m *evidence.Material) { m.Incident = json.RawMessage(`{`) },
		"no camera doc": func(m *evidence.Material) { m.CameraDoc = nil },
		"broken look":   func(m *evidence.Material) { m.Looks[1] = json.RawMessage(`}`) },
		"summary":       func(m *evidence.Material) { m.Summary = json.RawMessage(`x`) },
		"time":          func(m *evidence.Material) { m.Raised = time.Time{} },
		"camera":        func(m *evidence.Material) { m.Camera = "" },
		"no parent":     func(m *evidence.Material) { m.Kind = "redacted" },
		"a parent":      func(m *evidence.Material) { m.Parent = &evidence.Parent{BundleID: m.ID} },
	} {
		m := material(newID(t), "cam", 100)
		spoil(&m)
		if err := k.Keep(t.Context(), m); err == nil {
			t.Errorf("%s: it is kept", name)
		}
	}
	if n, _ := k.Waiting(); n != 0 {
		t.Fatalf("%d wait", n)
	}
}

// What is away delays, and never loses.
func TestWhatIsAwayDelays(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		break_, mend func(*rig)
		failed       func(*rig) bool
	}{
		"store":     {func(r *rig) { r.store.set(true) }, func(r *rig) { r.store.set(false) }, nil},
		"authority": {func(r *rig) { r.tsa.set(true) }, func(r *rig) { r.tsa.set(false) }, nil},
		"recorder":  {func(r *rig) { r.book.set(errAway) }, func(r *rig) { r.book.set(nil) }, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			tries := make(chan struct{}, 1000)
			r.o.Logger = slogTo(func(message string) {
				if strings.HasPrefix(message, "evidence waits") {
					tries <- struct{}{}
				}
			})
			k := r.start(t)
			c.break_(r)
			const n = 12
			for i := range n {
				if err := k.Keep(t.Context(), material(newID(t), "cam-"+string(rune('a'+i%3)), 50_000)); err != nil {
					t.Fatal(err)
				}
			}
			for range 5 { // tries that failed
				select {
				case <-tries:
				case <-time.After(30 * time.Second):
					t.Fatal("no step failed")
				}
			}
			if got, _ := k.Waiting(); got != n {
				t.Fatalf("%d of %d wait", got, n)
			}
			c.mend(r)
			for _, receipt := range r.book.await(t, n) {
				r.check(t, receipt)
			}
		})
	}
}

// A lost answer to a PUT must not lead to a second version.
func TestLostAnswerOfTheStore(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	settle := r.o.Settle
	var once sync.Once
	r.o.Settle = func(bucket, key string) error {
		err := settle(bucket, key)
		once.Do(func() { err = errors.New("lost") })
		return err
	}
	k := r.start(t)
	id := newID(t)
	if err := k.Keep(t.Context(), material(id, "cam", 1000)); err != nil {
		t.Fatal(err)
	}
	receipt := r.book.await(t, 1)[id]
	r.check(t, receipt)
	if n := versions(t, r, receipt); n != 1 {
		t.Fatalf("the bundle lies there %d times", n)
	}
}

// One incident that the recorder does not take must not hold up others.
func TestOneThatFailsHoldsUpNoOther(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	k := r.start(t)
	bad := material(newID(t), "cam-bad", 1000)
	bad.Summary = json.RawMessage(`{"case":"refused"}`)
	if err := k.Keep(t.Context(), bad); err != nil {
		t.Fatal(err)
	}
	const n = 20
	for range n {
		if err := k.Keep(t.Context(), material(newID(t), "cam", 1000)); err != nil {
			t.Fatal(err)
		}
	}
	r.book.await(t, n)
	if got, _ := k.Waiting(); got == 0 {
		t.Fatal("the refused one is gone")
	}
}

func TestSpoiledSpoolEntryIsNeverSealed(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	said := make(chan string, 100)
	r.o.Logger = slogTo(func(message string) { said <- message })
	k := r.open(t)
	spoiled, good := newID(t), newID(t)
	for _, id := range []string{spoiled, good} {
		if err := k.Keep(t.Context(), material(id, "cam", 5000)); err != nil {
			t.Fatal(err)
		}
	}
	spoil(t, r, spoiled)
	if err := k.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	r.book.await(t, 1)
	select {
	case <-said:
	case <-time.After(30 * time.Second):
		t.Fatal("nothing was said of it")
	}
	k.Stop()
	if _, ok := r.book.records[spoiled]; ok {
		t.Fatal("it was sealed")
	}
	if n, _ := k.Waiting(); n == 0 {
		t.Fatal("it is gone")
	}
}

// What version 0.1 left in the spool knows one digest alone; it is sealed and stored all
// the same, unless the disk has changed it.
func TestWhatAnOlderVersionSpooledIsStored(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	said := make(chan string, 100)
	r.o.Logger = slogTo(func(message string) { said <- message })
	k := r.open(t)
	good, spoiled := newID(t), newID(t)
	for _, id := range []string{good, spoiled} {
		if err := k.Keep(t.Context(), material(id, "cam", 5000)); err != nil {
			t.Fatal(err)
		}
		age(t, r, id)
	}
	k.Stop()
	spoil(t, r, spoiled)
	k = r.start(t)
	r.check(t, r.book.await(t, 1)[good])
	select {
	case <-said:
	case <-time.After(30 * time.Second):
		t.Fatal("nothing was said of the other")
	}
	k.Stop()
	if n, _ := k.Waiting(); n != 1 {
		t.Fatalf("%d wait", n)
	}
}

// age rewrites the meta of a spooled entry as version 0.1 wrote it.
func age(t *testing.T, r *rig, id string) {
	t.Helper()
	dir := filepath.Join(r.o.SpoolDir, "entries", id)
	body, err := os.ReadFile(filepath.Join(dir, "body.tar"))
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(dir, "meta.json"))
	if err != nil {
		t.Fatal(err)
	}
	meta := map[string]any{}
	if err := json.Unmarshal(text, &meta); err != nil {
		t.Fatal(err)
	}
	delete(meta, "body_sum")
	delete(meta, "body_state")
	meta["body_sha256"] = fmt.Sprintf("%x", sha256.Sum256(body))
	if text, err = json.Marshal(meta); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "meta.json"), text, 0o600); err != nil {
		t.Fatal(err)
	}
}

// What the disk changes after the seal is not stored either: the body is read once more
// only to be sent, under the digest that it was kept with.
func TestSpoiledSpoolEntryIsNeverStored(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	said := make(chan string, 1000)
	r.o.Logger = slogTo(func(message string) {
		select {
		case said <- message:
		default:
		}
	})
	r.store.set(true)
	k := r.start(t)
	spoiled, good := newID(t), newID(t)
	for _, id := range []string{spoiled, good} {
		if err := k.Keep(t.Context(), material(id, "cam", 5000)); err != nil {
			t.Fatal(err)
		}
	}
	for limit := time.After(30 * time.Second); ; {
		if _, err := os.Stat(filepath.Join(r.o.SpoolDir, "entries", spoiled, "end.part")); err == nil {
			break
		}
		select {
		case <-said:
		case <-limit:
			t.Fatal("it is not sealed")
		}
	}
	spoil(t, r, spoiled)
	r.store.set(false)
	r.book.await(t, 1)
	for limit := time.After(30 * time.Second); ; {
		select {
		case message := <-said:
			if !strings.Contains(message, "changed on the disk") {
				continue
			}
		case <-limit:
			t.Fatal("nothing was said of it")
		}
		break
	}
	waitFor(t, "it waits alone", func() bool { n, _ := k.Waiting(); return n == 1 })
	k.Stop()
	if _, ok := r.book.records[spoiled]; ok {
		t.Fatal("it was stored")
	}
}

// spoil flips a bit of a spooled body.
func spoil(t *testing.T, r *rig, id string) {
	t.Helper()
	path := filepath.Join(r.o.SpoolDir, "entries", id, "body.tar")
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	data[3000] ^= 1
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// The alarm comes well before the spool is full.
func TestSpoolThatFillsIsTold(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		t.Skip("mounting a small file system needs root")
	}
	r := newRig(t)
	if err := unix.Mount("tmpfs", r.o.SpoolDir, "tmpfs", 0, "size=4m"); err != nil {
		t.Skipf("no file system can be mounted here: %v", err)
	}
	t.Cleanup(func() { unix.Unmount(r.o.SpoolDir, unix.MNT_DETACH) })
	said := make(chan string, 10)
	r.o.DiskShare, r.o.Logger = 0.5, slogTo(func(message string) { said <- message })
	k := r.open(t)
	for kept := 0; ; kept++ {
		if err := k.Keep(t.Context(), material(newID(t), "cam", 200_000)); err != nil {
			if !errors.Is(err, spool.ErrFull) || kept != 10 || len(said) != 1 {
				t.Fatalf("after %d incidents and %d alarms: %v", kept, len(said), err)
			}
			return
		}
		if want := min(1, kept/7); len(said) != want {
			used, limit, _ := k.Usage()
			t.Fatalf("%d alarms at %d of %d bytes", len(said), used, limit)
		}
	}
}

// A spool on a disk that is full waits for room, and refuses new incidents.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		t.Skip("mounting a small file system needs root")
	}
	r := newRig(t)
	if err := unix.Mount("tmpfs", r.o.SpoolDir, "tmpfs", 0, "size=1m"); err != nil {
		t.Skipf("no file system can be mounted here: %v", err)
	}
	t.Cleanup(func() { unix.Unmount(r.o.SpoolDir, unix.MNT_DETACH) })
	r.o.DiskShare = 1
	failed := make(chan struct{}, 1000)
	r.o.Logger = slogTo(func(string) { failed <- struct{}{} })
	k := r.open(t)
	id := newID(t)
	if err := k.Keep(t.Context(), material(id, "cam", 300_000)); err != nil {
		t.Fatal(err)
	}
	filler := filepath.Join(r.o.SpoolDir, "filler")
	f, err := os.Create(filler)
	if err != nil {
		t.Fatal(err)
	}
	for err == nil {
		_, err = f.Write(make([]byte, 4096))
	}
	f.Close()
	if !errors.Is(err, unix.ENOSPC) {
		t.Fatal(err)
	}
	if err := k.Keep(t.Context(), material(newID(t), "cam", 300_000)); !errors.Is(err, spool.ErrFull) {
		t.Fatalf("kept on a full disk: %v", err)
	}
	if err := k.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		<-failed
	}
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	r.check(t, r.book.await(t, 1)[id])
}

func TestSeveralAuthorities(t *testing.T) {
	t.Parallel()
	r, other := newRig(t), newRig(t)
	second := newLine(t, other.maker.Authority.URL())
	r.o.Stampers = append(r.o.Stampers, other.maker.StamperAt(t, second.url()))
	k := r.start(t)
	id := newID(t)
	if err := k.Keep(t.Context(), material(id, "cam", 100)); err != nil {
		t.Fatal(err)
	}
	receipt := r.book.await(t, 1)[id]
	r.check(t, receipt) // the first authority is trusted, the other unknown
	der, _, err := r.vault.ReadEntry(t.Context(), receipt, "seal/manifest.2.tsr", 0, -1)
	if err != nil {
		t.Fatal(err)
	}
	defer der.Close()
	text, err := io.ReadAll(der)
	if err != nil {
		t.Fatal(err)
	}
	if at, err := token.Time(text); err != nil || time.Since(at) > time.Minute {
		t.Fatalf("%v %v", at, err)
	}
}

func TestStartStopManyTimes(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	const n = 10
	for i := range n {
		k := r.start(t)
		if err := k.Keep(t.Context(), material(newID(t), "cam", 20_000)); err != nil {
			t.Fatal(err)
		}
		if i%2 == 0 {
			go k.Stop()
		}
		k.Stop()
	}
	k := r.start(t)
	records := r.book.await(t, n)
	k.Stop()
	previous := map[string]bool{}
	for _, receipt := range records {
		r.check(t, receipt)
		if previous[receipt.PreviousBundle] {
			t.Errorf("two bundles follow %q", receipt.PreviousBundle)
		}
		previous[receipt.PreviousBundle] = true
	}
	if !previous[""] {
		t.Error("no bundle is the first")
	}
	if _, err := keep.New(keep.Options{SpoolDir: t.TempDir()}); err == nil {
		t.Error("a keeper without parts is opened")
	}
}

// A redacted copy is a bundle of its own that names what it was made from.
func TestRedactedCopyNamesItsParent(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	k := r.start(t)
	parent := newID(t)
	if err := k.Keep(t.Context(), material(parent, "cam", 100)); err != nil {
		t.Fatal(err)
	}
	original := r.book.await(t, 1)[parent]
	masked := material(newID(t), "cam", 100)
	masked.Kind, masked.Parent = "redacted", &evidence.Parent{BundleID: original.BundleID, ManifestSHA256: original.ManifestSHA256}
	if err := k.Keep(t.Context(), masked); err != nil {
		t.Fatal(err)
	}
	report := r.check(t, r.book.await(t, 2)[masked.ID])
	if report.Kind != "redacted" || report.ParentBundle != parent {
		t.Fatalf("%+v", report)
	}
}
