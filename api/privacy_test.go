package api_test

import (
	"bytes"
	"fmt"
	"net/http"
	"slices"
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

func TestRetentionIsOrderedAndAgreedTo(t *testing.T) {
	t.Parallel()
	h := open(t)
	legal, head := h.staff("legal"), h.staff("head")
	draft := wire.RetentionOrderDraft{Rule: "webhook", Days: 60, Reason: "改为两个月"}
	if r := head.do("POST", "/privacy/retention/orders", draft); r.status != http.StatusForbidden {
		t.Errorf("ordered by the head: %s", r)
	}
	if r := legal.do("POST", "/privacy/retention/orders", wire.RetentionOrderDraft{Rule: "webhook", Days: 4000, Reason: "因"}); r.status != http.StatusUnprocessableEntity {
		t.Errorf("ordered beyond the bounds: %s", r)
	}
	r := legal.do("POST", "/privacy/retention/orders", draft)
	var order wire.RetentionOrder
	if r.into(t, &order); r.status != http.StatusCreated {
		t.Fatalf("ordered: %s", r)
	}
	at := fmt.Sprintf("/privacy/retention/orders/%d/agreement", order.ID)
	if r := legal.do("POST", at, nil); r.status != http.StatusForbidden {
		t.Errorf("agreed to by the legal reviewer: %s", r)
	}
	if r := head.do("POST", at, nil); r.status != http.StatusNoContent {
		t.Fatalf("agreed to: %s", r)
	}
	if r := head.do("POST", at, nil); r.status != http.StatusNotFound {
		t.Errorf("agreed to twice: %s", r)
	}
	var kept wire.Retention
	head.do("GET", "/privacy/retention", nil).into(t, &kept)
	i := slices.IndexFunc(kept.Schedule, func(r wire.RetentionRule) bool { return r.Key == "webhook" })
	if i < 0 || kept.Schedule[i].Days != 60 || len(kept.Orders) != 1 || kept.Orders[0].AgreedBy != "head" {
		t.Errorf("as it holds: %+v, %+v", kept.Schedule, kept.Orders)
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
