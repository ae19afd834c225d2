package district_test

import (
	"encoding/hex"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"offsite/casework"
	"offsite/casework/calendar"
	"offsite/casework/credit"
	"offsite/casework/document"
	"offsite/casework/matter"
	"offsite/casework/payment"
	"offsite/casework/quota"
	"offsite/casework/remind"
	"offsite/casework/supervision"
	"offsite/demo/district"
	"offsite/registry"
	"offsite/registry/account"
	"offsite/registry/grade"
	"offsite/registry/place"
	"offsite/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

// today is a day of which every working day around is known.
func today() time.Time { return time.Date(2026, 11, 25, 2, 0, 0, 0, time.UTC) }

func must[T any](v T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func TestTheDistrictIsLawfulAndLoadedOnce(t *testing.T) {
	t.Parallel()
	pool, ctx := storetest.Open(t), t.Context()
	secrets := must(registry.OpenSecrets(filepath.Join(t.TempDir(), "secrets")))(t)
	base := registry.New(pool, secrets)
	accounts := account.New(pool, account.WithCheapHashing())
	book := must(casework.New(casework.Options{Pool: pool, Registry: base, Accounts: accounts, Calendar: must(calendar.Default())(t), Matters: must(matter.Default())(t),
		Press: must(document.New(document.DebianFonts()))(t), Payment: &payment.Client{}, Messenger: &remind.Client{}, PublicURL: "http://127.0.0.1",
		LinkKey: make([]byte, 32), Now: today, Bureau: casework.Bureau{Name: "演示局", ShortNo: "演示"}}))(t)
	actor := func(name, role, licence string) casework.Actor {
		a, _, err := accounts.Create(ctx, "test", account.Draft{Username: name, Name: name, Roles: []string{role}, LicenceNo: licence})
		if err != nil {
			t.Fatal(err)
		}
		return casework.Actor{ID: a.ID, Name: a.Name, Roles: a.Roles, LicenceNo: a.LicenceNo}
	}
	l := district.Loader{Pool: pool, Registry: base, Grades: grade.New(pool, today), Book: book, Seed: 1,
		Credit: credit.New(credit.Options{Pool: pool, Law: book.Rules(), Now: today}), Draws: supervision.New(supervision.Options{Pool: pool, Law: book.Rules(), Now: today}), Secrets: secrets, Bureau: "演示局", Now: today(), Staff: district.Staff{
			Reviewer: actor("r1", "reviewer", ""), Reviewer2: actor("r2", "reviewer", ""), Officer: actor("o1", "officer", "D-1"), Officer2: actor("o2", "officer", "D-2"),
			Legal: actor("le", "legal", ""), Head: actor("he", "head", ""), Supervisor: actor("su", "supervisor", "")}}
	for _, day := range []int{0, 1} { // the second time, the day after, changes nothing
		l.Now = today().AddDate(0, 0, day)
		if err := l.Load(ctx); err != nil {
			t.Fatal(err)
		}
	}
	for what, want := range map[string][2]int{
		`SELECT count(*) FROM object WHERE kind = 'shop'`:                                                                   {district.Shops, district.Shops},
		`SELECT count(*) FROM object WHERE kind = 'site'`:                                                                   {district.Sites, district.Sites},
		`SELECT count(*) FROM camera WHERE unwatched`:                                                                       {district.Cameras, district.Cameras},
		`SELECT count(*) FROM casefile`:                                                                                     {district.Cases, district.Cases},
		`SELECT count(*) FROM other_case`:                                                                                   {district.OnSite, district.OnSite},
		`SELECT count(*) FROM casefile WHERE number IS NULL AND filed_at IS NOT NULL`:                                       {0, 0},
		`SELECT count(*) FROM casefile WHERE closed_at IS NULL OR timer_at IS NOT NULL`:                                     {0, 0},
		`SELECT count(*) FROM object WHERE name NOT LIKE '%（演示）'`:                                                           {0, 0},
		`SELECT count(*) FROM river_job WHERE kind <> 'casework.log'`:                                                       {0, 0},
		`SELECT count(*) FROM lead WHERE what LIKE '%（演示）'`:                                                                 {district.Leads, district.Leads},
		`SELECT count(DISTINCT state) FROM lead`:                                                                            {5, 5},
		`SELECT count(*) FROM duty_shift`:                                                                                   {44, 44},
		`SELECT count(*) FROM webhook_delivery`:                                                                             {district.Told, district.Told},
		`SELECT count(*) FROM webhook_delivery WHERE state = 'failed'`:                                                      {3, 6},
		`SELECT count(*) FROM webhook_endpoint WHERE disabled_at IS NULL`:                                                   {0, 0},
		`SELECT count(*) FROM change_log WHERE action = 'replay'`:                                                           {3, 6},
		`SELECT count(*) FROM casefile WHERE jsonb_array_length(dossier->'instalments') = 2 AND paid_fen = fine_fen`:        {5, 60},
		`SELECT count(*) FROM credit_record`:                                                                                {100, 400},
		`SELECT count(*) FROM transfer WHERE subject_kind = 'case'`:                                                         {3, 40},
		`SELECT count(*) FROM transfer WHERE subject_kind = 'lead'`:                                                         {2, 3},
		`SELECT count(*) FROM casefile WHERE NOT EXISTS (SELECT FROM brigade b WHERE township = ANY (b.townships))`:         {0, 0},
		`SELECT count(*) FROM brigade`:                                                                                      {3, 3},
		`SELECT count(*) FROM casefile WHERE township = ''`:                                                                 {0, 0},
		`SELECT count(*) FROM document`:                                                                                     {0, 0},
		`SELECT count(*) FROM object WHERE grade = 'red'`:                                                                   {3, 300},
		`SELECT count(*) FROM object WHERE grade = 'yellow'`:                                                                {100, 900},
		`SELECT count(DISTINCT matter) FROM casefile WHERE state = 'archived'`:                                              {3, 4},
		`SELECT count(*) FROM casefile WHERE published_at > publish_by`:                                                     {1, 4},
		`SELECT count(*) FROM casefile WHERE major AND state = 'archived'`:                                                  {10, 80},
		`SELECT count(*) FROM draw WHERE title LIKE '%（演示）' AND announced IS NULL`:                                          {50, 100},
		`SELECT count(DISTINCT kind) FROM draw`:                                                                             {4, 4},
		`SELECT count(*) FROM draw_task WHERE result = 'faulty'`:                                                            {20, 120},
		`SELECT count(*) FROM draw_task WHERE rectified_at IS NOT NULL`:                                                     {15, 100},
		`SELECT count(*) FROM draw_task WHERE rectify_by < '2026-11-25' AND rectified_at IS NULL`:                           {2, 40},
		`SELECT count(*) FROM draw_task WHERE done_at IS NULL`:                                                              {2, 60},
		`SELECT count(*) FROM draw_task t JOIN object_event e ON e.object_id = t.subject AND e.source = '双随机-' || t.id`:     {150, 240},
		`SELECT count(*) FROM case_check k JOIN process_record r ON r.case_id = k.case_id AND r.actor_id::text = k.by_whom`: {0, 0},
		`SELECT count(DISTINCT state) FROM credit_repair`:                                                                   {4, 4},
		`SELECT count(*) FROM credit_paper`:                                                                                 {4, 4},
		`SELECT count(*) FROM publication_check WHERE NOT sound`:                                                            {1, 1},
		`SELECT count(*) FROM casefile c WHERE published_at IS NOT NULL AND NOT EXISTS (SELECT FROM publication_check k WHERE k.case_id = c.id AND k.at > c.published_at)`: {1, 60},
	} {
		var n int
		if err := pool.QueryRow(ctx, what).Scan(&n); err != nil || n < want[0] || n > want[1] {
			t.Errorf("%s: %d, %v; want %d to %d", what, n, err, want[0], want[1])
		}
	}
	drawnAgain(t, l.Draws)
	figures := must(book.Quotas(ctx, 0))(t)
	for key, most := range map[string]float64{"record_check": 0.6, "review_after": 0.5, "review_during": 0.5} { // what the plan asks for, and little more
		i := slices.IndexFunc(figures, func(q quota.Quota) bool { return q.Key == key })
		if q := figures[i]; !q.Met || q.Value > most {
			t.Errorf("%s stands at %d of %d", key, q.Numerator, q.Denominator)
		}
	}
	page := must(book.Cases(ctx, casework.CaseFilter{Limit: 200}, ""))(t)
	for _, c := range page.Items {
		if err := book.CheckRecord(ctx, c.ID); err != nil {
			t.Error(err)
		}
	}
}

// drawnAgain draws each draw by its seed: the tasks are those.
func drawnAgain(t *testing.T, office *supervision.Office) {
	t.Helper()
	for _, d := range must(office.Draws(t.Context()))(t) {
		d = must(office.Draw(t.Context(), d.ID))(t)
		seed, err := hex.DecodeString(d.Seed)
		if err != nil || !d.Adopted || d.Before {
			t.Fatalf("%+v, %v", d, err)
		}
		tasks := must(office.Tasks(t.Context(), supervision.TaskFilter{DrawID: d.ID}))(t)
		for i, one := range d.Terms.Lots(seed) {
			if i >= len(tasks) || tasks[i].Subject != one.ID {
				t.Errorf("%s: the lot of rank %d is not its task", d.Title, i+1)
			}
		}
	}
}

func TestTheMapIsOneThatTheRegistryReads(t *testing.T) {
	t.Parallel()
	text, err := district.Map()
	if err != nil {
		t.Fatal(err)
	}
	m, err := place.ReadMap(text)
	if err != nil || len(m.KeyAreas) != 2 {
		t.Fatalf("%+v %v", m, err)
	}
	if crossdoor := (place.Position{Longitude: 121.4017, Latitude: 31.6228}); !m.KeyAreas[0].Holds(crossdoor) {
		t.Errorf("no key area about the demonstration's cameras")
	}
}
