package team_test

import (
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"offsite/casework/team"
	"offsite/store"
	"offsite/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

const (
	first  = "0198c000-0000-7000-8000-00000000000a"
	second = "0198c000-0000-7000-8000-00000000000b"
	caseA  = "0198c000-0000-7000-8000-0000000000c1"
	caseB  = "0198c000-0000-7000-8000-0000000000c2"
)

// at is a time of November 2026 on the legal clock.
func at(day, hour int) time.Time {
	return time.Date(2026, 11, day, hour, 0, 0, 0, time.FixedZone("", 8*60*60))
}

// work writes what two people did: the first of a team in 甲镇, the second in 乙镇.
func work(t *testing.T) *pgxpool.Pool {
	t.Helper()
	pool := storetest.Open(t)
	exec := func(sql string, args ...any) {
		t.Helper()
		if _, err := pool.Exec(t.Context(), sql, args...); err != nil {
			t.Fatal(err)
		}
	}
	const account = `INSERT INTO account (id, username, name, roles, must_change_password, password, created_at, changed_at, team, level, townships) VALUES ($1, $2, $2, '{officer}', false, '', now(), now(), $3, 'township', ARRAY[$4])`
	exec(account, first, "甲", "一中队", "甲镇")
	exec(account, second, "乙", "二中队", "乙镇")
	exec(`INSERT INTO brigade (name, townships) VALUES ('一大队', '{甲镇,丙镇}')`)
	for id, of := range map[string][2]string{caseA: {"甲镇", first}, caseB: {"乙镇", second}} {
		exec(`INSERT INTO casefile (id, number, state, version, detector, matter, camera_id, zone_id, first_at, last_at, raised_at, created_at, changed_at, filed_at, closed_at, township, officers, dossier)
			VALUES ($1, $2, 'closed', 1, 'stall', 'stall', $1, $1, $3, $3, $3, $3, $3, $3, $4, $2, ARRAY[$5::uuid], '{}')`, id, of[0], at(2, 9), at(20, 9), of[1])
	}
	const step = `INSERT INTO process_record (case_id, seq, at, actor_id, actor, role, event, from_state, to_state, reason, detail, previous, digest) VALUES ($1, $2, $3, $4, '', 'officer', $5, 'found', 'reviewed', '', '{}', '', '')`
	exec(step, caseA, 1, at(2, 9), first, "confirm")
	exec(step, caseA, 2, at(2, 10), first, "file")
	exec(step, caseB, 1, time.Date(2026, 10, 31, 23, 30, 0, 0, time.FixedZone("", 8*60*60)), second, "confirm") // October's
	exec(step, caseB, 2, at(1, 0), second, "file")                                                              // the first minute of November
	const lead = `INSERT INTO lead (id, number, source, source_name, by_whom, kind, what, place, township, seen_at, received_at, urgent, state, duty, acknowledge_by, acknowledged_at, acknowledged_by, officer, handle_by, done_at, version)
		VALUES (gen_random_uuid(), $1, 'hotline', '', '', 'waste', '', '', $1, $2, $2, false, 'done', '{}', $3, $2, $4, $4, $3, $5, 1)`
	exec(lead, "甲镇", at(3, 9), at(3, 12), first, at(3, 11))  // seen and done in time
	exec(lead, "乙镇", at(3, 9), at(3, 12), second, at(4, 11)) // done late
	exec(`INSERT INTO case_check (id, case_id, kind, at, by_whom, seed, result) VALUES (gen_random_uuid(), $1, 'after', $2, '', '', 'faulty')`, caseB, at(21, 9))
	exec(`INSERT INTO alarm (case_id, deadline, due_at, percent, label_zh, label_en, at) VALUES ($1, 'd', $2, 100, '', '', $2)`, caseB, at(5, 9))
	exec(`INSERT INTO alarm (case_id, deadline, due_at, percent, label_zh, label_en, at) VALUES ($1, 'd', $2, 50, '', '', $2)`, caseA, at(5, 9))
	return pool
}

func period(t *testing.T, name string) team.Period {
	t.Helper()
	p, err := team.ReadPeriod(name)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestAMonthIsCountedFromTheRecords(t *testing.T) {
	t.Parallel()
	office := team.New(work(t), time.Now)
	r, err := office.Report(t.Context(), period(t, "2026-11"), team.ByPerson)
	if err != nil {
		t.Fatal(err)
	}
	// 甲: one review 1, one step 1, one closed 5, a lead seen 1 and done 3 in time.
	// 乙: one step 1, one closed 5, a lead seen 1, done late -3, a fault -5, a deadline -5.
	if len(r.Rows) != 2 || r.Rows[0].Name != "甲" || r.Rows[0].Points != 11 || r.Rows[0].Place != 1 || r.Rows[0].Counts["reviewed"] != 1 {
		t.Errorf("the first: %+v", r.Rows)
	}
	if r.Rows[1].Points != -6 || r.Rows[1].Counts["reviewed"] != 0 || r.Rows[1].Counts["lead_late"] != 1 || r.Rows[1].Counts["fault"] != 1 || r.Rows[1].Counts["overdue"] != 1 || r.Rows[1].Place != 2 {
		t.Errorf("the second: %+v", r.Rows[1])
	}
	for by, want := range map[string]string{team.ByTeam: "一中队", team.ByTownship: "甲镇", team.ByBrigade: "一大队"} {
		if r, err = office.Report(t.Context(), period(t, "2026-11"), by); err != nil || len(r.Rows) != 2 || r.Rows[0].Key != want || r.Rows[0].Points != 11 {
			t.Errorf("by %s: %+v, %v", by, r.Rows, err)
		}
	}
}

func TestAQuarterAndAYearAreTheirMonths(t *testing.T) {
	t.Parallel()
	office := team.New(work(t), time.Now)
	r, err := office.Report(t.Context(), period(t, "2026-Q4"), team.ByPerson)
	if err != nil {
		t.Fatal(err)
	}
	if got := r.Rows[1].Months; len(got) != 3 || got[0] != 1 || got[1] != -6 || got[2] != 0 || r.Rows[1].Points != -5 {
		t.Errorf("the quarter of the second: %+v", r.Rows[1])
	}
	if r, err = office.Report(t.Context(), period(t, "2026"), team.ByPerson); err != nil || len(r.Months) != 12 || r.Rows[0].Months[10] != 11 {
		t.Errorf("the year: %+v, %v", r.Rows, err)
	}
	for _, wrong := range []string{"", "2026-13", "2026-Q5", "26", "2026-1", "2026-11-01"} {
		if _, err := team.ReadPeriod(wrong); err == nil {
			t.Errorf("%q was read as a period", wrong)
		}
	}
}

func TestPointsAreTheBureausAndVersioned(t *testing.T) {
	t.Parallel()
	office := team.New(work(t), time.Now)
	if err := office.Activate(t.Context(), first, map[string]int{"closed": 10}, "本局计分办法"); err != nil {
		t.Fatal(err)
	}
	r, err := office.Report(t.Context(), period(t, "2026-11"), team.ByPerson)
	if err != nil || r.Rules.Version != 1 || r.Rules.By != "甲" || r.Rows[0].Points != 10 || r.Rows[1].Points != 10 || r.Rows[1].Place != 1 {
		t.Errorf("by the bureau's points: %+v, %v", r, err)
	}
	for reason, points := range map[string]map[string]int{"": {"closed": 1}, "依据": {"looks": 1}, "过高": {"closed": 1001}} {
		if office.Activate(t.Context(), first, points, reason) == nil {
			t.Errorf("%v for %q were activated", points, reason)
		}
	}
}

func TestATownshipSeesItsOwnWork(t *testing.T) {
	t.Parallel()
	office := team.New(work(t), time.Now)
	ctx, scope := store.WithScope(t.Context())
	scope.Narrow([]string{"甲镇"})
	r, err := office.Report(ctx, period(t, "2026-11"), team.ByPerson)
	if err != nil || len(r.Rows) != 1 || r.Rows[0].Name != "甲" || r.Rows[0].Points != 11 {
		t.Errorf("the report of the township: %+v, %v", r.Rows, err)
	}
	lines, err := office.Day(ctx, team.DayFilter{Day: "2026-11-01"})
	if err != nil || len(lines) != 0 {
		t.Errorf("the other township's day: %+v, %v", lines, err)
	}
}

func TestADayIsToldInOrder(t *testing.T) {
	t.Parallel()
	office := team.New(work(t), time.Now)
	lines, err := office.Day(t.Context(), team.DayFilter{Day: "2026-11-02"})
	if err != nil || len(lines) != 2 || lines[0].Event != "confirm" || lines[1].Event != "file" || lines[1].Person != "甲" || lines[1].Name != "甲镇" || lines[1].ZH == "file" {
		t.Errorf("the day: %+v, %v", lines, err)
	}
	if lines, err = office.Day(t.Context(), team.DayFilter{Day: "2026-11-02", Person: second}); err != nil || len(lines) != 0 {
		t.Errorf("the day of somebody who did nothing: %+v, %v", lines, err)
	}
	if lines, err = office.Day(t.Context(), team.DayFilter{Day: "2026-11-02", Team: "一中队"}); err != nil || len(lines) != 2 {
		t.Errorf("the day of the team: %+v, %v", lines, err)
	}
	if _, err = office.Day(t.Context(), team.DayFilter{Day: "today"}); err == nil {
		t.Error("a day that is none was read")
	}
}
