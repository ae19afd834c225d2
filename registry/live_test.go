package registry_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"offsite/registry"
	"offsite/registry/lease"
	"offsite/store"
)

func event(t *testing.T, events <-chan store.Event) string {
	t.Helper()
	select {
	case e := <-events:
		return string(e.Body)
	case <-time.After(20 * time.Second):
		t.Fatal("no event came")
		return ""
	}
}

func TestLiveStateCrossesProcesses(t *testing.T) {
	t.Parallel()
	r, pool := open(t)
	ctx := t.Context()
	c := camera(t, r)
	events := store.Events(ctx, pool)
	event(t, events) // the gap: it listens now

	at := noon()
	save := func(l registry.Live) {
		t.Helper()
		if err := r.SaveLive(ctx, "node-1", []registry.Live{l}); err != nil {
			t.Fatal(err)
		}
	}
	save(registry.Live{CameraID: c.ID, State: "connecting"})
	if got := event(t, events); !strings.Contains(got, "camera.state") || !strings.Contains(got, "connecting") || !strings.Contains(got, c.ID) {
		t.Errorf("told %s", got)
	}
	if _, _, err := r.Picture(ctx, c.ID); !errors.Is(err, registry.ErrNotFound) {
		t.Errorf("a picture before the first: %v", err)
	}
	save(registry.Live{CameraID: c.ID, State: "connecting", Status: json.RawMessage(`{"units":7}`), Picture: []byte("jpeg"), PictureAt: &at})
	if got := event(t, events); !strings.Contains(got, "camera.picture") || !strings.Contains(got, "2026-11-24T04:00:00Z") {
		t.Errorf("told %s", got)
	}
	save(registry.Live{CameraID: c.ID, State: "live"}) // without a picture: the one before stays
	if got := event(t, events); !strings.Contains(got, `"state":"live"`) {
		t.Errorf("told %s", got)
	}
	jpeg, when, err := r.Picture(ctx, c.ID)
	if err != nil || string(jpeg) != "jpeg" || !when.Equal(at) {
		t.Errorf("the picture is %q of %v, %v", jpeg, when, err)
	}
	if ids := must[[]string](t)(r.Wanted(ctx, "node-1", time.Minute)); len(ids) != 1 || ids[0] != c.ID {
		t.Errorf("looked at lately: %v, want the camera whose picture was read", ids)
	}
	if ids := must[[]string](t)(r.Wanted(ctx, "node-2", time.Minute)); len(ids) != 0 {
		t.Errorf("another node's: %v", ids)
	}
	all := must[[]registry.Live](t)(r.Live(ctx))
	if len(all) != 1 || all[0].Node != "node-1" || all[0].State != "live" || !all[0].PictureAt.Equal(at) {
		t.Errorf("live: %+v", all)
	}
	last := must[[]registry.LastWord](t)(r.LastWords(ctx, []string{c.ID, camera(t, r).ID}))
	if len(last) != 1 || last[0].Node != "node-1" || last[0].CameraID != c.ID || !last[0].At.Equal(all[0].UpdatedAt) {
		t.Errorf("last words: %+v", last)
	}
}

func TestLiveStateOfANodeWithoutLeaseIsDropped(t *testing.T) {
	t.Parallel()
	r, pool := open(t)
	ctx := t.Context()
	c := camera(t, r)
	must[[]lease.Lease](t)(lease.New(pool, "holder").Claim(ctx))
	for _, node := range []string{"holder", "other"} {
		l := registry.Live{CameraID: c.ID, State: "seen by " + node}
		gone := registry.Live{CameraID: "0198c5d8-0000-7000-8000-000000000000", State: "live"}
		if err := r.SaveLive(ctx, node, []registry.Live{l, gone, {CameraID: "nonsense"}}); err != nil {
			t.Fatal(err)
		}
	}
	if all := must[[]registry.Live](t)(r.Live(ctx)); len(all) != 1 || all[0].State != "seen by holder" {
		t.Errorf("live: %+v", all)
	}
}

func TestWatchedAndChanges(t *testing.T) {
	t.Parallel()
	r, _ := open(t)
	ctx := t.Context()
	changes := r.Changes(ctx)
	heard := func() {
		t.Helper()
		select {
		case <-changes:
		case <-time.After(20 * time.Second):
			t.Fatal("no change was heard")
		}
	}
	heard() // it listens now
	c := camera(t, r)
	heard()
	must[registry.Camera](t)(r.ChangeCamera(ctx, by, c.ID, 0, c.CameraChange))
	heard()
	if _, err := r.SaveZone(ctx, by, zone(c.ID)); err != nil {
		t.Fatal(err)
	}
	heard()
	all := must[[]registry.Watched](t)(r.Watched(ctx))
	if len(all) != 1 || all[0].Address != draft("").URL || len(all[0].Camera.Zones) != 1 || all[0].Camera.Zones[0].NameZH != "人行道" {
		t.Fatalf("watched: %v", all)
	}
	if shown := fmt.Sprintf("%v %+v %s", all, all[0], all[0].LogValue()); strings.Contains(shown, "hush") {
		t.Errorf("printing it tells the password: %s", shown)
	}
}
