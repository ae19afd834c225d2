package api_test

import (
	"bytes"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"offsite/evidence/canonical"
	"offsite/evidence/removal"
)

// Of a bundle that the law had deleted its record is given as it was signed, byte for byte, once
// it is timestamped, and the log's receipt once there is one.
func TestTheRecordOfARemovalIsGiven(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.staff("officer")
	auditor := h.staff("auditor")
	caseID, _ := h.withLink("officer")
	record, err := os.ReadFile(filepath.Join("..", "docs", "formats", "vectors", "removals", "good", "removal.json"))
	must(t, err)
	r, err := removal.Parse(record)
	must(t, err)
	bundle, tokens := r.Statement.Bundle, r.Timestamps
	r.Timestamps = nil
	signed, err := canonical.Write(r)
	must(t, err)
	at := "/evidence/" + bundle + "/removal"
	h.wants(http.StatusNotFound, auditor.do("GET", at+".json", nil))
	put := func(sql string, args ...any) {
		_, err := h.pool.Exec(t.Context(), sql, args...)
		must(t, err)
	}
	put(`INSERT INTO evidence_removed (bundle, case_id, removed_at, why) VALUES ($1, $2, now(), 'expire')`, bundle, caseID)
	put(`INSERT INTO removal_record (bundle, body, at) VALUES ($1, $2, now())`, bundle, signed)
	h.wants(http.StatusNotFound, auditor.do("GET", at+".json", nil))
	put(`INSERT INTO removal_stamp (bundle, tokens, at) VALUES ($1, $2, now())`, bundle, tokens)
	got := auditor.do("GET", at+".json", nil)
	if h.wants(http.StatusOK, got); !bytes.Equal(got.body, bytes.TrimSpace(record)) || !strings.Contains(got.header.Get("Content-Disposition"), bundle+".removal.json") {
		t.Errorf("the record: %s, %v", got, got.header)
	}
	h.wants(http.StatusNotFound, auditor.do("GET", at+".tlog-proof", nil))
	put(`INSERT INTO removal_stored (bundle, receipt, at) VALUES ($1, 'the log''s word', now())`, bundle)
	got = auditor.do("GET", at+".tlog-proof", nil)
	if h.wants(http.StatusOK, got); string(got.body) != "the log's word" {
		t.Errorf("the receipt: %s", got)
	}
	h.wants(http.StatusForbidden, h.staff("admin").do("GET", at+".json", nil))
}
