package lead_test

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"offsite/exchange/lead"
	"offsite/registry"
	"offsite/registry/account"
	"offsite/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

// house is a desk with two people and a clock.
type house struct {
	*lead.Desk
	pool          *pgxpool.Pool
	now           time.Time
	officer, head string
	told          []string
}

func open(t *testing.T) *house {
	t.Helper()
	h := &house{pool: storetest.Open(t), now: time.Date(2026, 11, 28, 2, 0, 0, 0, time.UTC)}
	secrets, err := registry.OpenSecrets(filepath.Join(t.TempDir(), "secrets"))
	must(t, err)
	h.Desk = lead.New(lead.Options{Pool: h.pool, Secrets: secrets, Now: func() time.Time { return h.now },
		Tell: func(_ context.Context, _ pgx.Tx, kind string, _ any) error { h.told = append(h.told, kind); return nil }})
	accounts := account.New(h.pool, account.WithCheapHashing())
	for role, id := range map[string]*string{"officer": &h.officer, "head": &h.head} {
		made, _, err := accounts.Create(t.Context(), "test", account.Draft{Username: role, Name: role, Roles: []string{role}, LicenceNo: "No 1"})
		must(t, err)
		*id = made.ID
	}
	return h
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (h *house) at(clock string) time.Time {
	at, err := time.Parse("2006-01-02 15:04", clock)
	if err != nil {
		panic(err)
	}
	return at
}

var hotline = lead.By{ID: "key", Name: "12345"}

func lorry() lead.Draft {
	return lead.Draft{Source: "hotline", SourceName: "12345", SourceRef: "H-1", Kind: lead.Waste, What: "渣土车偷倒", Place: "陈海公路", Township: "堡镇", Plate: "沪A12345", Site: "某工地", Contact: "王女士 13800000000"}
}

func TestALeadIsFollowedFromHotlineToItsEnd(t *testing.T) {
	t.Parallel()
	h, ctx := open(t), t.Context()
	_, err := h.AddShift(ctx, h.head, lead.ShiftDraft{AccountID: h.officer, StartsAt: h.now.Add(-time.Hour), EndsAt: h.now.Add(time.Hour)})
	must(t, err)
	made, fresh, err := h.Receive(ctx, hotline, lorry())
	must(t, err)
	if !fresh || made.Number != "线〔2026〕000001号" || !slices.Equal(made.Duty, []string{"officer"}) || made.AcknowledgeBy.Sub(h.now) != 10*time.Minute || !made.Urgent || !made.HasContact {
		t.Errorf("received %+v", made)
	}
	again, fresh, err := h.Receive(ctx, hotline, lorry())
	if err != nil || fresh || again.ID != made.ID {
		t.Errorf("told twice: %+v, %t, %v", again, fresh, err)
	}
	officer := lead.By{ID: h.officer, Name: "officer"}
	if err := h.Dispatch(ctx, officer, made.ID, made.Version, h.officer); !refused(err, "state") {
		t.Errorf("dispatched before it was acknowledged: %v", err)
	}
	must(t, h.Acknowledge(ctx, officer, made.ID, made.Version))
	if err := h.Acknowledge(ctx, officer, made.ID, made.Version); !errors.Is(err, registry.ErrConflict) {
		t.Errorf("acknowledged by two: %v", err)
	}
	if err := h.Dispatch(ctx, officer, made.ID, 0, h.head); !refused(err, "officer") {
		t.Errorf("dispatched to who is no officer: %v", err)
	}
	must(t, h.Dispatch(ctx, officer, made.ID, 2, h.officer))
	if err := h.Finish(ctx, officer, made.ID, 3, lead.Outcome{Result: "case", Note: "立案", Case: "none"}); !refused(err, "case") {
		t.Errorf("a case that is not there: %v", err)
	}
	must(t, h.Finish(ctx, officer, made.ID, 3, lead.Outcome{Result: "corrected", Note: "当场清除"}))
	done, err := h.Lead(ctx, made.ID)
	must(t, err)
	if done.State != lead.Done || done.AcknowledgedBy != "officer" || done.Officer != "officer" || done.DoneAt == nil {
		t.Errorf("at its end: %+v", done)
	}
	steps, err := h.Steps(ctx, made.ID)
	must(t, err)
	var names []string
	for _, s := range steps {
		names = append(names, s.Event)
	}
	if !slices.Equal(names, []string{"received", "acknowledged", "dispatched", "done"}) || !slices.Equal(h.told, []string{"lead.received", "lead.changed", "lead.changed", "lead.changed"}) {
		t.Errorf("steps %v, told %v", names, h.told)
	}
	if contact, err := h.Contact(ctx, made.ID); err != nil || contact != "王女士 13800000000" {
		t.Errorf("told by %q, %v", contact, err)
	}
	var clear int
	if err := h.pool.QueryRow(ctx, `SELECT count(*) FROM lead l WHERE l::text LIKE '%13800000000%'`).Scan(&clear); err != nil || clear != 0 {
		t.Errorf("who told it is kept in clear, %v", err)
	}
}

func refused(err error, field string) bool {
	var r *registry.Refused
	return errors.As(err, &r) && r.Field == field
}

func TestALeadThatNobodySeesToAlarms(t *testing.T) {
	t.Parallel()
	h, ctx := open(t), t.Context()
	d := lorry()
	d.Kind, d.SourceRef = "stall", ""
	made, _, err := h.Receive(ctx, hotline, d)
	must(t, err)
	began := h.now
	for _, c := range []struct {
		after time.Duration
		level int
	}{{29 * time.Minute, 0}, {30 * time.Minute, 1}, {59 * time.Minute, 1}, {time.Hour, 2}, {2 * time.Hour, 2}} {
		h.now = began.Add(c.after)
		_, err := h.Watch(ctx)
		must(t, err)
		if got, err := h.Lead(ctx, made.ID); err != nil || got.Alarm != c.level {
			t.Errorf("after %s: alarm %d, want %d, %v", c.after, got.Alarm, c.level, err)
		}
	}
	must(t, h.Acknowledge(ctx, lead.By{ID: h.head, Name: "head"}, made.ID, 0))
	for after, level := range map[time.Duration]int{3 * time.Hour: 0, 24 * time.Hour: 3} {
		h.now = began.Add(after)
		_, err := h.Watch(ctx)
		must(t, err)
		if got, err := h.Lead(ctx, made.ID); after == 24*time.Hour && (err != nil || got.Alarm != level) {
			t.Errorf("after %s: alarm %d, want %d, %v", after, got.Alarm, level, err)
		}
	}
	if n, err := h.Watch(ctx); n != 0 || err != nil {
		t.Errorf("%d alarms rose again, %v", n, err)
	}
	open, err := h.Leads(ctx, lead.Filter{State: "open", Limit: 10})
	if err != nil || len(open) != 1 {
		t.Errorf("open: %v, %v", open, err)
	}
}

func TestHoursWithoutDutyAreShown(t *testing.T) {
	t.Parallel()
	h, ctx := open(t), t.Context()
	for _, s := range [][2]string{{"2026-11-28 08:00", "2026-11-28 20:00"}, {"2026-11-28 18:00", "2026-11-29 06:00"}, {"2026-11-29 08:00", "2026-11-29 12:00"}} {
		_, err := h.AddShift(ctx, h.head, lead.ShiftDraft{AccountID: h.officer, StartsAt: h.at(s[0]), EndsAt: h.at(s[1])})
		must(t, err)
	}
	shifts, gaps, err := h.Duty(ctx, h.at("2026-11-28 08:00"), h.at("2026-11-30 08:00"))
	must(t, err)
	if len(shifts) != 3 || len(gaps) != 2 || !gaps[0].From.Equal(h.at("2026-11-29 06:00")) || !gaps[0].To.Equal(h.at("2026-11-29 08:00")) || !gaps[1].From.Equal(h.at("2026-11-29 12:00")) {
		t.Errorf("shifts %v, gaps %v", shifts, gaps)
	}
	must(t, h.RemoveShift(ctx, shifts[2].ID))
	h.now = h.at("2026-11-28 09:00")
	if err := h.RemoveShift(ctx, shifts[0].ID); !errors.Is(err, registry.ErrNotFound) {
		t.Errorf("a shift that has begun was removed: %v", err)
	}
	for field, w := range map[string]lead.ShiftDraft{
		"ends_at":    {AccountID: h.officer, StartsAt: h.now, EndsAt: h.now.Add(25 * time.Hour)},
		"account_id": {AccountID: "somebody", StartsAt: h.now, EndsAt: h.now.Add(time.Hour)},
	} {
		if _, err := h.AddShift(ctx, h.head, w); !refused(err, field) {
			t.Errorf("%s: %v", field, err)
		}
	}
}

func TestLeadsThatAreRefused(t *testing.T) {
	t.Parallel()
	h := open(t)
	if _, err := h.Contact(t.Context(), "x"); !errors.Is(err, registry.ErrNotFound) {
		t.Errorf("who told what is no lead: %v", err)
	}
	if err := h.RemoveShift(t.Context(), "x"); !errors.Is(err, registry.ErrNotFound) {
		t.Errorf("a shift that is none is removed: %v", err)
	}
	if steps, err := h.Steps(t.Context(), "x"); err != nil || len(steps) != 0 {
		t.Errorf("steps of no lead: %+v %v", steps, err)
	}
	for field, spoil := range map[string]func(*lead.Draft){
		"source": func(d *lead.Draft) { d.Source = "rumour" }, "kind": func(d *lead.Draft) { d.Kind = "murder" }, "place": func(d *lead.Draft) { d.Place = " " },
		"latitude": func(d *lead.Draft) { x := 121.5; d.Longitude = &x }, "seen_at": func(d *lead.Draft) { d.SeenAt = h.now.Add(time.Hour) },
	} {
		d := lorry()
		spoil(&d)
		if _, _, err := h.Receive(t.Context(), hotline, d); !refused(err, field) {
			t.Errorf("%s: %v", field, err)
		}
	}
}
