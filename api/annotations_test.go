package api_test

import (
	"encoding/base64"
	"net/http"
	"strings"
	"testing"
	"time"

	"offsite/api/wire"
	"offsite/casework"
	"offsite/exchange/key"
	"offsite/exchange/transfer"
)

// TestAnAnnotationByHTTP: an officer of the case asks, a head decides; the register's system
// fetches the letter with its key and says number and day of its entry; an officer asks for the
// lifting. Whoever may not is refused, and so is a body without sense.
func TestAnAnnotationByHTTP(t *testing.T) {
	t.Parallel()
	c := openCourse(t)
	id := c.proposed(1, 200_00)
	at := "/cases/" + id + "/annotations"
	draft := casework.AnnotationDraft{Ground: "structure", Property: "沪（2020）崇字不动产权第012345号", Place: "八一路100号", Owner: "张三", Reason: "违法建筑尚未拆除。", Until: c.now().AddDate(0, 6, 0).Format(time.DateOnly)}
	for _, who := range []string{"first", "jurist"} {
		c.wants(http.StatusForbidden, c.staff[who].do("POST", at, draft))
	}
	for _, body := range []any{map[string]any{}, casework.AnnotationDraft{Ground: "whim", Property: "x", Place: "x", Owner: "x", Reason: "x", Until: draft.Until}, casework.AnnotationDraft{Ground: "structure", Property: "x", Place: "x", Owner: "张三", Reason: "x", Until: "明年"}} {
		c.wants(http.StatusUnprocessableEntity, c.staff["one"].do("POST", at, body))
	}
	c.wants(http.StatusNoContent, c.staff["one"].do("POST", at, draft))
	var list wire.AnnotationList
	c.staff["one"].do("GET", "/annotations?state=open", nil).into(t, &list)
	if len(list.Items) != 1 || list.Items[0].CaseID != id || list.Items[0].State != "asked" || len(list.Grounds) != 1 {
		t.Fatalf("listed %+v", list)
	}
	verdict := at + "/" + list.Items[0].ID + "/verdict"
	yes := casework.AnnotationVerdict{Confirm: true, Grounds: "同意"}
	c.wants(http.StatusForbidden, c.staff["one"].do("POST", verdict, yes))
	c.wants(http.StatusNotFound, c.staff["chief"].do("POST", at+"/none/verdict", yes))
	c.wants(http.StatusUnprocessableEntity, c.staff["chief"].do("POST", verdict, yes)) // no register is there
	var register transfer.Authority
	c.staff["chief"].do("POST", "/authorities", wire.AuthorityDraft{Name: "不动产登记事务中心", Kind: "register"}).into(t, &register)
	c.wants(http.StatusNoContent, c.staff["chief"].do("POST", verdict, yes))
	c.wants(http.StatusPreconditionFailed, c.staff["chief"].do("POST", verdict, yes))

	_, text, err := c.keys.Create(t.Context(), "test", key.Draft{Name: "register", Scopes: []string{key.Transfers}, Days: 1, Authority: register.ID})
	must(t, err)
	system, shown := c.stranger(), "Authorization: Bearer "+text
	var sent struct{ Items []transfer.Transfer }
	system.do("GET", "/transfers", nil, shown).into(t, &sent)
	if len(sent.Items) != 1 || sent.Items[0].SubjectKind != "annotation" {
		t.Fatalf("the register has %+v", sent.Items)
	}
	to := "/transfers/" + sent.Items[0].ID
	if r := system.do("GET", to+"/file.zip", nil, shown); r.status != http.StatusOK || !strings.Contains(string(r.body), "transfer.json") || !strings.Contains(string(r.body), "%PDF-") {
		t.Errorf("what is handed over: %d", r.status)
	}
	c.wants(http.StatusNoContent, c.staff["one"].do("POST", to+"/paper-receipt", wire.PaperReceipt{Receiver: "窗口", ReceivedAt: time.Now(), Scan: base64.StdEncoding.EncodeToString([]byte("%PDF-1.4 receipt"))}))
	c.wants(http.StatusUnprocessableEntity, system.do("POST", to+"/status", wire.TransferStatus{State: "accepted", Note: "已注记"}, shown))
	c.wants(http.StatusUnprocessableEntity, system.do("POST", to+"/status", wire.TransferStatus{State: "accepted", Ref: "1", On: "昨天", Note: "已注记"}, shown))
	c.wants(http.StatusNoContent, system.do("POST", to+"/status", wire.TransferStatus{State: "accepted", Ref: "登注1号", On: time.Now().AddDate(0, 0, -1).Format(time.DateOnly), Note: "已注记"}, shown))
	if n := c.file(id).Annotations; len(n) != 1 || n[0].State != "noted" || n[0].RegisterNo != "登注1号" || n[0].DueAt == nil {
		t.Errorf("the file says %+v", n)
	}

	lift := at + "/" + list.Items[0].ID + "/lifting"
	c.wants(http.StatusForbidden, c.staff["jurist"].do("POST", lift, wire.Reason{Reason: "已拆除"}))
	c.wants(http.StatusUnprocessableEntity, c.staff["one"].do("POST", lift, map[string]any{}))
	c.wants(http.StatusNoContent, c.staff["one"].do("POST", lift, wire.Reason{Reason: "违法建筑已拆除。"}))
	c.wants(http.StatusPreconditionFailed, c.staff["one"].do("POST", lift, wire.Reason{Reason: "违法建筑已拆除。"}))
	system.do("GET", "/transfers", nil, shown).into(t, &sent)
	if len(sent.Items) != 2 || sent.Items[0].SubjectKind != "lifting" {
		t.Errorf("the register has %+v", sent.Items)
	}
}
