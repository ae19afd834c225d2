package casework_test

import (
	"errors"
	"path"
	"slices"
	"testing"

	"offsite/casework"
)

// TestNoticeBehindALink holds that a party can read what matters without a script,
// and that reading it so is no proof of service.
func TestNoticeBehindALink(t *testing.T) {
	t.Parallel()
	h := open(t, want{})
	id := h.proposed(200_00)
	file, err := h.Case(t.Context(), h.staff["officer"], id)
	h.must(err)
	n, err := h.PortalNotice(t.Context(), path.Base(file.PortalURL))
	h.must(err)
	statement := func(d casework.NoticeDeadline) bool { return d.ZH == "陈述申辩期限" && d.Day != "" }
	if n.Matter == "" || n.What == "" || n.Number != file.Number || n.OwedFen != 0 || !slices.ContainsFunc(n.Deadlines, statement) {
		t.Errorf("the notice says %+v", n)
	}
	var visits int
	h.must(h.pool.QueryRow(t.Context(), `SELECT count(*) FROM portal_visit WHERE case_id = $1`, id).Scan(&visits))
	if visits != 0 {
		t.Errorf("%d visits are recorded of nobody's", visits)
	}
	if _, err := h.PortalNotice(t.Context(), "guessed"); !errors.Is(err, casework.ErrLink) {
		t.Errorf("a guessed link: %v", err)
	}
}
