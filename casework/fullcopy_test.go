package casework_test

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"offsite/casework"
	"offsite/casework/flow"
	"offsite/registry"
)

// clip is a file of the case's own evidence, as the portal names it.
func (h *house) clip(id string) string {
	h.t.Helper()
	page, err := h.PortalCase(h.t.Context(), id, casework.Visit{})
	h.must(err)
	if page.Clip == "" {
		h.t.Fatal("the case has no clip")
	}
	return page.Clip
}

// asked has the party ask, and gives the request.
func (h *house) asked(id string) casework.FullCopy {
	h.t.Helper()
	h.must(h.AskFullCopy(h.t.Context(), id, "画面里的人不是我", casework.Visit{Address: "10.0.0.1"}))
	return h.file(id).FullCopies[0]
}

// A party sees the evidence uncovered where it asked and an officer of the case granted it,
// for the days that were granted; each look is recorded, for the party and the auditor.
func TestTheFullCopyIsGrantedAndEachLookRecorded(t *testing.T) {
	t.Parallel()
	h, ctx := open(t, want{}), t.Context()
	id := h.notified()
	clip := h.clip(id)
	look := func() error {
		r, path, reason, err := h.PortalOriginal(ctx, id, clip)
		if err == nil {
			err = h.RecordView(ctx, casework.Actor{Name: "当事人"}, r.BundleID, path, reason)
		}
		return err
	}
	refused(t, look(), flow.Forbidden, "") // nobody has asked
	request := h.asked(id)
	refused(t, h.AskFullCopy(ctx, id, "再问一次", casework.Visit{}), flow.Unlawful, "")
	refused(t, look(), flow.Forbidden, "") // it waits

	o1 := h.staff["o1"]
	grant := casework.FullVerdict{Grant: true, Grounds: "画面中无其他人", Days: 2}
	refused(t, h.DecideFullCopy(ctx, o1, id, request.ID, casework.FullVerdict{Grant: true, Days: 2}), flow.Invalid, "")
	for _, days := range []int{0, -1, 16} {
		refused(t, h.DecideFullCopy(ctx, o1, id, request.ID, casework.FullVerdict{Grant: true, Grounds: "可以", Days: days}), flow.Invalid, "")
	}
	for _, who := range []string{"o3", "r1", "legal", "auditor", "admin"} {
		refused(t, h.DecideFullCopy(ctx, h.staff[who], id, request.ID, grant), flow.Forbidden, "")
	}
	for _, no := range []string{"0198c000-0000-7000-8000-0000000000aa", "nothing", ""} {
		if err := h.DecideFullCopy(ctx, o1, id, no, grant); !errors.Is(err, casework.ErrNotFound) {
			t.Errorf("a request that nobody made (%q): %v", no, err)
		}
	}
	h.must(h.DecideFullCopy(ctx, o1, id, request.ID, grant))
	h.must(look())
	h.clock.add(time.Hour)
	h.must(look())
	for _, name := range []string{"", clip + "x", strings.Replace(clip, "clip.mp4", "detections.ndjson", 1), "../" + clip} {
		if _, _, _, err := h.PortalOriginal(ctx, id, name); !errors.Is(err, casework.ErrNotFound) {
			t.Errorf("%q: %v", name, err)
		}
	}
	page, err := h.PortalCase(ctx, id, casework.Visit{})
	h.must(err)
	got := page.FullCopies[0]
	if got.State != "granted" || got.Grounds != grant.Grounds || got.DecidedBy != "" || len(got.Views) != 2 || got.Views[0].File != "data/clip.mp4" || !got.Views[0].At.Before(got.Views[1].At) {
		t.Errorf("the party sees %+v", got)
	}
	bundle, _, _ := strings.Cut(clip, "/")
	views, err := h.registry.Views(ctx, registry.ViewFilter{Subject: bundle, By: "当事人"})
	if err != nil || len(views) != 2 || !strings.Contains(views[0].Reason, "uncovered") || !strings.Contains(views[0].Reason, id) {
		t.Errorf("the auditor sees %+v (%v)", views, err)
	}
	if f := h.file(id); f.FullCopies[0].DecidedBy != o1.Name {
		t.Errorf("the file says %+v", f.FullCopies[0])
	}
	if got := strings.Join(h.entries(id), " "); !strings.Contains(got, "full_copy_asked full_copy_granted") {
		t.Errorf("the record has %s", got)
	}
	h.must(h.DeliverAll(ctx))
	if sent := h.sent("13800000001"); !strings.Contains(sent[len(sent)-1].Text, "已获准") {
		t.Errorf("the party was told %+v", sent[len(sent)-1])
	}

	h.clock.to(*got.Until)
	refused(t, look(), flow.Forbidden, "") // its time is over
	if f := h.file(id).FullCopies[0]; f.State != "ended" {
		t.Errorf("it stands at %s", f.State)
	}
	h.must(h.CheckRecord(ctx, id))
}

func TestAFullCopyIsRefusedWithTheReason(t *testing.T) {
	t.Parallel()
	h, ctx := open(t, want{}), t.Context()
	id := h.notified()
	for _, reason := range []string{"", " \n", strings.Repeat("长", 9000), "a\x00b"} {
		refused(t, h.AskFullCopy(ctx, id, reason, casework.Visit{}), flow.Invalid, "")
	}
	request := h.asked(id)
	h.must(h.DecideFullCopy(ctx, h.staff["head"], id, request.ID, casework.FullVerdict{Grounds: "画面中有未成年人"}))
	_, _, _, err := h.PortalOriginal(ctx, id, h.clip(id))
	refused(t, err, flow.Forbidden, "")
	if err := h.DecideFullCopy(ctx, h.staff["head"], id, request.ID, casework.FullVerdict{Grant: true, Grounds: "改为准许", Days: 1}); !errors.Is(err, casework.ErrChanged) {
		t.Errorf("an answer was taken back: %v", err)
	}
	h.asked(id) // it may ask again
	if list := h.file(id).FullCopies; len(list) != 2 || list[0].State != "asked" || list[1].State != "refused" || list[1].Grounds == "" {
		t.Errorf("the requests: %+v", list)
	}
}

// Two officers answer at once: one is heard, and the other is told.
func TestTwoAnswerAFullCopyAtOnce(t *testing.T) {
	t.Parallel()
	h, ctx := open(t, want{}), t.Context()
	id := h.notified()
	request := h.asked(id)
	errs := make([]error, 2)
	var both sync.WaitGroup
	for i, who := range []string{"o1", "o2"} {
		both.Go(func() {
			errs[i] = h.DecideFullCopy(ctx, h.staff[who], id, request.ID, casework.FullVerdict{Grant: i == 0, Grounds: "经审查", Days: 1})
		})
	}
	both.Wait()
	if (errs[0] == nil) == (errs[1] == nil) || !errors.Is(errors.Join(errs...), casework.ErrChanged) {
		t.Errorf("both: %v", errs)
	}
	// Two browsers of the party ask at once: one request waits.
	for i := range errs {
		both.Go(func() { errs[i] = h.AskFullCopy(ctx, id, "核对", casework.Visit{}) })
	}
	both.Wait()
	if (errs[0] == nil) == (errs[1] == nil) || len(h.file(id).FullCopies) != 2 {
		t.Errorf("both: %v, %d requests", errs, len(h.file(id).FullCopies))
	}
}

// What was granted to one party is not another's.
func TestAnotherPartySeesNothingUncovered(t *testing.T) {
	t.Parallel()
	h, ctx := open(t, want{}), t.Context()
	id := h.reviewed()
	h.must(h.do("head", id, "file", fields{"officers": h.officers("o1", "o2")}))
	request := h.asked(id)
	h.must(h.DecideFullCopy(ctx, h.staff["o1"], id, request.ID, casework.FullVerdict{Grant: true, Grounds: "可以", Days: 5}))
	clip := h.clip(id)
	_, _, _, err := h.PortalOriginal(ctx, h.find(h.beside()), clip)
	if !errors.Is(err, casework.ErrNotFound) {
		t.Errorf("by another case's link: %v", err)
	}
	_, _, _, err = h.PortalOriginal(ctx, id, clip)
	h.must(err)
	heir, err := h.registry.SaveParty(ctx, "test", registry.Party{Kind: "person", Name: "李四", Phone: "13800000002", Address: "八一路100号"})
	h.must(err)
	h.must(h.do("o1", id, "identify", fields{"party_id": heir.ID}))
	_, _, _, err = h.PortalOriginal(ctx, id, clip)
	refused(t, err, flow.Forbidden, "")
	if f := h.file(id).FullCopies[0]; f.State != "ended" {
		t.Errorf("for another party it stands at %s", f.State)
	}
	_, err = h.pool.Exec(ctx, `UPDATE full_copy SET state = 'granted', until = NULL WHERE id = $1`, request.ID)
	if err == nil {
		t.Error("a grant without end")
	}
}

// A request is to be answered within five working days: it stands among the case's deadlines,
// alarms its officers alone, is in the list of what is overdue, and none of it once answered.
func TestAFullCopyIsAnsweredInTimeOrAlarms(t *testing.T) {
	t.Parallel()
	h, ctx := open(t, want{}), t.Context()
	id := h.paid()
	h.must(h.do("head", id, "archived", nil))
	if f := h.file(id); len(f.Deadlines) != 0 {
		t.Fatalf("an archived case has %+v", f.Deadlines)
	}
	request := h.asked(id)
	due := h.file(id).Deadlines
	if len(due) != 1 || due[0].LabelZH != "答复查看未遮挡画面的申请" || due[0].At.In(time.FixedZone("", 8*3600)).Format(time.DateOnly) != "2026-12-03" { // asked on Thursday 26 November
		t.Fatalf("to be answered by %+v", due)
	}
	overdue := func() int {
		page, err := h.Cases(ctx, casework.CaseFilter{Due: "overdue", Officer: h.staff["o1"].ID}, "")
		h.must(err)
		return len(page.Items)
	}
	if n := overdue(); n != 0 {
		t.Errorf("%d are overdue at once", n)
	}
	h.clock.to(due[0].At)
	_, err := h.Sweep(ctx)
	h.must(err)
	for who, want := range map[string]int{"o1": 1, "o2": 1, "o3": 0, "head": 1} {
		if list, err := h.Alarms(ctx, h.staff[who]); err != nil || len(list) != want || want == 1 && list[0].Percent != 100 {
			t.Errorf("%s is alarmed of %+v, %v", who, list, err)
		}
	}
	if n := overdue(); n != 1 {
		t.Errorf("%d are overdue", n)
	}
	h.must(h.DecideFullCopy(ctx, h.staff["o1"], id, request.ID, casework.FullVerdict{Grounds: "画面中有未成年人"}))
	if list, err := h.Alarms(ctx, h.staff["o1"]); err != nil || len(list) != 0 || overdue() != 0 || len(h.file(id).Deadlines) != 0 {
		t.Errorf("answered, and alarmed of %+v, %v", list, err)
	}
}
