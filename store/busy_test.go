package store_test

import (
	"context"
	"testing"
	"time"

	"offsite/store"
	"offsite/store/storetest"
)

// A report reads accounts in a transaction that stays open while a new version changes their
// table. Whoever signs in meanwhile must not wait behind the change for the report's end.
func TestAChangeOfTablesThatWaitsHoldsNobodyUp(t *testing.T) {
	t.Parallel()
	url := storetest.Database(t)
	const before = 265 // the next changes account
	if err := store.MigrateDown(t.Context(), url, before); err != nil {
		t.Fatal(err)
	}
	pool := open(t, url)
	report, err := pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := report.Exec(t.Context(), `SELECT count(*) FROM account`); err != nil {
		t.Fatal(err)
	}
	changed := make(chan error, 1)
	go func() { changed <- store.Migrate(t.Context(), url, nil) }()

	bounded, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for waits := false; !waits; {
		err := pool.QueryRow(bounded, `SELECT EXISTS (SELECT FROM pg_locks WHERE relation = 'account'::regclass AND mode = 'AccessExclusiveLock' AND NOT granted)`).Scan(&waits)
		if err != nil {
			t.Fatalf("the change does not wait for the report: %v", err)
		}
	}
	if _, err := pool.Exec(bounded, `SELECT count(*) FROM account`); err != nil {
		t.Errorf("who comes after the change waits behind it: %v", err)
	}
	select {
	case err := <-changed:
		t.Errorf("the table was changed under the report, or the change gave up: %v", err)
	default:
	}
	if err := report.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := <-changed; err != nil {
		t.Fatalf("once the report has ended: %v", err)
	}
	if seen, err := store.Look(t.Context(), url); err != nil || seen.Pending > 0 {
		t.Errorf("%d changes are still to come, %v", seen.Pending, err)
	}
}
