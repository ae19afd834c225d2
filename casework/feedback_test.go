package casework_test

import (
	"testing"
	"time"

	"offsite/casework"
)

// What reviewers said last of a finding is told, with the bundle it was said of; what
// nobody has judged is not.
func TestJudgedFindingsAreListed(t *testing.T) {
	t.Parallel()
	h := open(t, want{})
	from := h.clock.now()
	rejected := h.find(nil)
	if early, err := casework.JudgedFindings(t.Context(), h.pool, from, h.clock.now().Add(time.Hour)); err != nil || len(early) != 0 {
		t.Errorf("before anybody judged: %d, %v", len(early), err)
	}
	h.must(h.do("r1", rejected, "reject", fields{"reason": "蒸汽"}))
	h.clock.add(24 * time.Hour)
	confirmed := h.find(nil)
	h.must(h.do("r1", confirmed, "confirm", nil))
	got, err := casework.JudgedFindings(t.Context(), h.pool, from, h.clock.now().Add(time.Hour))
	h.must(err)
	if len(got) != 2 {
		t.Fatalf("%d findings, want 2", len(got))
	}
	for _, j := range got {
		if j.Confirmed != (j.CaseID == confirmed) || j.Receipt.BundleID != j.CaseID || j.Summary.IncidentID != j.CaseID || !j.Confirmed && j.Reason != "蒸汽" {
			t.Errorf("%+v", j)
		}
	}
	if later, err := casework.JudgedFindings(t.Context(), h.pool, h.clock.now().Add(time.Hour), h.clock.now().Add(2*time.Hour)); err != nil || len(later) != 0 {
		t.Errorf("an hour later: %d, %v", len(later), err)
	}
}
