package privacy_test

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"offsite/privacy"
	"offsite/registry"
	"offsite/registry/account"
	"offsite/store/storetest"
)

// TestRetentionIsChangedByTwo: what one person orders holds once another has agreed, within
// the bounds, and neither can be changed behind the program.
func TestRetentionIsChangedByTwo(t *testing.T) {
	t.Parallel()
	ctx, pool := t.Context(), storetest.Open(t)
	now := time.Date(2026, 11, 28, 2, 0, 0, 0, time.UTC)
	office := privacy.New(privacy.Options{Pool: pool, Log: &ledger{}, Bureau: "局", Now: func() time.Time { return now }})
	legal := privacy.Person{ID: "0198c000-0000-7000-8000-000000000001", Name: "法制员"}
	head := privacy.Person{ID: "0198c000-0000-7000-8000-000000000002", Name: "负责人"}
	for what, o := range map[string]struct {
		rule   string
		days   int
		reason string
	}{"no such line": {"everything", 100, "因"}, "too short": {"webhook", 29, "因"}, "too long": {"webhook", 366, "因"}, "as it is": {"webhook", 90, "因"}, "no reason": {"webhook", 60, " "}} {
		if _, err := office.Order(ctx, legal, o.rule, o.days, o.reason); !errors.Is(err, registry.ErrInvalid) {
			t.Errorf("%s: %v", what, err)
		}
	}
	older, err := office.Order(ctx, legal, "webhook", 200, "对账需要")
	if err != nil {
		t.Fatal(err)
	}
	order, err := office.Order(ctx, legal, "webhook", 60, "改为两个月")
	if err != nil {
		t.Fatal(err)
	}
	kept := func() (days int) {
		schedule, err := office.Schedule(ctx)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range schedule {
			if r.Key == "webhook" {
				days = r.Days
			}
		}
		return days
	}
	if n := kept(); n != 90 {
		t.Errorf("ordered by one: %d days", n)
	}
	if err := office.Agree(ctx, legal, order.ID); !errors.Is(err, account.ErrInvalid) {
		t.Errorf("agreed to by its giver: %v", err)
	}
	if _, err := pool.Exec(ctx, `INSERT INTO retention_agreement SELECT id, by_id, by_name, at FROM retention_order WHERE id = $1`, order.ID); err == nil {
		t.Error("the database took an agreement of the giver")
	}
	if err := office.Agree(ctx, head, older.ID); !errors.Is(err, registry.ErrNotFound) {
		t.Errorf("agreed to an order that a later one replaced: %v", err)
	}
	if err := office.Agree(ctx, head, order.ID); err != nil {
		t.Fatal(err)
	}
	if err := office.Agree(ctx, head, order.ID); !errors.Is(err, registry.ErrNotFound) {
		t.Errorf("agreed to twice: %v", err)
	}
	all, err := office.Orders(ctx)
	if err != nil || len(all) != 2 || all[0].AgreedBy != head.Name || all[0].Open || all[1].Open || all[1].AgreedAt != nil {
		t.Errorf("listed: %+v, %v", all, err)
	}
	if err := office.Run(ctx); err != nil {
		t.Fatal(err)
	}
	runs, err := office.Runs(ctx)
	if err != nil || len(runs) != 1 {
		t.Fatalf("%d runs, %v", len(runs), err)
	}
	var report privacy.Report
	if err := json.Unmarshal([]byte(runs[0].Text), &report); err != nil {
		t.Fatal(err)
	}
	for _, d := range report.Deleted {
		if d.Key == "webhook" && (d.Days != 60 || !d.Before.Equal(now.AddDate(0, 0, -60))) {
			t.Errorf("the run went by %+v", d)
		}
	}
	for _, sql := range []string{`DELETE FROM retention_agreement`, `UPDATE retention_order SET days = 1`, `UPDATE retention_agreement SET by_name = 'somebody'`} {
		if _, err := pool.Exec(ctx, sql); err == nil {
			t.Errorf("taken: %s", sql)
		}
	}
	var logged int
	if err := pool.QueryRow(ctx, `SELECT count(*) FROM change_log WHERE kind = 'retention' AND subject = 'webhook' AND by_whom = $1`, head.ID).Scan(&logged); err != nil || logged != 1 {
		t.Errorf("%d lines in the change log, %v", logged, err)
	}
}
