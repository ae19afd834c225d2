package measure_test

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/emmansun/gmsm/sm3"
	"github.com/google/uuid"

	"offsite/bench"
	"offsite/embedded/s3"
	"offsite/evidence"
	"offsite/evidence/bundle"
	"offsite/evidence/keep"
	"offsite/evidence/seal"
	"offsite/evidence/specimen"
	"offsite/evidence/translog"
	"offsite/evidence/translog/proof"
	"offsite/evidence/vault"
	"offsite/evidence/verify"
)

var figures = flag.String("figures", "", "folder to write evidence.json to")

const command = "make bench-evidence"

func TestFigures(t *testing.T) {
	if *figures == "" {
		t.Skip("measuring takes a minute: give -figures FOLDER")
	}
	dir, err := filepath.Abs(*figures) // the store moves the working directory
	if err != nil {
		t.Fatal(err)
	}
	set := bench.Set{}
	m := specimen.New(t)
	throughput(t, m, set)
	small(t, m, set)
	logged(t, set)
	proved(t, 10_000_000, set)
	locked(t, m, set)
	if err := set.Write(dir, "evidence"); err != nil {
		t.Fatal(err)
	}
	if err := set.Table(os.Stdout); err != nil {
		t.Fatal(err)
	}
}

// pass is one reading of the same bytes.
type pass struct {
	wall, processor time.Duration
}

// own is a pass of this process.
func own(what func() error) (pass, error) {
	before, begun := processor(), time.Now()
	err := what()
	return pass{time.Since(begun), processor() - before}, err
}

// processor is the time that this process has had of processors.
func processor() time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		panic(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// sha256sum is a pass of the peer.
func sha256sum(path string) (pass, error) {
	peer := exec.Command("sha256sum", path)
	begun := time.Now()
	err := peer.Run()
	if err != nil {
		return pass{}, err
	}
	return pass{time.Since(begun), peer.ProcessState.UserTime() + peer.ProcessState.SystemTime()}, nil
}

func median(list []float64) float64 {
	slices.Sort(list)
	return list[len(list)/2]
}

// throughput seals and verifies a large bundle in turn with sha256sum, which reads the
// same bytes: each ratio is the median of those of neighbours in time, so that what
// else the machine does falls out. SM3 goes through a file byte by byte, so it alone, in
// memory, is the limit of both.
func throughput(t *testing.T, m *specimen.Maker, set bench.Set) {
	const mib, rounds = 256, 5
	clip := make([]byte, mib<<20)
	rand.Read(clip)
	path := filepath.Join(t.TempDir(), "bundle.tar")
	if err := os.WriteFile(path, m.Bundle(t, specimen.Spec{Files: []bundle.Payload{{Path: "clip.mp4", Data: clip}}}), 0o600); err != nil {
		t.Fatal(err)
	}
	body := filepath.Join(t.TempDir(), "body.tar")
	writeBody(t, body, clip)
	sealer, err := seal.NewSealer(m.Key)
	if err != nil {
		t.Fatal(err)
	}
	ways := map[string]func() error{
		"seal":   func() error { return sealFile(body, sealer) },
		"verify": func() error { return verifyFile(t.Context(), path, m.Trust) },
		"sm3": func() error {
			sm3.Sum(clip)
			return nil
		},
	}
	var speed []float64
	wall, processor := map[string][]float64{}, map[string][]float64{}
	for range rounds {
		for name, way := range ways {
			peer, err := sha256sum(path)
			if err != nil {
				t.Fatal(err)
			}
			ours, err := own(way)
			if err != nil {
				t.Fatal(err)
			}
			speed = append(speed, mib/peer.wall.Seconds())
			wall[name] = append(wall[name], peer.wall.Seconds()/ours.wall.Seconds())
			processor[name] = append(processor[name], peer.processor.Seconds()/ours.processor.Seconds())
		}
	}
	set["sha256sum_mib_per_s"] = bench.Figure{Value: median(speed), Unit: "MiB/s", Command: command}
	for name, goal := range map[string]string{"seal": "≥ 0.9", "verify": "≥ 0.8", "sm3": ""} {
		set[name+"_ratio_sha256sum"] = bench.Figure{Value: median(wall[name]), Unit: "×", Goal: goal, Peer: "sha256sum", Command: command}
		set[name+"_processor_ratio_sha256sum"] = bench.Figure{Value: median(processor[name]), Unit: "×", Peer: "sha256sum", Command: command}
	}
}

func writeBody(t *testing.T, path string, clip []byte) {
	t.Helper()
	id, err := uuid.NewV7()
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	files := []bundle.Payload{{Path: "incident.json", Data: []byte("{}")}, {Path: "clip.mp4", Data: clip}}
	if err := bundle.WriteBody(f, id.String(), time.Now(), files); err != nil {
		t.Fatal(err)
	}
}

// sealFile does what the keeper does with a spooled body.
func sealFile(path string, sealer *seal.Sealer) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	body, err := bundle.Read(f, bundle.Part, 1<<30)
	if err != nil {
		return err
	}
	_, _, err = bundle.WriteSeal(body, bundle.Manifest{Bundle: body.ID, Seals: sealer.Refs()}, nil, "measure", sealer.Sign)
	return err
}

func verifyFile(ctx context.Context, path string, trust *seal.Trust) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	r, err := verify.Bundle(ctx, f, trust, verify.Options{})
	if err == nil && r.Exit() != 0 {
		err = fmt.Errorf("exit %d", r.Exit())
	}
	return err
}

// small verifies many small bundles on all cores.
func small(t *testing.T, m *specimen.Maker, set bench.Set) {
	clip := make([]byte, 48<<10)
	rand.Read(clip)
	path := filepath.Join(t.TempDir(), "bundle.tar")
	if err := os.WriteFile(path, m.Bundle(t, specimen.Spec{Files: []bundle.Payload{{Path: "clip.mp4", Data: clip}}}), 0o600); err != nil {
		t.Fatal(err)
	}
	const n = 2000
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	begun := time.Now()
	var wg sync.WaitGroup
	for range runtime.NumCPU() {
		wg.Go(func() {
			for range n / runtime.NumCPU() {
				if err := verifyFile(t.Context(), path, m.Trust); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	took := time.Since(begun)
	runtime.GC()
	runtime.ReadMemStats(&after)
	set["verified_64kib_per_min"] = bench.Figure{Value: n / took.Minutes(), Unit: "bundles/min", Goal: "≥ 10000", Command: command}
	set["verify_heap_growth_mib"] = bench.Figure{Value: max(0, float64(int64(after.HeapAlloc)-int64(before.HeapAlloc))/(1<<20)), Unit: "MiB", Goal: "≤ 1", Command: command}
}

func openLog(t *testing.T) *translog.Log {
	t.Helper()
	dir := t.TempDir()
	l, err := translog.Open(t.Context(), translog.Options{Dir: filepath.Join(dir, "log"), KeyFile: filepath.Join(dir, "log.key")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Stop)
	return l
}

// logged enters many records at once, each until its proof is there.
func logged(t *testing.T, set bench.Set) {
	l := openLog(t)
	const n = 4000
	begun := time.Now()
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			_, err := l.Record(t.Context(), proof.Entry{Kind: proof.KindCase, ID: fmt.Sprint(i), SHA256: fmt.Sprintf("%064x", i), At: begun})
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	set["log_entries_per_s"] = bench.Figure{Value: n / time.Since(begun).Seconds(), Unit: "entries/s", Goal: "≥ 1000", Command: command}
}

// disk tells how many MiB a second can be written and fsynced.
func disk(t *testing.T, dir string) float64 {
	data := make([]byte, 8<<20)
	rand.Read(data)
	begun := time.Now()
	n := 0
	for time.Since(begun) < 3*time.Second {
		f, err := os.Create(filepath.Join(dir, fmt.Sprint("disk", n%8)))
		if err != nil {
			t.Fatal(err)
		}
		f.Write(data)
		f.Sync()
		f.Close()
		n++
	}
	return float64(8*n) / time.Since(begun).Seconds()
}

// latencies is a recorder that notes how long each bundle was under way.
type latencies struct {
	mu    sync.Mutex
	begun map[string]time.Time
	took  []time.Duration
	done  chan struct{}
}

func (l *latencies) RecordEvidence(_ context.Context, r evidence.Receipt, _ json.RawMessage) error {
	l.mu.Lock()
	l.took = append(l.took, time.Since(l.begun[r.BundleID]))
	l.mu.Unlock()
	l.done <- struct{}{}
	return nil
}

// locked keeps bundles of 8 MiB at 20 a second, or what the disk can take of each
// byte twice: in the spool and in the store.
func locked(t *testing.T, m *specimen.Maker, set bench.Set) {
	dir := t.TempDir()
	creds, err := s3.OpenCredentials(filepath.Join(dir, "s3.json"))
	if err != nil {
		t.Fatal(err)
	}
	store, err := s3.Start(t.Context(), s3.Options{Dir: filepath.Join(dir, "s3"), Listen: "127.0.0.1:0", Credentials: creds})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Stop()
	v, err := vault.Open(t.Context(), vault.Options{Endpoint: store.Endpoint(), AccessKey: creds.AccessKey, SecretKey: creds.SecretKey, Bucket: "evidence"})
	if err != nil {
		t.Fatal(err)
	}
	sealer, err := seal.NewSealer(m.Key)
	if err != nil {
		t.Fatal(err)
	}
	const n = 200
	l := &latencies{begun: map[string]time.Time{}, done: make(chan struct{}, n)}
	k, err := keep.New(keep.Options{SpoolDir: filepath.Join(dir, "spool"), Sealer: sealer, Stamper: m.Stamper, Vault: v, Log: openLog(t), Recorder: l, Settle: store.Settle})
	if err != nil {
		t.Fatal(err)
	}
	if err := k.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	defer k.Stop()
	speed := disk(t, dir)
	rate := min(20, speed/(2*8))
	clip := make([]byte, 8<<20)
	rand.Read(clip)
	tick := time.NewTicker(time.Duration(float64(time.Second) / rate))
	defer tick.Stop()
	for range n {
		<-tick.C
		id, err := uuid.NewV7()
		if err != nil {
			t.Fatal(err)
		}
		l.mu.Lock()
		l.begun[id.String()] = time.Now()
		l.mu.Unlock()
		err = k.Keep(t.Context(), evidence.Material{
			ID: id.String(), Kind: "incident", Camera: fmt.Sprint("cam-", id.ID()%8), Raised: time.Now(),
			Incident: json.RawMessage(`{}`), CameraDoc: json.RawMessage(`{}`), Models: json.RawMessage(`[]`),
			Files: []evidence.File{{Path: "clip.mp4", Data: clip}},
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for range n {
		<-l.done
	}
	slices.Sort(l.took)
	set["disk_mib_per_s"] = bench.Figure{Value: speed, Unit: "MiB/s", Command: command}
	limit := "what is asked: the disk could take more"
	if rate < 20 {
		limit = "the disk's limit, each byte written twice"
	}
	set["locked_logged_rate"] = bench.Figure{Value: rate, Unit: "bundles/s", Goal: "20, or the disk's limit", Peer: limit, Command: command}
	set["locked_logged_p50_ms"] = bench.Figure{Value: float64(l.took[n/2].Milliseconds()), Unit: "ms", Command: command}
	set["locked_logged_p99_ms"] = bench.Figure{Value: float64(l.took[n*99/100].Milliseconds()), Unit: "ms", Goal: "≤ 3000", Command: command}
}
