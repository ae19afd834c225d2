package casework_test

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"offsite/casework"
	"offsite/casework/flow"
	"offsite/registry"
	"offsite/registry/lease"
	"offsite/store"
)

// refused asserts that a step is refused by the article.
func refused(t *testing.T, err error, kind flow.Kind, article string) {
	t.Helper()
	var r *casework.Refusal
	if !errors.As(err, &r) {
		t.Fatalf("got %v, want a refusal by %s", err, article)
	}
	if r.Kind != kind || !strings.Contains(r.Article, article) || r.ZH == "" || r.EN == "" {
		t.Fatalf("refused by %q (%d): %s / %s; want %s", r.Article, r.Kind, r.ZH, r.EN, article)
	}
}

func TestCorrectedInTimeEndsWithoutPenalty(t *testing.T) {
	t.Parallel()
	h := open(t, want{})
	id := h.find(nil)
	h.must(h.do("r1", id, "confirm", nil))
	h.must(h.DeliverAll(t.Context()))
	h.clock.add(time.Hour)
	h.recheck(id, false)
	h.expect(id, "corrected")
	sent := h.sent("13800000001")
	if len(sent) != 1 {
		t.Fatalf("%d messages were sent, want the reminder alone", len(sent))
	}
	if text := sent[0].Text; !strings.HasPrefix(text, "【上海市崇明区城市管理行政执法局】张记水果店") || !strings.Contains(text, h.outside.callbacks.URL+"/p/") {
		t.Errorf("the reminder: %s", text)
	}
	party, err := h.PortalCase(t.Context(), id, casework.Visit{})
	h.must(err)
	if party.State != "corrected" || len(party.Actions) != 0 {
		t.Errorf("the party's page: %+v", party)
	}
}

func TestOftenRepeatedIsNoLongerMinor(t *testing.T) {
	t.Parallel()
	h := open(t, want{})
	for i := range flow.RepeatLimit + 1 {
		id := h.find(nil)
		h.must(h.do("r1", id, "confirm", nil))
		h.must(h.DeliverAll(t.Context()))
		h.clock.add(time.Hour)
		h.recheck(id, false)
		if i < flow.RepeatLimit {
			h.expect(id, "corrected")
		} else {
			h.expect(id, "reviewed")
		}
		h.clock.add(24 * time.Hour)
	}
}

func TestUnlawfulCameraLeavesRejectionAlone(t *testing.T) {
	t.Parallel()
	h := open(t, want{unlawful: true})
	id := h.find(nil)
	refused(t, h.do("r1", id, "confirm", nil), flow.Unlawful, "第四十一条")
	f, err := h.Finding(t.Context(), h.staff["r1"], id)
	h.must(err)
	for _, e := range f.Events {
		if e.Allowed && e.Event != "reject" && e.Event != "identify" && e.Event != "classify" {
			t.Errorf("%s is offered on a finding of an unlawful camera", e.Event)
		}
	}
	h.must(h.do("r1", id, "reject", fields{"reason": "设备未经合法设置"}))
	h.expect(id, "rejected")
}

func TestSecondReviewIsAnotherPersonWithFourTicks(t *testing.T) {
	t.Parallel()
	h := open(t, want{})
	id := h.find(nil)
	h.must(h.do("r1", id, "confirm", nil))
	h.must(h.DeliverAll(t.Context()))
	h.recheck(id, true)
	all := fields{"true": true, "clear": true, "complete": true, "accurate": true}
	refused(t, h.do("r1", id, "verify", all), flow.Forbidden, "第四十一条")
	refused(t, h.do("r2", id, "verify", fields{"true": true, "clear": true, "complete": true}), flow.Invalid, "第四十一条")
	refused(t, h.do("o1", id, "verify", all), flow.Forbidden, "第四十一条")
	h.must(h.do("r2", id, "verify", all))
	h.expect(id, "verified")
}

func TestFilingNeedsTwoOtherLicensedOfficers(t *testing.T) {
	t.Parallel()
	h := open(t, want{})
	id := h.reviewed()
	refused(t, h.do("o1", id, "file", fields{"officers": h.officers("o1", "o2")}), flow.Forbidden, "第五十四条")
	refused(t, h.do("head", id, "file", fields{"officers": h.officers("o1")}), flow.Invalid, "第四十二条")
	refused(t, h.do("head", id, "file", fields{"officers": h.officers("o1", "o1")}), flow.Invalid, "第四十二条")
	refused(t, h.do("head", id, "file", fields{"officers": h.officers("o1", "r1")}), flow.Invalid, "第四十二条")
	refused(t, h.do("head", id, "file", nil), flow.Invalid, "第五十四条")
	h.must(h.do("head", id, "file", fields{"officers": h.officers("o1", "o2")}))
	refused(t, h.do("o3", id, "notify", nil), flow.Forbidden, "第四十二条")
	h.must(h.do("head", id, "reassign", fields{"officers": h.officers("o2", "o3"), "reason": "o1与当事人有亲属关系"}))
	refused(t, h.do("head", id, "reassign", fields{"officers": h.officers("o1", "o2"), "reason": "改回"}), flow.Invalid, "第四十三条")
	h.must(h.do("o3", id, "notify", nil))
}

// unknown lists the cases whose party is to be found out, as somebody of a township sees
// them, and what the officer's first page counts.
func (h *house) unknown(township string) (ids []string, waiting int) {
	h.t.Helper()
	ctx, scope := store.WithScope(h.t.Context())
	scope.Narrow([]string{township})
	p, err := h.Cases(ctx, casework.CaseFilter{Unknown: true}, "")
	h.must(err)
	for _, c := range p.Items {
		ids = append(ids, c.ID)
	}
	view, err := h.Overview(ctx, h.staff["o3"])
	h.must(err)
	for _, w := range view.Waiting {
		if w.Kind == "unknown_party" {
			waiting = w.Count
		}
	}
	return ids, waiting
}

// A vendor that nobody knows is a task for the officers of the township where it stood,
// until it is identified or the case ends.
func TestAnUnknownPartyIsATaskOfThoseNearBy(t *testing.T) {
	t.Parallel()
	h := open(t, want{noObject: true, noParty: true})
	id := h.find(nil)
	h.must(h.do("r1", id, "confirm", nil))
	h.expect(id, "reviewed") // nobody to remind
	_, err := h.pool.Exec(t.Context(), `UPDATE casefile SET township = '甲镇'`)
	h.must(err)
	if ids, n := h.unknown("甲镇"); len(ids) != 1 || ids[0] != id || n != 1 {
		t.Errorf("the township's officers see %v, %d wait", ids, n)
	}
	if ids, n := h.unknown("乙镇"); len(ids) != 0 || n != 0 {
		t.Errorf("another township's officers see %v, %d wait", ids, n)
	}
	p, err := h.registry.SaveParty(t.Context(), "test", registry.Party{Kind: "person", Name: "李四", Phone: "13800000009", Address: "某路"})
	h.must(err)
	h.must(h.do("o3", id, "identify", fields{"party_id": p.ID}))
	if ids, n := h.unknown("甲镇"); len(ids) != 0 || n != 0 {
		t.Errorf("identified, and %v still wait, %d", ids, n)
	}
}

func TestUnknownPartyIsIdentifiedOrEnds(t *testing.T) {
	t.Parallel()
	h := open(t, want{noParty: true, noObject: true})
	id := h.find(nil)
	h.must(h.do("r1", id, "confirm", nil))
	h.expect(id, "reviewed") // nobody to remind
	h.must(h.do("r2", id, "verify", fields{"true": true, "clear": true, "complete": true, "accurate": true}))
	refused(t, h.do("head", id, "file", fields{"officers": h.officers("o1", "o2")}), flow.Unlawful, "第四十条")
	vendor, err := h.registry.SaveParty(t.Context(), "test", registry.Party{Kind: "person", Name: "李四", Phone: "13900000002", Address: "崇明区某村"})
	h.must(err)
	h.must(h.do("o1", id, "identify", fields{"party_id": vendor.ID}))
	h.must(h.do("head", id, "file", fields{"officers": h.officers("o1", "o2")}))
	h.expect(id, "filed")
	h.must(h.do("head", id, "not_identified", fields{"reason": "核实后当事人身份不实"}))
	h.expect(id, "dismissed")
}

func TestUnderFourteenIsNotFined(t *testing.T) {
	t.Parallel()
	h := open(t, want{party: registry.Party{Kind: "person", Name: "小明", Phone: "13800000001", Address: "某路", Identity: "310101201301010014"}})
	id := h.reviewed()
	refused(t, h.do("head", id, "file", fields{"officers": h.officers("o1", "o2")}), flow.Unlawful, "第三十条")
}

func TestUnconfirmedExpires(t *testing.T) {
	t.Parallel()
	h := open(t, want{})
	id := h.find(nil)
	h.clock.add(29 * 24 * time.Hour)
	if n, err := h.Sweep(t.Context()); n != 0 || err != nil {
		t.Fatalf("swept %d, %v before the thirty days", n, err)
	}
	h.clock.add(2 * 24 * time.Hour)
	if n, err := h.Sweep(t.Context()); n != 1 || err != nil {
		t.Fatalf("swept %d, %v after the thirty days", n, err)
	}
	h.expect(id, "rejected")
}

func TestReminderThatCannotArrive(t *testing.T) {
	t.Parallel()
	// The gateway cannot reach numbers that end in 0404.
	h := open(t, want{party: registry.Party{Kind: "person", Name: "张三", Phone: "13800000404", Address: "某路"}})
	id := h.find(nil)
	h.must(h.do("r1", id, "confirm", nil))
	h.must(h.DeliverAll(t.Context()))
	h.expect(id, "reviewed")
}

func TestRecheckThatNeverComes(t *testing.T) {
	t.Parallel()
	h := open(t, want{})
	id := h.find(nil)
	h.must(h.do("r1", id, "confirm", nil))
	h.must(h.DeliverAll(t.Context()))
	h.clock.add(24 * time.Hour)
	_, err := h.Sweep(t.Context())
	h.must(err)
	h.expect(id, "reviewed")
	h.must(h.RecheckFailed(t.Context(), id, "camera away")) // too late: nothing happens
	h.recheck(id, false)                                    // kept as evidence, changes nothing
	h.expect(id, "reviewed")
}

func TestEvidenceIsRecordedOnceAndJoinsTheOpenCase(t *testing.T) {
	t.Parallel()
	h := open(t, want{})
	r, s := h.bundle(nil)
	for range 3 {
		h.record(r, s)
	}
	h.clock.add(10 * time.Minute)
	h.find(nil)
	list, err := h.Findings(t.Context(), casework.FindingFilter{}, "")
	h.must(err)
	if len(list.Items) != 1 || list.Items[0].ID != s.IncidentID || list.Items[0].Version != 1 {
		t.Fatalf("one act made %d findings: %+v", len(list.Items), list.Items)
	}
	c, err := h.Case(t.Context(), h.staff["r1"], s.IncidentID)
	h.must(err)
	if len(c.Evidence) != 2 {
		t.Errorf("%d bundles, want 2", len(c.Evidence))
	}
}

// A node that was cut off tells late of what its successor has told of: it is more evidence
// of that case, though the case has ended. What nobody else saw is a finding of its own.
func TestWhatACutOffNodeTellsLate(t *testing.T) {
	t.Parallel()
	h := open(t, want{noObject: true})
	leases := lease.New(h.pool, "node")
	var held []lease.Lease
	for range 2 {
		var err error
		held, err = leases.Claim(t.Context())
		h.must(err)
		h.must(leases.Release(t.Context()))
	}
	fence := held[slices.IndexFunc(held, func(l lease.Lease) bool { return l.CameraID == h.camera.ID })].Fence
	newest := func(s *casework.Summary) { s.Fence = fence }
	r, s := h.bundle(newest)
	h.record(r, s)
	h.must(h.do("r1", s.IncidentID, "reject", fields{"reason": "设备未经合法设置"}))
	h.expect(s.IncidentID, "rejected")
	before := func(s *casework.Summary) { s.Fence = fence - 1 }
	h.find(before)
	count := func() int {
		list, err := h.Findings(t.Context(), casework.FindingFilter{}, "")
		h.must(err)
		return len(list.Items)
	}
	c, err := h.Case(t.Context(), h.staff["r1"], s.IncidentID)
	h.must(err)
	if n := count(); n != 1 || len(c.Evidence) != 2 || c.State != "rejected" {
		t.Errorf("one act made %d findings, the case has %d bundles and is %s", n, len(c.Evidence), c.State)
	}
	if h.find(newest); count() != 2 { // the holder of now saw it after the decision: another act
		t.Errorf("%d findings after the holder's own", count())
	}
	h.find(func(s *casework.Summary) {
		before(s)
		for _, at := range []*time.Time{&s.First, &s.Last, &s.Raised} {
			*at = at.Add(-5 * time.Hour)
		}
	})
	if count() != 3 {
		t.Errorf("%d findings: what the cut-off node alone saw is lost", count())
	}
}

func TestIncidentsOfOneActRaceToOneFinding(t *testing.T) {
	t.Parallel()
	h := open(t, want{})
	var wg sync.WaitGroup
	for range 8 {
		r, s := h.bundle(nil)
		wg.Go(func() { h.record(r, s) })
	}
	wg.Wait()
	list, err := h.Findings(t.Context(), casework.FindingFilter{State: "found"}, "")
	h.must(err)
	if len(list.Items) != 1 {
		t.Fatalf("one act made %d findings", len(list.Items))
	}
}

func TestTwoOfficersAtOnce(t *testing.T) {
	t.Parallel()
	h := open(t, want{})
	id := h.reviewed()
	h.must(h.do("head", id, "file", fields{"officers": h.officers("o1", "o2")}))
	c, err := h.Case(t.Context(), h.staff["o1"], id)
	h.must(err)
	outcome := make(chan error, 2)
	for _, who := range []string{"o1", "o2"} {
		go func() { outcome <- h.Apply(t.Context(), h.staff[who], id, c.Version, "notify", nil) }()
	}
	first, second := <-outcome, <-outcome
	if (first == nil) == (second == nil) {
		t.Fatalf("exactly one must succeed: %v, %v", first, second)
	}
	if !errors.Is(errors.Join(first, second), casework.ErrChanged) {
		t.Fatalf("the other must be told of the change: %v, %v", first, second)
	}
	h.expect(id, "notified")
}

func TestProcessRecordCannotBeChanged(t *testing.T) {
	t.Parallel()
	h := open(t, want{})
	id := h.reviewed()
	for _, sql := range []string{`UPDATE process_record SET reason = 'x'`, `DELETE FROM process_record`, `TRUNCATE process_record`, `UPDATE document SET pdf = ''`, `DELETE FROM evidence`} {
		if _, err := h.pool.Exec(t.Context(), sql); err == nil {
			t.Errorf("%s went through", sql)
		}
	}
	h.must(h.CheckRecord(t.Context(), id))
	for _, sql := range []string{`ALTER TABLE process_record DISABLE TRIGGER ALL`, `UPDATE process_record SET reason = 'x' WHERE seq = 2`} {
		_, err := h.pool.Exec(t.Context(), sql)
		h.must(err)
	}
	if err := h.CheckRecord(t.Context(), id); err == nil || !strings.Contains(err.Error(), "entry 2 was changed") {
		t.Errorf("a changed entry was not found: %v", err)
	}
}
