package postgres_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"offsite/embedded/postgres"
)

// The test binary plays the part of an offsite that is killed.
func TestMain(m *testing.M) {
	if dir := os.Getenv("OFFSITE_TEST_VICTIM"); dir != "" {
		c, err := postgres.Start(context.Background(), postgres.Options{DataDir: dir})
		fmt.Println("started", err)
		if err != nil {
			os.Exit(1)
		}
		fmt.Println(c.URL())
		select {}
	}
	os.Exit(m.Run())
}

// folder is one that the user postgres can reach, which t.TempDir is not.
func folder(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "pg")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return filepath.Join(dir, "pg")
}

func start(t *testing.T, dir string) *postgres.Cluster {
	t.Helper()
	c, err := postgres.Start(t.Context(), postgres.Options{DataDir: dir})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Stop)
	return c
}

func query(t *testing.T, c *postgres.Cluster, sql string) (out string) {
	t.Helper()
	out, err := ask(t.Context(), c.URL(), sql)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func ask(ctx context.Context, url, sql string) (out string, err error) {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return "", err
	}
	defer conn.Close(ctx)
	err = conn.QueryRow(ctx, sql).Scan(&out)
	return out, err
}

func pidOf(t *testing.T, dir string) int {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "postmaster.pid"))
	if err != nil {
		t.Fatal(err)
	}
	first, _, _ := strings.Cut(string(text), "\n")
	pid, err := strconv.Atoi(first)
	if err != nil {
		t.Fatal(err)
	}
	return pid
}

// eventually polls a real process until the condition holds.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); !ok(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("not within 30 s: %s", what)
		}
	}
}

func TestDataOutliveAStopAndTheSecondStartIsQuick(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	first := start(t, dir)
	if v := query(t, first, "SELECT current_setting('server_version_num')"); v < "150000" {
		t.Fatalf("version %s", v)
	}
	execute(t, first, "CREATE TABLE seen (what text)", "INSERT INTO seen VALUES ('stall')")
	for name, want := range map[string]string{"listen_addresses": "", "fsync": "on", "shared_buffers": "64MB", "data_checksums": "on", "TimeZone": "UTC"} {
		if got := query(t, first, "SELECT current_setting('"+name+"')"); got != want {
			t.Errorf("%s is %q, not %q", name, got, want)
		}
	}
	first.Stop()
	if _, err := os.Stat(filepath.Join(dir, "postmaster.pid")); !os.IsNotExist(err) {
		t.Fatal("the cluster was not stopped cleanly")
	}
	begun := time.Now()
	second := start(t, dir)
	if took := time.Since(begun); took > 2*time.Second {
		t.Errorf("the second start took %s", took)
	}
	if got := query(t, second, "SELECT what FROM seen"); got != "stall" {
		t.Fatalf("after a restart: %q", got)
	}
}

func execute(t *testing.T, c *postgres.Cluster, statements ...string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), c.URL())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	for _, s := range statements {
		if _, err := conn.Exec(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
}

func TestKilledPostmasterIsStartedAgain(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	c := start(t, dir)
	execute(t, c, "CREATE TABLE seen (what text)", "INSERT INTO seen VALUES ('soil')")
	for range 2 {
		pid := pidOf(t, dir)
		if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		eventually(t, "the cluster answers again", func() bool {
			got, err := ask(t.Context(), c.URL(), "SELECT what FROM seen")
			return err == nil && got == "soil" && pidOf(t, dir) != pid
		})
	}
}

// victim starts another process that holds the cluster, and returns it with the
// cluster's address.
func victim(t *testing.T, dir string) (*exec.Cmd, string) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "OFFSITE_TEST_VICTIM="+dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	lines := bufio.NewScanner(out)
	if !lines.Scan() || lines.Text() != "started <nil>" || !lines.Scan() {
		t.Fatalf("the other process did not start its cluster: %q", lines.Text())
	}
	return cmd, lines.Text()
}

func TestRecoversAfterWeAreKilled(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	cmd, url := victim(t, dir)
	if _, err := ask(t.Context(), url, "SELECT 'x'"); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	cmd.Wait()
	c := start(t, dir) // at once, while the orphan may still be ending
	if got := query(t, c, "SELECT 'there'"); got != "there" {
		t.Fatal(got)
	}
}

func TestClusterInUseIsLeftAlone(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	_, url := victim(t, dir)
	_, err := postgres.Start(t.Context(), postgres.Options{DataDir: dir})
	if err == nil || !strings.Contains(err.Error(), "another offsite") {
		t.Fatalf("a second offsite over the same folder: %v", err)
	}
	if _, err := ask(t.Context(), url, "SELECT 'x'"); err != nil {
		t.Fatalf("the first was disturbed: %v", err)
	}
}

func TestOrphanIsEnded(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	c := start(t, dir)
	sock := strings.Split(strings.Split(c.URL(), "host=")[1], "&")[0]
	c.Stop()
	bin, err := filepath.Glob("/usr/lib/postgresql/*/bin/postgres")
	if err != nil || len(bin) == 0 {
		t.Skipf("no Debian PostgreSQL: %v", err)
	}
	info, err := os.Stat(dir)
	if err != nil {
		t.Fatal(err)
	}
	// A shell that ends at once leaves its child to init, as a killed offsite does.
	orphan := exec.Command("/bin/sh", "-c", fmt.Sprintf("%s -D %s -k %s >/dev/null 2>&1 &", bin[len(bin)-1], dir, strings.ReplaceAll(sock, "%2F", "/")))
	orphan.Dir = "/"
	if os.Geteuid() == 0 {
		st := info.Sys().(*syscall.Stat_t)
		orphan.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: st.Uid, Gid: st.Gid}}
	}
	if err := orphan.Run(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the orphan runs", func() bool { _, err := ask(t.Context(), c.URL(), "SELECT 'x'"); return err == nil })
	pid := pidOf(t, dir)
	again := start(t, dir)
	if got := query(t, again, "SELECT 'there'"); got != "there" || pidOf(t, dir) == pid {
		t.Fatal("the orphan still holds the cluster")
	}
}

func TestStalePidFileOfAStranger(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	start(t, dir).Stop()
	stranger := exec.Command("sleep", "600")
	if err := stranger.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { stranger.Process.Kill(); stranger.Wait() }()
	pid := filepath.Join(dir, "postmaster.pid")
	if err := os.WriteFile(pid, fmt.Appendf(nil, "%d\n%s\n1\n5432\n/nowhere\n\n", stranger.Process.Pid, dir), 0o600); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(dir); err == nil && os.Geteuid() == 0 {
		st := info.Sys().(*syscall.Stat_t)
		os.Chown(pid, int(st.Uid), int(st.Gid))
	}
	c := start(t, dir)
	if got := query(t, c, "SELECT 'there'"); got != "there" {
		t.Fatal(got)
	}
	if err := syscall.Kill(stranger.Process.Pid, 0); err != nil {
		t.Fatal("a process that is not ours was ended")
	}
}

func TestLongPathsGetAShortSocket(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(filepath.Dir(folder(t)), strings.Repeat("long-", 20), "pg")
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		t.Fatal(err)
	}
	c := start(t, dir)
	if got := query(t, c, "SELECT 'there'"); got != "there" {
		t.Fatal(got)
	}
}

func TestClosedFolderIsNamed(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		t.Skip("only root steps down to another user")
	}
	closed := filepath.Join(filepath.Dir(folder(t)), "closed")
	if err := os.MkdirAll(filepath.Join(closed, "data"), 0o700); err != nil {
		t.Fatal(err)
	}
	_, err := postgres.Start(t.Context(), postgres.Options{DataDir: filepath.Join(closed, "data", "pg")})
	if err == nil || !strings.Contains(err.Error(), "cannot pass the folder "+closed+" ") || !strings.Contains(err.Error(), "chmod o+x "+closed) {
		t.Fatalf("the folder in the way is not named: %v", err)
	}
}

func TestFolderWithOtherThingsIsLeftAlone(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	mine := filepath.Join(dir, "photos.zip")
	if err := os.WriteFile(mine, []byte("x"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := postgres.Start(t.Context(), postgres.Options{DataDir: dir}); err == nil || !strings.Contains(err.Error(), "photos.zip") {
		t.Fatalf("a folder with other things: %v", err)
	}
	if _, err := os.Stat(mine); err != nil {
		t.Fatal(err)
	}
}
