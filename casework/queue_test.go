package casework_test

import (
	"slices"
	"testing"
	"time"

	"offsite/casework"
)

// TestListBySureness goes through findings page by page: the surest first, equal
// ones by time, none twice, none missed.
func TestListBySureness(t *testing.T) {
	t.Parallel()
	h := open(t, want{})
	var found []string
	for _, score := range []float64{0.4, 0.9, 0.4, 0.7, 0.9} {
		id := h.find(func(s *casework.Summary) {
			s.Boxes = []casework.Box{{Label: "person", Score: 0.1}, {Label: "stall", Score: score}}
		})
		h.must(h.do("r1", id, "reject", fields{"reason": "不构成违法"})) // else the next one is of the same act
		h.clock.add(time.Hour)
		found = append(found, id)
	}
	var listed []string
	for cursor := ""; ; {
		page, err := h.Findings(t.Context(), casework.FindingFilter{ObjectID: h.shop.ID, Order: "probability", Limit: 2}, cursor)
		h.must(err)
		for _, f := range page.Items {
			listed = append(listed, f.ID)
		}
		if cursor = page.NextCursor; cursor == "" {
			break
		}
	}
	if want := []string{found[1], found[4], found[3], found[0], found[2]}; !slices.Equal(listed, want) {
		t.Errorf("listed %v, want %v", listed, want)
	}
}

// TestListByDeadline goes through the queue page by page: what falls due first, of the same
// day the surest first, none twice, none missed.
func TestListByDeadline(t *testing.T) {
	t.Parallel()
	h := open(t, want{})
	var found []string
	for day, score := range []float64{0.4, 0.4, 0.9, 0.7} { // the last two are of one day
		if day < 3 {
			h.clock.add(-24 * time.Hour)
		}
		id := h.find(func(s *casework.Summary) {
			s.Boxes = []casework.Box{{Label: "stall", Score: score}}
		})
		h.must(h.do("r1", id, "reject", fields{"reason": "不构成违法"})) // else the next one is of the same act
		found = append(found, id)
	}
	_, err := h.pool.Exec(t.Context(), `UPDATE casefile SET state = 'found', due_at = (date_trunc('day', last_at AT TIME ZONE 'Asia/Shanghai') + interval '31 days') AT TIME ZONE 'Asia/Shanghai' - interval '1 microsecond'`)
	h.must(err)
	var listed []string
	for cursor := ""; ; {
		page, err := h.Findings(t.Context(), casework.FindingFilter{State: "found", Order: "deadline", Limit: 1}, cursor)
		h.must(err)
		for _, f := range page.Items {
			listed = append(listed, f.ID)
		}
		if cursor = page.NextCursor; cursor == "" {
			break
		}
	}
	if want := []string{found[2], found[3], found[1], found[0]}; !slices.Equal(listed, want) {
		t.Errorf("listed %v, want %v", listed, want)
	}
}

// TestAgreement counts what the second review made of the first.
func TestAgreement(t *testing.T) {
	t.Parallel()
	h := open(t, want{})
	h.must(h.do("r1", h.find(nil), "reject", fields{"reason": "不构成违法"})) // else the next one is of the same act
	h.clock.add(time.Hour)
	h.reviewed()
	list, err := h.Agreements(t.Context(), time.Time{})
	h.must(err)
	if len(list) != 1 || list[0].Confirmed != 1 || list[0].Rejected != 1 || list[0].Held != 1 || list[0].Refused != 0 {
		t.Errorf("the reviewers agree so: %+v", list)
	}
}

// TestListOfAPeriod lists what was found within a period: its beginning belongs to it, its end
// does not.
func TestListOfAPeriod(t *testing.T) {
	t.Parallel()
	h := open(t, want{})
	day := func(n int) time.Time {
		return h.clock.now().Add(time.Duration(n) * 24 * time.Hour).Truncate(time.Second)
	}
	from, to := day(-3), day(-1)
	var found []string
	for _, at := range []time.Time{from.Add(-time.Second), from, to.Add(-time.Second), to} {
		id := h.find(func(s *casework.Summary) { s.Raised = at })
		h.must(h.do("r1", id, "reject", fields{"reason": "不构成违法"})) // else the next one is of the same act
		found = append(found, id)
	}
	page, err := h.Findings(t.Context(), casework.FindingFilter{From: from, To: to}, "")
	h.must(err)
	var listed []string
	for _, f := range page.Items {
		listed = append(listed, f.ID)
	}
	if want := []string{found[2], found[1]}; !slices.Equal(listed, want) {
		t.Errorf("listed %v, want %v", listed, want)
	}
}
