package main

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"syscall"
	"testing"
	"time"

	"offsite/bench"
	"offsite/detectors"
	"offsite/detectors/all"
	"offsite/registry"
)

var loadCameras = flag.Int("cameras", 8, "how many TestLoad watches")

// loaded is a district whose cameras all see a stall, and in which every detector works.
type loaded struct {
	*village
	registry *registry.Registry
	ids      []string
	stall    detectors.Zone
	drawn    map[string]detectors.Zone // the newest zone of the stall, by camera
	every    []string                  // every zone of a stall that was drawn
}

// TestLoad measures nodes under load: what a camera costs on one to four nodes, how long
// after the look that raised it a finding is known (a look comes within the cadence), and
// what becomes of incidents whose node is killed.
func TestLoad(t *testing.T) {
	if *figures == "" {
		t.Skip("SKIPPED: -figures was not given, and this measures")
	}
	video, zone := standing(t)
	v := settleAt(t, *loadCameras, video)
	secrets, err := registry.OpenSecrets(filepath.Join(v.root, "district", "keys", "secrets.key"))
	if err != nil {
		t.Fatal(err)
	}
	l := &loaded{village: v, registry: registry.New(v.pool, secrets), stall: zone, drawn: map[string]detectors.Zone{}}
	l.stall.Params = map[string]float64{"dwell_s": 10}
	var nodes []*watching
	set := bench.Set{}
	command := "make bench-nodes"
	cheapest, dearest := 0.0, 0.0
	for n := range 4 {
		nodes = append(nodes, v.start(fmt.Sprint("node", n)))
		v.shared(time.Minute, nodes...)
		if n == 0 {
			l.everyDetector()
		}
		cost := l.cost(nodes)
		if n == 0 || cost < cheapest {
			cheapest = cost
		}
		dearest = max(dearest, cost)
		set[fmt.Sprintf("cost_per_camera_%d_nodes", n+1)] = bench.Figure{Value: 100 * cost, Unit: "% of a core", Command: command}
	}
	set["cost_spread"] = bench.Figure{Value: dearest / cheapest, Unit: "×", Goal: "≤ 1.1", Command: command}
	load, late := l.events()
	set["load"] = bench.Figure{Value: load, Unit: "of the machine", Goal: "0.8", Command: command}
	set["look_to_finding_p50_s"] = bench.Figure{Value: late[len(late)/2].Seconds(), Unit: "s", Command: command}
	set["look_to_finding_p99_s"] = bench.Figure{Value: late[(len(late)*99-1)/100].Seconds(), Unit: "s", Goal: "≤ 1", Command: command}
	set["cameras"] = bench.Figure{Value: float64(*loadCameras), Unit: "cameras", Command: command}
	for k, f := range l.kills(nodes) {
		f.Command = command
		set[k] = f
	}
	if err := set.Write(*figures, "load"); err != nil {
		t.Fatal(err)
	}
}

// everyDetector draws a zone of every detector but the stall's for every camera.
func (l *loaded) everyDetector() {
	l.t.Helper()
	for id := range l.all() {
		l.ids = append(l.ids, id)
		for _, d := range all.All() {
			if d.Key() == l.stall.Detector {
				continue
			}
			l.save(detectors.Zone{Camera: id, Detector: d.Key(), NameEN: d.Key(), Polygon: detectors.Polygon{{X: .05, Y: .05}, {X: .95, Y: .05}, {X: .95, Y: .95}, {X: .05, Y: .95}}})
		}
		l.anew(id)
	}
	slices.Sort(l.ids)
}

func (l *loaded) save(z detectors.Zone) detectors.Zone {
	l.t.Helper()
	made, err := l.registry.SaveZone(context.Background(), "test", z)
	if err != nil {
		l.t.Fatal(err)
	}
	return made
}

// anew draws the zone of a camera's stall anew: for its rule the stall begins now.
func (l *loaded) anew(camera string) {
	l.t.Helper()
	if old, ok := l.drawn[camera]; ok {
		if err := l.registry.RemoveZone(context.Background(), "test", old.ID); err != nil {
			l.t.Fatal(err)
		}
	}
	z := l.stall
	z.ID, z.Version, z.Camera = "", 0, camera
	l.drawn[camera] = l.save(z)
	l.every = append(l.every, l.drawn[camera].ID)
}

// cost is what a camera takes of a core, over all nodes.
func (l *loaded) cost(nodes []*watching) float64 {
	const settling, span = 20 * time.Second, 60 * time.Second
	<-time.After(settling)
	before, began := l.spent(nodes), time.Now()
	<-time.After(span)
	return (l.spent(nodes) - before) / time.Since(began).Seconds() / float64(l.cameras)
}

func (l *loaded) spent(nodes []*watching) (seconds float64) {
	l.t.Helper()
	for _, n := range nodes {
		u, err := bench.Tree(n.cmd.Process.Pid)
		if err != nil {
			l.t.Fatal(err)
		}
		seconds += u.CPUSecond
	}
	return seconds
}

// found waits until every zone of a stall that was drawn has its finding, and gives how
// many findings and bundles there are.
func (l *loaded) found() (findings, bundles int) {
	l.t.Helper()
	const patience = 3 * time.Minute
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	limit := time.After(patience)
	for {
		var zones int
		err := l.pool.QueryRow(context.Background(), `SELECT count(DISTINCT c.zone_id), count(DISTINCT c.id), count(*) FROM casefile c JOIN evidence e ON e.case_id = c.id
			WHERE c.zone_id = ANY ($1::uuid[])`, l.every).Scan(&zones, &findings, &bundles)
		if err != nil {
			l.t.Fatal(err)
		}
		if zones == len(l.every) {
			return findings, bundles
		}
		select {
		case <-tick.C:
		case <-limit:
			l.t.Fatalf("after %s %d of %d acts are found", patience, zones, len(l.every))
		}
	}
}

// events lets stalls be found one after the other, and tells how long after the look that
// raised each it was in the database, sorted; and how busy the machine was.
func (l *loaded) events() (load float64, late []time.Duration) {
	l.t.Helper()
	l.found()
	before := len(l.every)
	const rounds, round = 5, 20 * time.Second
	idle, began := l.idle(), time.Now()
	for range rounds {
		for _, id := range l.ids {
			l.anew(id)
			<-time.After(round / time.Duration(len(l.ids)))
		}
	}
	load = 1 - (l.idle()-idle)/time.Since(began).Seconds()/float64(runtime.NumCPU())
	l.found()
	rows, err := l.pool.Query(context.Background(), `SELECT extract(epoch FROM created_at - raised_at)::float8 FROM casefile WHERE zone_id = ANY ($1::uuid[])`, l.every[before:])
	if err != nil {
		l.t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var s float64
		if err := rows.Scan(&s); err != nil {
			l.t.Fatal(err)
		}
		late = append(late, time.Duration(s*float64(time.Second)))
	}
	slices.Sort(late)
	return load, late
}

// idle is for how long the processors had nothing to do, all together, in seconds.
func (l *loaded) idle() float64 {
	l.t.Helper()
	text, err := os.ReadFile("/proc/stat")
	if err != nil {
		l.t.Fatal(err)
	}
	var user, nice, system, idle, waiting float64
	if _, err := fmt.Sscanf(string(text), "cpu %f %f %f %f %f", &user, &nice, &system, &idle, &waiting); err != nil {
		l.t.Fatal(err)
	}
	const ticks = 100 // USER_HZ
	return (idle + waiting) / ticks
}

// kills ends nodes by SIGKILL while stalls are sighted, raised, sealed and recorded, and
// looks what became of each.
func (l *loaded) kills(nodes []*watching) bench.Set {
	l.t.Helper()
	seed := rand.Uint64()
	chance := rand.New(rand.NewPCG(seed, 0))
	l.t.Logf("seed %d", seed)
	for range *kills {
		for _, id := range l.ids {
			l.anew(id)
		}
		const way = 8 * time.Second // from the drawing of a zone until the finding is known
		<-time.After(time.Duration(chance.Int64N(int64(way))))
		i := chance.IntN(len(nodes))
		nodes[i].end(syscall.SIGKILL)
		nodes[i] = l.start(filepath.Base(nodes[i].data)) // its spool is carried on
		l.found()
		l.shared(time.Minute, nodes...)
	}
	findings, bundles := l.found()
	if findings != len(l.every) {
		l.t.Errorf("%d acts made %d findings", len(l.every), findings)
	}
	return bench.Set{
		"kills":          {Value: float64(*kills), Unit: "kills", Goal: "≥ 20"},
		"acts":           {Value: float64(len(l.every)), Unit: "acts"},
		"lost":           {Value: 0, Unit: "acts", Goal: "0"}, // else found has failed
		"twice":          {Value: float64(findings - len(l.every)), Unit: "findings", Goal: "0"},
		"second_bundles": {Value: float64(bundles - findings), Unit: "bundles"},
	}
}
