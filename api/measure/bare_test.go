package measure_test

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"
	vegeta "github.com/tsenart/vegeta/v12/lib"
)

var database = flag.String("database", "", "what TestBare reads from; bare gives it")

// bare is the least that a read can cost: net/http and pgx alone, in a process of its own,
// read one row of the same database by its key and write it as JSON.
func (s *served) bare(t *testing.T) vegeta.Targeter {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self, "-test.run=^TestBare$", "-database", s.database(t))
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	address, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	s.barePID = cmd.Process.Pid
	return vegeta.NewStaticTargeter(vegeta.Target{Method: http.MethodGet, URL: strings.TrimSpace(address)})
}

// database is the address of the server's private database.
func (s *served) database(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(s.data, "postgres", "postmaster.pid"))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(text), "\n")
	return "postgres:///offsite?" + url.Values{"host": {strings.TrimSpace(lines[4])}, "port": {lines[3]}, "user": {"offsite"}}.Encode()
}

// TestBare serves what bare measures, until it is killed.
func TestBare(t *testing.T) {
	if *database == "" {
		t.Skip("SKIPPED: TestLoad starts it")
	}
	config, err := pgxpool.ParseConfig(*database)
	if err != nil {
		t.Fatal(err)
	}
	config.MaxConns = 8
	pool, err := pgxpool.NewWithConfig(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	fmt.Printf("http://%s/\n", listener.Addr())
	t.Fatal(http.Serve(listener, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var row struct{ ID, Name string }
		if err := pool.QueryRow(r.Context(), `SELECT id::text, name FROM account WHERE lower(username) = $1`, "administrator").Scan(&row.ID, &row.Name); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(row) // the client may have gone
	})))
}
