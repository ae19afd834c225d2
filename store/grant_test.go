package store_test

import (
	"errors"
	"net/url"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"offsite/store"
	"offsite/store/storetest"
)

// TestTheProgramsRoleCannotChangeWhatIsKept works as the role that `offsite serve` has
// after `offsite migrate --for`.
func TestTheProgramsRoleCannotChangeWhatIsKept(t *testing.T) {
	t.Parallel()
	ctx, owner := t.Context(), storetest.Database(t)
	tables, err := store.Open(ctx, owner)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(tables.Close)
	const role = "offsite_app_test"
	if _, err := tables.Exec(ctx, `CREATE ROLE `+role+` LOGIN`); err != nil {
		t.Fatal(err)
	}
	app, err := url.Parse(owner)
	if err != nil {
		t.Fatal(err)
	}
	query := app.Query()
	query.Set("user", role)
	app.User, app.RawQuery = nil, query.Encode()
	for range 2 { // each version does it again
		if err := store.Grant(ctx, owner, role); err != nil {
			t.Fatal(err)
		}
	}
	if err := store.Migrate(ctx, app.String(), nil); err != nil { // as each start does: nothing is left to do
		t.Errorf("it cannot start: %v", err)
	}
	pool, err := store.Open(ctx, app.String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	var user string
	if err := pool.QueryRow(ctx, `SELECT current_user`).Scan(&user); err != nil || user != role {
		t.Fatalf("works as %s, %v", user, err)
	}
	if _, err := pool.Exec(ctx, `INSERT INTO sign_in (at, username, address, agent, outcome) VALUES (now(), 'a', 'b', 'c', 'ok')`); err != nil {
		t.Errorf("it cannot add what is kept: %v", err)
	}
	const denied = "42501"
	for _, table := range []string{"process_record", "change_log", "sign_in", "access_record", "evidence", "document", "payment_notice"} {
		for _, sql := range []string{
			`DELETE FROM ` + table, `TRUNCATE ` + table, `DROP TABLE ` + table, `ALTER TABLE ` + table + ` DISABLE TRIGGER ALL`,
			`DROP TRIGGER ` + table + `_kept ON ` + table, `ALTER TABLE ` + table + ` OWNER TO ` + role,
		} {
			var broken *pgconn.PgError
			if _, err := pool.Exec(ctx, sql); !errors.As(err, &broken) || broken.Code != denied {
				t.Errorf("%s: %v", sql, err)
			}
		}
	}
	for _, sql := range []string{
		`UPDATE sign_in SET outcome = 'ok'`, `SET session_replication_role = replica`, `CREATE TABLE mine (a int)`, `DROP FUNCTION refuse_change CASCADE`,
		`CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE sql AS 'SELECT NULL'`, `DELETE FROM goose_db_version`,
	} {
		if _, err := pool.Exec(ctx, sql); err == nil {
			t.Errorf("%s was done", sql)
		}
	}
	// The owner is refused by the triggers, which it could only drop.
	for _, table := range []string{"process_record", "sign_in", "access_record", "evidence", "document", "payment_notice"} {
		if _, err := tables.Exec(ctx, `TRUNCATE `+table+` CASCADE`); err == nil {
			t.Errorf("%s was emptied", table)
		}
	}
}
