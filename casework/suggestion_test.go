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
)

func (h *house) suggestion() casework.SuggestionDraft {
	return casework.SuggestionDraft{Recipient: "崇明区绿化和市容管理局", Facts: "八一路沿线早市时段有流动摊点，三个月内发现十七起。", Text: "一、增设便民疏导点。\n二、核查门前责任区协议。", Basis: "《上海市市容环境卫生管理条例》的有关规定",
		ReplyBy: h.clock.now().AddDate(0, 0, 20).Format(time.DateOnly)}
}

// What a case shows is suggested to another body by a numbered document that the head issues;
// the reply is entered once. The case stands where it stood.
func TestASuggestionIsIssuedAndAnswered(t *testing.T) {
	t.Parallel()
	h, ctx := open(t, want{}), t.Context()
	id := h.reviewed()
	head, o1 := h.staff["head"], h.staff["o1"]
	refused(t, h.IssueSuggestion(ctx, head, id, h.suggestion()), flow.Unlawful, "") // it has no number yet
	h.must(h.do("head", id, "file", fields{"officers": h.officers("o1", "o2")}))
	for _, who := range []string{"o1", "r1", "legal", "auditor", "admin"} {
		refused(t, h.IssueSuggestion(ctx, h.staff[who], id, h.suggestion()), flow.Forbidden, "")
	}
	for field, wrong := range map[string]func(d *casework.SuggestionDraft){
		"recipient": func(d *casework.SuggestionDraft) { d.Recipient = " " }, "facts": func(d *casework.SuggestionDraft) { d.Facts = "" }, "text": func(d *casework.SuggestionDraft) { d.Text = "\n" }, "basis": func(d *casework.SuggestionDraft) { d.Basis = "" },
		"reply_by": func(d *casework.SuggestionDraft) { d.ReplyBy = "2020-01-01" },
	} {
		d := h.suggestion()
		wrong(&d)
		err := h.IssueSuggestion(ctx, head, id, d)
		refused(t, err, flow.Invalid, "")
		var refusal *casework.Refusal
		if !errors.As(err, &refusal) || refusal.Field != field {
			t.Errorf("without %s: %v", field, err)
		}
	}
	d := h.suggestion()
	d.Text = "一、整治露天烧烤🔥。"
	err := h.IssueSuggestion(ctx, head, id, d)
	refused(t, err, flow.Invalid, "")
	if err == nil || !strings.Contains(err.Error(), "U+1F525") {
		t.Errorf("a character that no font has: %v", err)
	}
	before := h.file(id)
	h.must(h.IssueSuggestion(ctx, head, id, h.suggestion()))
	f := h.file(id)
	if f.State != before.State || len(f.Deadlines) != len(before.Deadlines)+1 || len(f.Documents) != len(before.Documents)+1 || len(f.Suggestions) != 1 {
		t.Fatalf("it stands at %s with %d documents and %+v", f.State, len(f.Documents), f.Suggestions)
	}
	s, paper := f.Suggestions[0], f.Documents[len(f.Documents)-1]
	if s.Outcome != "waiting" || s.Overdue || s.IssuedBy != head.Name || s.DocumentID != paper.ID || s.Number != "沪崇城管建字〔2026〕第000001号" || paper.Kind != "suggestion" {
		t.Errorf("issued: %+v, %+v", s, paper)
	}
	_, pdf, err := h.DocumentPDF(ctx, s.DocumentID)
	if err != nil || !strings.HasPrefix(string(pdf), "%PDF-") {
		t.Errorf("its document: %.8s, %v", pdf, err)
	}
	if page, err := h.PortalCase(ctx, id, casework.Visit{}); err != nil || slices.ContainsFunc(page.Documents, func(d casework.PortalDocument) bool { return d.ID == s.DocumentID }) {
		t.Errorf("the party is shown %+v, %v", page.Documents, err)
	}

	answer := casework.SuggestionReply{Outcome: "partly", Reply: "疏导点已列入明年计划，责任区协议已核查。", RepliedOn: h.clock.now().Format(time.DateOnly)}
	refused(t, h.AnswerSuggestion(ctx, h.staff["o3"], id, s.ID, answer), flow.Forbidden, "")
	for _, wrong := range []casework.SuggestionReply{{Outcome: "partly", RepliedOn: answer.RepliedOn}, {Outcome: "maybe", Reply: "x", RepliedOn: answer.RepliedOn}, {Outcome: "partly", Reply: "x", RepliedOn: "2999-01-01"}} {
		refused(t, h.AnswerSuggestion(ctx, o1, id, s.ID, wrong), flow.Invalid, "")
	}
	for _, no := range []string{"0198c000-0000-7000-8000-0000000000aa", "nothing"} {
		if err := h.AnswerSuggestion(ctx, o1, id, no, answer); !errors.Is(err, casework.ErrNotFound) {
			t.Errorf("a suggestion that nobody made (%q): %v", no, err)
		}
	}
	h.clock.add(22 * 24 * time.Hour)
	if s = h.file(id).Suggestions[0]; !s.Overdue {
		t.Error("no reply in time, and it does not say so")
	}
	errs := make([]error, 2)
	var both sync.WaitGroup
	for i, who := range []string{"o1", "o2"} {
		both.Go(func() { errs[i] = h.AnswerSuggestion(ctx, h.staff[who], id, s.ID, answer) })
	}
	both.Wait()
	if (errs[0] == nil) == (errs[1] == nil) || !errors.Is(errors.Join(errs...), casework.ErrChanged) {
		t.Errorf("both: %v", errs)
	}
	f = h.file(id)
	if s = f.Suggestions[0]; s.Outcome != "partly" || s.Reply != answer.Reply || s.RepliedOn != answer.RepliedOn || s.Overdue || f.State != before.State {
		t.Errorf("answered: %+v", s)
	}
	if got := strings.Join(h.entries(id), " "); !strings.Contains(got, "suggested suggestion_answered") {
		t.Errorf("the record has %s", got)
	}
	h.must(h.CheckRecord(ctx, id))
}

// A reply that is late is the bureau's to ask for: the case's officers are alarmed when half
// of its time, four fifths and all of it have run, it is among what is overdue, and none of
// that once it came. Of two that wait the one that is wanted first counts.
func TestALateReplyToASuggestionAlarms(t *testing.T) {
	t.Parallel()
	h, ctx := open(t, want{}), t.Context()
	id := h.reviewed()
	h.must(h.do("head", id, "file", fields{"officers": h.officers("o1", "o2")}))
	later := h.suggestion()
	later.ReplyBy = h.clock.now().AddDate(0, 0, 40).Format(time.DateOnly)
	h.must(h.IssueSuggestion(ctx, h.staff["head"], id, later))
	h.must(h.IssueSuggestion(ctx, h.staff["head"], id, h.suggestion()))
	alarmed := func(who string) (percent []int) {
		_, err := h.Sweep(ctx)
		h.must(err)
		list, err := h.Alarms(ctx, h.staff[who])
		h.must(err)
		for _, a := range list {
			if a.LabelZH == "执法建议书的回复" {
				percent = append(percent, a.Percent)
			}
		}
		return percent
	}
	if got := alarmed("o1"); len(got) != 0 {
		t.Errorf("alarmed at once: %v", got)
	}
	for _, at := range []struct {
		days, percent int
	}{{11, 50}, {6, 80}, {4, 100}} {
		h.clock.add(time.Duration(at.days) * 24 * time.Hour)
		if got := alarmed("o1"); len(got) == 0 || got[0] != at.percent {
			t.Errorf("%d days on, alarmed at %v, want %d", at.days, got, at.percent)
		}
		if got := alarmed("o3"); len(got) != 0 {
			t.Errorf("an officer of another case is alarmed: %v", got)
		}
	}
	overdue := func() int {
		page, err := h.Cases(ctx, casework.CaseFilter{Due: "overdue"}, "")
		h.must(err)
		return len(page.Items)
	}
	if overdue() != 1 {
		t.Error("not among what is overdue")
	}
	reply := casework.SuggestionReply{Outcome: "adopted", Reply: "照办", RepliedOn: h.clock.now().Format(time.DateOnly)}
	h.must(h.AnswerSuggestion(ctx, h.staff["o1"], id, h.file(id).Suggestions[1].ID, reply))
	if n := overdue(); n != 0 {
		t.Errorf("%d overdue, and the other reply is not wanted yet", n)
	}
	h.must(h.AnswerSuggestion(ctx, h.staff["o1"], id, h.file(id).Suggestions[0].ID, reply))
	for _, d := range h.file(id).Deadlines {
		if d.LabelZH == "执法建议书的回复" {
			t.Errorf("both came, and one is wanted by %s", d.At)
		}
	}
}

// What was made by a version that gave no deadline gets one with the next sweep, from the day
// on which it was made, and alarms at once where its time is over.
func TestWhatWaitsWithoutADeadlineGetsOne(t *testing.T) {
	t.Parallel()
	h, ctx := open(t, want{}), t.Context()
	id := h.reviewed()
	h.must(h.do("head", id, "file", fields{"officers": h.officers("o1", "o2")}))
	h.must(h.IssueSuggestion(ctx, h.staff["head"], id, h.suggestion()))
	h.must(h.AskFullCopy(ctx, id, "画面里的人不是我", casework.Visit{Address: "10.0.0.1"}))
	want := h.file(id).Deadlines
	_, err := h.pool.Exec(ctx, `UPDATE casefile SET dossier = (dossier::jsonb - 'full_asked' - 'full_until' - 'suggested_at' - 'reply_until')::json, alarm_at = NULL WHERE id = $1`, id)
	h.must(err)
	if got := h.file(id).Deadlines; len(got) != len(want)-2 {
		t.Fatalf("an old case has %+v", got)
	}
	h.clock.add(30 * 24 * time.Hour)
	_, err = h.Sweep(ctx)
	h.must(err)
	same := func(a, b casework.Deadline) bool { return a.LabelZH == b.LabelZH && a.At.Equal(b.At) }
	if got := h.file(id).Deadlines; !slices.EqualFunc(got, want, same) {
		t.Errorf("dated as %+v, want %+v", got, want)
	}
	list, err := h.Alarms(ctx, h.staff["o1"])
	h.must(err)
	over := map[string]int{}
	for _, a := range list {
		over[a.LabelZH] = a.Percent
	}
	if over["执法建议书的回复"] != 100 || over["答复查看未遮挡画面的申请"] != 100 {
		t.Errorf("alarmed of %v", over)
	}
}
