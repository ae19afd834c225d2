package quota_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"offsite/casework/quota"
	"offsite/casework/quota/quotatest"
	"offsite/registry"
	"offsite/store"
	"offsite/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

var (
	year    = quota.Period{From: time.Date(2026, 1, 1, 0, 0, 0, 0, shanghai), To: time.Date(2027, 1, 1, 0, 0, 0, 0, shanghai)}
	now     = time.Date(2026, 9, 30, 12, 0, 0, 0, shanghai)
	matters = []string{"stall", "crossdoor", "soil", "burning", "waste", "signs", "adverts"}
)

var shanghai = time.FixedZone("Asia/Shanghai", 8*60*60)

// scatter writes cases whose times lie around the edges of the year and of now, in all
// states and combinations, lawful or not: the figures must count them all the same.
func scatter(t *testing.T, pool *pgxpool.Pool, seed uint64, n int) {
	t.Helper()
	r := rand.New(rand.NewPCG(seed, 0))
	edges := []time.Time{year.From, year.To, now}
	when := func() *time.Time {
		if r.IntN(4) == 0 {
			return nil
		}
		at := edges[r.IntN(3)].Add(time.Duration(r.IntN(3)-1) * time.Second)
		if r.IntN(2) == 0 {
			at = year.From.Add(time.Duration(r.IntN(700)-150) * 24 * time.Hour)
		}
		return &at
	}
	states := []string{"closed", "archived", "no_penalty", "revoked", "served", "corrected", "transferred"}
	batch := &pgx.Batch{}
	for i := range n {
		id := fmt.Sprintf("0198c000-0000-7000-8000-%012d", i)
		batch.Queue(`INSERT INTO casefile (id, number, state, version, detector, matter, camera_id, zone_id, first_at, last_at, raised_at, created_at, changed_at,
			filed_at, decided_at, publish_by, published_at, closed_at, major, township, dossier)
			VALUES ($1, $2, $3, 1, 'stall', $4, $1, $1, $5, $5, $5, $5, $5, $6, $7, $8, $9, $10, $11, $12, '{}')`,
			id, fmt.Sprintf("n%d", i), states[r.IntN(len(states))], append(matters[:4:4], "unlisted")[r.IntN(5)], year.From.Add(time.Duration(r.IntN(900))*time.Hour),
			when(), when(), when(), when(), when(), r.IntN(3) == 0, []string{"", "甲镇", "乙镇", "丙镇"}[r.IntN(4)])
		for _, kind := range []string{"process_record", "after", "during"} {
			if r.IntN(4) == 0 {
				batch.Queue(`INSERT INTO case_check (id, case_id, kind, at, by_whom, seed, result) VALUES (gen_random_uuid(), $1, $2, now(), 'x', '', 'ok')`, id, kind)
			}
		}
		if r.IntN(3) == 0 {
			batch.Queue(`INSERT INTO process_record (case_id, seq, at, actor, role, event, from_state, to_state, reason, detail, previous, digest)
				VALUES ($1, 1, coalesce($2, now()), '', 'legal', 'pass', '', '', '', '{}', '', '')`, id, when())
		}
		batch.Queue(`INSERT INTO other_case (id, filed_on) VALUES ($1, $2)`, id, year.From.AddDate(0, 0, r.IntN(500)-60))
	}
	for i := range n / 2 { // and what happens to them afterwards
		id := fmt.Sprintf("0198c000-0000-7000-8000-%012d", r.IntN(n))
		batch.Queue([]string{
			`UPDATE casefile SET closed_at = $2 WHERE id = $1`, `UPDATE casefile SET published_at = $2 WHERE id = $1`, `UPDATE casefile SET decided_at = $2, major = NOT major WHERE id = $1`,
			`UPDATE casefile SET filed_at = $2 WHERE id = $1`, `UPDATE casefile SET state = 'revoked', publish_by = $2 WHERE id = $1`,
			`UPDATE casefile SET township = CASE WHEN $2::timestamptz IS NULL THEN '甲镇' ELSE '丙镇' END WHERE id = $1`,
			`UPDATE casefile SET state = 'archived', changed_at = coalesce($2, changed_at) WHERE id = $1`,
			`INSERT INTO case_check (id, case_id, kind, at, by_whom, seed, result) VALUES (gen_random_uuid(), $1, 'after', coalesce($2, now()), 'x', '', 'ok') ON CONFLICT DO NOTHING`,
			`DELETE FROM casefile WHERE id = $1 AND $2::timestamptz IS NULL AND NOT EXISTS (SELECT FROM process_record WHERE case_id = $1) AND NOT EXISTS (SELECT FROM case_check WHERE case_id = $1)`,
		}[i%9], id, when())
	}
	if err := pool.SendBatch(t.Context(), batch).Close(); err != nil {
		t.Fatal(err)
	}
}

// Every figure equals the recount to the unit, and so does the length of the lists
// behind it: the district's, and a township's of its own cases.
func TestFiguresEqualTheRecount(t *testing.T) {
	t.Parallel()
	for seed := range uint64(3) {
		pool := storetest.Open(t)
		scatter(t, pool, seed, 400)
		if seed > 0 {
			if err := quota.Fold(t.Context(), pool); err != nil {
				t.Fatal(err)
			}
		}
		var differ int
		if err := pool.QueryRow(t.Context(), `SELECT count(*) FROM (SELECT state, count(*) AS n FROM casefile GROUP BY state) a
			FULL JOIN (SELECT substring(figure FROM 7) AS state, sum(n) AS n FROM case_tally WHERE figure LIKE 'state/%' GROUP BY 1 HAVING sum(n) <> 0) b USING (state) WHERE a.n IS DISTINCT FROM b.n`).Scan(&differ); err != nil || differ > 0 {
			t.Errorf("seed %d: of %d states the tally says otherwise; %v", seed, differ, err)
		}
		equal(t.Context(), t, pool, 13)
		for _, townships := range [][]string{{"甲镇"}, {"甲镇", "乙镇"}, {"无此镇"}} {
			ctx, scope := store.WithScope(t.Context())
			scope.Narrow(townships)
			equal(ctx, t, pool, 12) // cases filed on site have no township
		}
		sameByArea(t, pool)
	}
}

// sameByArea compares the figures of each brigade and township, read at once, with those
// of somebody who sees it alone.
func sameByArea(t *testing.T, pool *pgxpool.Pool) {
	t.Helper()
	brigades := []registry.Brigade{{Name: "一大队", Townships: []string{"甲镇", "乙镇"}}, {Name: "二大队", Townships: []string{"无此镇"}}}
	areas, err := quota.Areas(t.Context(), pool, year, matters, brigades, now)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, a := range areas {
		names = append(names, a.Level+" "+a.Name)
		ctx, scope := store.WithScope(t.Context())
		scope.Narrow(a.Townships)
		own, err := quota.Compute(ctx, pool, year, matters, now)
		if err != nil || len(own) != len(a.Figures) {
			t.Fatalf("%s has %d figures, and sees %d of its own, %v", a.Name, len(a.Figures), len(own), err)
		}
		for i, q := range own {
			if want := (quota.AreaFigure{Key: q.Key, Numerator: q.Numerator, Denominator: q.Denominator, Value: q.Value, Met: q.Met}); a.Figures[i] != want {
				t.Errorf("%s is shown with %+v, and sees %+v", a.Name, a.Figures[i], want)
			}
		}
	}
	if want := []string{"brigade 一大队", "brigade 二大队", "township 丙镇", "township 乙镇", "township 无此镇", "township 甲镇"}; !slices.Equal(names, want) {
		t.Errorf("the areas are %v, want %v", names, want)
	}
}

// equal compares every figure that the context sees with its recount.
func equal(ctx context.Context, t *testing.T, pool *pgxpool.Pool, figures int) {
	t.Helper()
	list, err := quota.Compute(ctx, pool, year, matters, now)
	if err != nil {
		t.Fatal(err)
	}
	if len(list) != figures {
		t.Errorf("%v sees %d figures, want %d", store.Townships(ctx), len(list), figures)
	}
	for _, q := range list {
		n, of, err := quotatest.Recount(ctx, pool, q.Key, year.From.Year(), now, matters)
		if err != nil {
			t.Fatalf("%s: %v", q.Key, err)
		}
		if q.Numerator != n || q.Denominator != of {
			t.Errorf("%v, %s: %d of %d, the recount says %d of %d", store.Townships(ctx), q.Key, q.Numerator, q.Denominator, n, of)
		}
		if percent := map[string]float64{"time_to_close": 0.5, "time_to_close_p90": 0.9}[q.Key]; percent > 0 {
			if want, err := quotatest.Days(ctx, pool, year.From.Year(), percent); err != nil || math.Abs(q.Value-want) > 1e-9 {
				t.Errorf("%v, %s: %v days, the recount says %v, %v", store.Townships(ctx), q.Key, q.Value, want, err)
			}
		}
		if counted, missing := length(ctx, t, pool, q.Key, false), length(ctx, t, pool, q.Key, true); counted != n || missing != of-n {
			t.Errorf("%v, %s: the lists have %d and %d items, want %d and %d", store.Townships(ctx), q.Key, counted, missing, n, of-n)
		}
	}
	_, err = quota.Items(ctx, pool, year, matters, now, quota.Which{Key: "case_coverage", Missing: true, Limit: 1})
	if narrowed := len(store.Townships(ctx)) > 0; errors.Is(err, quota.ErrUnknown) != narrowed {
		t.Errorf("%v asks for cases filed on site: %v", store.Townships(ctx), err)
	}
}

// What happens at once, in transactions that do not see each other, is counted once; and
// folding meanwhile loses nothing.
func TestFiguresEqualTheRecountOfWhatHappensAtOnce(t *testing.T) {
	t.Parallel()
	pool := storetest.Open(t)
	const cases = 40
	for i := range cases {
		id := fmt.Sprintf("0198c000-0000-7000-8000-%012d", i)
		if _, err := pool.Exec(t.Context(), `INSERT INTO casefile (id, number, state, version, detector, matter, camera_id, zone_id, first_at, last_at, raised_at, created_at, changed_at, filed_at, dossier)
			VALUES ($1::uuid, $2, 'closed', 1, 'stall', 'stall', $1::uuid, $1::uuid, $3, $3, $3, $3, $3, $3, '{}')`, id, id, now.AddDate(0, -1, 0)); err != nil {
			t.Fatal(err)
		}
	}
	var all sync.WaitGroup
	for _, sql := range []string{
		`UPDATE casefile SET closed_at = $2, decided_at = $2 WHERE id = $1`,
		`INSERT INTO case_check (id, case_id, kind, at, by_whom, seed, result) VALUES (gen_random_uuid(), $1, 'after', $2, 'x', '', 'ok')`,
		`INSERT INTO process_record (case_id, seq, at, actor, role, event, from_state, to_state, reason, detail, previous, digest) VALUES ($1, 1, $2, '', 'legal', 'pass', '', '', '', '{}', '', '')`,
		`UPDATE casefile SET major = NOT major, published_at = $2, publish_by = $2 WHERE id = $1`,
	} {
		all.Go(func() {
			for i := range cases {
				if _, err := pool.Exec(t.Context(), sql, fmt.Sprintf("0198c000-0000-7000-8000-%012d", i), now.AddDate(0, 0, -1)); err != nil {
					t.Error(err)
				}
				if i%10 == 0 {
					if err := quota.Fold(t.Context(), pool); err != nil {
						t.Error(err)
					}
				}
			}
		})
	}
	all.Wait()
	list, err := quota.Compute(t.Context(), pool, year, matters, now)
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range list {
		n, of, err := quotatest.Recount(t.Context(), pool, q.Key, year.From.Year(), now, matters)
		if err != nil {
			t.Fatal(err)
		}
		if q.Numerator != n || q.Denominator != of {
			t.Errorf("%s: %d of %d, the recount says %d of %d", q.Key, q.Numerator, q.Denominator, n, of)
		}
	}
}

func TestFiguresAreOfWholeMonths(t *testing.T) {
	t.Parallel()
	p := quota.Period{From: year.From, To: year.To.Add(-time.Second)}
	if _, err := quota.Compute(t.Context(), storetest.Open(t), p, matters, now); err == nil {
		t.Error("a period that ends within a month was counted")
	}
}

// length walks a list page by page.
func length(ctx context.Context, t *testing.T, pool *pgxpool.Pool, key string, missing bool) (n int64) {
	t.Helper()
	for after := ""; ; {
		const page = 37
		list, err := quota.Items(ctx, pool, year, matters, now, quota.Which{Key: key, Missing: missing, After: after, Limit: page})
		if err != nil {
			t.Fatalf("%s: %v", key, err)
		}
		n += int64(len(list))
		if len(list) < page {
			return n
		}
		after = list[page-1].Number
	}
}

func TestForecastGoesOnAtThePaceOfTheLastNinetyDays(t *testing.T) {
	t.Parallel()
	pool := storetest.Open(t)
	for i := range 100 { // fifty closed in spring and never checked, fifty lately, each checked
		at := now.AddDate(0, 0, -30)
		if i < 50 {
			at = now.AddDate(0, 0, -150)
		}
		id := fmt.Sprintf("0198c000-0000-7000-8000-%012d", i)
		if _, err := pool.Exec(t.Context(), `INSERT INTO casefile (id, number, state, version, detector, matter, camera_id, zone_id, first_at, last_at, raised_at, created_at,
			changed_at, filed_at, closed_at, dossier) VALUES ($1::uuid, $2, 'archived', 1, 'stall', 'stall', $1::uuid, $1::uuid, $3, $3, $3, $3, $3, $3, $3, '{}')`, id, id, at); err != nil {
			t.Fatal(err)
		}
		if i < 50 {
			continue
		}
		if _, err := pool.Exec(t.Context(), `INSERT INTO case_check (id, case_id, kind, at, by_whom, seed, result) VALUES ($1, $1, 'after', now(), '', '', '')`, id); err != nil {
			t.Fatal(err)
		}
	}
	list, err := quota.Compute(t.Context(), pool, year, matters, now)
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range list {
		switch q.Key {
		case "review_after": // 92.5 days are left: 51.4 more, all checked
			if want := (50 + 51.34) / (100 + 51.34); math.Abs(q.Forecast-want) > 0.001 || q.Needed != 0 {
				t.Errorf("forecast %.4f, want %.4f; needed %d", q.Forecast, want, q.Needed)
			}
		case "record_check": // 30 % of 151.3
			if q.Forecast != 0 || q.Needed != 46 {
				t.Errorf("forecast %v, needed %d", q.Forecast, q.Needed)
			}
		}
	}
}
