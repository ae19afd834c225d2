package casework_test

import (
	"testing"
	"time"
)

// A stall stands until the re-check does not find it; what was rejected never stood.
func TestStallsStandUntilTheyAreGone(t *testing.T) {
	t.Parallel()
	h := open(t, want{})
	ctx := t.Context()
	since := h.clock.now().Add(-time.Hour)
	id := h.find(nil)
	list, err := h.Stalls(ctx, since)
	if err != nil || len(list) != 1 || list[0].CaseID != id || list[0].CameraID != h.camera.ID || list[0].EndedAt != nil || list[0].Camera != h.camera.Name {
		t.Fatalf("found: %+v %v", list, err)
	}
	h.must(h.do("r1", id, "confirm", nil))
	h.must(h.DeliverAll(ctx))
	h.clock.add(16 * time.Minute)
	h.recheck(id, false)
	h.expect(id, "corrected")
	list, err = h.Stalls(ctx, since)
	if err != nil || len(list) != 1 || list[0].EndedAt == nil || !list[0].EndedAt.After(list[0].FirstAt) {
		t.Fatalf("gone: %+v %v", list, err)
	}
	if list, err = h.Stalls(ctx, h.clock.now()); err != nil || len(list) != 0 {
		t.Errorf("long ago: %+v %v", list, err)
	}
	h.clock.add(time.Hour)
	h.must(h.do("r1", h.find(nil), "reject", fields{"reason": "不是违法"}))
	if list, err = h.Stalls(ctx, since); err != nil || len(list) != 1 {
		t.Errorf("what was rejected: %+v %v", list, err)
	}
}
