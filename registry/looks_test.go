package registry_test

import (
	"testing"
	"time"

	"offsite/registry"
	"offsite/registry/lease"
)

func TestLooksAreKeptForAnHour(t *testing.T) {
	t.Parallel()
	now := noon()
	r, pool := open(t, registry.WithClock(func() time.Time { return now }))
	ctx := t.Context()
	one, other := camera(t, r), must[registry.Camera](t)(r.CreateCamera(ctx, by, draft("广场")))
	save := func(node string, packed map[string][]byte) {
		t.Helper()
		if err := r.SaveLooks(ctx, node, packed); err != nil {
			t.Fatal(err)
		}
	}
	save("a", map[string][]byte{one.ID: []byte("12:00"), "no id": nil, "0198c000-0000-7000-8000-00000000dead": []byte("of nobody")})
	now = now.Add(40 * time.Minute)
	save("a", map[string][]byte{one.ID: []byte("12:40"), other.ID: []byte("12:40")})
	if got := must[[][]byte](t)(r.Looks(ctx, one.ID)); len(got) != 2 || string(got[0]) != "12:00" || string(got[1]) != "12:40" {
		t.Errorf("kept: %q", got)
	}
	now = now.Add(40 * time.Minute)
	if got := must[[][]byte](t)(r.Looks(ctx, one.ID)); len(got) != 1 || string(got[0]) != "12:40" {
		t.Errorf("of the last hour: %q", got)
	}
	save("a", nil)
	var rows int
	if err := pool.QueryRow(ctx, `SELECT count(*) FROM camera_looks`).Scan(&rows); err != nil || rows != 2 {
		t.Errorf("%d rows, %v; what is older than an hour is deleted", rows, err)
	}
	if held := must[[]lease.Lease](t)(lease.New(pool, "b").Claim(ctx)); len(held) != 2 {
		t.Fatalf("b holds %d cameras", len(held))
	}
	now = now.Add(time.Second)
	save("a", map[string][]byte{one.ID: []byte("of a node that holds it no more")})
	save("b", map[string][]byte{one.ID: []byte("13:20")})
	if got := must[[][]byte](t)(r.Looks(ctx, one.ID)); len(got) != 2 || string(got[1]) != "13:20" {
		t.Errorf("kept: %q", got)
	}
	if err := r.RemoveCamera(ctx, by, one.ID, 0); err != nil {
		t.Fatal(err)
	}
	if got := must[[][]byte](t)(r.Looks(ctx, one.ID)); len(got) != 0 {
		t.Errorf("of a camera that was removed: %q", got)
	}
}
