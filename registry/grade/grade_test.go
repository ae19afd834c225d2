package grade_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"offsite/registry"
	"offsite/registry/grade"
	"offsite/store"
	"offsite/store/storetest"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

func TestMain(m *testing.M) { storetest.Main(m) }

func noon() time.Time { return time.Date(2026, 11, 24, 4, 0, 0, 0, time.UTC) }

func ago(days int) time.Time { return noon().AddDate(0, 0, -days) }

func TestAssess(t *testing.T) {
	t.Parallel()
	happened := func(kind string, days ...int) (all []grade.Counted) {
		for _, d := range days {
			all = append(all, grade.Counted{Kind: kind, At: ago(d)})
		}
		return all
	}
	for name, c := range map[string]struct {
		facts grade.Facts
		grade string
		score int
	}{
		"a plain shop":            {grade.Facts{Kind: "shop", Business: "零售"}, grade.Green, 5},
		"fruit and one complaint": {grade.Facts{Kind: "shop", Business: "水果零售", Events: happened(grade.Complaint, 3)}, grade.Green, 20},
		"fruit and a case":        {grade.Facts{Kind: "shop", Business: "水果", Events: happened(grade.Case, 364)}, grade.Yellow, 35},
		"a case too old":          {grade.Facts{Kind: "shop", Business: "水果", Events: happened(grade.Case, 365)}, grade.Green, 15},
		"a case to come":          {grade.Facts{Kind: "shop", Business: "水果", Events: happened(grade.Case, -1)}, grade.Green, 15},
		"a site with two cases":   {grade.Facts{Kind: "site", Events: happened(grade.Case, 1, 2)}, grade.Red, 60},
		"capped complaints":       {grade.Facts{Kind: "shop", Events: happened(grade.Complaint, 1, 2, 3, 4, 5, 6, 7, 8)}, grade.Yellow, 35},
		"capped praise":           {grade.Facts{Kind: "site", Events: happened(grade.InspectionPassed, 1, 2, 3, 4, 5)}, grade.Green, 5},
		"never below nothing":     {grade.Facts{Kind: "shop", Events: happened(grade.InspectionPassed, 1, 2)}, grade.Green, 0},
		"adjusted":                {grade.Facts{Kind: "shop", Events: []grade.Counted{{Kind: grade.Adjustment, At: ago(1), Points: 60}}}, grade.Red, 65},
	} {
		a := grade.Default().Assess(c.facts, noon())
		if a.Grade != c.grade || a.Score != c.score {
			t.Errorf("%s: %s with %d, not %s with %d", name, a.Grade, a.Score, c.grade, c.score)
		}
		sum := 0
		for _, p := range a.Parts {
			sum += p.Points
		}
		if max(0, sum) != a.Score {
			t.Errorf("%s: the parts make %d, the score is %d", name, sum, a.Score)
		}
	}
	a := grade.Default().Assess(grade.Facts{Kind: "shop", Business: "水果", Events: happened(grade.Case, 10)}, noon())
	if a.ZH != "黄色：果蔬零售15分，近365日立案处罚1次20分；合计35分（30分起黄色，60分起红色）" {
		t.Errorf("explained as %s", a.ZH)
	}
	if !strings.Contains(a.EN, "yellow because of fruit and vegetables 15, cases (1 in 365 days) 20; 35 points") {
		t.Errorf("explained as %s", a.EN)
	}
}

func TestFormulaIsRefused(t *testing.T) {
	t.Parallel()
	if err := grade.Default().Check(); err != nil {
		t.Fatal(err)
	}
	for name, spoil := range map[string]func(*grade.Formula){
		"red under yellow": func(f *grade.Formula) { f.Red = f.Yellow },
		"no frequency":     func(f *grade.Formula) { f.Days = nil },
		"no name":          func(f *grade.Formula) { f.Business[0].EN = "" },
		"unknown kind":     func(f *grade.Formula) { f.Events[0].Kind = "gossip" },
		"twice":            func(f *grade.Formula) { f.Events[1].Kind = f.Events[0].Kind },
		"no time":          func(f *grade.Formula) { f.Events[0].Days = 0 },
	} {
		f := grade.Default()
		spoil(&f)
		if err := f.Check(); !errors.Is(err, grade.ErrFormula) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

type setting struct {
	*grade.Grader
	registry *registry.Registry
	pool     *pgxpool.Pool
}

func open(t testing.TB) setting {
	t.Helper()
	pool := storetest.Open(t)
	secrets, err := registry.OpenSecrets(filepath.Join(t.TempDir(), "key"))
	if err != nil {
		t.Fatal(err)
	}
	return setting{Grader: grade.New(pool, noon), registry: registry.New(pool, secrets, registry.WithClock(noon)), pool: pool}
}

func (s setting) object(t testing.TB, name, kind, business string) string {
	t.Helper()
	o, err := s.registry.SaveObject(t.Context(), "test", registry.Object{Kind: kind, Name: name, Business: business})
	if err != nil {
		t.Fatal(err)
	}
	return o.ID
}

func (s setting) record(t testing.TB, e grade.Event) {
	t.Helper()
	if err := s.Record(t.Context(), s.pool, "test", e); err != nil {
		t.Fatal(err)
	}
}

func TestGradesFollowEvents(t *testing.T) {
	t.Parallel()
	s := open(t)
	ctx := t.Context()
	shop := s.object(t, "水果店", "shop", "水果")
	s.object(t, "杂货店", "shop", "零售")
	for range 3 { // the same case told again counts once
		s.record(t, grade.Event{ObjectID: shop, Kind: grade.Case, At: ago(5), Source: "〔2026〕1号"})
	}
	a, err := s.Explain(ctx, shop)
	if err != nil || a.Grade != grade.Yellow || a.Score != 35 || a.Formula != 1 {
		t.Fatalf("explained as %+v, %v", a, err)
	}
	out, err := s.Regrade(ctx, shop)
	if err != nil || out.Changed != 1 {
		t.Fatalf("regraded %+v, %v", out, err)
	}
	if out, err = s.Run(ctx); err != nil || out.Objects != 2 || out.Changed != 0 || out.To[grade.Yellow] != 1 {
		t.Errorf("all graded: %+v, %v", out, err)
	}
	o, err := s.registry.Object(ctx, shop)
	if err != nil || o.Grade != grade.Yellow || o.Version != 2 {
		t.Errorf("the object is %+v, %v", o, err)
	}
	history, err := s.registry.History(ctx, "object", shop)
	if err != nil || history[0].Action != "grade" || !strings.Contains(fmt.Sprintf("%s", history[0].After), "立案处罚") {
		t.Errorf("the history is %+v, %v", history, err)
	}
	if _, err = s.Explain(ctx, "0198c5d8-0000-7000-8000-000000000000"); !errors.Is(err, registry.ErrNotFound) {
		t.Errorf("no object is explained: %v", err)
	}
}

func TestWhatIsRecordedIsShown(t *testing.T) {
	t.Parallel()
	s := open(t)
	ctx := t.Context()
	id := s.object(t, "水果店", "shop", "水果")
	s.object(t, "杂货店", "shop", "")
	s.record(t, grade.Event{ObjectID: id, Kind: grade.InspectionFailed, At: ago(40), Source: "检查-1", Note: "占道"})
	s.record(t, grade.Event{ObjectID: id, Kind: grade.Case, At: ago(10), Source: "〔2026〕2号"})
	s.record(t, grade.Event{ObjectID: id, Kind: grade.Withdrawn, At: ago(1), Source: "〔2026〕2号"})
	events, err := s.Events(ctx, id)
	if err != nil || len(events) != 2 {
		t.Fatalf("the events are %+v, %v", events, err)
	}
	if e := events[0]; e.Kind != grade.Case || !e.Withdrawn || e.By != "test" {
		t.Errorf("the latest is %+v, not the case that was revoked", e)
	}
	if e := events[1]; e.Note != "占道" || e.Withdrawn || !e.At.Equal(ago(40)) {
		t.Errorf("the first is %+v, not the inspection", e)
	}
	next, err := s.NextInspection(ctx, id)
	if want := ago(40).AddDate(0, 0, 365); err != nil || !next.Equal(want) {
		t.Errorf("the next inspection is at %s, not %s, %v", next, want, err)
	}
	if _, err = s.NextInspection(ctx, "0198c5d8-0000-7000-8000-000000000000"); !errors.Is(err, registry.ErrNotFound) {
		t.Errorf("no object is inspected: %v", err)
	}
	s.record(t, grade.Event{ObjectID: id, Kind: grade.Adjustment, At: ago(1), Source: "1", Points: 50, Note: "r"})
	if _, err = s.Regrade(ctx, id); err != nil {
		t.Fatal(err)
	}
	counts, err := s.Distribution(ctx)
	if err != nil || fmt.Sprint(counts) != "map[green:1 red:1 yellow:0]" {
		t.Errorf("the objects are %v, %v", counts, err)
	}
}

func TestEventsAreRefused(t *testing.T) {
	t.Parallel()
	s := open(t)
	id := s.object(t, "店", "shop", "")
	for name, c := range map[string]struct {
		e    grade.Event
		want error
	}{
		"kind":      {grade.Event{ObjectID: id, Kind: "gossip", Source: "1"}, grade.ErrEvent},
		"source":    {grade.Event{ObjectID: id, Kind: grade.Case}, grade.ErrEvent},
		"no reason": {grade.Event{ObjectID: id, Kind: grade.Adjustment, Source: "1", Points: 5}, grade.ErrEvent},
		"too much":  {grade.Event{ObjectID: id, Kind: grade.Adjustment, Source: "1", Points: 500, Note: "r"}, grade.ErrEvent},
		"no object": {grade.Event{ObjectID: "0198c5d8-0000-7000-8000-000000000000", Kind: grade.Case, Source: "1"}, registry.ErrNotFound},
		"no id":     {grade.Event{ObjectID: "x", Kind: grade.Case, Source: "1"}, registry.ErrNotFound},
	} {
		if err := s.Record(t.Context(), s.pool, "test", c.e); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAFormulaIsTriedThenHolds(t *testing.T) {
	t.Parallel()
	s := open(t)
	ctx := t.Context()
	shop := s.object(t, "水果店", "shop", "水果")
	f := grade.Default()
	f.Yellow, f.Version = 10, 0
	if _, err := s.Activate(ctx, "head-1", f, noon(), "收紧标准"); !errors.Is(err, grade.ErrUntried) {
		t.Fatalf("a formula that nobody tried: %v", err)
	}
	out, err := s.Try(ctx, "head-1", f)
	if err != nil || out.Changed != 1 || out.Moves[0].To.Grade != grade.Yellow {
		t.Fatalf("tried: %+v, %v", out, err)
	}
	if o, err := s.registry.Object(ctx, shop); err != nil || o.Grade != grade.Green {
		t.Fatalf("the trial changes the grade: %+v, %v", o, err)
	}
	other := f
	other.Red = 70
	for by, untried := range map[string]grade.Formula{"head-2": f, "head-1": other} {
		if _, err := s.Activate(ctx, by, untried, noon(), "收紧标准"); !errors.Is(err, grade.ErrUntried) {
			t.Errorf("%s makes hold what they were not shown: %v", by, err)
		}
	}
	var wait sync.WaitGroup
	var made atomic.Int32
	for range 3 { // at once: what was tried was tried against what held then
		wait.Go(func() {
			_, err := s.Activate(ctx, "head-1", f, noon(), "收紧标准")
			switch {
			case err == nil:
				made.Add(1)
			case !errors.Is(err, grade.ErrUntried):
				t.Error(err)
			}
		})
	}
	if wait.Wait(); made.Load() != 1 {
		t.Errorf("one trial made %d formulas hold", made.Load())
	}
	if _, err = s.Try(ctx, "head-1", f); err != nil {
		t.Fatal(err)
	}
	late := grade.New(s.pool, func() time.Time { return noon().Add(25 * time.Hour) })
	if _, err = late.Activate(ctx, "head-1", f, noon().AddDate(0, 1, 0), "下月起"); !errors.Is(err, grade.ErrUntried) {
		t.Errorf("what was tried the day before yesterday: %v", err)
	}
	if _, err = s.Activate(ctx, "head-1", f, noon().AddDate(0, 1, 0), "下月起"); err != nil {
		t.Fatal(err)
	}
	if holds, err := s.Formula(ctx); err != nil || holds.Version != 2 || holds.Yellow != 10 {
		t.Errorf("version %d holds, %v", holds.Version, err)
	}
	versions, err := s.Versions(ctx)
	if err != nil || len(versions) != 2 || versions[0].Reason != "下月起" || versions[0].Formula.Version != 3 {
		t.Fatalf("versions %+v, %v", versions, err)
	}
	if trial := versions[1].Trial; trial == nil || trial.Objects != 1 || trial.Changed != 1 || !trial.At.Equal(noon()) {
		t.Errorf("the trial of version 2 is %+v", trial)
	}
	if out, err = s.Run(ctx); err != nil || out.Changed != 1 {
		t.Errorf("graded %+v, %v", out, err)
	}
	if _, err = s.Activate(ctx, "head-1", f, noon().AddDate(0, 0, -1), "r"); !errors.Is(err, grade.ErrFormula) {
		t.Errorf("a formula of the past: %v", err)
	}
	if _, err = s.Try(ctx, "head-1", f); err != nil {
		t.Fatal(err)
	}
	for what, sql := range map[string]string{
		"a formula that held is changed":     `UPDATE grade_formula SET reason = 'x'`,
		"a trial is changed":                 `UPDATE grade_trial SET by_whom = 'x'`,
		"a formula holds without a trial":    `INSERT INTO grade_formula SELECT 9, body, active_from, reason, by_whom, at FROM grade_formula WHERE version = 2`,
		"a formula holds by another's trial": `INSERT INTO grade_formula SELECT 4, body, active_from, reason, 'x', at, (SELECT max(id) FROM grade_trial) FROM grade_formula WHERE version = 3`,
		"a formula holds by an older trial":  `INSERT INTO grade_formula SELECT 4, body, active_from, reason, by_whom, at, trial FROM grade_formula WHERE version = 3`,
	} {
		if _, err = s.pool.Exec(ctx, sql); err == nil {
			t.Error(what)
		}
	}
}

func TestInspectionsFallDueByGrade(t *testing.T) {
	t.Parallel()
	s := open(t)
	ctx := t.Context()
	site := s.object(t, "工地", "site", "")
	shop := s.object(t, "店", "shop", "零售")
	for i := range 2 {
		s.record(t, grade.Event{ObjectID: site, Kind: grade.Case, At: ago(1), Source: fmt.Sprint(i)})
	}
	if _, err := s.Run(ctx); err != nil {
		t.Fatal(err)
	}
	s.record(t, grade.Event{ObjectID: shop, Kind: grade.InspectionPassed, At: ago(360), Source: "c1"})
	due, err := s.DueInspections(ctx, noon().AddDate(0, 0, 40), "", 10)
	if err != nil || len(due) != 2 || due[0].ObjectID != shop || due[1].Grade != grade.Red || !due[1].DueAt.Equal(noon().AddDate(0, 0, 30)) {
		t.Errorf("due %+v, %v", due, err)
	}
	if due, err = s.DueInspections(ctx, noon(), "", 10); err != nil || len(due) != 0 {
		t.Errorf("due at once %+v, %v", due, err)
	}
}

// All objects graded at once have the grade, the score and the reasons that the formula
// gives each of them alone; what was graded once is not written again.
func TestAllAtOnceIsAsOneByOne(t *testing.T) {
	t.Parallel()
	const objects, events = 5_003, 12_000 // more than are read, or recorded, in one go
	s := open(t)
	ctx, r, f := t.Context(), rand.New(rand.NewPCG(7, 0)), grade.Default()
	list := make([]registry.Object, objects)
	facts := make([]grade.Facts, objects)
	for i := range list {
		facts[i] = grade.Facts{Kind: []string{"shop", "site", "land"}[r.IntN(3)], Business: []string{"", "水果零售", "餐饮", "洗车"}[r.IntN(4)]}
		list[i] = registry.Object{Kind: facts[i].Kind, Business: facts[i].Business, Name: fmt.Sprintf("店%d", i)}
	}
	list, err := s.registry.SaveObjects(ctx, "test", list)
	if err != nil {
		t.Fatal(err)
	}
	kinds := []string{grade.InspectionPassed, grade.InspectionFailed, grade.Case, grade.Finding, grade.Complaint, grade.Media, grade.Adjustment}
	happened := make([]grade.Event, 0, events)
	for n := range events {
		i := r.IntN(objects / (1 + r.IntN(20))) // some more often than others
		e := grade.Event{ObjectID: list[i].ID, Kind: kinds[r.IntN(len(kinds))], At: ago(r.IntN(400) - 10), Source: fmt.Sprint(n)}
		if e.Kind == grade.Adjustment {
			e.Points, e.Note = r.IntN(60)+1, "r"
		}
		happened = append(happened, e)
		if r.IntN(8) == 0 { // taken back
			e.Kind, e.At = grade.Withdrawn, ago(0)
			happened = append(happened, e)
			continue
		}
		facts[i].Events = append(facts[i].Events, grade.Counted{Kind: e.Kind, At: e.At, Points: e.Points})
	}
	if err := s.Record(ctx, s.pool, "test", happened...); err != nil {
		t.Fatal(err)
	}
	want := map[string]grade.Assessment{}
	for i, o := range list {
		a := f.Assess(facts[i], noon())
		if i%20 == 0 {
			if one, err := s.Explain(ctx, o.ID); err != nil || !reflect.DeepEqual(one, a) {
				t.Errorf("%s alone is %+v, %v, want %+v", o.Name, one, err, a)
			}
		}
		if a.Grade != grade.Green { // that they are registered with
			want[o.ID] = a
		}
	}
	out, err := s.Run(ctx)
	if err != nil || out.Objects != objects || out.Changed != len(want) || len(want) < objects/20 {
		t.Fatalf("%d of %d objects change, %v; want %d", out.Changed, out.Objects, err, len(want))
	}
	if out, err = s.Run(ctx); err != nil || out.Changed != 0 {
		t.Errorf("%d change again, %v", out.Changed, err)
	}
	rows, err := s.pool.Query(ctx, `SELECT o.id::text, o.grade, l.after FROM object o LEFT JOIN change_log l ON l.kind = 'object' AND l.subject = o.id::text AND l.action = 'grade'`)
	if err != nil {
		t.Fatal(err)
	}
	var id, is string
	var after *grade.Assessment
	n := 0
	if _, err := pgx.ForEachRow(rows, []any{&id, &is, &after}, func() error {
		n++
		a, changed := want[id]
		switch {
		case changed != (after != nil), !changed && is != grade.Green:
			t.Errorf("%s is %s, its change is %+v, want %+v", id, is, after, a)
		case changed && (is != a.Grade || !reflect.DeepEqual(*after, a)):
			t.Errorf("%s is %s because of %+v, want %+v", id, is, after, a)
		}
		return nil
	}); err != nil || n != objects {
		t.Fatal(n, err)
	}
}

// BenchmarkHundredThousandObjects grades 100,000 objects with 200,000 events: at most
// a minute is asked for.
func BenchmarkHundredThousandObjects(b *testing.B) {
	s := open(b)
	for _, sql := range []string{
		`INSERT INTO object (id, kind, name, business, grade, version, created_at, changed_at)
			SELECT gen_random_uuid(), 'shop', 'n' || i, '水果', 'green', 1, now(), now() FROM generate_series(1, 100000) i`,
		`INSERT INTO object_event (id, object_id, kind, at, source, by_whom) SELECT gen_random_uuid(), id, k, '2026-11-01', k, 'b'
			FROM object, unnest(ARRAY['case', 'complaint']) k`,
	} {
		if _, err := s.pool.Exec(b.Context(), sql); err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() { // the first run changes all of them
		if out, err := s.Run(b.Context()); err != nil || out.Objects != 100_000 {
			b.Fatal(out.Objects, err)
		}
	}
	b.ReportMetric(60/(b.Elapsed().Seconds()/float64(b.N)), "times-faster-than-asked")
}

// Each object's events are looked up once, also while the database has no statistics of
// what was just imported: without them it once looked up everybody's for each page.
func TestEachObjectIsReadOnce(t *testing.T) {
	t.Parallel()
	const objects = 12_000 // some pages of them
	ctx := t.Context()
	pool, err := store.Open(ctx, storetest.Database(t), store.WithConnections(1)) // whose statistics can be asked for
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	for _, sql := range []string{
		`ALTER TABLE object SET (autovacuum_enabled = false)`, `ALTER TABLE object_event SET (autovacuum_enabled = false)`,
		fmt.Sprintf(`INSERT INTO object (id, kind, name, grade, version, created_at, changed_at)
			SELECT gen_random_uuid(), 'shop', 'n' || i, 'green', 1, now(), now() FROM generate_series(1, %d) i`, objects),
		`INSERT INTO object_event (id, object_id, kind, at, source, by_whom) SELECT gen_random_uuid(), id, 'complaint', '2026-11-01', '1', 'b' FROM object`,
	} {
		if _, err := pool.Exec(ctx, sql); err != nil {
			t.Fatal(err)
		}
	}
	scans := func() (n int) {
		t.Helper()
		if _, err := pool.Exec(ctx, `SELECT pg_stat_force_next_flush()`); err != nil {
			t.Fatal(err)
		}
		if err := pool.QueryRow(ctx, `SELECT idx_scan FROM pg_stat_user_tables WHERE relname = 'object_event'`).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	before := scans()
	out, err := grade.New(pool, noon).Run(ctx)
	if err != nil || out.Objects != objects {
		t.Fatal(out.Objects, err)
	}
	if n := scans() - before; n < objects || n > 2*objects { // the events, and what takes them back
		t.Errorf("the events of %d objects are looked up %d times", objects, n)
	}
}
