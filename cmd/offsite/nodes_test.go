package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"offsite/bench"
	"offsite/embedded/s3"
	"offsite/embedded/tsa"
	"offsite/evidence/seal"
	"offsite/pipeline/rtspserve"
	"offsite/pipeline/rtspserve/testvideo"
	"offsite/registry"
)

var (
	kills   = flag.Int("kills", 2, "how many nodes TestNodesTakeOver kills in a row")
	figures = flag.String("figures", "", "folder that TestNodesTakeOver writes nodes.json to")
)

// reached is how nodes reach what they share.
type reached struct {
	Database, S3, AccessKey, SecretFile, TSA, CAFile string
}

// runDistrict is the command offsite-district of the tests: database, store, timestamp
// authority, keys and transparency log of a district whose cameras other processes
// watch. It registers the cameras of which addresses are given, prints how to reach the
// services, and ends with its input. Started again, it can be reached as before.
func runDistrict() {
	if err := serveDistrict(context.Background(), os.Args[1], os.Args[2:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func serveDistrict(ctx context.Context, data string, cameras []string) error {
	c, folder, err := configured("up", "--data", data)
	if err != nil {
		return err
	}
	defer folder.Close()
	log := slog.New(slog.DiscardHandler)
	at, err := sameAddresses(c.Path("addresses.json"))
	if err != nil {
		return err
	}
	authority, err := tsa.Start(ctx, tsa.Options{Dir: c.Path("tsa"), Listen: at[0], Name: "test", Logger: log})
	if err != nil {
		return err
	}
	defer authority.Stop()
	credentials, err := s3.OpenCredentials(c.Path("keys", "s3.json"))
	if err != nil {
		return err
	}
	store, err := s3.Start(ctx, s3.Options{Dir: c.Path("s3"), Listen: at[1], Credentials: credentials, Region: c.S3.Region, Logger: log})
	if err != nil {
		return err
	}
	defer store.Stop()
	c.S3.Endpoint, c.S3.AccessKey, c.S3.SecretKeyFile = store.Endpoint(), credentials.AccessKey, c.Path("s3.secret")
	if err := os.WriteFile(c.S3.SecretKeyFile, []byte(credentials.SecretKey), 0o600); err != nil {
		return err
	}
	c.TSA.URL, c.TSA.CAFile = authority.URL(), c.Path("tsa.pem")
	if err := os.WriteFile(c.TSA.CAFile, authority.CertificatesPEM(), 0o600); err != nil {
		return err
	}
	return atDesk(ctx, c, true, true, 0, log, func(p *platform, _ *seal.Ring, d *desk) error {
		for i, url := range cameras {
			if _, err := d.registry.CreateCamera(ctx, "test", registry.CameraDraft{CameraChange: registry.CameraChange{Name: fmt.Sprint("camera ", i)}, URL: url, Protocol: "tcp"}); err != nil {
				return err
			}
		}
		s := reached{Database: p.databaseURL, S3: c.S3.Endpoint, AccessKey: c.S3.AccessKey, SecretFile: c.S3.SecretKeyFile, TSA: c.TSA.URL, CAFile: c.TSA.CAFile}
		if err := json.NewEncoder(os.Stdout).Encode(s); err != nil {
			return err
		}
		_, err := io.Copy(io.Discard, os.Stdin)
		return err
	})
}

// sameAddresses are two free ones, the same each time.
func sameAddresses(path string) (at [2]string, err error) {
	if text, err := os.ReadFile(path); err == nil {
		err = json.Unmarshal(text, &at)
		return at, err
	}
	for i := range at {
		if at[i], err = freeAddress(); err != nil {
			return at, err
		}
	}
	text, err := json.Marshal(at)
	if err != nil {
		return at, err
	}
	return at, os.WriteFile(path, text, 0o600)
}

// village is a district of its own with nodes that come and go.
type village struct {
	t       *testing.T
	root    string
	s       reached
	pool    *pgxpool.Pool
	cameras int
	close   func()
}

// settle starts the services and plays n cameras.
func settle(t *testing.T, n int) *village {
	t.Helper()
	return settleAt(t, n, testvideo.Make(t, testvideo.Spec{FPS: 10, GOP: 10, Seconds: 10}))
}

// settleAt starts the services and plays a video as n cameras, or has none.
func settleAt(t *testing.T, n int, video string) *village {
	t.Helper()
	root, err := os.MkdirTemp("", "offsite-nodes") // t.TempDir cannot be passed by the user postgres
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(root) })
	if err := os.Chmod(root, 0o755); err != nil { // #nosec G302 -- as above
		t.Fatal(err)
	}
	var streams []rtspserve.Stream
	for i := range n {
		streams = append(streams, rtspserve.Stream{Path: fmt.Sprint("camera", i), Files: []string{video}})
	}
	var urls []string
	if n > 0 {
		server := rtspserve.New(rtspserve.Options{Listen: "127.0.0.1:0", Streams: streams})
		if err := server.Start(context.Background()); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(server.Stop)
		for _, path := range server.Paths() {
			urls = append(urls, server.URL(path))
		}
	}
	v := &village{t: t, root: root, cameras: n}
	v.open(urls...)
	t.Cleanup(func() { v.close() })
	if v.pool, err = pgxpool.New(context.Background(), v.s.Database); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(v.pool.Close)
	return v
}

// open starts the district's services, and registers cameras. close ends them.
func (v *village) open(cameras ...string) {
	v.t.Helper()
	cmd := exec.Command("offsite-district", append([]string{filepath.Join(v.root, "district")}, cameras...)...)
	in, err := cmd.StdinPipe()
	if err != nil {
		v.t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		v.t.Fatal(err)
	}
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		v.t.Fatal(err)
	}
	v.close = func() { in.Close(); _ = cmd.Wait() }
	if err := json.NewDecoder(out).Decode(&v.s); err != nil {
		v.t.Fatalf("the district did not start: %v", err)
	}
}

// watching is a process that watches.
type watching struct {
	name    string // in the leases
	data    string
	metrics string // address
	cmd     *exec.Cmd
	ended   chan struct{}
}

// start starts a node with a data folder of that name; one that was there before goes on
// under its own name.
func (v *village) start(folder string) *watching {
	v.t.Helper()
	data := filepath.Join(v.root, folder)
	v.copyKeys(filepath.Join(data, "keys"))
	n := &watching{data: data, ended: make(chan struct{})}
	n.cmd = exec.Command("offsite", append([]string{"watch", "--metrics.listen", "127.0.0.1:0", "--log.level", "error"}, v.settings(data)...)...)
	n.cmd.Stderr = os.Stderr
	out, err := n.cmd.StdoutPipe()
	if err != nil {
		v.t.Fatal(err)
	}
	if err := n.cmd.Start(); err != nil {
		v.t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for n.metrics == "" && lines.Scan() {
		n.metrics = strings.TrimSuffix(strings.TrimPrefix(lines.Text(), "Metrics at "), "/metrics")
	}
	go func() {
		defer close(n.ended)
		for lines.Scan() {
		}
		_ = n.cmd.Wait()
	}()
	v.t.Cleanup(func() { n.end(syscall.SIGKILL) })
	name, err := os.ReadFile(filepath.Join(data, "node"))
	if err != nil || n.metrics == "" {
		v.t.Fatalf("the node %s did not start: %v", folder, err)
	}
	n.name = strings.TrimSpace(string(name))
	return n
}

// settings of a node with that data folder.
func (v *village) settings(data string) []string {
	return []string{"--data", data, "--database.url", v.s.Database, "--s3.endpoint", v.s.S3, "--s3.access-key", v.s.AccessKey,
		"--s3.secret-key-file", v.s.SecretFile, "--tsa.url", v.s.TSA, "--tsa.ca-file", v.s.CAFile, "--onnxruntime.library", library()}
}

// copyKeys does what docs/operations.md tells an administrator to.
func (v *village) copyKeys(to string) {
	v.t.Helper()
	from := filepath.Join(v.root, "district", "keys")
	files, err := os.ReadDir(from)
	err = errors.Join(err, os.MkdirAll(to, 0o700))
	for _, f := range files {
		text, failed := os.ReadFile(filepath.Join(from, f.Name()))
		err = errors.Join(err, failed, os.WriteFile(filepath.Join(to, f.Name()), text, 0o600))
	}
	if err != nil {
		v.t.Fatal(err)
	}
}

func (n *watching) end(s syscall.Signal) {
	_ = n.cmd.Process.Signal(s)
	<-n.ended
}

// seen is what the console is told of a camera.
type seen struct {
	Node, State string
	Look        time.Time
}

func (v *village) all() map[string]seen {
	v.t.Helper()
	rows, err := v.pool.Query(context.Background(), `SELECT camera_id::text, node, state, coalesce((status->>'last_look_at')::timestamptz, 'epoch') FROM camera_live`)
	if err != nil {
		v.t.Fatal(err)
	}
	defer rows.Close()
	m := map[string]seen{}
	for rows.Next() {
		var id string
		var s seen
		if err := rows.Scan(&id, &s.Node, &s.State, &s.Look); err != nil {
			v.t.Fatal(err)
		}
		m[id] = s
	}
	return m
}

// leased counts the leases of a node that still run.
func (v *village) leased(n *watching) (held int) {
	v.t.Helper()
	if err := v.pool.QueryRow(context.Background(), `SELECT count(*) FROM camera_lease WHERE node = $1 AND until > now()`, n.name).Scan(&held); err != nil {
		v.t.Fatal(err)
	}
	return held
}

// watched waits until every camera was looked at after a moment by one of the nodes, and
// returns how long after it that was, by the latest of the first looks that are told.
func (v *village) watched(after time.Time, within time.Duration, by ...*watching) time.Duration {
	v.t.Helper()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	first := map[string]time.Time{}
	for range tick.C {
		for id, s := range v.all() {
			ours := slices.ContainsFunc(by, func(n *watching) bool { return n.name == s.Node })
			if _, known := first[id]; !known && ours && s.State == "live" && s.Look.After(after) {
				first[id] = s.Look
			}
		}
		if len(first) == v.cameras {
			latest := after
			for _, look := range first {
				if look.After(latest) {
					latest = look
				}
			}
			return latest.Sub(after)
		}
		if time.Since(after) > within {
			v.t.Fatalf("after %s only %d of %d cameras are watched again: %+v", within, len(first), v.cameras, v.all())
		}
	}
	return 0
}

// shared waits until every node holds a fair share of the cameras.
func (v *village) shared(within time.Duration, nodes ...*watching) {
	v.t.Helper()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	limit := time.After(within)
	for {
		held := map[string]int{}
		for _, s := range v.all() {
			if s.State == "live" {
				held[s.Node]++
			}
		}
		if !slices.ContainsFunc(nodes, func(n *watching) bool { return held[n.name] < v.cameras/len(nodes) }) {
			return
		}
		select {
		case <-tick.C:
		case <-limit:
			v.t.Fatalf("after %s the nodes hold %v of %d cameras", within, held, v.cameras)
		}
	}
}

// patience is how long a loaded machine may take. How long it does take is a figure
// (make bench-nodes), not a test.
const patience = time.Minute

// TestNodesTakeOver kills nodes in a row: their cameras are watched again. A node that is
// told to stop gives its cameras up before it ends. -kills 20 -figures FOLDER measures.
func TestNodesTakeOver(t *testing.T) {
	if *figures == "" { // what is measured has the machine to itself
		t.Parallel()
	}
	if testing.Short() {
		t.Skip("SKIPPED: -short was given, and this starts a district")
	}
	const cameras = 4
	v := settle(t, cameras)
	nodes := []*watching{v.start("a"), v.start("b")}
	v.shared(time.Minute, nodes...)
	v.metricsAnswer(nodes[0])
	seed := rand.Uint64()
	chance := rand.New(rand.NewPCG(seed, 0))
	t.Logf("seed %d", seed)
	var worst time.Duration
	for range *kills {
		i := chance.IntN(len(nodes))
		at := time.Now()
		nodes[i].end(syscall.SIGKILL)
		took := v.watched(at, patience, nodes[1-i])
		worst = max(worst, took)
		nodes[i] = v.start(filepath.Base(nodes[i].data))
		v.shared(time.Minute, nodes...)
	}
	before := v.all()
	nodes[0].end(syscall.SIGTERM)
	stopped := time.Now()
	if held := v.leased(nodes[0]); held > 0 {
		t.Errorf("a node that was told to stop ended with %d leases that nobody can take before their time", held)
	}
	v.watched(stopped, patience, nodes[1])
	var gap time.Duration // between the last look of the node that stopped and the first of the other
	for id, s := range v.all() {
		if before[id].Node == nodes[0].name {
			gap = max(gap, s.Look.Sub(before[id].Look))
		}
	}
	t.Logf("%d kills: watched again after %s at most; after a stop %s between looks", *kills, worst, gap)
	if *figures == "" {
		return
	}
	command := "make bench-nodes"
	set := bench.Set{
		"kills":            {Value: float64(*kills), Unit: "kills", Goal: "≥ 20", Command: command},
		"watched_again_s":  {Value: worst.Seconds(), Unit: "s", Goal: "≤ 15", Command: command},
		"look_gap_drain_s": {Value: gap.Seconds(), Unit: "s", Goal: "≤ 6", Command: command},
		"cameras":          {Value: cameras, Unit: "cameras", Command: command},
	}
	if err := set.Write(*figures, "nodes"); err != nil {
		t.Fatal(err)
	}
}

// metricsAnswer asks a node that only watches for its figures.
func (v *village) metricsAnswer(n *watching) {
	v.t.Helper()
	for path, want := range map[string]string{"/metrics": `offsite_camera_state{camera=`, "/livez": "ok", "/readyz": "ok"} {
		if text := v.ask(n, path); !strings.Contains(text, want) {
			v.t.Errorf("%s answers %s", path, text)
		}
	}
}

// ask gets a page of a node that only watches.
func (v *village) ask(n *watching, path string) string {
	v.t.Helper()
	req, err := http.NewRequestWithContext(v.t.Context(), http.MethodGet, n.metrics+path, nil)
	if err != nil {
		v.t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		v.t.Fatal(err)
	}
	text, err := io.ReadAll(res.Body)
	if err := errors.Join(err, res.Body.Close()); err != nil || res.StatusCode != http.StatusOK {
		v.t.Fatalf("%s answers %s, %v", path, res.Status, err)
	}
	return string(text)
}
