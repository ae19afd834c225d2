package api_test

import (
	"net/http"
	"testing"

	"offsite/api/wire"
	"offsite/casework"
)

// TestARefundByHandByHTTP: an officer of the case enters it, a head confirms it, the
// treasury's payment is entered; whoever may not is refused, and so is a body without sense.
func TestARefundByHandByHTTP(t *testing.T) {
	t.Parallel()
	c := openCourse(t)
	id := c.proposed(1, 200_00)
	party := c.party(id)
	c.prove(party)
	c.wants(http.StatusNoContent, party.do("POST", "/portal/consent", wire.PortalConsent{Phone: "13800000001", Signature: dot}))
	c.wants(http.StatusNoContent, party.do("POST", "/portal/waive", map[string]any{}))
	c.step("chief", id, "decide", nil)
	c.step("one", id, "serve", map[string]any{"method": "electronic"})
	c.deliver()
	var order wire.PortalPayment
	party.do("POST", "/portal/payment", map[string]any{}).into(t, &order)
	c.pay(order.PayURL)
	at := "/cases/" + id + "/refunds"
	draft := casework.RefundDraft{Cause: "lowered", AmountFen: 50_00, Reason: "行政复议决定变更为罚款150元"}
	for who, status := range map[string]int{"first": http.StatusForbidden, "jurist": http.StatusForbidden} {
		c.wants(status, c.staff[who].do("POST", at, draft))
	}
	for _, body := range []any{casework.RefundDraft{Cause: "lowered", AmountFen: 50_00}, casework.RefundDraft{Cause: "lowered", Reason: "x"}, casework.RefundDraft{Cause: "gift", AmountFen: 1, Reason: "x"}, map[string]any{}} {
		c.wants(http.StatusUnprocessableEntity, c.staff["one"].do("POST", at, body))
	}
	c.wants(http.StatusConflict, c.staff["one"].do("POST", at, casework.RefundDraft{Cause: "lowered", AmountFen: 200_01, Reason: "过多"}))
	c.wants(http.StatusNoContent, c.staff["one"].do("POST", at, draft))
	f := c.file(id)
	if len(f.Refunds) != 1 || f.Refunds[0].State != "asked" || !f.Refunds[0].Own {
		t.Fatalf("the file says %+v", f.Refunds)
	}
	at += "/" + f.Refunds[0].ID
	c.wants(http.StatusForbidden, c.staff["one"].do("POST", at+"/verdict", casework.RefundVerdict{Confirm: true, Grounds: "属实"}))
	c.wants(http.StatusNotFound, c.staff["chief"].do("POST", "/cases/"+id+"/refunds/none/verdict", casework.RefundVerdict{Confirm: true, Grounds: "属实"}))
	c.wants(http.StatusNoContent, c.staff["chief"].do("POST", at+"/verdict", casework.RefundVerdict{Confirm: true, Grounds: "复议决定书在卷"}))
	c.wants(http.StatusUnprocessableEntity, c.staff["one"].do("POST", at+"/payment", casework.RefundPaid{TreasuryNo: "退001", PaidOn: "昨天"}))
	day := c.now().Format("2006-01-02")
	c.wants(http.StatusNoContent, c.staff["one"].do("POST", at+"/payment", casework.RefundPaid{TreasuryNo: "退001", PaidOn: day}))
	c.wants(http.StatusPreconditionFailed, c.staff["one"].do("POST", at+"/payment", casework.RefundPaid{TreasuryNo: "退001", PaidOn: day}))
	if f = c.file(id); f.Refunds[0].State != "paid" || f.OwedFen != 50_00 || f.UnaskedFen != 0 {
		t.Errorf("the file says %+v, owed %d, unasked %d", f.Refunds, f.OwedFen, f.UnaskedFen)
	}
	var progress casework.PortalCase
	party.do("GET", "/portal/case", nil).into(t, &progress)
	if last := progress.Progress[len(progress.Progress)-1]; last.LabelZH != "已退还缴款" {
		t.Errorf("the party is told %+v", last)
	}
}
