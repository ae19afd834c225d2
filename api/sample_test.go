package api_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"offsite/api/wire"
	"offsite/registry"
)

// An auditor announces a sample, and everybody who may read sees when it is drawn;
// what is not drawn yet has no report.
func TestASampleIsAnnounced(t *testing.T) {
	t.Parallel()
	h := open(t)
	auditor := h.staff("auditor")
	draft := wire.SampleDraft{From: time.Now().AddDate(0, -1, 0), To: time.Now(), Rate: 0.05, Draws: time.Now().Add(time.Hour)}
	var made wire.Sample
	r := auditor.do("POST", "/samples", draft)
	r.into(t, &made)
	if r.status != http.StatusCreated || made.ID == "" || made.By != "auditor" || made.Taken || !strings.Contains(made.AnnouncementText, made.ID) {
		t.Fatalf("announced: %s", r)
	}
	for name, change := range map[string]func(*wire.SampleDraft){
		"drawn at once": func(d *wire.SampleDraft) { d.Draws = time.Now() },
		"backwards":     func(d *wire.SampleDraft) { d.To = d.From.Add(-time.Hour) },
		"more than all": func(d *wire.SampleDraft) { d.Rate = 2 },
	} {
		wrong := draft
		change(&wrong)
		if r := auditor.do("POST", "/samples", wrong); r.status != http.StatusUnprocessableEntity {
			t.Errorf("%s: %s", name, r)
		}
	}
	var all struct{ Items []wire.Sample }
	h.staff("head").do("GET", "/samples", nil).into(t, &all)
	if len(all.Items) != 1 || all.Items[0].ID != made.ID || all.Items[0].Rate != 0.05 {
		t.Errorf("listed: %+v", all)
	}
	if r := auditor.do("GET", "/samples/"+made.ID+"/report?format=pdf", nil); r.status != http.StatusConflict {
		t.Errorf("a report before the draw: %s", r)
	}
	if r := auditor.do("GET", "/samples/0198c000-0000-7000-8000-000000000001", nil); r.status != http.StatusNotFound {
		t.Errorf("a sample that is not there: %s", r)
	}
}

// Who looked at evidence is shown to those who watch over it.
func TestViewsAreListed(t *testing.T) {
	t.Parallel()
	h := open(t)
	for _, subject := range []string{"0198c000-0000-7000-8000-000000000001", "0198c000-0000-7000-8000-000000000002"} {
		if err := h.registry.RecordView(t.Context(), registry.View{By: "officer", What: "clip", Subject: subject, File: "data/clip.mp4", Reason: "办理案件"}); err != nil {
			t.Fatal(err)
		}
	}
	var all struct{ Items []registry.View }
	h.staff("auditor").do("GET", "/views?subject=0198c000-0000-7000-8000-000000000002", nil).into(t, &all)
	if len(all.Items) != 1 || all.Items[0].By != "officer" || all.Items[0].Reason != "办理案件" {
		t.Errorf("%+v", all)
	}
	if r := h.staff("officer").do("GET", "/views", nil); r.status != http.StatusForbidden {
		t.Errorf("an officer lists views: %s", r)
	}
}
