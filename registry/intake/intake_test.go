package intake_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"offsite/registry"
	"offsite/registry/intake"
	"offsite/registry/place"
	"offsite/store"
	"offsite/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

const by = "collector-1"

func noon() time.Time { return time.Date(2026, 11, 24, 4, 0, 0, 0, time.UTC) }

type setting struct {
	*intake.Intake
	registry *registry.Registry
	pool     *pgxpool.Pool
}

func open(t testing.TB, options ...intake.Option) setting {
	t.Helper()
	pool := storetest.Open(t)
	secrets, err := registry.OpenSecrets(filepath.Join(t.TempDir(), "key"))
	if err != nil {
		t.Fatal(err)
	}
	r := registry.New(pool, secrets, registry.WithClock(noon))
	return setting{Intake: intake.New(pool, r, secrets, noon, options...), registry: r, pool: pool}
}

func (s setting) preview(t *testing.T, name string, data []byte, o intake.Options) intake.Batch {
	t.Helper()
	format, err := intake.FormatOf(name)
	if err != nil {
		t.Fatal(err)
	}
	b, err := s.Preview(t.Context(), by, name, format, data, o)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func (s setting) apply(t *testing.T, b intake.Batch) intake.Batch {
	t.Helper()
	b, err := s.Apply(t.Context(), by, b.ID)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func (s setting) objects(t *testing.T) map[string]registry.Object {
	t.Helper()
	all, err := s.registry.Objects(t.Context(), registry.ObjectFilter{})
	if err != nil {
		t.Fatal(err)
	}
	m := map[string]registry.Object{}
	for _, o := range all {
		m[o.Name] = o
	}
	return m
}

const shops = `某镇商铺清单,,,,,,,,
名称,类型,地址,业态,证照编号,经度,纬度,当事人,统一社会信用代码,电话
甲百货店,商铺,八一路1号,零售,JY001,121.397,31.626,甲百货有限公司,91350100M000100Y43,021-59610001
乙水果店,商铺,八一路3号,水果,JY002,121.398,31.627,张三,11010519491231002X,13800000001
丙工地,工地,东门路9号,,,121.40,31.63,,,
`

func TestFromPreviewToUndo(t *testing.T) {
	t.Parallel()
	s := open(t)
	ctx := t.Context()
	b := s.preview(t, "商铺.csv", []byte(shops), intake.Options{})
	if b.Counts != (intake.Counts{Create: 3}) || b.Total != 3 || b.State != intake.Previewed {
		t.Fatalf("previewed as %+v", b)
	}
	if len(s.objects(t)) != 0 {
		t.Fatal("the preview changes the base data")
	}
	rows, err := s.Rows(ctx, b.ID, "create", 0, 10)
	if err != nil || len(rows) != 3 || rows[0].N != 3 || rows[1].Party.Identity != "1101**********002X" {
		t.Fatalf("rows %+v, %v", rows, err)
	}
	if b = s.apply(t, b); b.State != intake.Applied || b.Done != 3 {
		t.Fatalf("applied as %+v", b)
	}
	got := s.objects(t)
	if o := got["甲百货店"]; o.Party != "甲百货有限公司" || o.Kind != "shop" || *o.Longitude != 121.397 || o.LicenceNo != "JY001" {
		t.Errorf("taken in as %+v", o)
	}
	if got["丙工地"].Kind != "site" {
		t.Errorf("the site is %+v", got["丙工地"])
	}
	if _, err = s.Apply(ctx, by, b.ID); !errors.Is(err, intake.ErrState) {
		t.Errorf("applied twice: %v", err)
	}

	changed := got["乙水果店"]
	changed.Business = "水果、蔬菜"
	if _, err = s.registry.SaveObject(ctx, by, changed); err != nil {
		t.Fatal(err)
	}
	undone, err := s.Undo(ctx, by, b.ID)
	if err != nil || undone.State != intake.Undone || undone.Counts.Kept != 2 { // the shop that was changed, and its party
		t.Fatalf("undone as %+v, %v", undone, err)
	}
	if got = s.objects(t); len(got) != 1 || got["乙水果店"].Business != "水果、蔬菜" {
		t.Errorf("left are %+v", got)
	}
	parties, err := s.registry.Parties(ctx, registry.PartyFilter{})
	if err != nil || len(parties) != 1 || parties[0].Name != "张三" {
		t.Errorf("left are %+v, %v", parties, err)
	}
	if history, err := s.registry.History(ctx, "object", changed.ID); err != nil || len(history) != 2 {
		t.Errorf("the history has %d entries, %v", len(history), err)
	}
}

func TestRules(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		rule     string
		counts   intake.Counts
		business string
		phone    string
	}{
		{intake.Fill, intake.Counts{Merge: 2, Same: 1}, "零售", "021-59610001"},
		{intake.Overwrite, intake.Counts{Merge: 2, Same: 1}, "百货", "021-59610001"},
		{intake.Skip, intake.Counts{Skip: 3}, "零售", "021-59610001"},
	} {
		t.Run(c.rule, func(t *testing.T) {
			t.Parallel()
			s := open(t)
			s.apply(t, s.preview(t, "a.csv", []byte(shops), intake.Options{}))
			again := "名称,类型,地址,业态,证照编号,乡镇,当事人,证件号码,电话\n" +
				"甲百货店,商铺,八一路 1 号,百货,JY001,城桥镇,甲百货有限公司,91350100M000100Y43,13900000000\n" + // filled in: township
				"乙水果店,商铺,八一路3号,水果,JY002,,张三,11010519491231002X,\n" +
				"丙工地,工地,东门路９号,,,城桥镇,,,\n"
			b := s.preview(t, "b.csv", []byte(again), intake.Options{Rule: c.rule})
			if b.Counts != c.counts {
				t.Fatalf("counts %+v", b.Counts)
			}
			before := s.objects(t)
			s.apply(t, b)
			got := s.objects(t)["甲百货店"]
			if got.Business != c.business || (got.Township == "") != (c.rule == intake.Skip) {
				t.Errorf("merged as %+v", got)
			}
			if p, err := s.registry.Party(t.Context(), got.PartyID); err != nil || p.Phone != c.phone {
				t.Errorf("the party is %+v, %v", p, err)
			}
			if _, err := s.Undo(t.Context(), by, b.ID); err != nil {
				t.Fatal(err)
			}
			if is := s.objects(t)["甲百货店"]; is.Business != before["甲百货店"].Business || is.Township != "" || is.Address != before["甲百货店"].Address {
				t.Errorf("undone as %+v", is)
			}
		})
	}
}

func TestRowErrorsNameRowAndColumn(t *testing.T) {
	t.Parallel()
	s := open(t)
	text := "名称,类型,经度,纬度,当事人,身份证号,电话\n" +
		",商铺,,,,,\n" + // 2: no name
		"a,飞船,,,,,\n" + // 3: kind
		"b,商铺,31.6,121.4,,,\n" + // 4: swapped
		"c,商铺,121°24′,31.6,,,\n" + // 5: not decimal
		"d,商铺,2.35,48.85,,,\n" + // 6: abroad
		"e,商铺,,,张三,110105194912310021,\n" + // 7: check digit
		"f,商铺,,,李四,1.10105194912310E+17,\n" + // 8: rounded by the spreadsheet
		"g,商铺,,,王五,,打电话\n" + // 9: telephone
		"=HYPERLINK(1),商铺,,,,,\n" + // 10: formula
		"h,#REF!,,,,,\n" + // 11: error value
		"i,商铺,121.4,31.6,赵六,,13800000000.0\n" + // 12: sound, a number with an end
		"i,商铺,121.4001,31.6,,,\n" + // 13: 12 again
		"j,飞船,1,2,赵六,1,x\n" + // 14: several at once
		"k,商铺,#N/A,31.6,,,\n" + // 15: half a position is not another error
		"l,商铺,,,乙公司,91350100M000100Y44,\n" // 16: a unit's number with a wrong check digit
	b := s.preview(t, "bad.csv", []byte(text), intake.Options{})
	if b.Counts.Error != 14 || b.Counts.Create != 1 {
		t.Fatalf("counts %+v", b.Counts)
	}
	rows, err := s.Rows(t.Context(), b.ID, "error", 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	want := map[int]string{2: "名称", 3: "类型", 4: "经度", 5: "经度", 6: "经度", 7: "身份证号", 8: "身份证号", 9: "电话", 10: "名称", 11: "类型", 13: "名称", 15: "经度", 16: "身份证号"}
	for _, r := range rows {
		if r.N == 14 {
			if len(r.Problems) != 4 {
				t.Errorf("row 14 has %+v", r.Problems)
			}
			continue
		}
		if len(r.Problems) != 1 || r.Problems[0].Column != want[r.N] || r.Problems[0].Row != r.N || r.Problems[0].ZH == "" || r.Problems[0].EN == "" {
			t.Errorf("row %d: %+v, not %s", r.N, r.Problems, want[r.N])
		}
	}
	if last := rows[len(rows)-1].Problems[0]; !strings.Contains(last.ZH, "统一社会信用代码") {
		t.Errorf("a unit's number is told of as %s", last.ZH)
	}
	s.apply(t, b)
	if o := s.objects(t); len(o) != 1 || o["i"].Party != "赵六" {
		t.Errorf("taken in: %+v", o)
	}
}

func TestGCJ02TakenForWGS84(t *testing.T) {
	t.Parallel()
	s := open(t)
	var honest, moved strings.Builder
	honest.WriteString("名称,证照编号,经度,纬度\n")
	moved.WriteString("名称,证照编号,经度,纬度\n")
	for i := range 5 {
		p := place.Position{Longitude: 121.4 + float64(i)/100, Latitude: 31.6}
		q := p.GCJ02()
		fmt.Fprintf(&honest, "店%d,L%d,%.6f,%.6f\n", i, i, p.Longitude, p.Latitude)
		fmt.Fprintf(&moved, "店%d,L%d,%.6f,%.6f\n", i, i, q.Longitude, q.Latitude)
	}
	s.apply(t, s.preview(t, "a.csv", []byte(honest.String()), intake.Options{}))
	warned := func(b intake.Batch) bool {
		return slices.ContainsFunc(b.Warnings, func(p intake.Fault) bool { return strings.Contains(p.ZH, "GCJ-02") })
	}
	if b := s.preview(t, "b.csv", []byte(moved.String()), intake.Options{Rule: intake.Overwrite}); !warned(b) {
		t.Errorf("no warning in %+v", b.Warnings)
	}
	if b := s.preview(t, "c.csv", []byte(honest.String()), intake.Options{}); warned(b) || b.Counts.Same != 5 {
		t.Errorf("a warning without need, or a change: %+v", b)
	}
	converted := s.preview(t, "d.csv", []byte(moved.String()), intake.Options{Rule: intake.Overwrite, System: intake.GCJ02})
	if warned(converted) {
		t.Errorf("warned though converted: %+v", converted.Warnings)
	}
	s.apply(t, converted)
	if d := (place.Position{Longitude: *s.objects(t)["店3"].Longitude, Latitude: *s.objects(t)["店3"].Latitude}).Metres(place.Position{Longitude: 121.43, Latitude: 31.6}); d > 0.5 {
		t.Errorf("converted %v m beside", d)
	}
}

func TestWhatChangedSinceThePreviewIsAConflict(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.apply(t, s.preview(t, "a.csv", []byte(shops), intake.Options{}))
	b := s.preview(t, "b.csv", []byte("名称,证照编号,业态\n甲百货店,JY001,百货\n乙水果店,JY002,果品\n"), intake.Options{Rule: intake.Overwrite})
	o := s.objects(t)["甲百货店"]
	o.Business = "日用品"
	if _, err := s.registry.SaveObject(t.Context(), by, o); err != nil {
		t.Fatal(err)
	}
	b = s.apply(t, b)
	got := s.objects(t)
	if b.Counts.Conflict != 1 || got["甲百货店"].Business != "日用品" || got["乙水果店"].Business != "果品" {
		t.Errorf("%+v; %+v", b.Counts, got)
	}
	if rows, err := s.Rows(t.Context(), b.ID, "conflict", 0, 10); err != nil || len(rows) != 1 || rows[0].Object.Name != "甲百货店" {
		t.Errorf("conflicts %+v, %v", rows, err)
	}
}

func TestAnOwnerChanges(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.apply(t, s.preview(t, "a.csv", []byte(shops), intake.Options{}))
	next := []byte("名称,证照编号,当事人,证件号码\n甲百货店,JY001,李四,440524188001010014\n")
	kept := s.preview(t, "b.csv", next, intake.Options{})
	if kept.Counts.Same != 1 || kept.Counts.Warnings != 1 {
		t.Errorf("filling in: %+v", kept.Counts)
	}
	s.apply(t, kept)
	if all, err := s.registry.Parties(t.Context(), registry.PartyFilter{Query: "李四"}); err != nil || len(all) != 0 {
		t.Errorf("a party is made for nothing: %v, %v", all, err)
	}
	passing := s.preview(t, "c.csv", next, intake.Options{Rule: intake.Overwrite})
	if passing.Counts.Merge != 1 || passing.Counts.Warnings != 1 {
		t.Errorf("overwriting: %+v", passing.Counts)
	}
	s.apply(t, passing)
	if o := s.objects(t)["甲百货店"]; o.Party != "李四" {
		t.Errorf("it belongs to %s", o.Party)
	}
	if _, err := s.Undo(t.Context(), by, passing.ID); err != nil {
		t.Fatal(err)
	}
	if o := s.objects(t)["甲百货店"]; o.Party != "甲百货有限公司" {
		t.Errorf("after undoing it belongs to %s", o.Party)
	}
}

func TestDraftsAreEncrypted(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.apply(t, s.preview(t, "a.csv", []byte(shops), intake.Options{}))
	for _, table := range []string{"intake_batch", "intake_row", "intake_party", "intake_change"} {
		var text string
		if err := s.pool.QueryRow(t.Context(), `SELECT coalesce(string_agg(t::text, ' '), '') FROM `+table+` t`).Scan(&text); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(text, "11010519491231002X") {
			t.Errorf("%s holds an identity number", table)
		}
	}
}

// many is a file of n shops with an error in each hundredth row.
func many(n int) (text []byte, wrong int) {
	var b strings.Builder
	b.WriteString("名称,类型,地址,业态,证照编号,经度,纬度,当事人,电话\n")
	for i := range n {
		kind := "商铺"
		if i%100 == 50 {
			kind = "?"
			wrong++
		}
		fmt.Fprintf(&b, "店%d,%s,某路%d号,零售,JY%06d,%.5f,%.5f,业主%d,138%08d\n", i, kind, i, i, 121.2+float64(i%400)/1000, 31.5+float64(i/400)/1000, i/2, i/2)
	}
	return []byte(b.String()), wrong
}

func TestManyShops(t *testing.T) {
	t.Parallel()
	s := open(t)
	const n = 2500
	text, wrong := many(n)
	b := s.preview(t, "many.csv", text, intake.Options{})
	if b.Counts.Error != wrong || b.Counts.Create != n-wrong {
		t.Fatalf("counts %+v", b.Counts)
	}
	if b = s.apply(t, b); b.Done != n-wrong || len(s.objects(t)) != n-wrong {
		t.Errorf("%d applied, %d there", b.Done, len(s.objects(t)))
	}
	if again := s.preview(t, "again.csv", text, intake.Options{}); again.Counts.Same != n-wrong {
		t.Errorf("the same file again: %+v", again.Counts)
	}
	if _, err := s.Undo(t.Context(), by, b.ID); err != nil || len(s.objects(t)) != 0 {
		t.Errorf("%d left after undoing, %v", len(s.objects(t)), err)
	}
}

// Undoing a large file reads each change once to take it back and once to mark it, not
// anew for every thousand that follow.
func TestUndoingReadsEachChangeOnce(t *testing.T) {
	t.Parallel()
	s := open(t)
	ctx := t.Context()
	text, _ := many(6000)
	b := s.apply(t, s.preview(t, "many.csv", text, intake.Options{}))
	before := s.changesRead(t)
	if _, err := s.Undo(ctx, by, b.ID); err != nil || len(s.objects(t)) != 0 {
		t.Fatalf("%d left after undoing, %v", len(s.objects(t)), err)
	}
	var changes, left int64
	if err := s.pool.QueryRow(ctx, `SELECT count(*), count(*) FILTER (WHERE undone IS NULL) FROM intake_change`).Scan(&changes, &left); err != nil || changes < 8_000 || left != 0 {
		t.Fatalf("%d changes, %d not tried, %v", changes, left, err)
	}
	if read := s.changesRead(t) - before - changes; read < changes || read > 5*changes/2 { // the count above read them too
		t.Errorf("%d changes were undone, and read %d times", changes, read)
	}
}

// changesRead is how many rows of intake_change the database has read. It knows of a
// connection's reading at the latest when that ends.
func (s setting) changesRead(t *testing.T) (n int64) {
	t.Helper()
	s.pool.Reset()
	for others := 1; others > 0; time.Sleep(10 * time.Millisecond) {
		if err := s.pool.QueryRow(t.Context(), `SELECT (SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()),
			seq_tup_read + coalesce(idx_tup_fetch, 0) FROM pg_stat_user_tables WHERE relname = 'intake_change'`).Scan(&others, &n); err != nil {
			t.Fatal(err)
		}
	}
	return n
}

// Of many shops of one name, as of a chain, the one that a row is again is that which
// comparing each with each finds.
func TestTheSameNameNearbyIsFoundAsByComparingAll(t *testing.T) {
	t.Parallel()
	type shop struct {
		name string
		at   place.Position
		row  int
	}
	r := rand.New(rand.NewPCG(9, 0))
	var kept []shop
	want := map[int]int{} // the row that a row is again
	var text strings.Builder
	text.WriteString("名称,类型,经度,纬度\n")
	for i := range 600 {
		var s shop
		longitude, latitude := fmt.Sprintf("%.5f", 121.39+r.Float64()/50), fmt.Sprintf("%.5f", 31.61+r.Float64()/100)
		if _, err := fmt.Sscan(longitude+" "+latitude, &s.at.Longitude, &s.at.Latitude); err != nil {
			t.Fatal(err)
		}
		s.name, s.row = []string{"好店", "便民店"}[r.IntN(2)], i+2
		fmt.Fprintf(&text, "%s,商铺,%s,%s\n", s.name, longitude, latitude)
		const near = 50 // metres
		j := slices.IndexFunc(kept, func(o shop) bool { return o.name == s.name && s.at.Metres(o.at) <= near })
		if j < 0 {
			kept = append(kept, s)
		} else {
			want[s.row] = kept[j].row
		}
	}
	s := open(t)
	b := s.preview(t, "chain.csv", []byte(text.String()), intake.Options{})
	rows, err := s.Rows(t.Context(), b.ID, "error", 0, 1000)
	if err != nil || len(rows) != len(want) || len(want) < 100 || len(kept) < 100 {
		t.Fatalf("%d rows are told of, %d of %d are again what stands before; %v", len(rows), len(want), len(want)+len(kept), err)
	}
	for _, row := range rows {
		if says := fmt.Sprintf("it is the object of row %d again", want[row.N]); row.Problems[0].EN != says {
			t.Errorf("row %d: %s, want %s", row.N, row.Problems[0].EN, says)
		}
	}
}

// Who waits for a file sees how far it is: chunk by chunk, up to the last row.
func TestProgressIsToldChunkByChunk(t *testing.T) {
	t.Parallel()
	s := open(t)
	text, _ := many(2500)
	b := s.preview(t, "many.csv", text, intake.Options{})
	events := store.Events(t.Context(), s.pool)
	if e := <-events; e.Kind != store.KindGap { // it listens from here on
		t.Fatalf("the first event is %+v", e)
	}
	b = s.apply(t, b)
	var seen []int
	for e := range events {
		var p struct {
			Kind        string
			BatchID     string `json:"batch_id"`
			State       string
			Done, Total int
		}
		if err := json.Unmarshal(e.Body, &p); err != nil || p.Kind != "intake.progress" || p.BatchID != b.ID || p.Total != 2500 {
			continue // of the objects themselves
		}
		if len(seen) == 0 || p.Done != seen[len(seen)-1] {
			seen = append(seen, p.Done)
		}
		if p.State == intake.Applied {
			break
		}
	}
	if want := []int{0, 1000, 2000, b.Done}; !slices.Equal(seen, want) {
		t.Errorf("told of %v rows, want %v", seen, want)
	}
}

// BenchmarkHundredThousandShops takes in 100,000 shops with errors in 1 %: at most a
// minute is asked for.
func BenchmarkHundredThousandShops(b *testing.B) {
	text, wrong := many(100_000)
	for b.Loop() {
		s := open(b)
		batch, err := s.Preview(b.Context(), by, "many.csv", intake.CSV, text, intake.Options{})
		if err != nil || batch.Counts.Error != wrong {
			b.Fatal(batch.Counts, err)
		}
		if batch, err = s.Apply(b.Context(), by, batch.ID); err != nil || batch.Done != 100_000-wrong {
			b.Fatal(batch.Done, err)
		}
	}
	b.ReportMetric(60/(b.Elapsed().Seconds()/float64(b.N)), "times-faster-than-asked")
}
