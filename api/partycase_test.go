package api_test

import (
	"fmt"
	"net/http"
	"path"
	"strings"
	"testing"

	"offsite/api/problem"
	"offsite/api/wire"
	"offsite/casework"
)

// TestTheFullCopyByHTTP: asked for with the telephone's code, answered by an officer, seen
// for as long as granted, by the code alone, and each look kept.
func TestTheFullCopyByHTTP(t *testing.T) {
	t.Parallel()
	c := openCourse(t)
	id := c.proposed(1, 300_00)
	party := c.party(id)
	c.onlyProved(party)
	var page casework.PortalCase
	party.do("GET", "/portal/case", nil).into(t, &page)
	if page.Phone == "" || page.Clip == "" || len(page.FullCopies) != 0 {
		t.Fatalf("the party's page: %+v", page)
	}
	at := "/portal/originals/" + page.Clip
	c.wants(http.StatusForbidden, party.do("GET", at, nil)) // nobody granted it
	for _, body := range []any{wire.PortalReason{}, wire.PortalReason{Reason: strings.Repeat("长", 2001)}, map[string]any{"reason": 7}, []int{}} {
		c.wants(http.StatusUnprocessableEntity, party.do("POST", "/portal/full-copy", body))
	}
	c.wants(http.StatusNoContent, party.do("POST", "/portal/full-copy", wire.PortalReason{Reason: "画面里的人不是我"}))
	request := c.file(id).FullCopies[0]
	answer := "/cases/" + id + "/full-copies/" + request.ID
	for who, status := range map[string]int{"first": http.StatusForbidden, "jurist": http.StatusForbidden} {
		c.wants(status, c.staff[who].do("POST", answer, casework.FullVerdict{Grant: true, Grounds: "可以", Days: 2}))
	}
	for _, body := range []any{casework.FullVerdict{Grant: true, Days: 2}, casework.FullVerdict{Grant: true, Grounds: "可以"}, casework.FullVerdict{Grant: true, Grounds: "可以", Days: 16}, map[string]any{}} {
		c.wants(http.StatusUnprocessableEntity, c.staff["one"].do("POST", answer, body))
	}
	c.wants(http.StatusNotFound, c.staff["one"].do("POST", "/cases/"+id+"/full-copies/none", casework.FullVerdict{Grounds: "没有"}))
	c.wants(http.StatusNoContent, c.staff["one"].do("POST", answer, casework.FullVerdict{Grant: true, Grounds: "画面中无其他人", Days: 2}))
	if r := c.staff["two"].do("POST", answer, casework.FullVerdict{Grounds: "不可以"}); r.status != http.StatusConflict && r.status != http.StatusPreconditionFailed {
		t.Errorf("answered twice: %s", r)
	}
	if r := party.do("GET", at, nil); r.status != http.StatusOK || string(r.body) != film {
		t.Errorf("what was granted: %s", r)
	}
	if r := c.party(id).do("GET", at, nil); r.status != http.StatusForbidden || !strings.Contains(r.String(), problem.SecondFactor) {
		t.Errorf("by the link alone: %s", r)
	}
	party.do("GET", "/portal/case", nil).into(t, &page)
	if got := page.FullCopies[0]; got.State != "granted" || len(got.Views) != 1 {
		t.Errorf("the party's page says %+v", got)
	}
}

// TestALinkIsClosedByHTTP: by those who may, with the version that they saw.
func TestALinkIsClosedByHTTP(t *testing.T) {
	t.Parallel()
	c := openCourse(t)
	id := c.proposed(1, 300_00)
	party, f := c.party(id), c.file(id)
	match := fmt.Sprintf(`If-Match: "%d"`, f.Version)
	at := "/cases/" + id + "/link/"
	c.wants(http.StatusForbidden, c.staff["first"].do("POST", at+"revocation", wire.Reason{Reason: "遗失"}, match))
	if r := c.staff["one"].do("POST", at+"revocation", wire.Reason{Reason: "遗失"}); r.status < 400 {
		t.Errorf("without the version that was seen: %s", r)
	}
	c.wants(http.StatusUnprocessableEntity, c.staff["one"].do("POST", at+"revocation", wire.Reason{}, match))
	c.wants(http.StatusNoContent, c.staff["one"].do("POST", at+"revocation", wire.Reason{Reason: "被他人取得"}, match))
	if r := party.do("GET", "/portal/case", nil); r.status < 400 {
		t.Errorf("its session goes on: %s", r)
	}
	if r := c.stranger().do("POST", "/portal/session", wire.PortalOpen{Token: path.Base(f.PortalURL)}); r.status < 400 {
		t.Errorf("it opens: %s", r)
	}
	c.wants(http.StatusPreconditionFailed, c.staff["two"].do("POST", at+"renewal", wire.Reason{Reason: "补发"}, match))
	c.wants(http.StatusNoContent, c.staff["two"].do("POST", at+"renewal", wire.Reason{Reason: "补发"}, fmt.Sprintf(`If-Match: "%d"`, c.file(id).Version)))
	c.party(id) // which opens by the new link
}

// TestAStatementHangsOnNoTelephone: who has none known states a defence by the link, and is
// told where to do what binds.
func TestAStatementHangsOnNoTelephone(t *testing.T) {
	t.Parallel()
	c := openCourse(t)
	id := c.proposed(1, 300_00)
	party := c.party(id)
	if r := party.do("POST", "/portal/statement", wire.PortalStatement{Text: "不是我的"}); r.status != http.StatusForbidden {
		t.Errorf("by the link alone, with a telephone known: %s", r)
	}
	if _, err := c.pool.Exec(t.Context(), `UPDATE party SET phone = ''`); err != nil {
		t.Fatal(err)
	}
	c.wants(http.StatusNoContent, party.do("POST", "/portal/statement", wire.PortalStatement{Text: "不是我的"}))
	if r := party.do("POST", "/portal/waive", map[string]any{}); r.status != http.StatusForbidden {
		t.Errorf("gave its rights up by the link alone: %s", r)
	}
	if r := party.do("POST", "/portal/code", map[string]any{}); r.status != http.StatusUnprocessableEntity || !strings.Contains(r.String(), "演示路1号") {
		t.Errorf("no way on paper is named: %s", r)
	}
}
