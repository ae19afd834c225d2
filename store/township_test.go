package store_test

import (
	"slices"
	"testing"

	"offsite/store"
	"offsite/store/storetest"
)

// TestEveryTableIsATownshipsOrTheDistricts wants it said of each table: who adds one
// decides whether accounts of townships see its rows.
func TestEveryTableIsATownshipsOrTheDistricts(t *testing.T) {
	t.Parallel()
	pool := storetest.Open(t)
	rows, err := pool.Query(t.Context(), `SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
		AND relname NOT LIKE 'river%' AND relname <> 'goose_db_version' ORDER BY 1`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var all []string
	for rows.Next() {
		var table string
		if err := rows.Scan(&table); err != nil {
			t.Fatal(err)
		}
		all = append(all, table)
		own, district := slices.Contains(store.Narrowed(), table), slices.Contains(store.District(), table)
		if own == district {
			t.Errorf("table %s is a township's: %v, the district's: %v; say one of them in township.go", table, own, district)
		}
	}
	for _, table := range append(store.Narrowed(), store.District()...) {
		if !slices.Contains(all, table) {
			t.Errorf("township.go names %s, which is no table", table)
		}
	}
}

// TestAConnectionIsNarrowedAndWidenedAgain lends one connection to contexts in turn.
func TestAConnectionIsNarrowedAndWidenedAgain(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	pool, err := store.Open(ctx, storetest.Database(t), store.WithConnections(1))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	const insert = `INSERT INTO object (id, kind, name, township, grade, version, created_at, changed_at) VALUES ($1, 'shop', $2, $2, 'green', 1, now(), now())`
	for id, township := range map[string]string{"0198c000-0000-7000-8000-000000000001": "甲镇", "0198c000-0000-7000-8000-000000000002": `乙{"镇,`} {
		if _, err := pool.Exec(ctx, insert, id, township); err != nil {
			t.Fatal(err)
		}
	}
	count := func(townships ...string) (n int) {
		t.Helper()
		narrowed, scope := store.WithScope(ctx)
		scope.Narrow(townships)
		if err := pool.QueryRow(narrowed, `SELECT count(*) FROM object`).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	for i, step := range []struct {
		townships []string
		want      int
	}{{nil, 2}, {[]string{"甲镇"}, 1}, {[]string{`乙{"镇,`}, 1}, {[]string{"丙镇"}, 0}, {[]string{"甲镇", `乙{"镇,`}, 2}, {nil, 2}} {
		if got := count(step.townships...); got != step.want {
			t.Errorf("step %d, as %v: %d objects, want %d", i, step.townships, got, step.want)
		}
	}
	narrowed, scope := store.WithScope(ctx)
	scope.Narrow([]string{"甲镇"})
	if _, err := pool.Exec(narrowed, insert, "0198c000-0000-7000-8000-000000000003", "乙镇"); err == nil {
		t.Error("an object was put into another township")
	}
	if _, err := pool.Exec(narrowed, insert, "0198c000-0000-7000-8000-000000000004", "甲镇"); err != nil {
		t.Errorf("an object of one's own: %v", err)
	}
	done, err := pool.Exec(narrowed, `UPDATE object SET name = 'x'`)
	if err != nil || done.RowsAffected() != 2 {
		t.Errorf("changed %d objects, %v; want the two of the township", done.RowsAffected(), err)
	}
	if _, err := pool.Exec(ctx, `DROP SCHEMA scoped CASCADE`); err != nil {
		t.Fatal(err)
	}
	var n int
	if err := pool.QueryRow(narrowed, `SELECT count(*) FROM object`).Scan(&n); err == nil {
		t.Errorf("without the views it saw %d objects", n)
	}
}

// TestEventsOfAnotherTownshipAreNotHeard asks of each event whether the context sees it.
func TestEventsOfAnotherTownshipAreNotHeard(t *testing.T) {
	t.Parallel()
	ctx, pool := t.Context(), storetest.Open(t)
	const camera, other = "0198c000-0000-7000-8000-000000000001", "0198c000-0000-7000-8000-000000000002"
	for id, township := range map[string]string{camera: "甲镇", other: "乙镇"} {
		if _, err := pool.Exec(ctx, `INSERT INTO camera (id, name, township, address_sealed, address_shown, protocol, version, created_at, changed_at) VALUES ($1, $2, $2, '', '', '', 1, now(), now())`, id, township); err != nil {
			t.Fatal(err)
		}
	}
	narrowed, scope := store.WithScope(ctx)
	scope.Narrow([]string{"甲镇"})
	for body, want := range map[string]bool{
		`{"kind":"gap"}`: true, `{"kind":"grades.changed","count":3}`: true,
		`{"kind":"camera.state","camera_id":"` + camera + `"}`: true, `{"kind":"camera.state","camera_id":"` + other + `"}`: false,
		`{"kind":"finding.created","finding_id":"` + other + `","camera_id":"` + camera + `"}`: false,
		`{"kind":"intake.progress","batch_id":"` + camera + `"}`:                               false, `{"kind":"camera.state","camera_id":7}`: false,
	} {
		got, err := store.Sees(narrowed, pool, store.Event{Body: []byte(body)})
		if err != nil || got != want {
			t.Errorf("%s: heard %v, %v", body, got, err)
		}
		if got, err = store.Sees(ctx, pool, store.Event{Body: []byte(body)}); err != nil || !got {
			t.Errorf("%s: not heard by the district, %v", body, err)
		}
	}
}
