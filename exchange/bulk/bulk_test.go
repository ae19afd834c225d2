package bulk_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"offsite/exchange/bulk"
	"offsite/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

func TestACopyIsKeptBySinceAndNamesNobody(t *testing.T) {
	t.Parallel()
	ctx, pool := t.Context(), storetest.Open(t)
	for _, sql := range []string{
		`INSERT INTO object (id, kind, name, grade, township, version, created_at, changed_at)
			SELECT gen_random_uuid(), 'shop', '店' || n, 'green', '堡镇', 1, now(), timestamptz '2026-11-01Z' + n * interval '1 hour' FROM generate_series(1, 30) AS n`,
		`INSERT INTO casefile (id, number, state, version, detector, matter, camera_id, zone_id, object_id, party, first_at, last_at, raised_at, created_at, changed_at, dossier)
			SELECT gen_random_uuid(), 'N' || n, 'filed', 1, 'stall', 'stall', gen_random_uuid(), gen_random_uuid(), (SELECT id FROM object LIMIT 1), '张三丰',
			now(), now(), now(), now(), timestamptz '2026-11-01Z' + n * interval '1 hour', '{"secret": 1}' FROM generate_series(1, 20) AS n`,
	} {
		if _, err := pool.Exec(ctx, sql); err != nil {
			t.Fatal(err)
		}
	}
	// The shop moves: its cases stay with the township that they were opened in.
	if _, err := pool.Exec(ctx, `UPDATE object SET township = '新海镇' WHERE id = (SELECT object_id FROM casefile LIMIT 1)`); err != nil {
		t.Fatal(err)
	}
	source := bulk.New(pool)
	for kind, want := range map[bulk.Kind]int{bulk.Cases: 20, bulk.Objects: 30} {
		var whole, rest bytes.Buffer
		n, err := source.Write(ctx, kind, time.Time{}, &whole)
		if err != nil || n != want {
			t.Fatalf("%s: %d lines, %v", kind, n, err)
		}
		lines := strings.Split(strings.TrimSpace(whole.String()), "\n")
		var tenth struct {
			ChangedAt time.Time `json:"changed_at"`
			Township  string    `json:"township"`
		}
		if moved := strings.Count(whole.String(), "新海镇"); kind == bulk.Cases && moved != 0 || kind == bulk.Objects && moved != 1 {
			t.Errorf("%s: the shop's new township stands in %d lines", kind, moved)
		}
		if err := json.Unmarshal([]byte(lines[9]), &tenth); err != nil || tenth.Township != "堡镇" {
			t.Fatalf("%s: %s: %v", kind, lines[9], err)
		}
		if n, err := source.Write(ctx, kind, tenth.ChangedAt, &rest); err != nil || n != want-9 || !strings.HasSuffix(whole.String(), rest.String()) {
			t.Errorf("%s since the tenth: %d lines, %v", kind, n, err)
		}
		for _, personal := range []string{"张三丰", "secret", "party"} {
			if strings.Contains(whole.String(), personal) {
				t.Errorf("%s: %q is exported", kind, personal)
			}
		}
	}
	if _, err := source.Write(ctx, "parties", time.Time{}, &bytes.Buffer{}); err == nil {
		t.Error("parties are exported")
	}
}
