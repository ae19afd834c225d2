package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"offsite/bench"
)

// moments are those at which a node that has just raised an incident is killed: by the file
// of its spool entry that is the latest there.
var moments = []string{"meta.json", "seal.part", "end.part", "receipt.json", "log.tlog-proof", "recorded"}

// TestKilledWhenItHasJustRaised kills a node each time at another moment after it has raised
// an incident, before it has said so to its successor. The successor raises the act again;
// the killed node is started when it has. There must be one bundle and one finding of each
// act. -kills 20 -figures FOLDER measures.
func TestKilledWhenItHasJustRaised(t *testing.T) {
	if testing.Short() {
		t.Skip("SKIPPED: -short was given, and this starts a district")
	}
	video, zone := standing(t)
	v := settleAt(t, 2, video)
	nodes := []*watching{v.start("a"), v.start("b")}
	zone.Params = map[string]float64{"dwell_s": 10} // the least
	lost, twice, again := 0, 0, 0
	var all []string // zones
	for i := range *kills {
		v.shared(time.Minute, nodes...)
		victim, heir := nodes[i%2], nodes[(i+1)%2]
		before := v.raises(heir)
		zones := v.draw(zone)
		act, camera := v.killRaised(victim, moments[i%len(moments)])
		killed := time.Now()
		v.goneOn(heir, camera, act)
		v.unwatched(camera, killed)
		nodes[i%2] = v.start(filepath.Base(victim.data))
		for id := range zones {
			v.told(id)
			all = append(all, id)
		}
		if v.raises(heir)-before > 1 { // its own, and that of the other
			again++
		}
		v.clear(zones)
	}
	for _, id := range all { // when whatever was raised again has had its time
		l, w := v.once(id)
		lost, twice = lost+l, twice+w
	}
	t.Logf("%d nodes killed when they had just raised an incident, of which %d were raised again: %d lost, %d found or sealed twice", *kills, again, lost, twice)
	if again == 0 {
		t.Error("no act was raised again: this shows nothing")
	}
	if *figures == "" {
		return
	}
	command := "make bench-nodes"
	err := bench.Set{
		"kills":        {Value: float64(*kills), Unit: "kills", Goal: "≥ 20", Peer: "each when an incident has just been raised", Command: command},
		"raised_again": {Value: float64(again), Unit: "acts", Peer: "by the node that took over", Command: command},
		"lost":         {Value: float64(lost), Unit: "acts", Goal: "0", Command: command},
		"twice":        {Value: float64(twice), Unit: "bundles or findings", Goal: "0", Command: command},
	}.Write(*figures, "raised")
	if err != nil {
		t.Fatal(err)
	}
}

// clear removes the zones.
func (v *village) clear(zones map[string]string) {
	v.t.Helper()
	for id := range zones {
		if err := v.registry().RemoveZone(context.Background(), "test", id); err != nil {
			v.t.Fatal(err)
		}
	}
}

// killRaised waits until a node has raised an incident, as far as that moment, and kills it.
// It returns the act and its camera.
func (v *village) killRaised(n *watching, moment string) (act, camera string) {
	v.t.Helper()
	entries := filepath.Join(n.data, "spool", "entries")
	limit := time.After(3 * time.Minute)
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-limit:
			v.t.Fatalf("the node has raised no incident to kill it at %q", moment)
		case <-tick.C:
		}
		if act == "" {
			act, camera = v.spooled(entries)
			continue
		}
		_, err := os.Stat(filepath.Join(entries, act, moment))
		if err == nil || moment == "recorded" && v.isRecorded(act) {
			break
		}
		if _, err := os.Stat(filepath.Join(entries, act)); errors.Is(err, fs.ErrNotExist) && moment != "recorded" {
			break // it was faster than we look
		}
	}
	n.end(syscall.SIGKILL)
	return act, camera
}

// spooled finds an incident among what a node carries, "" where there is none.
func (v *village) spooled(entries string) (id, camera string) {
	v.t.Helper()
	found, err := os.ReadDir(entries)
	if err != nil {
		v.t.Fatal(err)
	}
	for _, e := range found {
		var m struct{ ID, Kind, Camera string }
		text, err := os.ReadFile(filepath.Join(entries, e.Name(), "meta.json"))
		if err == nil && json.Unmarshal(text, &m) == nil && m.Kind == "incident" {
			return m.ID, m.Camera
		}
	}
	return "", ""
}

func (v *village) isRecorded(bundle string) (known bool) {
	v.t.Helper()
	if err := v.pool.QueryRow(context.Background(), `SELECT EXISTS (SELECT FROM evidence WHERE bundle = $1)`, bundle).Scan(&known); err != nil {
		v.t.Fatal(err)
	}
	return known
}

// goneOn waits until a node watches the camera and says that the act is raised.
func (v *village) goneOn(n *watching, camera, act string) {
	v.t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	limit := time.After(2 * time.Minute)
	for {
		if s, ok := v.suspicions()[camera]; ok && s.Node == n.name && s.Raised {
			if s.Incident != act {
				v.t.Errorf("camera %s: act %s goes on as %s", camera, act, s.Incident)
			}
			return
		}
		select {
		case <-tick.C:
		case <-limit:
			v.t.Fatalf("the node that took camera %s over does not say that act %s is raised: %+v", camera, act, v.suspicions())
		}
	}
}

// unwatched waits until the time in which nobody watched a camera, since its node was
// killed, is sealed.
func (v *village) unwatched(camera string, killed time.Time) {
	v.t.Helper()
	const lastWord = 5 * time.Second // of a node, before it was killed
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	limit := time.After(time.Minute)
	for known := false; !known; {
		select {
		case <-tick.C:
		case <-limit:
			v.t.Fatalf("nothing says that camera %s was not watched after %s", camera, killed)
		}
		err := v.pool.QueryRow(context.Background(), `SELECT EXISTS (SELECT FROM camera_gap WHERE camera_id = $1 AND from_at BETWEEN $2 AND $3 AND to_at > $3)`,
			camera, killed.Add(-lastWord), killed).Scan(&known)
		if err != nil {
			v.t.Fatal(err)
		}
	}
}

// raises counts what a node has raised since it was started.
func (v *village) raises(n *watching) (count int) {
	v.t.Helper()
	for line := range strings.Lines(v.ask(n, "/metrics")) {
		if _, value, ok := strings.Cut(line, `offsite_incidents_raised_total{detector="stall"} `); ok {
			if _, err := fmt.Sscan(value, &count); err != nil {
				v.t.Fatal(err)
			}
		}
	}
	return count
}

// told waits until the act in a zone is found, and no node has anything on its way.
func (v *village) told(zone string) {
	v.t.Helper()
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	limit := time.After(2 * time.Minute)
	for waiting := true; waiting; {
		select {
		case <-tick.C:
		case <-limit:
			v.t.Fatal("evidence waits on and on")
		}
		waiting = false
		for _, name := range []string{"a", "b"} {
			found, err := os.ReadDir(filepath.Join(v.root, name, "spool", "entries"))
			if err != nil {
				v.t.Fatal(err)
			}
			waiting = waiting || len(found) > 0
		}
		var known bool
		if err := v.pool.QueryRow(context.Background(), `SELECT EXISTS (SELECT FROM casefile WHERE zone_id = $1)`, zone).Scan(&known); err != nil {
			v.t.Fatal(err)
		}
		waiting = waiting || !known
	}
}

// once counts what is lost of the act in a zone, and what is there twice.
func (v *village) once(zone string) (lost, twice int) {
	v.t.Helper()
	var findings, bundles int
	if err := v.pool.QueryRow(context.Background(), `SELECT count(DISTINCT c.id), count(e.bundle) FROM casefile c LEFT JOIN evidence e ON e.case_id = c.id WHERE c.zone_id = $1`, zone).Scan(&findings, &bundles); err != nil {
		v.t.Fatal(err)
	}
	if findings != 1 || bundles != 1 {
		v.t.Errorf("the act in zone %s made %d findings with %d bundles", zone, findings, bundles)
	}
	return max(0, 1-bundles), max(0, findings-1) + max(0, bundles-1)
}
