package store_test

import (
	"bytes"
	"context"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"offsite/store"
	"offsite/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

func TestMigrateFromSeveralProcessesAtOnce(t *testing.T) {
	t.Parallel()
	url := storetest.Empty(t)
	var wait sync.WaitGroup
	for range 6 {
		wait.Go(func() {
			if err := store.Migrate(t.Context(), url, nil); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	pool := open(t, url)
	for _, table := range []string{"camera", "zone", "account", "river_job"} {
		var there bool
		if err := pool.QueryRow(t.Context(), "SELECT to_regclass($1) IS NOT NULL", table).Scan(&there); err != nil || !there {
			t.Errorf("table %s: there %v, %v", table, there, err)
		}
	}
}

func TestMigrateDownAndUpAgain(t *testing.T) {
	t.Parallel()
	url := storetest.Database(t)
	if err := store.MigrateDown(t.Context(), url, 0); err != nil {
		t.Fatal(err)
	}
	pool := open(t, url)
	var left int
	err := pool.QueryRow(t.Context(), `SELECT count(*) FROM pg_tables WHERE schemaname = 'public'
		AND tablename NOT LIKE 'river%' AND tablename <> 'goose_db_version'`).Scan(&left)
	if err != nil || left != 0 {
		t.Fatalf("%d tables left, %v", left, err)
	}
	if err := store.Migrate(t.Context(), url, nil); err != nil {
		t.Fatal(err)
	}
}

func open(t *testing.T, url string, options ...store.Option) *pgxpool.Pool {
	t.Helper()
	pool, err := store.Open(t.Context(), url, options...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return pool
}

// receive waits for the next event, and fails where none comes.
func receive(t *testing.T, events <-chan store.Event) store.Event {
	t.Helper()
	select {
	case e := <-events:
		return e
	case <-time.After(20 * time.Second):
		t.Fatal("no event came")
		return store.Event{}
	}
}

func TestEventsComeAfterCommitAndSurviveALostConnection(t *testing.T) {
	t.Parallel()
	pool := storetest.Open(t)
	ctx, cancel := context.WithCancel(t.Context())
	events := store.Events(ctx, pool)
	if e := receive(t, events); e.Kind != store.KindGap {
		t.Fatalf("first comes %q, not a gap", e.Kind)
	}

	tx, err := pool.Begin(ctx)
	if err != nil {
		t.Fatal(err)
	}
	tell(t, tx, "undone")
	if err = tx.Rollback(ctx); err != nil {
		t.Fatal(err)
	}
	tell(t, pool, "done")
	if e := receive(t, events); e.Kind != "done" || !strings.Contains(string(e.Body), `"case_id":"7"`) {
		t.Fatalf("got %q %s", e.Kind, e.Body)
	}

	if _, err = pool.Exec(ctx, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
		WHERE query LIKE 'LISTEN%' AND datname = current_database()`); err != nil {
		t.Fatal(err)
	}
	if e := receive(t, events); e.Kind != store.KindGap {
		t.Fatalf("after a lost connection came %q, not a gap", e.Kind)
	}
	tell(t, pool, "again")
	if e := receive(t, events); e.Kind != "again" {
		t.Fatalf("got %q", e.Kind)
	}
	cancel()
	for range events { // closed when ctx is done
	}
}

// What a table tells of itself reaches the events too.
func TestADrawIsToldByItsTable(t *testing.T) {
	t.Parallel()
	pool := storetest.Open(t)
	events := store.Events(t.Context(), pool)
	receive(t, events)
	for _, statement := range []string{
		`INSERT INTO log_draw (id, purpose, announcement, by_whom, announced_at, draws_at) VALUES ('0193a000-0000-7000-8000-000000000001', 'evidence', '', '', now(), now())`,
		`INSERT INTO log_entry (kind, subject, id, sha256, at) VALUES ('case', '', '1', '', now()), ('draw', '', '1', '', now())`,
		`UPDATE log_entry SET proof = '' WHERE kind = 'case'`,
		`UPDATE log_entry SET proof = '' WHERE kind = 'draw'`,
	} {
		if _, err := pool.Exec(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	tell(t, pool, "after")
	var kinds []string
	for e := receive(t, events); e.Kind != "after"; e = receive(t, events) {
		kinds = append(kinds, e.Kind)
	}
	if !slices.Equal(kinds, []string{"draw.changed", "draw.changed"}) {
		t.Errorf("told were %v, want the draw, and its proof", kinds)
	}
}

func TestWhatIsNoEventIsPassedOver(t *testing.T) {
	t.Parallel()
	pool := storetest.Open(t)
	events := store.Events(t.Context(), pool)
	receive(t, events)
	if _, err := pool.Exec(t.Context(), "SELECT pg_notify('offsite_events', 'nonsense'), pg_notify('offsite_events', '{}')"); err != nil {
		t.Fatal(err)
	}
	tell(t, pool, "sound")
	if e := receive(t, events); e.Kind != "sound" {
		t.Fatalf("got %q", e.Kind)
	}
}

// teller is a pool or a transaction.
type teller interface {
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
}

func tell(t *testing.T, on teller, kind string) {
	t.Helper()
	if err := store.Notify(t.Context(), on, map[string]string{"kind": kind, "case_id": "7"}); err != nil {
		t.Fatal(err)
	}
}

func TestTheLogHoldsNoArguments(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	log := slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug}))
	pool := open(t, storetest.Database(t), store.WithLog(log, 0), store.WithConnections(1))
	const secret = "310230199001011234"
	for range 2 { // the second one breaks the unique index
		_, _ = pool.Exec(t.Context(), `INSERT INTO account (id, username, name, roles, must_change_password, password, created_at, changed_at)
			VALUES (gen_random_uuid(), $1, '', '{}', false, '', now(), now())`, secret)
	}
	pool.Close()
	if !strings.Contains(out.String(), "account_username") || !strings.Contains(out.String(), "slow statement") {
		t.Errorf("the log lacks the refused or the slow statement: %s", out.String())
	}
	if strings.Contains(out.String(), secret) {
		t.Errorf("the log holds an argument: %s", out.String())
	}
}

func TestOpenSaysWhatToDo(t *testing.T) {
	t.Parallel()
	for url, want := range map[string]string{
		"postgres://u:hush@localhost:1/x":      "check database.url",
		"postgres://u:hush@[::bad/x?sslmode=1": "read database.url",
	} {
		_, err := store.Open(t.Context(), url)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "hush") {
			t.Errorf("%s: %v", url, err)
		}
	}
}
