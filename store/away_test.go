package store_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/jackc/pgx/v5"

	"offsite/embedded/postgres"
	"offsite/store"
	"offsite/store/storetest"
)

// A server is stopped under an open connection, and asked again while it is gone.
func TestAServerThatHasGoneIsAway(t *testing.T) {
	dir, err := os.MkdirTemp("", "away")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil { // the user postgres passes it
		t.Fatal(err)
	}
	cluster, err := postgres.Start(t.Context(), postgres.Options{DataDir: filepath.Join(dir, "pg")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cluster.Stop)
	conn, err := pgx.Connect(t.Context(), cluster.URL())
	if err != nil {
		t.Fatal(err)
	}
	cluster.Stop()
	for _, what := range []string{"the statement under which it broke", "the next one"} {
		if _, err := conn.Exec(t.Context(), "SELECT 1"); !store.Away(err) {
			t.Errorf("%s: %v is not away", what, err)
		}
	}
	if _, err := pgx.Connect(t.Context(), cluster.URL()); !store.Away(fmt.Errorf("open: %w", err)) {
		t.Errorf("a new connection: %v is not away", err)
	}
}

func TestWhatIsNotAway(t *testing.T) {
	pool := storetest.Open(t)
	_, wrong := pool.Exec(t.Context(), "SELECT nothing FROM nowhere")
	_, elsewhere := http.Get("http://127.0.0.1:1/") //nolint:noctx // refused at once
	for _, err := range []error{nil, wrong, elsewhere, io.EOF, context.Canceled, errors.New("any")} {
		if store.Away(err) {
			t.Errorf("%v is said to be away", err)
		}
	}
}
