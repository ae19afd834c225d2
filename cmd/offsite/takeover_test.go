package main

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"offsite/detectors"
	"offsite/pipeline/node"
	"offsite/registry"
	"offsite/scenes"
)

// standing cuts out of the scene of a stall the time in which it stands, so that it never
// goes when that is played in a loop.
func standing(t *testing.T) (video string, zone detectors.Zone) {
	t.Helper()
	all, err := scenes.All()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range all {
		if s.Key != "stall" {
			continue
		}
		return cut(t, s.Video, "30", "40"), s.Zones[0]
	}
	t.Skip("SKIPPED: the scene of a stall is not rendered yet")
	return "", zone
}

// cut makes a file of a part of a video, given in seconds.
func cut(t *testing.T, video []byte, from, length string) string {
	t.Helper()
	whole, part := filepath.Join(t.TempDir(), "whole.mp4"), filepath.Join(t.TempDir(), "part.mp4")
	if err := os.WriteFile(whole, video, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("ffmpeg", "-nostdin", "-loglevel", "error", "-ss", from, "-i", whole, "-t", length, "-c", "copy", "-an", part).CombinedOutput()
	if err != nil {
		t.Fatalf("cut the scene with ffmpeg (apt-get install ffmpeg): %v\n%s", err, out)
	}
	return part
}

// registry is the district's.
func (v *village) registry() *registry.Registry {
	v.t.Helper()
	secrets, err := registry.OpenSecrets(filepath.Join(v.root, "district", "keys", "secrets.key"))
	if err != nil {
		v.t.Fatal(err)
	}
	return registry.New(v.pool, secrets)
}

// draw draws a zone for every camera. It returns the cameras by zone.
func (v *village) draw(z detectors.Zone) map[string]string {
	v.t.Helper()
	zones := map[string]string{}
	for id := range v.all() {
		z.ID, z.Version, z.Camera = "", 0, id
		saved, err := v.registry().SaveZone(context.Background(), "test", z)
		if err != nil {
			v.t.Fatal(err)
		}
		zones[saved.ID] = id
	}
	return zones
}

// suspicion is what the console is told of a camera's only zone.
type suspicion struct {
	Node  string
	Look  time.Time
	Saved time.Time // where the rule stands was written for another node
	node.OpenZone
}

// suspicions are the cameras of which a suspicion stands.
func (v *village) suspicions() map[string]suspicion {
	v.t.Helper()
	rows, err := v.pool.Query(context.Background(), `SELECT l.camera_id::text, l.node, (l.status->>'last_look_at')::timestamptz, coalesce(s.saved_at, 'epoch'), l.status->'open'->0
		FROM camera_live l LEFT JOIN camera_state s USING (camera_id) WHERE jsonb_typeof(l.status->'open') = 'array' AND l.status->'open'->0 IS NOT NULL`)
	if err != nil {
		v.t.Fatal(err)
	}
	defer rows.Close()
	all := map[string]suspicion{}
	for rows.Next() {
		var id string
		var s suspicion
		var open []byte
		if err := rows.Scan(&id, &s.Node, &s.Look, &s.Saved, &open); err != nil {
			v.t.Fatal(err)
		}
		if err := json.Unmarshal(open, &s.OpenZone); err != nil {
			v.t.Fatal(err)
		}
		all[id] = s
	}
	return all
}

// until waits until a suspicion stands at every camera that is as wanted.
func (v *village) until(what string, wanted func(suspicion) bool) map[string]suspicion {
	v.t.Helper()
	const patience = 3 * time.Minute
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	limit := time.After(patience)
	for {
		all := v.suspicions()
		n := 0
		for _, s := range all {
			if wanted(s) {
				n++
			}
		}
		if n == v.cameras {
			return all
		}
		select {
		case <-tick.C:
		case <-limit:
			v.t.Fatalf("%s: of %d cameras %d after %s: %+v", what, v.cameras, n, patience, all)
		}
	}
}

// findings are the cases and their bundles, by camera.
func (v *village) findings() (began map[string]time.Time, ids map[string]string, bundles int) {
	v.t.Helper()
	ctx := context.Background()
	began, ids = map[string]time.Time{}, map[string]string{}
	rows, err := v.pool.Query(ctx, `SELECT id::text, camera_id::text, first_at FROM casefile`)
	if err != nil {
		v.t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var id, camera string
		var first time.Time
		if err := rows.Scan(&id, &camera, &first); err != nil {
			v.t.Fatal(err)
		}
		if ids[camera] != "" {
			v.t.Errorf("the act before camera %s was found twice: %s, %s", camera, ids[camera], id)
		}
		began[camera], ids[camera] = first, id
	}
	if err := v.pool.QueryRow(ctx, `SELECT count(*) FROM evidence`).Scan(&bundles); err != nil {
		v.t.Fatal(err)
	}
	return began, ids, bundles
}

// recorded waits until so many bundles of incidents are known.
func (v *village) recorded(n int) {
	v.t.Helper()
	const patience = 2 * time.Minute
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	limit := time.After(patience)
	for {
		_, _, bundles := v.findings()
		if bundles >= n {
			return
		}
		select {
		case <-tick.C:
		case <-limit:
			v.t.Fatalf("after %s %d of %d bundles are recorded", patience, bundles, n)
		}
	}
}

// A stall is in its dwell when its node is killed: another node goes on with the dwell
// and raises it, once. When nodes come and go after that, killed or stopped, it stays the
// same incident.
func TestWhereARuleStandsMovesWithTheCamera(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("SKIPPED: -short was given, and this starts a district")
	}
	video, zone := standing(t)
	v := settleAt(t, 2, video)
	nodes := []*watching{v.start("a"), v.start("b")}
	v.shared(time.Minute, nodes...)
	const dwell = 40
	zone.Params = map[string]float64{"dwell_s": dwell}
	v.draw(zone)

	v.until("sighted", func(s suspicion) bool { return !s.Raised })
	seen := time.Now()
	sighted := v.until("written for another node", func(s suspicion) bool { return s.Saved.After(seen) })
	nodes[0].end(syscall.SIGKILL)
	moved := v.until("watched by the node that is left", func(s suspicion) bool { return s.Node == nodes[1].name && s.Look.After(seen) })
	for id, s := range moved {
		if !s.First.Equal(sighted[id].First) {
			t.Errorf("camera %s: the dwell began at %s, and after the takeover at %s", id, sighted[id].First, s.First)
		}
	}
	raised := v.until("raised", func(s suspicion) bool { return s.Raised })
	same := func(nodes ...*watching) func(suspicion) bool {
		return func(s suspicion) bool {
			for id, r := range raised {
				if s.ZoneID == r.ZoneID && s.Incident != r.Incident {
					t.Errorf("camera %s: the incident is %q, and was %q", id, s.Incident, r.Incident)
				}
			}
			for _, n := range nodes {
				if s.Node == n.name && s.Raised {
					return true
				}
			}
			return false
		}
	}
	nodes[0] = v.start("a") // takes a camera that the other gives up
	v.shared(time.Minute, nodes...)
	v.until("raised, watched by two", same(nodes...))
	v.recorded(v.cameras)
	nodes[1].end(syscall.SIGTERM)
	v.until("raised, watched by the first again", same(nodes[0]))

	after := time.Now()
	v.until("looked at for a while", func(s suspicion) bool { return s.Look.After(after.Add(5 * time.Second)) })
	began, ids, bundles := v.findings()
	if len(ids) != v.cameras || bundles != v.cameras {
		t.Errorf("%d stalls made %d findings with %d bundles", v.cameras, len(ids), bundles)
	}
	for camera, r := range raised {
		if ids[camera] != r.Incident || !began[camera].Equal(sighted[camera].First.Truncate(time.Microsecond)) {
			t.Errorf("camera %s: finding %s of %s; the incident is %s of %s", camera, ids[camera], began[camera], r.Incident, sighted[camera].First)
		}
	}
}
