package keep_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"testing"

	"github.com/jackc/pgx/v5"

	"offsite/evidence"
	"offsite/store/storetest"
)

// database is a recorder: the address of a PostgreSQL whose table has one row a
// bundle.
type database string

func (d database) RecordEvidence(ctx context.Context, r evidence.Receipt, _ json.RawMessage) error {
	text, err := json.Marshal(r)
	if err != nil {
		return err
	}
	conn, err := pgx.Connect(ctx, string(d))
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	if _, err := conn.Exec(ctx, `INSERT INTO recorded VALUES ($1, $2) ON CONFLICT (bundle) DO NOTHING`, r.BundleID, string(text)); err != nil {
		return err
	}
	var first string
	if err := conn.QueryRow(ctx, `SELECT receipt FROM recorded WHERE bundle = $1`, r.BundleID).Scan(&first); err != nil {
		return err
	}
	if first != string(text) {
		return fmt.Errorf("the receipt of %s came before as\n%s\nand now as\n%s", r.BundleID, first, text)
	}
	return nil
}

// newDatabase is reached through a line that can be cut.
func newDatabase(t *testing.T) (database, *line) {
	t.Helper()
	address := storetest.Empty(t)
	conn, err := pgx.Connect(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	if _, err := conn.Exec(t.Context(), `CREATE TABLE recorded (bundle text PRIMARY KEY, receipt text NOT NULL)`); err != nil {
		t.Fatal(err)
	}
	config := conn.Config()
	l := newLine(t, fmt.Sprintf("%s/.s.PGSQL.%d", config.Host, config.Port))
	u := url.URL{Scheme: "postgres", User: url.User(config.User), Host: l.l.Addr().String(), Path: "/" + config.Database, RawQuery: "sslmode=disable"}
	return database(u.String()), l
}

// receipt is what the database knows of a bundle.
func (d database) receipt(t *testing.T, id string) (r evidence.Receipt, known bool) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), string(d))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	rows, err := conn.Query(t.Context(), `SELECT receipt FROM recorded WHERE bundle = $1`, id)
	if err != nil {
		t.Fatal(err)
	}
	texts, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range texts {
		if err := json.Unmarshal([]byte(text), &r); err != nil {
			t.Fatal(err)
		}
	}
	return r, len(texts) > 0
}
