package casework_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"offsite/casework"
	"offsite/casework/flow"
	"offsite/registry"
)

// vendor is a confirmed case of somebody whom nobody knows, in a township.
func (h *house) vendor(township string) string {
	h.t.Helper()
	id := h.find(nil)
	h.must(h.do("r1", id, "confirm", nil))
	h.expect(id, "reviewed")
	_, err := h.pool.Exec(h.t.Context(), `UPDATE casefile SET township = $1`, township)
	h.must(err)
	return id
}

// An unknown party is a task with still and place, for the officers near by: those on duty
// first, then the township's own. One takes it, another is told who has it; it is given back,
// alarms when its time is over, and ends when the party is found out.
func TestAnUnknownPartyIsTakenOnByOne(t *testing.T) {
	t.Parallel()
	h, ctx := open(t, want{noObject: true, noParty: true}), t.Context()
	for name, sql := range map[string]string{
		"o2": `UPDATE account SET level = 'township', townships = '{甲镇}', team = '甲镇中队' WHERE id = $1`, "o3": `UPDATE account SET level = 'township', townships = '{乙镇}' WHERE id = $1`,
		"o1": `INSERT INTO duty_shift (id, account_id, starts_at, ends_at, created_at, by_whom) VALUES (gen_random_uuid(), $1, '2026-11-24', '2026-11-25', now(), '')`,
	} {
		_, err := h.pool.Exec(ctx, sql, h.staff[name].ID)
		h.must(err)
	}
	id := h.vendor("甲镇")
	s := h.file(id).Search
	if s == nil || s.Still != "data/stills/0002.png" || s.Bundle == "" || s.TakenBy != "" || h.file(id).Place == "" {
		t.Fatalf("the task: %+v", s)
	}
	var near []string
	for _, n := range s.Nearby {
		near = append(near, n.Name)
	}
	if !slices.Equal(near, []string{"人员o1", "人员o2"}) || !s.Nearby[0].OnDuty || s.Nearby[1].Team != "甲镇中队" {
		t.Errorf("near by are %+v", s.Nearby)
	}
	version := h.file(id).Version
	for _, who := range []string{"r1", "head", "legal", "auditor", "admin"} {
		refused(t, h.TakeSearch(ctx, h.staff[who], id), flow.Forbidden, "")
	}
	refused(t, h.LeaveSearch(ctx, h.staff["o1"], id), flow.Unlawful, "")
	h.must(h.TakeSearch(ctx, h.staff["o1"], id))
	err := h.TakeSearch(ctx, h.staff["o2"], id)
	refused(t, err, flow.Unlawful, "")
	if !strings.Contains(err.Error(), "人员o1") {
		t.Errorf("the other is told %v", err)
	}
	refused(t, h.LeaveSearch(ctx, h.staff["o2"], id), flow.Forbidden, "")
	if f := h.file(id); f.Search.TakenBy != "人员o1" || f.Search.Own || f.Version != version {
		t.Errorf("taken on: %+v, version %d, before %d", f.Search, f.Version, version)
	}
	page, err := h.Cases(ctx, casework.CaseFilter{Unknown: true}, "")
	h.must(err)
	if len(page.Items) != 1 || page.Items[0].TakenBy != "人员o1" {
		t.Errorf("the list says %+v", page.Items)
	}

	h.clock.to(s.Until)
	_, err = h.Sweep(ctx)
	h.must(err)
	for who, want := range map[string]int{"o1": 1, "o2": 0, "head": 1} { // another has it
		if list, err := h.Alarms(ctx, h.staff[who]); err != nil || len(list) != want || want == 1 && (list[0].LabelZH != "查明当事人" || list[0].Percent != 100) {
			t.Errorf("%s is alarmed of %+v, %v", who, list, err)
		}
	}
	h.must(h.LeaveSearch(ctx, h.staff["head"], id))
	if list, err := h.Alarms(ctx, h.staff["o2"]); err != nil || len(list) != 1 {
		t.Errorf("given back, and o2 is alarmed of %+v, %v", list, err)
	}
	if overdue, err := h.Cases(ctx, casework.CaseFilter{Due: "overdue"}, ""); err != nil || len(overdue.Items) != 1 {
		t.Errorf("overdue are %+v, %v", overdue.Items, err)
	}
	h.must(h.TakeSearch(ctx, h.staff["o2"], id))
	p, err := h.registry.SaveParty(ctx, "test", registry.Party{Kind: "person", Name: "李四", Phone: "13800000009", Address: "某路"})
	h.must(err)
	h.must(h.do("o2", id, "identify", fields{"party_id": p.ID}))
	if f := h.file(id); f.Search != nil || f.Party != "李四" {
		t.Errorf("found out: %+v", f.Search)
	}
	refused(t, h.TakeSearch(ctx, h.staff["o1"], id), flow.Unlawful, "")
	if list, err := h.Alarms(ctx, h.staff["o2"]); err != nil || len(list) != 0 {
		t.Errorf("found out, and alarmed of %+v, %v", list, err)
	}
	if got := strings.Join(h.entries(id), " "); !strings.Contains(got, "search_taken search_left search_taken") {
		t.Errorf("the record has %s", got)
	}
	h.must(h.CheckRecord(ctx, id))
}

// Two take it on at once: one has it, and the other is told so.
func TestTwoTakeASearchAtOnce(t *testing.T) {
	t.Parallel()
	h := open(t, want{noObject: true, noParty: true})
	id := h.vendor("")
	for range 3 {
		errs := make([]error, 2)
		var both sync.WaitGroup
		for i, who := range []string{"o1", "o2"} {
			both.Go(func() { errs[i] = h.TakeSearch(context.WithoutCancel(t.Context()), h.staff[who], id) })
		}
		both.Wait()
		if (errs[0] == nil) == (errs[1] == nil) {
			t.Fatalf("both: %v", errs)
		}
		for _, err := range errs {
			if err != nil {
				refused(t, err, flow.Unlawful, "")
			}
		}
		h.must(h.LeaveSearch(t.Context(), h.staff["head"], id))
		h.clock.add(time.Minute)
	}
}
