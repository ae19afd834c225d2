package api_test

import (
	"bytes"
	"net/http"
	"strings"
	"testing"

	"offsite/api/wire"
	"offsite/casework"
)

// A bulk step answers for each case alone, with the reason where nothing was done.
func TestBulkStepReportsEachCase(t *testing.T) {
	t.Parallel()
	h := open(t)
	reviewer := h.staff("reviewer")
	var report struct{ Items []casework.BulkOutcome }
	r := reviewer.do("POST", "/cases/bulk/reject", wire.BulkStep{Cases: []casework.Chosen{{ID: nobody, Version: 1}, {ID: "x", Version: 1}}, Fields: map[string]any{"reason": "重复"}})
	r.into(t, &report)
	if len(report.Items) != 2 || report.Items[0].Done || report.Items[0].WhyZH == "" || report.Items[1].WhyEN == "" {
		t.Errorf("the report: %s", r)
	}
	if r := reviewer.do("POST", "/cases/bulk/reject", wire.BulkStep{Cases: []casework.Chosen{}}); r.status != http.StatusUnprocessableEntity {
		t.Errorf("without a case: %s", r)
	}
	if r := h.staff("auditor").do("POST", "/cases/bulk/reject", wire.BulkStep{Cases: []casework.Chosen{{ID: nobody, Version: 1}}, Fields: map[string]any{}}); r.status != http.StatusForbidden {
		t.Errorf("by an auditor: %s", r)
	}
}

func TestDutiesAreListed(t *testing.T) {
	t.Parallel()
	h := open(t)
	head := h.staff("head")
	for _, path := range []string{"/alarms", "/reconciliations"} {
		if r := head.do("GET", path, nil); r.status != http.StatusOK || !strings.Contains(string(r.body), `"items":[]`) {
			t.Errorf("%s: %s", path, r)
		}
	}
	r := head.do("GET", "/casework/diagram", nil)
	if r.status != http.StatusOK || r.header.Get("Content-Type") != "image/svg+xml" || !bytes.Contains(r.body, []byte("处罚事先告知")) {
		t.Errorf("the diagram: %d, %s", r.status, r.header.Get("Content-Type"))
	}
}
