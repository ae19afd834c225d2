package casework_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"offsite/casework"
	"offsite/evidence"
)

// Once the party is told of the facts, each bundle of the case is to be copied; a copy
// that is sealed is the party's to see and to take along, and nobody else's.
func TestThePartyTakesRedactedCopiesAlong(t *testing.T) {
	t.Parallel()
	h := open(t, want{})
	ctx := t.Context()
	caseID := h.reviewed()
	h.must(h.do("head", caseID, "file", fields{"officers": h.officers("o1", "o2")}))
	asked := func() (n int) {
		h.must(h.pool.QueryRow(ctx, `SELECT count(*) FROM river_job WHERE kind = $1 AND args->>'case_id' = $2`, casework.RedactArgs{}.Kind(), caseID).Scan(&n))
		return n
	}
	if asked() != 0 {
		t.Error("copies are made before the party is told of anything")
	}
	h.must(h.do("o1", caseID, "notify", nil))
	if asked() != 1 {
		t.Errorf("%d jobs make copies, not one", asked())
	}
	parents, err := h.Unredacted(ctx, caseID)
	h.must(err)
	if len(parents) != 2 { // finding and re-check
		t.Fatalf("%d bundles are to be copied", len(parents))
	}
	clip := parents[0].BundleID + "/data/clip.mp4"
	if _, err := h.PortalFile(ctx, caseID, clip); !errors.Is(err, casework.ErrCopyAwaited) {
		t.Errorf("before there is a copy: %v", err)
	}
	if asked() != 1 {
		t.Errorf("%d jobs make copies at once", asked())
	}
	copied := evidence.Receipt{BundleID: id(t), Kind: casework.RedactedKind, Camera: h.camera.ID, ManifestSHA256: strings.Repeat("c", 64), SealedAt: h.clock.now(), SizeBytes: 700, Key: "copy"}
	raw, err := json.Marshal(casework.Redacted{Kind: casework.RedactedKind, CaseID: caseID, Parent: parents[0].BundleID})
	h.must(err)
	for range 2 { // after a crash it comes again
		h.must(h.RecordEvidence(ctx, copied, raw))
	}
	if left, err := h.Unredacted(ctx, caseID); err != nil || len(left) != 1 || left[0].BundleID != parents[1].BundleID {
		t.Errorf("still to be copied: %d, %v", len(left), err)
	}
	page, err := h.PortalCase(ctx, caseID, casework.Visit{})
	h.must(err)
	if len(page.Copies) != 1 || page.Copies[0].Bundle != copied.BundleID || page.Copies[0].Size != 700 {
		t.Errorf("the party sees %+v", page.Copies)
	}
	if f, err := h.PortalFile(ctx, caseID, clip); err != nil || f.Copy.Key != "copy" {
		t.Errorf("with a copy: %+v, %v", f.Copy, err)
	}
	if r, err := h.PortalBundle(ctx, caseID, copied.BundleID); err != nil || r.Key != "copy" {
		t.Errorf("%+v, %v", r, err)
	}
	for _, other := range []struct{ caseID, bundle string }{{id(t), copied.BundleID}, {caseID, parents[0].BundleID}, {caseID, "nothing"}} {
		if _, err := h.PortalBundle(ctx, other.caseID, other.bundle); !errors.Is(err, casework.ErrNotFound) {
			t.Errorf("bundle %s of case %s: %v", other.bundle, other.caseID, err)
		}
	}
	if e, err := h.Evidence(ctx, copied.BundleID); err != nil || e.Kind != casework.RedactedKind || e.CaseID != caseID {
		t.Errorf("an auditor sees %+v, %v", e, err)
	}
	if all, err := h.Case(ctx, h.staff["auditor"], caseID); err != nil || len(all.Evidence) != 2 {
		t.Errorf("a copy counts as evidence: %d, %v", len(all.Evidence), err)
	}
}

// Who is only reminded may look, too: the copy is made when the party first asks.
func TestACopyIsMadeWhenThePartyAsks(t *testing.T) {
	t.Parallel()
	h := open(t, want{})
	ctx := t.Context()
	caseID := h.reviewed()
	parents, err := h.Unredacted(ctx, caseID)
	h.must(err)
	for range 2 {
		if _, err := h.PortalFile(ctx, caseID, parents[0].BundleID+"/data/clip.mp4"); !errors.Is(err, casework.ErrCopyAwaited) {
			t.Fatalf("without a copy: %v", err)
		}
	}
	var asked int
	h.must(h.pool.QueryRow(ctx, `SELECT count(*) FROM river_job WHERE kind = $1 AND args->>'case_id' = $2`, casework.RedactArgs{}.Kind(), caseID).Scan(&asked))
	if asked != 1 {
		t.Errorf("%d jobs make copies, not one", asked)
	}
}
