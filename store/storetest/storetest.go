// Package storetest gives tests a fresh, migrated database on a real PostgreSQL.
//
// One private cluster serves a test process. A package that uses it says
//
//	func TestMain(m *testing.M) { storetest.Main(m) }
//
// so that the cluster is stopped and removed at the end; without that it ends with
// the process and its folder is removed by the next one.
package storetest

import (
	"context"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"offsite/embedded/postgres"
	"offsite/store"
)

const (
	prefix   = "offsite-storetest-"
	template = "migrated"
)

// The cluster of this process: the one thing that tests of a process share.
var (
	shared  = sync.OnceValues(begin)
	running atomic.Pointer[server]
	serial  atomic.Int64
)

type server struct {
	cluster *postgres.Cluster
	dir     string
}

// Main runs the tests, removes the cluster and exits.
func Main(m interface{ Run() int }) {
	code := m.Run()
	if s := running.Load(); s != nil {
		s.cluster.Stop()
		_ = os.RemoveAll(s.dir)
	}
	os.Exit(code)
}

// Open returns a pool on a database of its own, migrated and empty.
func Open(t testing.TB) *pgxpool.Pool {
	t.Helper()
	pool, err := store.Open(context.Background(), Database(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return pool
}

// Database returns the URL of a database of its own, migrated and empty.
func Database(t testing.TB) string { t.Helper(); return create(t, template) }

// Empty returns the URL of a database of its own without any table.
func Empty(t testing.TB) string { t.Helper(); return create(t, "template0") }

func create(t testing.TB, from string) string {
	t.Helper()
	s, err := shared()
	if err != nil {
		t.Fatal(err)
	}
	name := fmt.Sprintf("t%d", serial.Add(1))
	if err := s.execute("CREATE DATABASE " + name + " TEMPLATE " + from); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.execute("DROP DATABASE " + name + " WITH (FORCE)"); err != nil {
			t.Error(err)
		}
	})
	return s.address(name)
}

func begin() (*server, error) {
	sweep()
	dir, err := os.MkdirTemp("", prefix+strconv.Itoa(os.Getpid())+"-")
	if err != nil {
		return nil, fmt.Errorf("make a folder for the test cluster: %w", err)
	}
	if err = os.Chmod(dir, 0o755); err != nil { // #nosec G302 -- the user postgres passes it
		return nil, fmt.Errorf("open the test cluster's folder: %w", err)
	}
	cluster, err := postgres.Start(context.Background(), postgres.Options{
		DataDir: filepath.Join(dir, "pg"), Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return nil, fmt.Errorf("start the test cluster: %w", err)
	}
	s := &server{cluster: cluster, dir: dir}
	running.Store(s)
	return s, s.prepare()
}

// prepare makes the database that all others are copied from.
func (s *server) prepare() error {
	for _, sql := range []string{
		"ALTER SYSTEM SET fsync = off", // nothing here outlives the process
		"ALTER SYSTEM SET full_page_writes = off",
		"SELECT pg_reload_conf()",
		"CREATE DATABASE " + template + " TEMPLATE template0",
	} {
		if err := s.execute(sql); err != nil {
			return err
		}
	}
	return store.Migrate(context.Background(), s.address(template), nil)
}

func (s *server) execute(sql string) error {
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, s.cluster.URL())
	if err != nil {
		return fmt.Errorf("reach the test cluster: %w", err)
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, sql); err != nil {
		return fmt.Errorf("%s: %w", sql, err)
	}
	return nil
}

func (s *server) address(database string) string {
	u, err := url.Parse(s.cluster.URL())
	if err != nil {
		panic(err) // the cluster makes its own address
	}
	u.Path = "/" + database
	return u.String()
}

// sweep removes what test processes left that were killed.
func sweep() {
	left, _ := filepath.Glob(filepath.Join(os.TempDir(), prefix+"*"))
	for _, dir := range left {
		id, _, _ := strings.Cut(strings.TrimPrefix(filepath.Base(dir), prefix), "-")
		if pid, err := strconv.Atoi(id); err == nil && syscall.Kill(pid, 0) == syscall.ESRCH {
			_ = os.RemoveAll(dir)
		}
	}
}
