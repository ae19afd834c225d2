package measure

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"offsite/bench"
	"offsite/simulation"
)

// Options are what a measurement needs.
type Options struct {
	Pool    *pgxpool.Pool // of a private database, opened with Recording's option
	Dir     string
	Cases   int // in the database
	Rate    int // requests a second
	Seconds int // for so long
	Queries *Queries
	Say     func(format string, args ...any)
}

// Queries records what the pool's queries take; give Option to store.Open.
type Queries struct{ recorder }

// NewQueries records nothing yet.
func NewQueries() *Queries { return &Queries{recorder{queries: map[string]*queried{}}} }

// Option has a pool record.
func (q *Queries) Option(c *pgxpool.Config) { c.ConnConfig.Tracer = &q.recorder }

type measurement struct {
	o       Options
	world   *simulation.World
	queries *recorder
	set     bench.Set
}

const (
	templateCases = 240
	templateDays  = 30
	decisions     = 1000
	slowest       = 5
)

// Casework measures. The plans are those of the slowest queries of the load.
func Casework(ctx context.Context, o Options) (bench.Set, []Plan, error) {
	m := &measurement{o: o, queries: &o.Queries.recorder, set: bench.Set{}}
	o.Say("play %d incidents", templateCases)
	world, err := simulation.Play(ctx, simulation.Options{Pool: o.Pool, Dir: o.Dir, Cases: templateCases, Days: templateDays, Seed: 1, PaperEvery: 1})
	if err != nil {
		return nil, nil, err
	}
	defer world.Close()
	m.world = world
	report, err := world.Report(ctx)
	if err != nil {
		return nil, nil, err
	}
	m.put("simulation_violations", float64(report.Violations()), "", "= 0")
	var plans []Plan
	for _, part := range []struct {
		name string
		do   func(context.Context) error
	}{
		{fmt.Sprintf("multiply them to %d cases", o.Cases), m.fill},
		{fmt.Sprintf("ask %d times a second for %d s", o.Rate, o.Seconds), func(ctx context.Context) (err error) { plans, err = m.ask(ctx); return err }},
		{"take steps", m.steps},
		{"carry cases from the second review to the advance notice", m.machine},
		{"sweep a day", m.sweep},
		{fmt.Sprintf("make %d decisions", decisions), m.decide},
	} {
		began := time.Now()
		o.Say("%s", part.name)
		if err := part.do(ctx); err != nil {
			return m.set, plans, fmt.Errorf("%s: %w", part.name, err)
		}
		o.Say("  %.1f s", time.Since(began).Seconds())
	}
	return m.set, plans, nil
}

func (m *measurement) put(name string, value float64, unit, goal string) {
	m.set[name] = bench.Figure{Value: value, Unit: unit, Goal: goal, Command: fmt.Sprintf("offsite bench casework --cases %d", m.o.Cases)}
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

func (m *measurement) fill(ctx context.Context) error {
	began := time.Now()
	if err := multiply(ctx, m.o.Pool, m.o.Cases); err != nil {
		return err
	}
	if _, err := m.o.Pool.Exec(ctx, `VACUUM ANALYZE`); err != nil {
		return err
	}
	var n, entries int
	var size int64
	err := m.o.Pool.QueryRow(ctx, `SELECT (SELECT count(*) FROM casefile), (SELECT count(*) FROM process_record), pg_database_size(current_database())`).Scan(&n, &entries, &size)
	m.put("cases", float64(n), "", "≥ 1,000,000")
	m.put("process_record_entries", float64(entries), "", "")
	m.put("database_gib", float64(size)/(1<<30), "GiB", "")
	m.put("fill_s", time.Since(began).Seconds(), "s", "")
	return err
}

func (m *measurement) ask(ctx context.Context) ([]Plan, error) {
	a, err := m.load(ctx)
	if err != nil {
		return nil, err
	}
	goals := map[string]string{"queue": "≤ 50", "search": "≤ 50", "case": "≤ 50"}
	for kind, took := range a.took {
		m.put(kind+"_p95_ms", ms(percentile(took, 0.95)), "ms", goals[kind])
		m.put(kind+"_median_ms", ms(percentile(took, 0.5)), "ms", "")
	}
	var busy float64
	if text, err := os.ReadFile("/proc/loadavg"); err == nil {
		_, _ = fmt.Sscan(string(text), &busy)
	}
	m.put("load_average", busy, "", "") // what else the machine had to do shows here
	m.put("requests_per_s", float64(m.o.Rate), "1/s", "≥ 50")
	return m.queries.slowest(ctx, m.o.Pool, slowest)
}

// A step that can be taken at once in its state, by whom.
type ready struct {
	ID      string
	State   string
	Version int
	By      string
}

// steps takes steps of several kinds, one after the other: with the papers that they
// issue, and without.
func (m *measurement) steps(ctx context.Context) error {
	rows, err := m.o.Pool.Query(ctx, `SELECT * FROM (SELECT id::text, state, version,
			coalesce(CASE state WHEN 'closed' THEN dossier->'people'->'approver'->>'id' WHEN 'filed' THEN officers[1]::text WHEN 'notified' THEN officers[1]::text END, ''),
			row_number() OVER (PARTITION BY state ORDER BY id) AS n
		FROM casefile WHERE state IN ('found', 'filed', 'notified', 'closed')) s WHERE n <= 100 ORDER BY n, state`)
	if err != nil {
		return err
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (r ready, err error) {
		var n int
		err = row.Scan(&r.ID, &r.State, &r.Version, &r.By, &n)
		return r, err
	})
	if err != nil {
		return err
	}
	var all, without []time.Duration
	for _, r := range list {
		who := m.world.Person(r.By)
		event, fields := map[string]string{"found": "reject", "filed": "notify", "notified": "investigated", "closed": "archived"}[r.State], map[string]any{}
		switch r.State {
		case "found":
			who, fields["reason"] = m.world.Staff("reviewer")[0], "测量"
		case "notified":
			fields["facts"], fields["conclusion"] = "测量", "测量"
		}
		began := time.Now()
		if err := m.world.Book().Apply(ctx, who, r.ID, r.Version, event, fields); err != nil {
			return fmt.Errorf("%s of case %s: %w", event, r.ID, err)
		}
		took := time.Since(began)
		all = append(all, took)
		if r.State == "found" || r.State == "notified" {
			without = append(without, took)
		}
	}
	m.put("transition_p95_ms", ms(percentile(all, 0.95)), "ms", "≤ 30")
	m.put("transition_without_paper_p95_ms", ms(percentile(without, 0.95)), "ms", "≤ 30")
	m.put("transitions", float64(len(all)), "", "")
	return nil
}

func (m *measurement) sweep(ctx context.Context) error {
	m.world.SetNow(m.world.Now().Add(24 * time.Hour))
	began := time.Now()
	fired, err := m.world.Book().Sweep(ctx)
	m.put("sweep_s", time.Since(began).Seconds(), "s", "≤ 60")
	m.put("sweep_steps", float64(fired), "", "")
	return err
}

// decide makes decisions with their papers on two cores, and looks at the memory at a
// tenth and at the end.
func (m *measurement) decide(ctx context.Context) error {
	m.world.SetNow(m.world.Now().AddDate(0, 0, 20))
	rows, err := m.o.Pool.Query(ctx, `SELECT id::text, state, version, dossier->'people'->'approver'->>'id' FROM casefile
		WHERE `+decidable+` LIMIT $1`, decisions)
	if err != nil {
		return err
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[ready])
	if err != nil {
		return err
	}
	if len(list) == 0 {
		return errors.New("no case waits for a decision")
	}
	var next atomic.Int64
	var early atomic.Uint64
	var failed [2]error
	var all sync.WaitGroup
	began := time.Now()
	for i := range failed {
		all.Go(func() {
			for n := next.Add(1) - 1; n < int64(len(list)) && failed[i] == nil; n = next.Add(1) - 1 {
				if n == int64(len(list)/10) {
					early.Store(heap())
				}
				failed[i] = m.world.Book().Apply(ctx, m.world.Person(list[n].By), list[n].ID, list[n].Version, "decide", nil)
			}
		})
	}
	all.Wait()
	for _, err := range failed {
		if err != nil {
			return err
		}
	}
	took := time.Since(began)
	m.put("decisions", float64(len(list)), "", "= 1000")
	m.put("decisions_1000_s", took.Seconds()*decisions/float64(max(1, len(list))), "s", "≤ 120")
	m.put("decisions_heap_growth_mib", (float64(heap())-float64(early.Load()))/(1<<20), "MiB", "≤ 32")
	return nil
}

// heap is what is really in use.
func heap() uint64 {
	runtime.GC()
	var s runtime.MemStats
	runtime.ReadMemStats(&s)
	return s.HeapAlloc
}

// Page writes figures and plans as a page of the documentation.
func Page(w io.Writer, set bench.Set, plans []Plan, machine string, at time.Time) error {
	var b strings.Builder
	fmt.Fprintf(&b, "# Casework with many cases\n\n<!-- Generated by `offsite bench casework --page`; do not edit. -->\n\nMeasured on %s, %s. The figures stand in [performance](performance.md) too.\n", at.Format(time.DateOnly), machine)
	b.WriteString(`
A simulation of 300 incidents is played with every paper set in type, then its cases are
multiplied in the database: ended ones over three years, one in twenty open. Copies have
parties and numbers of their own; their papers stand without bytes. The API is asked over
HTTP with a session; the time of an answer counts from when the request was due.

`)
	b.WriteString("```\n")
	if err := set.Table(&b); err != nil {
		return err
	}
	b.WriteString("```\n\n## The five slowest queries\n\nBy the 95th percentile during the load, each with its slowest call's arguments.\n")
	for i, p := range plans {
		fmt.Fprintf(&b, "\n### %d. p95 %.1f ms, %d calls\n\n```sql\n%s\n```\n\n```\n%s\n```\n", i+1, ms(p.P95), p.Calls, p.SQL, p.Text)
	}
	_, err := io.WriteString(w, b.String())
	return err
}
