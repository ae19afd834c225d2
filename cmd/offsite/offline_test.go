package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"offsite/bench"
	"offsite/detectors"
	"offsite/evidence"
	"offsite/evidence/seal"
	"offsite/pipeline"
	"offsite/pipeline/node"
	"offsite/registry/lease"
)

const (
	day   = 24 * time.Hour
	apart = 40 * time.Minute // acts of a camera: longer than two of one zone count as one
)

// lagging is a clock that goes as the real one does, some time behind, and is put on.
type lagging struct{ behind atomic.Int64 }

func (l *lagging) now() time.Time      { return time.Now().Add(-time.Duration(l.behind.Load())) }
func (l *lagging) add(d time.Duration) { l.behind.Add(-int64(d)) }

// cutOff is a node, in this process, that will lose its centre.
type cutOff struct {
	t     *testing.T
	v     *village
	w     *watcher
	d     *desk
	clock lagging
	zones map[string]detectors.Zone // by camera
	acts  []pipeline.Incident       // that it raised
}

// act raises what the cameras' rules would: an act of three minutes, just raised.
func (c *cutOff) act(camera string) {
	c.t.Helper()
	now := c.clock.now()
	const stood = 3 * time.Minute
	id := uuid.Must(uuid.NewV7()).String()
	in := pipeline.Incident{ID: id, Act: id, Kind: "incident", Camera: pipeline.Camera{ID: camera}, Zone: c.zones[camera],
		Detector: "stall", Rule: "stall 2026.11.24", First: now.Add(-stood), Last: now, Raised: now, Received: now,
		Why:    detectors.Explanation{ZH: "有人设摊三分钟", EN: "a stall stood for three minutes"},
		Values: map[string]float64{"dwell_s": stood.Seconds()}, Params: map[string]float64{"dwell_s": stood.Seconds()}, Models: []pipeline.ModelUse{},
		Stills: []pipeline.Still{{At: now, Role: "raised", Codec: "h264", AccessUnit: []byte("a picture"), PNG: []byte("a picture")}},
		Clip:   []byte("a clip"), ClipFrom: now.Add(-stood), ClipTo: now}
	if err := c.w.Raise(context.Background(), in); err != nil {
		c.t.Fatalf("an incident is not kept: %v", err)
	}
	c.acts = append(c.acts, in)
}

func (c *cutOff) looks() (n uint64) {
	for _, s := range c.w.node.Status() {
		n += s.Looks + s.Unchanged
	}
	return n
}

// until waits for what must come.
func (c *cutOff) until(what string, come func() bool) {
	c.t.Helper()
	const patience = 2 * time.Minute
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	limit := time.After(patience)
	for !come() {
		select {
		case <-tick.C:
		case <-limit:
			c.t.Fatalf("%s: not within %s", what, patience)
		}
	}
}

// A node loses database, store and authority for a day: it watches on, keeps and seals
// what it finds, and tells all of it when they are back. In between another node took one
// of its cameras and told of one of the acts; that act stays one finding. The day's clock
// is put on act by act; everything else is real.
func TestADayWithoutTheCentre(t *testing.T) {
	if *figures == "" { // what is measured has the machine to itself
		t.Parallel()
	}
	if testing.Short() {
		t.Skip("SKIPPED: -short was given, and this starts a district")
	}
	v := settle(t, 2)
	data := filepath.Join(v.root, "cut-off")
	v.copyKeys(filepath.Join(data, "keys"))
	c, folder, err := configured("watch", v.settings(data)...)
	if err != nil {
		t.Fatal(err)
	}
	defer folder.Close()
	ctx := context.Background()
	err = atDesk(ctx, c, false, false, 0, slog.New(slog.DiscardHandler), func(p *platform, ring *seal.Ring, d *desk) error {
		sealer, err := ring.Sealer()
		if err != nil {
			return err
		}
		cut := &cutOff{t: t, v: v, d: d, zones: map[string]detectors.Zone{}}
		cut.clock.behind.Store(int64(day + apart))
		if cut.w, err = newWatcher(ctx, d, p, sealer, cut.clock.now); err != nil {
			return err
		}
		if err := cut.w.Start(ctx); err != nil {
			return err
		}
		defer cut.w.Stop()
		return cut.day(ctx)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// day plays it.
func (c *cutOff) day(ctx context.Context) error {
	c.until("both cameras are watched", func() bool {
		return len(c.w.node.Status()) == c.v.cameras && !slices.ContainsFunc(c.w.node.Status(), func(s node.CameraStatus) bool { return s.Looks == 0 })
	})
	var cameras []string
	for _, s := range c.w.node.Status() {
		z, err := c.d.registry.SaveZone(ctx, "test", detectors.Zone{Camera: s.CameraID, Detector: "stall", NameEN: "no stalls here",
			Polygon: detectors.Polygon{{X: 0, Y: 0}, {X: 1, Y: 0}, {X: 1, Y: 1}, {X: 0, Y: 1}}})
		if err != nil {
			return err
		}
		c.zones[s.CameraID] = z
		cameras = append(cameras, s.CameraID)
	}
	c.v.close()
	began, looks := time.Now(), c.looks()
	for range day / apart {
		c.clock.add(apart)
		for _, camera := range cameras {
			c.act(camera)
		}
		c.until("it is sealed", c.sealed)
	}
	c.until("it watches on", func() bool { return c.looks() > looks+10 })
	if n, _ := c.w.keeper.Waiting(); n < len(c.acts) {
		c.t.Errorf("%d of %d incidents wait", n, len(c.acts))
	}
	away := time.Since(began)

	c.v.open()
	back := time.Now()
	taken, letGo, err := c.takeOne(ctx)
	if err != nil {
		return err
	}
	defer letGo()
	c.until("everything is told", func() bool { n, _ := c.w.keeper.Waiting(); return n == 0 })
	took := time.Since(back)
	c.until("one camera is given up", func() bool {
		status := c.w.node.Status()
		return len(status) == 1 && status[0].CameraID != taken
	})
	lost, twice, unordered := c.check(ctx)
	c.t.Logf("a day (%s in truth) without the centre: %d incidents, told %s after it was back", away.Round(time.Second), len(c.acts), took.Round(time.Millisecond))
	if *figures == "" {
		return nil
	}
	command := "make bench-nodes"
	if err := c.page(lost, twice, unordered, away, took); err != nil {
		return err
	}
	return bench.Set{
		"incidents":     {Value: float64(len(c.acts)), Unit: "incidents", Command: command},
		"lost":          {Value: float64(lost), Unit: "incidents", Goal: "0", Command: command},
		"twice":         {Value: float64(twice), Unit: "findings", Goal: "0", Command: command},
		"caught_up_s":   {Value: took.Seconds(), Unit: "s", Command: command},
		"simulated_h":   {Value: day.Hours(), Unit: "h", Goal: "24", Command: command},
		"really_away_s": {Value: away.Seconds(), Unit: "s", Command: command},
	}.Write(*figures, "offline")
}

// sealed says whether the newest acts are sealed already.
func (c *cutOff) sealed() bool {
	for _, in := range c.acts[len(c.acts)-len(c.zones):] {
		if _, err := os.Stat(c.d.config.Path("spool", "entries", in.ID, "seal.part")); err != nil {
			return false
		}
	}
	return true
}

// takeOne lets another node take one of the cameras, which it holds until letGo, and tell
// of the first act that the one cut off saw there, too.
func (c *cutOff) takeOne(ctx context.Context) (camera string, letGo func(), err error) {
	later := func() time.Time { return time.Now().Add(lease.Term + time.Second) } // all leases are over
	if _, err := lease.New(c.v.pool, "other", lease.WithClock(later)).Claim(ctx); err != nil {
		return "", nil, err
	}
	shares := make(chan []lease.Lease, 16)
	h := lease.NewHolder(lease.New(c.v.pool, "other"), func(l []lease.Lease) { shares <- l }, nil, slog.New(slog.DiscardHandler))
	if err := h.Start(ctx); err != nil {
		return "", nil, err
	}
	held := <-shares
	for len(held) != 1 { // until the other has claimed its share
		held = <-shares
	}
	i := slices.IndexFunc(c.acts, func(in pipeline.Incident) bool { return in.Camera.ID == held[0].CameraID })
	in := c.acts[i]
	s := summary(in, "", held[0].Fence)
	s.IncidentID = uuid.Must(uuid.NewV7()).String()
	s.First = s.First.Add(20 * time.Second) // it came later
	text, err := json.Marshal(s)
	if err != nil {
		return "", h.Stop, err
	}
	r := evidence.Receipt{BundleID: s.IncidentID, Kind: s.Kind, Camera: s.CameraID, Bucket: "evidence", Key: s.IncidentID + "/bundle.tar", SealedAt: in.Raised, TimestampAt: in.Raised}
	return held[0].CameraID, h.Stop, c.d.book.RecordEvidence(ctx, r, text)
}

// check looks for what was lost, doubled or out of order.
func (c *cutOff) check(ctx context.Context) (lost, twice, unordered int) {
	rows, err := c.v.pool.Query(ctx, `SELECT e.bundle::text, e.case_id::text, e.camera_id::text, coalesce(e.receipt->>'previous_bundle', ''), e.sealed_at,
		(SELECT count(*) FROM evidence o WHERE o.case_id = e.case_id) FROM evidence e`)
	if err != nil {
		c.t.Fatal(err)
	}
	defer rows.Close()
	type told struct {
		act, camera, previous string
		sealed                time.Time
		bundles               int
	}
	all, findings := map[string]told{}, map[string]bool{}
	for rows.Next() {
		var id string
		var k told
		if err := rows.Scan(&id, &k.act, &k.camera, &k.previous, &k.sealed, &k.bundles); err != nil {
			c.t.Fatal(err)
		}
		all[id], findings[k.act] = k, true
	}
	if len(findings) != len(c.acts) || len(all) != len(c.acts)+1 {
		c.t.Errorf("%d acts, one of them seen by two nodes, made %d findings and %d bundles", len(c.acts), len(findings), len(all))
	}
	twice = len(findings) - len(c.acts)
	last := map[string]string{} // bundle, by camera
	for i, in := range c.acts {
		k, ok := all[in.ID]
		if !ok {
			c.t.Errorf("act %d before camera %s is lost", i, in.Camera.ID)
			lost++
			continue
		}
		if k.previous != last[in.Camera.ID] {
			c.t.Errorf("act %d before camera %s follows %q, want %q", i, in.Camera.ID, k.previous, last[in.Camera.ID])
			unordered++
		}
		if late := k.sealed.Sub(in.Raised); late < 0 || late > apart {
			c.t.Errorf("act %d was sealed %s after it was raised: not while the centre was away", i, late)
		}
		last[in.Camera.ID] = in.ID
	}
	return lost, twice + lost, unordered
}

// page writes the part of docs/reliability.md.
func (c *cutOff) page(lost, twice, unordered int, away, took time.Duration) error {
	text := fmt.Sprintf("`make bench-nodes` on %s: a node that watches two cameras loses PostgreSQL, store and timestamp\n"+
		"authority, which are stopped. Its clock of evidence is put on by a day, an act at each camera\n"+
		"each %s (%s in truth); it looks on, and seals each act when it is raised. The three are\n"+
		"started again; another node takes one of the cameras at once, and tells of one of the acts.\n\n"+
		"| acts | lost | found twice | recorded after the start of the three | out of the cameras' order of sealing |\n| --- | --- | --- | --- | --- |\n| %d | %d | %d | %.1f s | %d |\n",
		time.Now().UTC().Format(time.DateOnly), apart, away.Round(time.Second), len(c.acts), lost, twice, took.Seconds(), unordered)
	if err := os.MkdirAll(*figures, 0o750); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(*figures, "offline.md"), []byte(text), 0o600)
}
