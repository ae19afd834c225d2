package api_test

import (
	"net/http"
	"testing"

	"offsite/casework"
)

// TestACounterPaymentByHTTP: an officer of the case enters the receipt, a head confirms it and
// the case is closed; whoever may not is refused, and so is a body without sense.
func TestACounterPaymentByHTTP(t *testing.T) {
	t.Parallel()
	c := openCourse(t)
	id := c.proposed(1, 200_00)
	party := c.party(id)
	c.prove(party)
	c.wants(http.StatusNoContent, party.do("POST", "/portal/waive", map[string]any{}))
	c.step("chief", id, "decide", nil)
	c.step("one", id, "serve", map[string]any{"method": "direct"})
	now := c.now()
	c.step("one", id, "served", map[string]any{"received_at": now.Format("2006-01-02T15:04:05Z07:00"), "proof": "回证在卷", "receiver": "本人", "papers": []string{"JVBERi0xLjc="}})
	at, day := "/cases/"+id+"/counter-payments", now.Format("2006-01-02")
	slip := casework.CounterDraft{ReceiptNo: "柜001", PaidOn: day, AmountFen: 200_00, Papers: []string{"JVBERi0xLjc="}}
	for who, status := range map[string]int{"first": http.StatusForbidden, "jurist": http.StatusForbidden} {
		c.wants(status, c.staff[who].do("POST", at, slip))
	}
	for _, wrong := range []func(d *casework.CounterDraft){
		func(d *casework.CounterDraft) { d.ReceiptNo = "" }, func(d *casework.CounterDraft) { d.PaidOn = "昨天" }, func(d *casework.CounterDraft) { d.AmountFen = 0 },
		func(d *casework.CounterDraft) { d.Papers = []string{} }, func(d *casework.CounterDraft) { d.Papers = []string{"?"} },
	} {
		d := slip
		wrong(&d)
		c.wants(http.StatusUnprocessableEntity, c.staff["one"].do("POST", at, d))
	}
	c.wants(http.StatusNoContent, c.staff["one"].do("POST", at, slip))
	c.wants(http.StatusConflict, c.staff["one"].do("POST", at, slip))
	c.wants(http.StatusConflict, party.do("POST", "/portal/payment", map[string]any{})) // not a second time
	f := c.file(id)
	if len(f.Counter) != 1 || f.Counter[0].State != "asked" || !f.Counter[0].Own || len(f.Counter[0].Papers) != 1 {
		t.Fatalf("the file says %+v", f.Counter)
	}
	at += "/" + f.Counter[0].ID + "/verdict"
	yes := casework.CounterVerdict{Confirm: true, Grounds: "与国库核对无误"}
	c.wants(http.StatusForbidden, c.staff["one"].do("POST", at, yes))
	c.wants(http.StatusNotFound, c.staff["chief"].do("POST", "/cases/"+id+"/counter-payments/none/verdict", yes))
	c.wants(http.StatusNoContent, c.staff["chief"].do("POST", at, yes))
	c.wants(http.StatusPreconditionFailed, c.staff["chief"].do("POST", at, yes))
	if f = c.file(id); f.State != "closed" || f.PaidFen != 200_00 || f.Counter[0].State != "confirmed" {
		t.Errorf("the file says %s, %d fen paid, %+v", f.State, f.PaidFen, f.Counter)
	}
}
