package api_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"offsite/casework"
)

// TestASuggestionByHTTP: a head issues it, its document is read like the others, an officer of
// the case enters the reply; whoever may not is refused, and so is a body without sense.
func TestASuggestionByHTTP(t *testing.T) {
	t.Parallel()
	c := openCourse(t)
	id := c.proposed(1, 200_00)
	at := "/cases/" + id + "/suggestions"
	draft := casework.SuggestionDraft{Recipient: "某区绿化和市容管理局", Facts: "沿线早市时段有流动摊点。", Text: "增设便民疏导点。", Basis: "《上海市市容环境卫生管理条例》的有关规定", ReplyBy: c.now().AddDate(0, 0, 20).Format(time.DateOnly)}
	for _, who := range []string{"one", "first", "jurist"} {
		c.wants(http.StatusForbidden, c.staff[who].do("POST", at, draft))
	}
	for _, body := range []any{map[string]any{}, casework.SuggestionDraft{Recipient: "x", Facts: "x", Text: "x", Basis: "x", ReplyBy: "明天"}} {
		c.wants(http.StatusUnprocessableEntity, c.staff["chief"].do("POST", at, body))
	}
	c.wants(http.StatusNoContent, c.staff["chief"].do("POST", at, draft))
	s := c.file(id).Suggestions[0]
	if r := c.staff["one"].do("GET", "/documents/"+s.DocumentID+"/pdf", nil); r.status != http.StatusOK || !strings.HasPrefix(string(r.body), "%PDF-") {
		t.Errorf("its document: %s", r)
	}
	answer := casework.SuggestionReply{Outcome: "adopted", Reply: "已列入计划。", RepliedOn: c.now().Format(time.DateOnly)}
	c.wants(http.StatusUnprocessableEntity, c.staff["one"].do("POST", at+"/"+s.ID+"/reply", map[string]any{"outcome": "maybe"}))
	c.wants(http.StatusNotFound, c.staff["one"].do("POST", at+"/none/reply", answer))
	c.wants(http.StatusNoContent, c.staff["one"].do("POST", at+"/"+s.ID+"/reply", answer))
	c.wants(http.StatusPreconditionFailed, c.staff["two"].do("POST", at+"/"+s.ID+"/reply", answer))
	if s = c.file(id).Suggestions[0]; s.Outcome != "adopted" || s.Number == "" {
		t.Errorf("the file says %+v", s)
	}
}

// TestASearchByHTTP: of an unknown party, one officer takes it on, the other is told who has
// it, and it is given back.
func TestASearchByHTTP(t *testing.T) {
	t.Parallel()
	c := openCourse(t)
	id := "0198c000-0000-7000-8000-000000000001"
	c.bundle(id, "incident", "")
	if _, err := c.pool.Exec(t.Context(), `UPDATE casefile SET party_id = NULL, object_id = NULL WHERE id = $1`, id); err != nil {
		t.Fatal(err)
	}
	c.wants(http.StatusNoContent, c.staff["first"].do("POST", "/findings/"+id+"/confirm", map[string]any{"note": ""}, `If-Match: "1"`))
	if s := c.file(id).Search; s == nil || len(s.Nearby) == 0 {
		t.Fatalf("the file says %+v", s)
	}
	at := "/cases/" + id + "/search/"
	c.wants(http.StatusForbidden, c.staff["chief"].do("POST", at+"taking", nil))
	c.wants(http.StatusNoContent, c.staff["one"].do("POST", at+"taking", nil))
	if r := c.staff["two"].do("POST", at+"taking", nil); r.status != http.StatusConflict || !strings.Contains(r.String(), "领取") {
		t.Errorf("taken twice: %s", r)
	}
	c.wants(http.StatusForbidden, c.staff["two"].do("POST", at+"release", nil))
	c.wants(http.StatusNoContent, c.staff["one"].do("POST", at+"release", nil))
	c.wants(http.StatusConflict, c.staff["chief"].do("POST", at+"release", nil))
}
