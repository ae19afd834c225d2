package casework_test

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"offsite/casework"
	"offsite/evidence"
)

// A sealed gap is listed with its camera, once, and is no finding.
func TestGapsOfACamera(t *testing.T) {
	t.Parallel()
	h := open(t, want{})
	ctx := t.Context()
	for i := range 3 {
		g := casework.Gap{Kind: "gap", CameraID: h.camera.ID, From: working.Add(time.Duration(i) * time.Hour), To: working.Add(time.Duration(i)*time.Hour + time.Minute),
			Cause: "failed", Why: casework.Text{ZH: "无法连接", EN: "it cannot be reached"}, GoesOn: i == 1}
		raw, err := json.Marshal(g)
		h.must(err)
		r := evidence.Receipt{BundleID: id(t), Kind: "gap", Camera: h.camera.ID, SealedAt: g.To, ManifestSHA256: "ab", Key: "k"}
		for range 2 { // after a crash it comes again
			h.must(h.RecordEvidence(ctx, r, raw))
		}
	}
	list, err := h.Gaps(ctx, h.camera.ID, working.Add(30*time.Minute), working.Add(24*time.Hour))
	h.must(err)
	if len(list) != 2 || !list[0].From.Equal(working.Add(2*time.Hour)) || !list[1].GoesOn || list[1].Cause != "failed" || list[1].Why.EN == "" {
		t.Fatalf("%+v", list)
	}
	e, err := h.Evidence(ctx, list[0].Bundle)
	if err != nil || e.Kind != "gap" || e.CaseID != "" || e.Receipt.Key != "k" {
		t.Errorf("%+v %v", e, err)
	}
	if found, err := h.Findings(ctx, casework.FindingFilter{State: "found"}, ""); err != nil || len(found.Items) != 0 {
		t.Errorf("a gap became a finding: %+v %v", found, err)
	}
	if _, err := h.Gaps(ctx, "nowhere", working, working); !errors.Is(err, casework.ErrNotFound) {
		t.Errorf("of no camera: %v", err)
	}
}
