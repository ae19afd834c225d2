package store_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"

	"offsite/embedded/postgres"
	"offsite/store"
	"offsite/store/storetest"
)

// What must come through every change of the tables as it was, to the last column that there
// was then.
var lasting = []string{"account", "camera", "zone", "object", "casefile", "process_record", "document", "evidence", "log_entry", "change_log", "access_record"}

// Columns that went, since what they held is made of others.
var derived = []string{"grams"} // of casefile: what is searched, in a table of its own since

// Databases as the demonstration left them under earlier tables, as postgres.Dump writes them: what
// camera_live held, the newest pictures, is left out. No version was ever released; these are
// the last commits of 25 and 28 November 2026, and each release is to leave one here.
func TestDatabasesOfEarlierVersionsAreMigrated(t *testing.T) {
	t.Parallel()
	dumps, err := filepath.Glob("testdata/as-of-*.dump")
	if err != nil || len(dumps) < 2 {
		t.Fatalf("dumps of earlier versions: %v, %v", dumps, err)
	}
	for _, dump := range dumps {
		t.Run(filepath.Base(dump), func(t *testing.T) {
			t.Parallel()
			url := storetest.Empty(t)
			restore(t, url, dump)
			pool := open(t, url)
			before := map[string]string{}
			columns := map[string]string{}
			for _, table := range lasting {
				columns[table], before[table] = contents(t, pool, table, "")
				if table == "process_record" && strings.HasPrefix(before[table], "0 ") {
					t.Errorf("%s holds no process record: a dump without a case shows nothing", dump)
				}
			}
			if err := store.Migrate(t.Context(), url, nil); err != nil {
				t.Fatalf("migrate %s: %v", dump, err)
			}
			for _, table := range lasting {
				if _, after := contents(t, pool, table, columns[table]); after != before[table] {
					t.Errorf("%s of %s was %s, is %s after the migration", table, dump, before[table], after)
				}
			}
			again, fresh := layout(t, pool), layout(t, open(t, storetest.Database(t)))
			if again != fresh {
				t.Errorf("the tables of %s, migrated, are not those of a new database:\n%s", dump, again)
			}
		})
	}
}

func restore(t *testing.T, url, dump string) {
	t.Helper()
	f, err := os.Open(dump)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := postgres.Restore(t.Context(), url, f); err != nil {
		t.Fatal(err)
	}
}

// contents counts and sums up the rows of a table in the columns given, all where there are
// none given, and names these.
func contents(t *testing.T, pool *pgxpool.Pool, table, columns string) (names, sum string) {
	t.Helper()
	if columns == "" {
		err := pool.QueryRow(t.Context(), `SELECT string_agg(format('%I', attname), ', ' ORDER BY attnum)
			FROM pg_attribute WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped AND attname <> ALL ($2)`, table, derived).Scan(&columns)
		if err != nil {
			t.Fatalf("columns of %s: %v", table, err)
		}
	}
	query := fmt.Sprintf(`SELECT count(*) || ' rows ' || coalesce(md5(string_agg(r::text, E'\n' ORDER BY r::text)), '') FROM (SELECT %s FROM %s) r`, columns, table)
	if err := pool.QueryRow(t.Context(), query).Scan(&sum); err != nil {
		t.Fatalf("rows of %s: %v", table, err)
	}
	return columns, sum
}

// layout lists all columns with their types, in order of their names.
func layout(t *testing.T, pool *pgxpool.Pool) string {
	t.Helper()
	var all string
	err := pool.QueryRow(t.Context(), `SELECT string_agg(format('%s.%s %s %s', table_name, column_name, data_type, is_nullable), E'\n' ORDER BY table_name, column_name)
		FROM information_schema.columns WHERE table_schema = 'public'`).Scan(&all)
	if err != nil {
		t.Fatal(err)
	}
	return all
}
