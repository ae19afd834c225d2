package api_test

import (
	"net/http"
	"strings"
	"testing"

	"offsite/casework/desk"
)

// Saved case lists are an account's own; what is no filter is refused in words.
func TestSavedFilters(t *testing.T) {
	t.Parallel()
	h := open(t)
	officer, head := h.staff("officer"), h.staff("head")
	var made desk.SavedFilter
	r := officer.do("POST", "/filters", desk.FilterDraft{Name: "逾期", Query: "due=overdue&mine=1"})
	r.into(t, &made)
	if r.status != http.StatusOK || made.ID == "" || made.Query != "due=overdue&mine=1" {
		t.Fatalf("saved: %s", r)
	}
	var mine, theirs struct{ Items []desk.SavedFilter }
	officer.do("GET", "/filters", nil).into(t, &mine)
	head.do("GET", "/filters", nil).into(t, &theirs)
	if len(mine.Items) != 1 || len(theirs.Items) != 0 {
		t.Errorf("listed %+v, to another %+v", mine, theirs)
	}
	for name, one := range map[string]struct {
		r    reply
		want int
	}{
		"no condition":     {officer.do("POST", "/filters", desk.FilterDraft{Name: "空", Query: "page=1"}), http.StatusUnprocessableEntity},
		"another's":        {head.do("DELETE", "/filters/"+made.ID, nil), http.StatusNotFound},
		"one's own":        {officer.do("DELETE", "/filters/"+made.ID, nil), http.StatusNoContent},
		"no such case":     {officer.do("GET", "/cases/"+nobody+"/notes", nil), http.StatusNotFound},
		"note on no case":  {officer.do("POST", "/cases/"+nobody+"/notes", desk.NoteDraft{Text: "一"}), http.StatusNotFound},
		"file no note":     {head.do("POST", "/notes/"+nobody+"/file", nil), http.StatusNotFound},
		"withdraw no note": {officer.do("DELETE", "/notes/"+nobody, nil), http.StatusNotFound},
		"no such filter":   {officer.do("GET", "/cases?due=never", nil), http.StatusUnprocessableEntity},
	} {
		if one.r.status != one.want {
			t.Errorf("%s: %s, want %d", name, one.r, one.want)
		}
	}
	var colleagues struct{ Items []desk.Colleague }
	h.staff("admin")
	officer.do("GET", "/colleagues", nil).into(t, &colleagues)
	if len(colleagues.Items) != 2 {
		t.Errorf("colleagues: %+v", colleagues)
	}
}

// The figures leave as a spreadsheet or as a paper; a month that was not sealed has none.
func TestFiguresAreReported(t *testing.T) {
	t.Parallel()
	h := open(t)
	admin := h.staff("admin")
	for format, begin := range map[string]string{"xlsx": "PK", "pdf": "%PDF-"} {
		r := admin.do("GET", "/quotas/report?format="+format, nil)
		if r.status != http.StatusOK || !strings.HasPrefix(string(r.body), begin) || !strings.Contains(r.header.Get("Content-Disposition"), "."+format) {
			t.Errorf("%s: %d, %d bytes, %q", format, r.status, len(r.body), r.header.Get("Content-Disposition"))
		}
	}
	if r := admin.do("GET", "/quotas/report?month=2020-01", nil); r.status != http.StatusNotFound {
		t.Errorf("a month that was not sealed: %s", r)
	}
	if r := admin.do("GET", "/quotas/report?format=doc", nil); r.status != http.StatusUnprocessableEntity {
		t.Errorf("another format: %s", r)
	}
}
