package measure_test

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"offsite/bench"
	"offsite/casework/calendar"
	"offsite/casework/quota"
	"offsite/casework/quota/quotatest"
	"offsite/registry"
	"offsite/registry/grade"
	"offsite/registry/intake"
	"offsite/store"
	"offsite/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

var figures = flag.String("figures", "", "folder to write supervision.json to")

// How much is measured. Less than a big district has shows that it works, and is printed
// alone: it is no figure to publish.
const manyShops, manyCases = 100_000, 1_000_000

var (
	shops = flag.Int("shops", manyShops, "shops to take in and grade")
	cases = flag.Int("cases", manyCases, "cases to compute the plan's figures over")
)

const command = "make bench-supervision"

// TestFiguresOfBaseData measures taking in and grading, TestFiguresOfQuotas the plan's
// figures: each by itself, so that each can be repeated.
func TestFiguresOfBaseData(t *testing.T) { measured(t, *shops >= manyShops, imported) }

func TestFiguresOfQuotas(t *testing.T) { measured(t, *cases >= manyCases, counted) }

// measured prints what a part measures, and adds it to what is written where it was
// measured at full size.
func measured(t *testing.T, full bool, part func(*testing.T, bench.Set)) {
	t.Helper()
	if *figures == "" {
		t.Skip("SKIPPED: measuring takes minutes: give -figures FOLDER")
	}
	set := bench.Set{}
	part(t, set)
	if err := set.Table(os.Stdout); err != nil {
		t.Fatal(err)
	}
	if t.Failed() || !full {
		t.Log("nothing is written: it failed, or is smaller than a big district")
		return
	}
	if err := set.Add(*figures, "supervision"); err != nil {
		t.Fatal(err)
	}
}

// imported takes in shops, one in a hundred of them wrong, and grades them.
func imported(t *testing.T, set bench.Set) {
	t.Helper()
	pool := storetest.Open(t)
	secrets, err := registry.OpenSecrets(filepath.Join(t.TempDir(), "secrets"))
	if err != nil {
		t.Fatal(err)
	}
	base := registry.New(pool, secrets)
	in := intake.New(pool, base, secrets, time.Now)
	var file bytes.Buffer
	file.WriteString("名称,类型,地址,业态,证照编号,经度,纬度,当事人,电话\n")
	for i := range *shops {
		place := "121.4"
		if i%100 == 0 {
			place = "1214"
		}
		fmt.Fprintf(&file, "店%06d,商铺,测量路%d号,餐饮,M%06d,%s,31.6,业主%06d,138%08d\n", i, i, i, place, i, i)
	}
	began := time.Now()
	batch, err := in.Preview(t.Context(), "bench", "bench.csv", intake.CSV, file.Bytes(), intake.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if batch, err = in.Apply(t.Context(), "bench", batch.ID); err != nil || batch.Counts.Error != (*shops+99)/100 {
		t.Fatal(batch.Counts, err)
	}
	set[fmt.Sprintf("import of %s shops, 1 %% wrong", thousands(*shops))] = bench.Figure{Value: time.Since(began).Seconds(), Unit: "s", Goal: "≤ 60", Command: command}

	t.Logf("%7.1f s  import", time.Since(began).Seconds())
	told(t, in, batch)
	if _, err := pool.Exec(t.Context(), `INSERT INTO object_event (id, object_id, kind, at, source, by_whom)
		SELECT gen_random_uuid(), id, 'inspection_failed', now() - interval '10 days', n::text, 'bench' FROM object, generate_series(1, 3) AS n`); err != nil {
		t.Fatal(err)
	}
	began = time.Now()
	out, err := grade.New(pool, time.Now).Run(t.Context())
	if err != nil || out.Objects != *shops-(*shops+99)/100 {
		t.Fatal(out.Objects, err)
	}
	t.Logf("%7.1f s  grading", time.Since(began).Seconds())
	set[fmt.Sprintf("grading of %s objects", thousands(*shops))] = bench.Figure{Value: time.Since(began).Seconds(), Unit: "s", Goal: "≤ 60", Command: command}
}

// told fails unless every row that is wrong is told of, with its number and its column.
func told(t *testing.T, in *intake.Intake, batch intake.Batch) {
	t.Helper()
	const page = 500
	for n, after := 0, 0; ; {
		rows, err := in.Rows(t.Context(), batch.ID, "error", after, page)
		if err != nil {
			t.Fatal(err)
		}
		for i, r := range rows {
			if want := 2 + 100*(n+i); r.N != want || len(r.Problems) != 1 || r.Problems[0].Row != want || r.Problems[0].Column != "经度" {
				t.Fatalf("row %d is told of as %d, %+v", want, r.N, r.Problems)
			}
		}
		if n += len(rows); len(rows) < page {
			if n != batch.Counts.Error {
				t.Fatalf("%d rows are told of, %d are wrong", n, batch.Counts.Error)
			}
			return
		}
		after = rows[page-1].N
	}
}

// step says how long a step took: a loaded machine takes many times as long.
func step(t *testing.T, what string, do func() error) {
	t.Helper()
	began := time.Now()
	if err := do(); err != nil {
		t.Fatalf("%.60s: %v", what, err)
	}
	t.Logf("%7.1f s  %.60s", time.Since(began).Seconds(), what)
}

// fill is what makes a year of cases in eighteen townships, counted once, at the end.
func fill(t *testing.T, pool *pgxpool.Pool) {
	t.Helper()
	indexes, err := store.DropIndexes(t.Context(), pool, "casefile")
	if err != nil {
		t.Fatal(err)
	}
	conn, err := pool.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Release()
	for _, sql := range slices.Concat([]string{
		`SET maintenance_work_mem = '512MB'`, `SET work_mem = '256MB'`,
		`ALTER TABLE casefile DISABLE TRIGGER USER`, `ALTER TABLE case_check DISABLE TRIGGER USER`, `ALTER TABLE process_record DISABLE TRIGGER USER`,
		fmt.Sprintf(`INSERT INTO casefile (id, number, state, version, detector, matter, camera_id, zone_id, first_at, last_at, raised_at, created_at, changed_at,
			filed_at, decided_at, publish_by, published_at, closed_at, major, township, dossier)
			SELECT gen_random_uuid(), 'B' || n, 'archived', 9, 'stall', (ARRAY['stall', 'crossdoor', 'soil', 'burning'])[1 + n %% 4], gen_random_uuid(), gen_random_uuid(),
			at, at, at, at, at, at + interval '1 day', at + interval '9 days', at + interval '18 days', at + interval '10 days', at + (264 + n %% 1000) * interval '1 hour', n %% 20 = 0, 'T' || n %% 18, '{}'
			FROM (SELECT n, timestamptz '2026-01-02' + interval '25000000 seconds' * (n::float8 / %d) AS at FROM generate_series(1, %[1]d) AS n) s`, *cases),
	}, indexes, []string{
		`INSERT INTO case_check (id, case_id, kind, at, by_whom, seed, result) SELECT gen_random_uuid(), id, 'process_record', now(), '', '', '' FROM casefile WHERE matter = 'stall'`,
		`INSERT INTO case_check (id, case_id, kind, at, by_whom, seed, result) SELECT gen_random_uuid(), id, 'after', now(), '', '', '' FROM casefile WHERE major`,
		`INSERT INTO process_record (case_id, seq, at, actor, role, event, from_state, to_state, reason, detail, previous, digest)
			SELECT id, 1, decided_at, '', 'legal', 'pass', '', '', '', '{}', '', '' FROM casefile WHERE major`,
		`ANALYZE casefile, case_check, process_record`, // a tally planned for empty tables looks for each case's checks in all of them
		`SELECT case_tally_anew()`,
		`ALTER TABLE casefile ENABLE TRIGGER USER`, `ALTER TABLE case_check ENABLE TRIGGER USER`, `ALTER TABLE process_record ENABLE TRIGGER USER`,
		`VACUUM ANALYZE casefile, case_check, process_record, case_tally, township_tally`,
		`RESET ALL`,
	}) {
		step(t, sql, func() error {
			_, err := conn.Exec(t.Context(), sql)
			return err
		})
	}
}

// counted computes the figures over a year of cases, the district's and a township's, and
// holds them to the recount.
func counted(t *testing.T, set bench.Set) {
	t.Helper()
	pool := storetest.Open(t)
	now := time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)
	fill(t, pool)
	year := quota.Period{From: time.Date(2026, 1, 1, 0, 0, 0, 0, calendar.Shanghai()), To: time.Date(2027, 1, 1, 0, 0, 0, 0, calendar.Shanghai())}
	matters := []string{"stall", "crossdoor", "soil", "burning", "waste"}
	figure := func(of string, n int, what func() error) {
		took := times(t, n, what)
		set[of+" over "+thousands(*cases)+" cases, p95"] = bench.Figure{Value: float64(took[len(took)*95/100-1].Microseconds()) / 1000, Unit: "ms", Goal: "≤ 200", Command: command}
	}
	compute := func(ctx context.Context) func() error {
		return func() error {
			_, err := quota.Compute(ctx, pool, year, matters, now)
			return err
		}
	}
	own, scope := store.WithScope(t.Context())
	scope.Narrow([]string{"T7"})
	figure("quota page", 40, compute(t.Context()))
	figure("quota page of a township", 40, compute(own))
	brigades := make([]registry.Brigade, 3)
	for i := range 18 {
		b := &brigades[i%3]
		b.Name, b.Townships = fmt.Sprintf("B%d", i%3), append(b.Townships, fmt.Sprintf("T%d", i))
	}
	figure("figures of 18 townships and 3 brigades", 20, func() error {
		_, err := quota.Areas(t.Context(), pool, year, matters, brigades, now)
		return err
	})
	for _, key := range []string{"record_check", "legal_review"} { // many are missing, none is
		figure("list behind "+key, 20, func() error {
			_, err := quota.Items(t.Context(), pool, year, matters, now, quota.Which{Key: key, Missing: true, Limit: 51})
			return err
		})
	}
	for _, ctx := range []context.Context{t.Context(), own} {
		recounted(ctx, t, pool, year, matters, now)
	}
}

// recounted fails where a figure differs from the recount by one case.
func recounted(ctx context.Context, t *testing.T, pool *pgxpool.Pool, year quota.Period, matters []string, now time.Time) {
	t.Helper()
	list, err := quota.Compute(ctx, pool, year, matters, now)
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range list {
		step(t, "recount of "+q.Key, func() error {
			n, of, err := quotatest.Recount(ctx, pool, q.Key, year.From.Year(), now, matters)
			if err == nil && (q.Numerator != n || q.Denominator != of) {
				t.Errorf("%s: %d of %d, the recount says %d of %d", q.Key, q.Numerator, q.Denominator, n, of)
			}
			return err
		})
	}
}

// thousands writes a number with commas.
func thousands(n int) string {
	text := strconv.Itoa(n)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

// times runs what n times and gives how long each took, the shortest first.
func times(t *testing.T, n int, what func() error) []time.Duration {
	t.Helper()
	took := make([]time.Duration, n)
	for i := range took {
		began := time.Now()
		if err := what(); err != nil {
			t.Fatal(err)
		}
		took[i] = time.Since(began)
	}
	slices.Sort(took)
	return took
}
