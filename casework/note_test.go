package casework_test

import (
	"errors"
	"strings"
	"testing"

	"offsite/casework"
	"offsite/casework/desk"
)

// A note reaches whom it mentions, is no part of the file, and becomes a line of the
// process record, whose chain holds, when somebody puts it there.
func TestNotesOnACase(t *testing.T) {
	t.Parallel()
	h := open(t, want{})
	ctx := t.Context()
	caseID := h.reviewed()
	d := desk.New(h.pool, h.clock.now)
	o1, legal, head := h.staff["o1"], h.staff["legal"], h.staff["head"]
	before, err := h.Case(ctx, o1, caseID)
	h.must(err)

	n, err := d.Write(ctx, o1.ID, caseID, desk.NoteDraft{Text: "  请看当事人的陈述  ", Mentions: []string{legal.ID, legal.ID}})
	h.must(err)
	if n.Text != "请看当事人的陈述" || n.By != o1.Name || len(n.Mentions) != 1 || n.Mentions[0] != legal.Name || n.MatterZH == "" || n.Unseen {
		t.Errorf("written: %+v", n)
	}
	for who, wanted := range map[string]int{"legal": 1, "head": 0, "o1": 0} {
		if unseen, err := d.Unseen(ctx, h.staff[who].ID); err != nil || unseen != wanted {
			t.Errorf("%s has %d unseen, want %d: %v", who, unseen, wanted, err)
		}
	}
	mentions, err := d.Mentions(ctx, legal.ID)
	if err != nil || len(mentions) != 1 || !mentions[0].Unseen || mentions[0].CaseID != caseID {
		t.Fatalf("mentions: %+v %v", mentions, err)
	}
	h.must(d.See(ctx, legal.ID, caseID))
	if unseen, err := d.Unseen(ctx, legal.ID); err != nil || unseen != 0 {
		t.Errorf("seen, and still %d wait: %v", unseen, err)
	}

	h.must(h.FileNote(ctx, head, n.ID))
	after, err := h.Case(ctx, o1, caseID)
	h.must(err)
	last := after.Record[len(after.Record)-1]
	if len(after.Record) != len(before.Record)+1 || last.Event != "noted" || last.Actor != head.Name || last.Role != "head" || last.Reason != o1.Name+"：请看当事人的陈述" {
		t.Errorf("in the record: %+v", last)
	}
	if after.Version != before.Version {
		t.Errorf("a note makes what others see stale: version %d, was %d", after.Version, before.Version)
	}
	if err := h.FileNote(ctx, head, n.ID); !errors.Is(err, desk.ErrNotFound) {
		t.Errorf("put in the file twice: %v", err)
	}
	var refused *desk.Refused
	if err := d.Withdraw(ctx, o1.ID, n.ID); !errors.As(err, &refused) {
		t.Errorf("taken out of the file: %v", err)
	}
	notes, err := d.Notes(ctx, head.ID, caseID)
	if err != nil || len(notes) != 1 || notes[0].FiledAt == nil || notes[0].FiledBy != head.Name {
		t.Errorf("listed: %+v %v", notes, err)
	}
}

func TestNotesAreTakenBackByTheirAuthorAlone(t *testing.T) {
	t.Parallel()
	h := open(t, want{})
	ctx := t.Context()
	caseID := h.reviewed()
	d := desk.New(h.pool, h.clock.now)
	o1, o2, admin := h.staff["o1"], h.staff["o2"], h.staff["admin"]
	n, err := d.Write(ctx, o1.ID, caseID, desk.NoteDraft{Text: "一", Mentions: []string{o2.ID}})
	h.must(err)
	if err := d.Withdraw(ctx, o2.ID, n.ID); !errors.Is(err, desk.ErrNotFound) {
		t.Errorf("taken back by another: %v", err)
	}
	for _, wrong := range []string{"", "x", "'", o1.ID} {
		if err := d.Withdraw(ctx, o1.ID, wrong); !errors.Is(err, desk.ErrNotFound) {
			t.Errorf("note %q is taken back: %v", wrong, err)
		}
		if _, err := desk.CaseOf(ctx, h.pool, wrong); !errors.Is(err, desk.ErrNotFound) {
			t.Errorf("note %q is on a case: %v", wrong, err)
		}
		if err := d.RemoveFilter(ctx, o1.ID, wrong); !errors.Is(err, desk.ErrNotFound) {
			t.Errorf("filter %q is removed: %v", wrong, err)
		}
	}
	h.must(d.Withdraw(ctx, o1.ID, strings.ToUpper(n.ID)))
	if unseen, err := d.Unseen(ctx, o2.ID); err != nil || unseen != 0 {
		t.Errorf("what was taken back still waits: %d %v", unseen, err)
	}
	var refused *desk.Refused
	if _, err := d.Write(ctx, o1.ID, caseID, desk.NoteDraft{Text: "二", Mentions: []string{admin.ID}}); !errors.As(err, &refused) || refused.Field != "mentions" {
		t.Errorf("who sees no cases is mentioned: %v", err)
	}
	if _, err := d.Write(ctx, o1.ID, caseID, desk.NoteDraft{Text: "二", Mentions: []string{o2.ID, "x"}}); !errors.As(err, &refused) || refused.Field != "mentions" {
		t.Errorf("what is no account is mentioned: %v", err)
	}
	if _, err := d.Write(ctx, o1.ID, caseID, desk.NoteDraft{Text: " \n"}); !errors.As(err, &refused) || refused.Field != "text" {
		t.Errorf("nothing is written: %v", err)
	}
	if _, err := d.Write(ctx, o1.ID, id(t), desk.NoteDraft{Text: "三"}); !errors.Is(err, desk.ErrNotFound) {
		t.Errorf("a case that is not there: %v", err)
	}
	if notes, err := d.Notes(ctx, o1.ID, caseID); err != nil || len(notes) != 0 {
		t.Errorf("what was refused is kept: %+v %v", notes, err)
	}
}

func TestFiltersOfAnAccount(t *testing.T) {
	t.Parallel()
	h := open(t, want{})
	ctx := t.Context()
	d := desk.New(h.pool, h.clock.now)
	o1, o2 := h.staff["o1"], h.staff["o2"]
	first, err := d.SaveFilter(ctx, o1.ID, desk.FilterDraft{Name: "我的", Query: "state=filed&mine=1&page=9"})
	h.must(err)
	if first.Query != "mine=1&state=filed" {
		t.Errorf("kept %q", first.Query)
	}
	again, err := d.SaveFilter(ctx, o1.ID, desk.FilterDraft{Name: "我的", Query: "due=overdue"})
	if err != nil || again.ID != first.ID {
		t.Errorf("of the same name: %+v %v", again, err)
	}
	if list, err := d.Filters(ctx, o2.ID); err != nil || len(list) != 0 {
		t.Errorf("another sees %+v %v", list, err)
	}
	if err := d.RemoveFilter(ctx, o2.ID, first.ID); !errors.Is(err, desk.ErrNotFound) {
		t.Errorf("another removes it: %v", err)
	}
	h.must(d.RemoveFilter(ctx, o1.ID, first.ID))
	if list, err := d.Filters(ctx, o1.ID); err != nil || len(list) != 0 {
		t.Errorf("after its removal: %+v %v", list, err)
	}
	var refused *desk.Refused
	for _, query := range []string{"", "page=2", "%zz", "state="} {
		if _, err := d.SaveFilter(ctx, o1.ID, desk.FilterDraft{Name: "空", Query: query}); !errors.As(err, &refused) || refused.Field != "query" {
			t.Errorf("%q: %v", query, err)
		}
	}
}

func TestCasesByOfficerMatterAndDeadline(t *testing.T) {
	t.Parallel()
	h := open(t, want{})
	ctx := t.Context()
	caseID := h.proposed(20000)
	c, err := h.Case(ctx, h.staff["o1"], caseID)
	h.must(err)
	var notice string
	for _, d := range c.Documents {
		if d.Kind == "advance_notice" {
			notice = d.Number
		}
	}
	list := func(f casework.CaseFilter) int {
		t.Helper()
		p, err := h.Cases(ctx, f, "")
		h.must(err)
		return len(p.Items)
	}
	for name, one := range map[string]struct {
		filter casework.CaseFilter
		want   int
	}{
		"assigned":       {casework.CaseFilter{Officer: h.staff["o1"].ID}, 1},
		"not assigned":   {casework.CaseFilter{Officer: h.staff["o3"].ID}, 0},
		"whole number":   {casework.CaseFilter{Q: " " + c.Number + " "}, 1},
		"part of it":     {casework.CaseFilter{Q: "第000001号"}, 1},
		"a paper's":      {casework.CaseFilter{Q: notice}, 1},
		"surname":        {casework.CaseFilter{Q: string([]rune(c.Party)[:1])}, 1},
		"no surname":     {casework.CaseFilter{Q: "%"}, 0},
		"within a name":  {casework.CaseFilter{Q: c.Party}, 1},
		"another number": {casework.CaseFilter{Q: strings.Replace(c.Number, "1号", "2号", 1)}, 0},
		"of the matter":  {casework.CaseFilter{Matter: "stall"}, 1},
		"of another":     {casework.CaseFilter{Matter: "soil"}, 0},
		"overdue":        {casework.CaseFilter{Due: "overdue"}, 0},
		"due in a week":  {casework.CaseFilter{Due: "week"}, 1},
		"all conditions": {casework.CaseFilter{Officer: h.staff["o1"].ID, Matter: "stall", Due: "week", State: c.State}, 1},
	} {
		if got := list(one.filter); got != one.want {
			t.Errorf("%s: %d, want %d", name, got, one.want)
		}
	}
	h.clock.to(c.Deadlines[0].At)
	if got := list(casework.CaseFilter{Due: "overdue"}); got != 1 {
		t.Errorf("after its deadline: %d overdue", got)
	}
}
