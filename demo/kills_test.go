package demo

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"offsite/bench"
	"offsite/embedded/s3"
	"offsite/embedded/tsa"
	"offsite/sandbox/ledger"
	"offsite/sandbox/wire"
	"offsite/scenes"
)

// partVariable makes of this test's program a part of a site, as a process of its own
// that can be killed: "store" or "authority", with folder and address as arguments.
const partVariable = "OFFSITE_DEMO_PART"

func TestMain(m *testing.M) {
	name := os.Getenv(partVariable)
	if name == "" {
		os.Exit(m.Run())
	}
	if err := playPart(name, os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func playPart(name, dir, listen string) error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	if name == "authority" {
		a, err := tsa.Start(ctx, tsa.Options{Dir: filepath.Join(dir, "tsa"), Listen: listen, Name: "Fault drill"})
		if err != nil {
			return err
		}
		defer a.Stop()
		err = os.WriteFile(filepath.Join(dir, "authority.pem"), a.CertificatesPEM(), 0o600)
		<-ctx.Done()
		return err
	}
	keys, err := s3.OpenCredentials(filepath.Join(dir, "store.json"))
	if err != nil {
		return err
	}
	store, err := s3.Start(ctx, s3.Options{Dir: filepath.Join(dir, "s3"), Listen: listen, Credentials: keys})
	if err != nil {
		return err
	}
	defer store.Stop()
	<-ctx.Done()
	return nil
}

// part is a process that is started again whenever it ends.
type part struct {
	mu  sync.Mutex
	pid int
}

// keep runs what command makes, over and over, until ctx ends.
func (p *part) keep(ctx context.Context, command func() *exec.Cmd) {
	for ctx.Err() == nil {
		cmd := command()
		if err := cmd.Start(); err == nil {
			p.set(cmd.Process.Pid)
			_ = cmd.Wait()
			p.set(0)
		}
		select {
		case <-ctx.Done():
		case <-time.After(200 * time.Millisecond):
		}
	}
}

func (p *part) set(pid int) { p.mu.Lock(); defer p.mu.Unlock(); p.pid = pid }
func (p *part) get() int    { p.mu.Lock(); defer p.mu.Unlock(); return p.pid }

// camp is a site whose parts are all processes of their own.
type camp struct {
	*site
	parts     map[string]*part
	keys      s3.Credentials
	consoleAt string // address of the second console
}

func newCamp(t *testing.T, binary string) *camp {
	t.Helper()
	c := &camp{site: &site{t: t, binary: binary, dir: passable(t), patience: unrest}, parts: map[string]*part{}}
	ctx, cancel := context.WithCancel(t.Context())
	var keeping sync.WaitGroup
	t.Cleanup(func() { cancel(); keeping.Wait() })
	keep := func(name string, command func() *exec.Cmd) {
		p := &part{}
		c.parts[name] = p
		keeping.Go(func() { p.keep(ctx, command) })
	}
	addresses := map[string]string{}
	for _, name := range []string{"store", "authority", "serve"} {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		addresses[name] = l.Addr().String()
		l.Close()
	}
	var err error
	if c.keys, err = s3.OpenCredentials(filepath.Join(c.dir, "store.json")); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"store", "authority"} {
		keep(name, func() *exec.Cmd {
			cmd := exec.CommandContext(ctx, os.Args[0], c.dir, addresses[name])
			cmd.Env = append(os.Environ(), partVariable+"="+name)
			return cmd
		})
	}
	secret, ca := filepath.Join(c.dir, "store.secret"), filepath.Join(c.dir, "authority.pem")
	if err := os.WriteFile(secret, []byte(c.keys.SecretKey), 0o600); err != nil {
		t.Fatal(err)
	}
	c.storeAt, c.consoleAt = addresses["store"], addresses["serve"]
	c.settings = []string{
		"--s3.endpoint", "http://" + c.storeAt, "--s3.access-key", c.keys.AccessKey, "--s3.secret-key-file", secret,
		"--tsa.url", "http://" + addresses["authority"], "--tsa.ca-file", ca,
	}
	if _, err := c.until("store and authority to answer", soon, func() bool {
		_, err := os.Stat(ca)
		return err == nil && reachable(c.storeAt) && reachable(addresses["authority"])
	}); err != nil {
		t.Fatal(err)
	}
	c.reopen()
	t.Cleanup(func() { c.close() }) // the last one, however often it was killed
	second := filepath.Join(c.dir, "second")
	if text, err := exec.Command("sh", "-ec", "mkdir -p "+shell(second)+" && cp -a "+shell(filepath.Join(c.data(), "keys"))+" "+shell(second)+"/").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	database := c.database()
	keep("serve", func() *exec.Cmd {
		args := append([]string{"serve", "--data", second, "--database.url", database, "--listen", addresses["serve"]}, c.settings...)
		return exec.CommandContext(ctx, binary, args...)
	})
	return c
}

// database is the address of the private database.
func (c *camp) database() string {
	c.t.Helper()
	sockets, err := filepath.Glob(filepath.Join(c.data(), "run", ".s.PGSQL.*[0-9]"))
	if err != nil || len(sockets) != 1 {
		c.t.Fatalf("sockets of the database: %v, %v", sockets, err)
	}
	return fmt.Sprintf("postgres:///offsite?host=%s&port=%s&user=offsite", filepath.Dir(sockets[0]), strings.TrimPrefix(filepath.Base(sockets[0]), ".s.PGSQL."))
}

const itself = "offsite up"

// alive lists the processes that can be killed now, by what they are.
func (c *camp) alive() map[string][]int {
	all := map[string][]int{itself: {c.cmd.Process.Pid}}
	for name, p := range c.parts {
		if pid := p.get(); pid != 0 {
			all[name] = append(all[name], pid)
		}
	}
	for pid, line := range c.children(c.t) {
		for name, mark := range map[string]string{"cameras": "camera serve", "payment provider": "sandbox payment", "message gateway": "sandbox message", "postgres": "postgres"} {
			if strings.Contains(line, mark) {
				all[name] = append(all[name], pid)
			}
		}
	}
	for _, postmaster := range all["postgres"] {
		text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", postmaster, postmaster)) // it may just have ended
		for _, field := range strings.Fields(string(text)) {
			if pid, err := strconv.Atoi(field); err == nil {
				all["postgres backend"] = append(all["postgres backend"], pid)
			}
		}
	}
	return all
}

// strike kills one process, chosen by what it is.
func (c *camp) strike(draw *rand.Rand) (name string) {
	c.t.Helper()
	all := c.alive()
	names := slices.Sorted(maps.Keys(all))
	name = names[draw.IntN(len(names))]
	if name == itself {
		c.house.kill(c.t)
		c.reopen()
		return name
	}
	_ = syscall.Kill(all[name][draw.IntN(len(all[name]))], syscall.SIGKILL) // it may just have ended
	return name
}

// TestKills kills, OFFSITE_KILLS times with SIGKILL, any process of a site: the object
// store, the timestamp authority, offsite up (console, work, log and watch), a second
// console, the database's first process and any of the others, cameras, payment provider
// and message gateway; moments and order are drawn by OFFSITE_SEED. Meanwhile the staff
// reads, and carries every case as far as it goes, to its payment. In the end nothing may
// be lost or doubled.
func TestKills(t *testing.T) {
	binary, text := os.Getenv("OFFSITE_BINARY"), os.Getenv("OFFSITE_KILLS")
	if binary == "" || text == "" {
		t.Skip("NOT TESTED: OFFSITE_BINARY and OFFSITE_KILLS are not set; run make kills")
	}
	kills, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	seed := seedOf(t)
	draw := rand.New(rand.NewPCG(seed, 0)) // #nosec G404 -- to be repeated by its seed
	c := newCamp(t, binary)
	if _, err := c.until("all cameras to be live", soon, c.live); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	people, rest := c.people(time.Second), c.carry()
	struck := map[string]int{}
	for n := range kills {
		const most = 4 * time.Second // some hit what is just starting again
		time.Sleep(time.Duration(draw.Int64N(int64(most))))
		name := c.strike(draw)
		struck[name]++
		t.Logf("%d: kill -9 %s", n+1, name)
	}
	if _, err := c.until("everything to recover", unrest, func() bool { return c.ready() && c.live() && c.settled() }); err != nil {
		t.Error(err)
	}
	c.found()
	rest()
	people.end()
	if _, err := c.until("no evidence to wait", unrest, c.settled); err != nil {
		t.Error(err)
	}
	k := c.count()
	command := "make kills KILLS=" + text
	set := bench.Set{
		"kills":            {Value: float64(kills), Unit: "processes", Goal: "500", Command: command},
		"length_s":         {Value: time.Since(began).Seconds(), Unit: "s", Command: command},
		"findings":         {Value: float64(k.findings), Unit: "findings", Command: command},
		"bundles":          {Value: float64(k.bundles), Unit: "bundles", Command: command},
		"payments":         {Value: float64(k.payments), Unit: "payments", Command: command},
		"lost_or_doubled":  {Value: 0, Unit: "findings, bundles, payments", Goal: "0", Command: command},
		"requests":         {Value: float64(people.asked.Load()), Unit: "requests", Command: command},
		"requests_refused": {Value: float64(people.refused.Load()), Unit: "requests", Command: command},
	}
	if t.Failed() {
		return // no figures of a run in which something was lost
	}
	var table strings.Builder
	fmt.Fprintf(&table, "%d processes killed in %s: %v; %d findings, %d bundles, %d payments; nothing lost, nothing doubled (OFFSITE_SEED=%d)\n",
		kills, time.Since(began).Round(time.Second), struck, k.findings, k.bundles, k.payments, seed)
	keepTable(t, "kills", set, table.String())
	t.Log(table.String())
}

// carry lets staff and party carry every case on, whatever is killed: who is not answered
// looks again, and does what is next. end waits for what is under way.
func (s *site) carry() (end func()) {
	ctx, cancel := context.WithCancel(s.t.Context())
	all, err := scenes.All()
	if err != nil {
		s.t.Fatal(err)
	}
	var carrying sync.WaitGroup
	carrying.Go(func() {
		var c *cast
		for ctx.Err() == nil {
			if now := s.now.Load(); c == nil || c.stage.URL != now.URL {
				c, _ = now.signIn(ctx) // the next round tries again
			}
			if c != nil {
				found, _ := c.findings(ctx)
				for _, f := range found {
					_ = c.advance(ctx, all, f) // likewise
				}
			}
			select {
			case <-ctx.Done():
			case <-time.After(500 * time.Millisecond):
			}
		}
	})
	return func() { cancel(); carrying.Wait() }
}

// advance takes the next step of a finding's case, if there is one.
func (c *cast) advance(ctx context.Context, all []scenes.Scene, f finding) error {
	i := slices.IndexFunc(all, func(s scenes.Scene) bool { return c.stage.playing(s.Key).CameraID == f.CameraID })
	if i < 0 {
		return nil
	}
	scene := all[i]
	if f.State == "found" {
		// Confirmed so that the re-check sees the act again, and the case goes on to a fine.
		now := c.stage.playing(scene.Key).seconds(time.Now())
		for _, t := range scene.Truth {
			if t.Detector == f.Detector && now > t.FromS && now < t.ToS-c.stage.GraceS-recheckS {
				return c.review(ctx, "reviewer", f.ID, "confirm", map[string]string{"note": ""})
			}
		}
		return nil
	}
	id, err := c.caseOf(ctx, f)
	if err != nil {
		return err
	}
	file, err := c.file(ctx, "officer", id)
	if err != nil {
		return err
	}
	switch file.State {
	case "reviewed":
		return c.review(ctx, "reviewer2", f.ID, "verify", map[string]any{"ticks": map[string]bool{"true": true, "clear": true, "complete": true, "accurate": true}})
	case "verified":
		officers, err := c.officers(ctx)
		if err != nil {
			return err
		}
		return c.step(ctx, "head", id, "file", map[string]any{"officers": officers})
	case "filed":
		return c.step(ctx, "officer", id, "notify", nil)
	case "notified":
		return c.step(ctx, "officer", id, "investigated", map[string]any{"facts": "经视频固定证据并两次复核。", "conclusion": "事实清楚，证据确凿，建议给予行政处罚。"})
	case "investigated":
		return c.step(ctx, "officer", id, "propose", map[string]any{"fine_fen": fineFen, "reason": "初次违法，逾期未改正，按裁量基准一般档次。"})
	case "closed":
		return c.step(ctx, "head", id, "archived", nil)
	}
	if scene.Party == nil || file.PortalURL == "" {
		return nil
	}
	return c.answer(ctx, file, scene.Party.Phone)
}

// answer does the party's part, and what the staff may do then.
func (c *cast) answer(ctx context.Context, file caseFile, phone string) error {
	p, err := openPortal(ctx, c.stage.URL, file.PortalURL)
	if err != nil {
		return err
	}
	switch file.State {
	case "proposed":
		// What was said before is refused the second time: the decision tells.
		if err := p.prove(ctx, c.stage, phone); err != nil {
			return err
		}
		_ = p.call(ctx, "POST", "/api/v1/portal/consent", map[string]string{"phone": phone, "signature": onePixel}, nil)
		_ = p.call(ctx, "POST", "/api/v1/portal/waive", map[string]any{}, nil)
		return c.step(ctx, "head", file.ID, "decide", nil)
	case "decided":
		return c.step(ctx, "officer", file.ID, "serve", map[string]any{"method": "electronic"})
	case "serving":
		_, err := p.look(ctx)
		return err
	case "served":
		return p.pay(ctx)
	}
	return nil
}

// found waits until every violation of the scenes was found and one fine at least paid.
func (c *camp) found() {
	c.t.Helper()
	all, err := scenes.All()
	if err != nil {
		c.t.Fatal(err)
	}
	lacks := ""
	_, err = c.until("the scenes' violations to be found, and a fine to be paid", 2*unrest, func() bool {
		people, err := c.stage.signIn(c.t.Context())
		if err != nil {
			return false
		}
		found, err := people.findings(c.t.Context())
		if err != nil {
			return false
		}
		lacks = missing(c.stage, all, found)
		paid := slices.ContainsFunc(found, func(f finding) bool { return f.State == "closed" || f.State == "archived" })
		if !paid {
			lacks += ", a paid fine"
		}
		return lacks == ""
	})
	if err != nil {
		c.t.Errorf("%v; lacking: %s", err, lacks)
	}
}

// kept is what there is in the end.
type kept struct{ findings, bundles, payments int }

// count demands that database, store and provider hold the same, each once, and that
// every bundle can be verified.
func (c *camp) count() (k kept) {
	c.t.Helper()
	ctx := c.t.Context()
	pool, err := pgxpool.New(ctx, c.database())
	if err != nil {
		c.t.Fatal(err)
	}
	defer pool.Close()
	var doubled int
	if err := pool.QueryRow(ctx, `SELECT (SELECT count(*) FROM casefile), (SELECT count(*) FROM casefile a JOIN casefile b
		ON a.id < b.id AND a.zone_id = b.zone_id AND a.detector = b.detector AND a.first_at <= b.last_at AND b.first_at <= a.last_at)`).Scan(&k.findings, &doubled); err != nil {
		c.t.Fatal(err)
	}
	if doubled > 0 {
		c.t.Errorf("%d pairs of findings are of one act", doubled)
	}
	recorded := c.column(pool, `SELECT bundle::text FROM evidence UNION ALL SELECT bundle::text FROM camera_gap UNION ALL SELECT bundle::text FROM redacted_copy ORDER BY 1`)
	stored, err := c.stored(ctx)
	if err != nil {
		c.t.Fatal(err)
	}
	if k.bundles = len(recorded); !slices.Equal(recorded, stored) {
		c.t.Errorf("%d bundles are recorded, %d versions are stored: %v", len(recorded), len(stored), differing(recorded, stored))
	}
	k.payments = c.payments(pool)
	c.audited(c.column(pool, `SELECT bundle::text FROM evidence ORDER BY 1`))
	return k
}

func (c *camp) column(pool *pgxpool.Pool, query string) []string {
	c.t.Helper()
	rows, err := pool.Query(c.t.Context(), query)
	if err != nil {
		c.t.Fatal(err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		c.t.Fatal(err)
	}
	return list
}

// differing lists what stands in one sorted list more often than in the other.
func differing(a, b []string) (list []string) {
	count := map[string]int{}
	for _, id := range a {
		count[id]++
	}
	for _, id := range b {
		count[id]--
	}
	for _, id := range slices.Sorted(maps.Keys(count)) {
		if count[id] != 0 {
			list = append(list, id)
		}
	}
	return list
}

// stored lists the bundles of the store, each as often as it has versions.
func (c *camp) stored(ctx context.Context) (ids []string, err error) {
	client, err := minio.New(c.storeAt, &minio.Options{Creds: credentials.NewStaticV4(c.keys.AccessKey, c.keys.SecretKey, ""), Region: "us-east-1"})
	if err != nil {
		return nil, err
	}
	for o := range client.ListObjects(ctx, "offsite-evidence", minio.ListObjectsOptions{Prefix: "bundles/", Recursive: true, WithVersions: true}) {
		if o.Err != nil {
			return nil, o.Err
		}
		if path, ok := strings.CutSuffix(o.Key, "/bundle.tar"); ok {
			ids = append(ids, filepath.Base(path))
		}
	}
	slices.Sort(ids)
	return ids, nil
}

// payments demands that each fine was paid once, and that the provider says the same.
func (c *camp) payments(pool *pgxpool.Pool) int {
	c.t.Helper()
	var paid []string
	if twice := c.column(pool, `SELECT case_id::text FROM payment_order WHERE state = 'paid' GROUP BY 1 HAVING count(*) > 1`); len(twice) > 0 {
		c.t.Errorf("cases paid twice: %v", twice)
	}
	if odd := c.column(pool, `SELECT id FROM payment_notice WHERE outcome NOT IN ('credited', 'repeated') OR refund_fen <> 0`); len(odd) > 0 {
		c.t.Errorf("the provider was paid what nobody owes: %v", odd)
	}
	var taken []string
	_, err := c.until("the provider's word to be taken", unrest, func() bool {
		paid, taken = c.column(pool, `SELECT id::text FROM payment_order WHERE state = 'paid' ORDER BY 1`), c.taken()
		return slices.Equal(paid, taken)
	})
	if err != nil {
		c.t.Errorf("the provider has %d payments, the database %d: %v", len(taken), len(paid), differing(paid, taken))
	}
	return len(paid)
}

// taken lists the orders that were paid at the provider.
func (c *camp) taken() (list []string) {
	c.t.Helper()
	_, records, err := ledger.Open[struct{ Order wire.Order }](filepath.Join(c.data(), "demo", "payment", "orders"))
	if err != nil {
		c.t.Fatal(err)
	}
	for _, r := range records {
		if r.Order.State == wire.OrderPaid {
			list = append(list, r.Order.OrderNo)
		}
	}
	slices.Sort(list)
	return list
}

// audited has every bundle checked by three programs.
func (c *camp) audited(bundles []string) {
	c.t.Helper()
	people, err := c.stage.signIn(c.t.Context())
	if err != nil {
		c.t.Fatal(err)
	}
	out := newSteps(c.t.Output())
	var wrong []error
	for _, id := range bundles {
		wrong = append(wrong, people.audit(c.t.Context(), c.binary, c.dir, id, out))
	}
	if err := errors.Join(wrong...); err != nil {
		c.t.Error(err)
	}
}
