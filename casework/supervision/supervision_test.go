package supervision_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"offsite/casework/calendar"
	"offsite/casework/quota"
	"offsite/casework/rules"
	"offsite/casework/supervision"
	"offsite/evidence/translog"
	"offsite/evidence/translog/ledger"
	"offsite/evidence/translog/lot"
	"offsite/registry"
	"offsite/registry/account"
	"offsite/registry/grade"
	"offsite/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

// house is a bureau with shops, officers and a transparency log.
type house struct {
	*supervision.Office
	pool    *pgxpool.Pool
	log     *translog.Log
	lots    *lot.Draws
	now     time.Time
	people  map[string]string
	objects []string
	grades  *grade.Grader
}

func open(t *testing.T) *house {
	t.Helper()
	h := &house{pool: storetest.Open(t), now: time.Date(2026, 11, 25, 2, 0, 0, 0, time.UTC), people: map[string]string{}}
	clock := func() time.Time { return h.now }
	dir := t.TempDir()
	var err error
	h.log, err = translog.Open(t.Context(), translog.Options{Dir: filepath.Join(dir, "log"), KeyFile: filepath.Join(dir, "key"), Origin: "log.example/offsite", Interval: 100 * time.Millisecond})
	must(t, err)
	t.Cleanup(h.log.Stop)
	keeper := ledger.New(h.pool)
	_, err = keeper.Claim(t.Context(), "a")
	must(t, err)
	clerk, err := keeper.Keep(t.Context(), h.log, slog.New(slog.DiscardHandler))
	must(t, err)
	t.Cleanup(clerk.Stop)
	h.lots = lot.New(h.pool, clock)
	days, err := calendar.Default()
	must(t, err)
	h.grades = grade.New(h.pool, clock)
	h.Office = supervision.New(supervision.Options{Pool: h.pool, Law: rules.New(h.pool, rules.Rules{Days: days}, clock), Now: clock,
		Inspected: h.grades.Inspected, Due: h.due})
	accounts := account.New(h.pool, account.WithCheapHashing())
	for _, name := range []string{"o1", "o2", "o3", "legal", "legal2"} {
		role := "officer"
		if strings.HasPrefix(name, "legal") {
			role = "legal"
		}
		a, _, err := accounts.Create(t.Context(), "test", account.Draft{Username: name, Name: name, Roles: []string{role}, LicenceNo: "No-" + name})
		must(t, err)
		h.people[name] = a.ID
	}
	secrets, err := registry.OpenSecrets(filepath.Join(dir, "secrets"))
	must(t, err)
	base := registry.New(h.pool, secrets, registry.WithClock(clock))
	for i := range 30 {
		o, err := base.SaveObject(t.Context(), "test", registry.Object{Kind: "shop", Name: fmt.Sprintf("店%02d", i), Grade: []string{"red", "yellow", "green"}[i%3]})
		must(t, err)
		h.objects = append(h.objects, o.ID)
	}
	return h
}

func (h *house) due(ctx context.Context, at time.Time, township string, most int) ([]supervision.Ticket, error) {
	list, err := h.grades.DueInspections(ctx, at, township, most)
	tickets := make([]supervision.Ticket, len(list))
	for i, o := range list {
		tickets[i] = supervision.Ticket{ID: o.ObjectID, Name: o.Name, Chances: 1}
	}
	return tickets, err
}

// drawnOf announces a draw in an hour, lets it come, and lists its tasks.
func (h *house) drawnOf(t *testing.T, p supervision.Plan) []supervision.Task {
	t.Helper()
	p.DrawAt = h.now.Add(time.Hour)
	d, err := h.Announce(t.Context(), h.people["legal"], p)
	must(t, err)
	h.until(t, d.ID, announced)
	h.now = h.now.Add(2 * time.Hour)
	h.until(t, d.ID, drawn)
	tasks, err := h.Tasks(t.Context(), supervision.TaskFilter{DrawID: d.ID})
	must(t, err)
	return tasks
}

// until lets the log's keeper and the office work until a draw is as wanted.
func (h *house) until(t *testing.T, id string, ready func(supervision.Draw) bool) supervision.Draw {
	t.Helper()
	for {
		must(t, h.lots.Make(t.Context()))
		must(t, h.DrawDue(t.Context()))
		d, err := h.Draw(t.Context(), id)
		must(t, err)
		if ready(d) {
			return d
		}
		select {
		case <-t.Context().Done():
			t.Fatal("the log's keeper does not enter it")
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func announced(d supervision.Draw) bool { return d.Announced != "" }
func drawn(d supervision.Draw) bool     { return d.Seed != "" }

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (h *house) closedCase(t *testing.T, n int, major bool) string {
	t.Helper()
	id := fmt.Sprintf("0198c000-0000-7000-8000-%012d", n)
	_, err := h.pool.Exec(t.Context(), `INSERT INTO casefile (id, number, state, version, detector, matter, camera_id, zone_id, first_at, last_at, raised_at, created_at, changed_at, filed_at, closed_at, major, dossier)
		VALUES ($1::uuid, $2, 'archived', 1, 'stall', 'stall', $1::uuid, $1::uuid, $3, $3, $3, $3, $3, $3, $3, $4, '{}')`, id, fmt.Sprintf("案%d", n), h.now.AddDate(0, -1, 0), major)
	must(t, err)
	return id
}

// A draw is announced in the log before its seed exists; what is drawn can be drawn
// again by everybody who has announcement and proof; who was drawn enters the result.
func TestDoubleRandomCanBeCheckedByEverybody(t *testing.T) {
	t.Parallel()
	h, ctx := open(t), t.Context()
	if _, err := h.Announce(ctx, h.people["legal"], supervision.Plan{Kind: supervision.Inspection, Title: "过去", DrawAt: h.now, Wanted: 3}); err == nil {
		t.Error("a draw without a time to come was announced")
	}
	d, err := h.Announce(ctx, h.people["legal"], supervision.Plan{Kind: supervision.Inspection, Title: "十一月抽查", DrawAt: h.now.Add(time.Hour), Wanted: 8})
	must(t, err)
	d = h.until(t, d.ID, announced)
	if d.Seed != "" || d.Of != 30 {
		t.Fatalf("before its time: %+v", d)
	}
	h.now = h.now.Add(2 * time.Hour)
	d = h.until(t, d.ID, drawn)
	must(t, h.DrawDue(ctx)) // once

	trusted := h.log.Trusted().ForProofs()
	a, err := lot.Parse([]byte(d.Text))
	must(t, err)
	seed, err := lot.Check(a, []byte(d.Announced), []byte(d.Drawn), trusted)
	must(t, err)
	if hex.EncodeToString(seed.Root) != d.Seed || a.Purpose != supervision.Inspection {
		t.Errorf("the seed %s of %s is not the root %x of the log at the draw", d.Seed, a.Purpose, seed.Root)
	}
	var terms supervision.Terms
	must(t, json.Unmarshal(a.Terms, &terms))
	tasks, err := h.Tasks(ctx, supervision.TaskFilter{DrawID: d.ID})
	must(t, err)
	again := terms.Lots(seed.Root)
	if len(tasks) != 8 || len(again) != 8 {
		t.Fatalf("%d tasks, drawn again %d, want 8", len(tasks), len(again))
	}
	for i, task := range tasks {
		if task.Subject != again[i].ID || len(task.Inspectors) != 2 {
			t.Errorf("task %d: %s by %v; drawn again %s", i+1, task.Subject, task.Inspectors, again[i].ID)
		}
	}
	list, err := h.Draws(ctx)
	must(t, err)
	if len(list) != 1 || list[0].ID != d.ID || list[0].Seed != d.Seed || list[0].Wanted != 8 {
		t.Errorf("listed: %+v", list)
	}
	h.entersResult(t, tasks[0], again[0].Inspectors)
}

// What was drawn by the rule before is shown with what it is checked by.
func TestDrawsOfTheRuleBeforeStayCheckable(t *testing.T) {
	t.Parallel()
	h, ctx := open(t), t.Context()
	const id = "0198c000-0000-7000-8000-000000000001"
	text := fmt.Sprintf(`{"format":"offsite-draw/1","id":%q,"kind":"inspection","title":"旧","draw_at":"2026-11-24T00:00:00Z","wanted":1,"always":[],"tickets":[{"id":"a","name":"甲","chances":1}],"inspectors":["x","y"]}`, id)
	_, err := h.pool.Exec(ctx, `INSERT INTO draw (id, kind, title, draw_at, announced_at, by_whom, text, sha256, announced, drawn, seed, drawn_at, population, wanted)
		VALUES ($1, 'inspection', '旧', now(), now(), $1, $2, $3, 'first', 'second', 'ab', now(), 1, 1)`, id, text, fmt.Sprintf("%x", sha256.Sum256([]byte(text))))
	must(t, err)
	must(t, h.DrawDue(ctx))
	d, err := h.Draw(ctx, id)
	must(t, err)
	if !d.Before || d.Text != text || d.Announced != "first" || d.Drawn != "second" || len(d.Terms.Lots([]byte{0xab})) != 1 {
		t.Errorf("%+v", d)
	}
}

func (h *house) entersResult(t *testing.T, task supervision.Task, inspectors []string) {
	t.Helper()
	ctx := t.Context()
	answers := map[string]string{"front": "fault", "waste": "ok", "signs": "ok", "records": "none"}
	if err := h.Enter(ctx, h.people["legal"], task.ID, supervision.Result{Answers: answers, Note: "占道"}); !errors.Is(err, supervision.ErrNotYours) {
		t.Errorf("somebody who was not drawn: %v", err)
	}
	var refused *supervision.Refused
	for _, wrong := range []supervision.Result{{}, {Answers: answers}, {Answers: map[string]string{"front": "ok"}}} {
		if err := h.Enter(ctx, inspectors[0], task.ID, wrong); !errors.As(err, &refused) {
			t.Errorf("%+v: %v", wrong, err)
		}
	}
	must(t, h.Enter(ctx, inspectors[0], task.ID, supervision.Result{Answers: answers, Note: "占道"}))
	if err := h.Enter(ctx, inspectors[1], task.ID, supervision.Result{Answers: answers, Note: "占道"}); !errors.As(err, &refused) {
		t.Errorf("entered twice: %v", err)
	}
	events, err := h.grades.Events(ctx, task.Subject)
	must(t, err)
	if len(events) != 1 || events[0].Kind != grade.InspectionFailed {
		t.Errorf("the risk grade knows %+v", events)
	}
	open, err := h.Tasks(ctx, supervision.TaskFilter{DrawID: task.DrawID, Open: true})
	must(t, err)
	if len(open) != 8 {
		t.Errorf("%d open tasks, want 8: the faulty one waits to be put right", len(open))
	}
	must(t, h.Rectify(ctx, task.ID, "当场撤除"))
	if err := h.Rectify(ctx, task.ID, "再一次"); !errors.As(err, &refused) {
		t.Errorf("put right twice: %v", err)
	}
}

// What is due by its grade becomes a task of two inspectors whom the lot chooses, once a
// day and once for each object, the most overdue first.
func TestWhatFallsDueBecomesTasks(t *testing.T) {
	t.Parallel()
	h, ctx := open(t), t.Context()
	inspected := func(i, days int) {
		t.Helper()
		must(t, h.grades.Record(ctx, h.pool, "test", grade.Event{ObjectID: h.objects[i], Kind: grade.InspectionPassed, At: h.now.AddDate(0, 0, -days), Source: fmt.Sprint(i)}))
	}
	for i, days := range map[int]int{0: 31, 3: 40, 6: 29, 1: 100, 4: 80, 2: 366} { // red each 30 days, yellow 90, green 365
		inspected(i, days)
	}
	night := time.Date(2026, 11, 24, 18, 30, 0, 0, time.UTC) // half past two in China
	h.now, night = night, h.now
	must(t, h.InspectDue(ctx))
	h.now = night
	draws := func(want int) []supervision.Draw {
		t.Helper()
		list, err := h.Draws(ctx)
		must(t, err)
		if len(list) != want {
			t.Fatalf("%d draws at %s, want %d", len(list), h.now, want)
		}
		return list
	}
	draws(0)
	first, err := h.Announce(ctx, h.people["legal"], supervision.Plan{Kind: supervision.Inspection, Title: "先查一家", DrawAt: h.now.Add(time.Hour), Wanted: 1, Due: true})
	must(t, err)
	if first.Of != 1 || len(first.Terms.Always) != 1 || first.Terms.Always[0].ID != h.objects[1] && first.Terms.Always[0].ID != h.objects[3] {
		t.Errorf("the most overdue is %+v; both are ten days late", first.Terms)
	}
	h.now = h.now.Add(time.Minute)
	must(t, h.InspectDue(ctx))
	d := draws(2)[0]
	h.now = h.now.Add(2 * time.Hour)
	must(t, h.InspectDue(ctx)) // of the same day
	draws(2)
	h.until(t, first.ID, drawn)
	h.until(t, d.ID, drawn)
	tasks, err := h.Tasks(ctx, supervision.TaskFilter{})
	must(t, err)
	got := map[string]int{}
	for _, task := range tasks {
		got[task.Subject]++
		if len(task.Inspectors) != 2 || task.DueOn != "2026-12-23" {
			t.Errorf("%s is inspected by %v until %s", task.Name, task.Inspectors, task.DueOn)
		}
	}
	if len(got) != 4 || got[h.objects[0]]+got[h.objects[1]]+got[h.objects[2]]+got[h.objects[3]] != 4 {
		t.Errorf("the tasks are of %v, each once", got)
	}
	h.now = h.now.AddDate(0, 0, 1) // one more has fallen due, the four have their tasks
	must(t, h.InspectDue(ctx))
	if next, err := h.Draw(ctx, draws(3)[0].ID); err != nil || next.Of != 1 || next.Terms.Always[0].ID != h.objects[6] {
		t.Errorf("the next day's is %+v, %v", next.Terms, err)
	}
}

func TestRedIsDrawnThreeTimesAsOftenAsGreen(t *testing.T) {
	t.Parallel()
	a := supervision.Terms{Wanted: 1}
	for i, chances := range []int{3, 2, 1} {
		a.Tickets = append(a.Tickets, supervision.Ticket{ID: fmt.Sprint(i), Chances: chances})
	}
	counts := map[string]float64{}
	const draws = 6000
	for n := range draws {
		counts[a.Lots([]byte(fmt.Sprint("seed", n)))[0].ID]++
	}
	for id, want := range map[string]float64{"0": 3.0 / 6, "1": 2.0 / 6, "2": 1.0 / 6} {
		if got := counts[id] / draws; got < want-0.03 || got > want+0.03 {
			t.Errorf("ticket %s was drawn in %.3f of the draws, want %.3f", id, got, want)
		}
	}
}

// Every major case is reviewed after its end, a lot chooses among the others; the check
// counts in the quota's table, and who acted in the case may not make it.
func TestReviewsTakeEveryMajorCase(t *testing.T) {
	t.Parallel()
	h, ctx := open(t), t.Context()
	for n := range 20 {
		h.closedCase(t, n, n < 2)
	}
	_, err := h.pool.Exec(ctx, `INSERT INTO process_record (case_id, seq, at, actor_id, actor, role, event, from_state, to_state, reason, detail, previous, digest)
		SELECT id, 1, now(), $1::uuid, '', 'officer', 'notify', '', '', '', '{}', '', '' FROM casefile`, h.people["legal2"])
	must(t, err)
	tasks := h.drawnOf(t, supervision.Plan{Kind: supervision.After, Title: "事后评查", Wanted: 3})
	if len(tasks) != 5 || tasks[0].Name != "案0" || tasks[1].Name != "案1" {
		t.Fatalf("drawn: %+v", tasks)
	}
	good := map[string]string{}
	for _, q := range supervision.Questions(supervision.After) {
		good[q.Key] = "ok"
	}
	var refused *supervision.Refused
	if err := h.Enter(ctx, h.people["legal2"], tasks[0].ID, supervision.Result{Answers: good}); !errors.As(err, &refused) {
		t.Errorf("who acted in the case checked it: %v", err)
	}
	if err := h.Enter(ctx, h.people["o1"], tasks[0].ID, supervision.Result{Answers: good}); !errors.Is(err, supervision.ErrNotYours) {
		t.Errorf("an officer checked a case: %v", err)
	}
	must(t, h.Enter(ctx, h.people["legal"], tasks[0].ID, supervision.Result{Answers: good}))
	var seed string
	must(t, h.pool.QueryRow(ctx, `SELECT seed FROM case_check WHERE kind = 'after' AND case_id::text = $1`, tasks[0].Subject).Scan(&seed))
	now, err := h.Draw(ctx, tasks[0].DrawID)
	must(t, err)
	if seed == "" || seed != now.Seed {
		t.Errorf("the check names seed %q, the draw %q", seed, now.Seed)
	}
	next, err := h.Announce(ctx, h.people["legal"], supervision.Plan{Kind: supervision.After, Title: "再次", DrawAt: h.now.Add(time.Hour), Wanted: 50})
	must(t, err)
	if next.Of != 15 {
		t.Errorf("the next draw is from %d cases, want the 15 that were not drawn yet", next.Of)
	}
}

func TestReviewInProcessDrawsOpenCases(t *testing.T) {
	t.Parallel()
	h, ctx := open(t), t.Context()
	for n := range 6 {
		id := h.closedCase(t, n, false)
		if n < 4 {
			_, err := h.pool.Exec(ctx, `UPDATE casefile SET state = $2, closed_at = NULL WHERE id = $1`, id, []string{"filed", "notified", "investigated", "proposed"}[n])
			must(t, err)
		}
	}
	d, err := h.Announce(ctx, h.people["legal"], supervision.Plan{Kind: supervision.During, Title: "事中评查", DrawAt: h.now.Add(time.Hour), Wanted: 5})
	must(t, err)
	if d.Of != 2 || d.Wanted != 2 {
		t.Errorf("drawn from %d cases, %d wanted; two are before the end of their investigation", d.Of, d.Wanted)
	}
	for _, wrong := range []string{"", "x", h.people["legal"]} {
		if _, err := h.Draw(ctx, wrong); !errors.Is(err, supervision.ErrNotFound) {
			t.Errorf("draw %q: %v", wrong, err)
		}
	}
	if list, err := h.Tasks(ctx, supervision.TaskFilter{DrawID: "x", Inspector: "y"}); err != nil || len(list) != 0 {
		t.Errorf("tasks of no draw: %+v %v", list, err)
	}
}

// A review in process that comes after the end of the investigation is refused, and counts nothing.
func TestAReviewInProcessComesBeforeTheInvestigationEnds(t *testing.T) {
	t.Parallel()
	h, ctx := open(t), t.Context()
	for n := range 2 {
		_, err := h.pool.Exec(ctx, `UPDATE casefile SET state = 'filed', closed_at = NULL WHERE id = $1`, h.closedCase(t, n, false))
		must(t, err)
	}
	tasks := h.drawnOf(t, supervision.Plan{Kind: supervision.During, Title: "事中评查", Wanted: 2})
	if len(tasks) != 2 {
		t.Fatalf("%d cases drawn, want 2", len(tasks))
	}
	answers := map[string]string{}
	for _, q := range supervision.Questions(supervision.During) {
		answers[q.Key] = "ok"
	}
	enter := func(task supervision.Task) error {
		return h.Enter(ctx, h.people["legal"], task.ID, supervision.Result{Answers: answers, Note: "见检查表"})
	}
	_, err := h.pool.Exec(ctx, `UPDATE casefile SET state = 'investigated' WHERE id = (SELECT subject FROM draw_task WHERE id = $1::uuid)`, tasks[0].ID)
	must(t, err)
	var refused *supervision.Refused
	if err := enter(tasks[0]); !errors.As(err, &refused) || !strings.Contains(refused.ZH, "调查已经终结") {
		t.Errorf("entered after the investigation: %v", err)
	}
	must(t, enter(tasks[1]))
	var checks int
	must(t, h.pool.QueryRow(ctx, `SELECT count(*) FROM case_check WHERE kind = 'during'`).Scan(&checks))
	if checks != 1 {
		t.Errorf("%d reviews in process are counted, want the one that came in time", checks)
	}
}

// Three of ten closed cases drawn and checked are the plan's 30 % of records, and two of
// ten open ones its 10 % of reviews in process twice over; a fault is put right.
func TestChecksCountInThePlansFigures(t *testing.T) {
	t.Parallel()
	h, ctx := open(t), t.Context()
	for n := range 20 {
		id := h.closedCase(t, n, false)
		if n >= 10 {
			_, err := h.pool.Exec(ctx, `UPDATE casefile SET state = 'filed', closed_at = NULL WHERE id = $1`, id)
			must(t, err)
		}
	}
	figure := func(key string) quota.Quota {
		t.Helper()
		from := time.Date(2026, 1, 1, 0, 0, 0, 0, calendar.Shanghai())
		list, err := quota.Compute(ctx, h.pool, quota.Period{From: from, To: from.AddDate(1, 0, 0)}, nil, h.now)
		must(t, err)
		return list[slices.IndexFunc(list, func(q quota.Quota) bool { return q.Key == key })]
	}
	for _, c := range []struct {
		kind, figure string
		wanted       int
		of           int64
	}{{supervision.ProcessRecord, "record_check", 3, 10}, {supervision.During, "review_during", 2, 20}} {
		if q := figure(c.figure); q.Numerator != 0 || q.Denominator != c.of || q.Met {
			t.Errorf("before any check %s is %+v", c.figure, q)
		}
		tasks := h.drawnOf(t, supervision.Plan{Kind: c.kind, Title: c.figure, Wanted: c.wanted})
		if len(tasks) != c.wanted {
			t.Fatalf("%s drew %d, want %d", c.kind, len(tasks), c.wanted)
		}
		for i, task := range tasks {
			answers := map[string]string{}
			for _, q := range supervision.Questions(c.kind) {
				answers[q.Key] = "ok"
			}
			if i == 0 {
				answers[supervision.Questions(c.kind)[0].Key] = "fault"
			}
			if q := figure(c.figure); q.Numerator != int64(i) || q.Met {
				t.Errorf("after %d checks %s is %+v", i, c.figure, q)
			}
			must(t, h.Enter(ctx, h.people["legal"], task.ID, supervision.Result{Answers: answers, Note: "见检查表"}))
		}
		if q := figure(c.figure); q.Numerator != int64(c.wanted) || !q.Met {
			t.Errorf("after all checks %s is %+v", c.figure, q)
		}
		open, err := h.Tasks(ctx, supervision.TaskFilter{DrawID: tasks[0].DrawID, Open: true})
		must(t, err)
		if len(open) != 1 || open[0].ID != tasks[0].ID || open[0].RectifyBy == "" {
			t.Errorf("the fault waits as %+v", open)
		}
		must(t, h.Rectify(ctx, tasks[0].ID, "已补充记录"))
		if open, err = h.Tasks(ctx, supervision.TaskFilter{DrawID: tasks[0].DrawID, Open: true}); err != nil || len(open) != 0 {
			t.Errorf("put right it waits as %+v, %v", open, err)
		}
	}
}
