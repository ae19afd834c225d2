package casework_test

import (
	"slices"
	"testing"
	"time"

	"offsite/casework"
)

// reviewed takes a finding through reminder, re-check and both reviews.
func (h *house) reviewed() string { h.t.Helper(); return h.reviewedOf(nil) }

func (h *house) reviewedOf(change func(*casework.Summary)) string {
	h.t.Helper()
	ctx := h.t.Context()
	id := h.find(change)
	h.must(h.do("r1", id, "confirm", nil))
	h.must(h.DeliverAll(ctx))
	h.expect(id, "reminded")
	h.clock.add(16 * time.Minute)
	r, s := h.bundle(change)
	s.Kind, s.CaseID, s.Present = "recheck", id, true
	r.Kind = s.Kind
	h.record(r, s)
	h.expect(id, "reviewed")
	f, err := h.Finding(ctx, h.staff["r2"], id)
	h.must(err)
	h.must(h.Verify(ctx, h.staff["r2"], id, f.Version, casework.Ticks{True: true, Clear: true, Complete: true, Accurate: true}))
	h.expect(id, "verified")
	return id
}

// proposed takes a reviewed finding to the advance notice.
func (h *house) proposed(fen int64) string {
	h.t.Helper()
	id := h.reviewed()
	h.must(h.do("head", id, "file", fields{"officers": h.officers("o1", "o2")}))
	h.must(h.do("o1", id, "notify", nil))
	h.must(h.do("o1", id, "investigated", fields{"facts": "张三于店前人行道设摊经营。", "conclusion": "违法事实清楚，证据确凿。"}))
	h.must(h.do("o2", id, "propose", fields{"fine_fen": float64(fen), "reason": "初次违法，情节一般。"}))
	h.must(h.DeliverAll(h.t.Context()))
	h.expect(id, "proposed")
	return id
}

// serving is a case whose decision is on its way to a telephone that the party signed for.
func (h *house) serving(fen int64) string {
	h.t.Helper()
	id := h.proposed(fen)
	h.must(h.Waive(h.t.Context(), id))
	h.must(h.Consent(h.t.Context(), id, "13800000001", signature, casework.Visit{}))
	h.must(h.do("head", id, "decide", nil))
	h.must(h.do("o1", id, "serve", fields{"method": "electronic"}))
	return id
}

const signature = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="

func TestFromFindingToArchive(t *testing.T) {
	t.Parallel()
	h := open(t, want{})
	ctx := t.Context()
	id := h.serving(200_00)
	h.expect(id, "serving")
	h.must(h.DeliverAll(ctx))
	h.expect(id, "served")

	party, err := h.PortalCase(ctx, id, casework.Visit{Address: "10.0.0.1", Browser: "test"})
	h.must(err)
	if party.FineFen != 200_00 || !party.Consented || !slices.ContainsFunc(party.Actions, func(a casework.PortalAction) bool { return a.Event == "pay" && a.Allowed }) {
		t.Fatalf("the party's page: %+v", party)
	}
	url, err := h.StartPayment(ctx, id)
	h.must(err)
	if again, err := h.StartPayment(ctx, id); err != nil || again != url {
		t.Fatalf("the same order must be given again: %q, %q, %v", url, again, err)
	}
	h.pay(url)
	h.expect(id, "closed")
	h.must(h.do("head", id, "archived", nil))

	c, err := h.Case(ctx, h.staff["auditor"], id)
	h.must(err)
	var kinds []string
	for _, d := range c.Documents {
		kinds = append(kinds, d.Kind)
	}
	if want := []string{"reminder", "filing_approval", "fact_notice", "advance_notice", "service_consent", "decision", "service_receipt", "closure"}; !slices.Equal(kinds, want) {
		t.Errorf("documents %v, want %v", kinds, want)
	}
	if c.State != "archived" || c.PaidFen != 200_00 || c.ReceiptNo == "" || c.Number != "沪崇城管立字〔2026〕第000001号" {
		t.Errorf("the file: %+v", c.CaseItem)
	}
	for _, d := range c.Documents {
		shown, err := h.PublicDocument(ctx, d.Code)
		if err != nil || shown.SHA256 != d.SHA256 {
			t.Errorf("code of %s: %v", d.Number, err)
		}
	}
	h.must(h.CheckRecord(ctx, id))
}
