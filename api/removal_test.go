package api_test

import (
	"net/http"
	"strings"
	"testing"
)

// Of a bundle that the law had deleted its record is given as it was signed, byte for byte, and
// the log's receipt once there is one.
func TestTheRecordOfARemovalIsGiven(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.staff("officer")
	auditor := h.staff("auditor")
	caseID, _ := h.withLink("officer")
	const bundle, record = "0198c000-0000-7000-8000-000000000002", `{"signatures":["AA=="],"statement":{"format":"offsite-removal/1"}}`
	at := "/evidence/" + bundle + "/removal"
	h.wants(http.StatusNotFound, auditor.do("GET", at+".json", nil))
	for _, sql := range []string{
		`INSERT INTO evidence_removed (bundle, case_id, removed_at, why) VALUES ($1, $2, now(), 'expire')`,
		`INSERT INTO removal_record (bundle, body, at) SELECT $1, '` + record + `', now() WHERE $2::uuid IS NOT NULL`,
	} {
		_, err := h.pool.Exec(t.Context(), sql, bundle, caseID)
		must(t, err)
	}
	r := auditor.do("GET", at+".json", nil)
	if h.wants(http.StatusOK, r); string(r.body) != record || !strings.Contains(r.header.Get("Content-Disposition"), bundle+".removal.json") {
		t.Errorf("the record: %s, %v", r, r.header)
	}
	h.wants(http.StatusNotFound, auditor.do("GET", at+".tlog-proof", nil))
	_, err := h.pool.Exec(t.Context(), `INSERT INTO removal_stored (bundle, receipt, at) VALUES ($1, 'the log''s word', now())`, bundle)
	must(t, err)
	r = auditor.do("GET", at+".tlog-proof", nil)
	if h.wants(http.StatusOK, r); string(r.body) != "the log's word" {
		t.Errorf("the receipt: %s", r)
	}
	h.wants(http.StatusForbidden, h.staff("admin").do("GET", at+".json", nil))
}
