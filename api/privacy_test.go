package api_test

import (
	"bytes"
	"net/http"
	"strings"
	"testing"

	"offsite/api/wire"
	"offsite/registry"
)

func TestASubjectsRequestGoesThroughThreeHands(t *testing.T) {
	t.Parallel()
	h := open(t)
	party, err := h.registry.SaveParty(t.Context(), "test", registry.Party{Kind: "person", Name: "张三", Identity: "11010519491231002X", Phone: "13800000001"})
	if err != nil {
		t.Fatal(err)
	}
	officer, legal, head := h.staff("officer"), h.staff("legal"), h.staff("head")
	var made wire.Made
	r := officer.do("POST", "/privacy/requests", wire.SubjectAsk{PartyID: party.ID, Checked: "核对居民身份证原件"})
	if r.into(t, &made); r.status != http.StatusCreated {
		t.Fatalf("taken down: %s", r)
	}
	at, yes := "/privacy/requests/"+made.ID, wire.SubjectVerdict{Release: true, Reason: "符合第四十五条"}
	if r = head.do("POST", at+"/data.zip", nil); r.status != http.StatusUnprocessableEntity {
		t.Errorf("handed over before it was released: %s", r)
	}
	if r = legal.do("POST", at+"/review", yes); r.status != http.StatusNoContent {
		t.Fatalf("reviewed: %s", r)
	}
	if r = head.do("POST", at+"/decision", yes); r.status != http.StatusNoContent {
		t.Fatalf("decided: %s", r)
	}
	if r = legal.do("POST", at+"/data.zip", nil); r.status != http.StatusForbidden {
		t.Errorf("handed to the reviewer: %s", r)
	}
	r = head.do("POST", at+"/data.zip", nil)
	if r.status != http.StatusOK || !bytes.HasPrefix(r.body, []byte("PK")) || !strings.Contains(r.header.Get("Content-Disposition"), "personal-data.zip") {
		t.Errorf("handed over: %d, %d bytes", r.status, len(r.body))
	}
	var list struct{ Items []wire.SubjectRequest }
	legal.do("GET", "/privacy/requests", nil).into(t, &list)
	if len(list.Items) != 1 || list.Items[0].State != "released" || len(list.Items[0].Events) != 4 {
		t.Errorf("listed: %+v", list.Items)
	}
	if r = head.do("POST", "/privacy/requests/"+nobody+"/data.zip", nil); r.status != http.StatusNotFound {
		t.Errorf("of no request: %s", r)
	}
	var record wire.Processing
	legal.do("GET", "/privacy/processing", nil).into(t, &record)
	if len(record.Activities) < 10 || record.Measures.Accounts != 3 {
		t.Errorf("the processing record: %+v", record)
	}
	if r = legal.do("GET", "/privacy/assessment.pdf", nil); r.status != http.StatusOK || !bytes.HasPrefix(r.body, []byte("%PDF")) {
		t.Errorf("the assessment: %d", r.status)
	}
}

func TestReportsOfWorkAreReadAndPointsEntered(t *testing.T) {
	t.Parallel()
	h := open(t)
	officer, head := h.staff("officer"), h.staff("head")
	if r := officer.do("GET", "/reports/scores?period=2026-11", nil); r.status != http.StatusForbidden {
		t.Errorf("the report as an officer: %s", r)
	}
	if r := officer.do("GET", "/reports/day?day=2026-11-28", nil); r.status != http.StatusOK {
		t.Errorf("one's own day: %s", r)
	}
	for _, wrong := range []string{"/reports/scores?period=november", "/reports/scores", "/reports/day?day=today"} {
		if r := head.do("GET", wrong, nil); r.status != http.StatusUnprocessableEntity {
			t.Errorf("%s: %s", wrong, r)
		}
	}
	if r := head.do("POST", "/reports/rules", wire.ScoreRulesDraft{Points: map[string]int{"closed": 7}, Reason: "本局计分办法"}); r.status != http.StatusNoContent {
		t.Fatalf("points entered: %s", r)
	}
	r := head.do("GET", "/reports/scores?period=2026-Q4&by=person", nil)
	if r.status != http.StatusOK || !strings.Contains(r.String(), `"version":1`) || !strings.Contains(r.String(), `"name":"officer"`) {
		t.Errorf("the report: %s", r)
	}
}
