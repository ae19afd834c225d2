package api_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"offsite/api/wire"
	"offsite/registry"
	"offsite/registry/account"
	"offsite/registry/grade"
)

const list = "名称,类型,地址,业态\n甲水果店,商铺,八一路1号,水果\n乙百货店,商铺,八一路2号,零售\n,商铺,八一路3号,零售\n"

func TestAFileIsPreviewedAppliedAndTakenBack(t *testing.T) {
	t.Parallel()
	h := open(t)
	collector := h.staff("collector")
	brought := func(body string, headers ...string) reply {
		return collector.do("POST", "/imports?name=%E5%95%86%E9%93%BA.csv", body, append([]string{"Content-Type: application/octet-stream"}, headers...)...)
	}
	if r := brought(list, "Content-Type: text/csv"); r.status != http.StatusUnsupportedMediaType {
		t.Errorf("a file of another type: %s", r)
	}
	if r := brought(""); r.status != http.StatusUnprocessableEntity && r.status != http.StatusBadRequest {
		t.Errorf("an empty file: %s", r)
	}
	var b wire.ImportBatch
	r := brought(list, "Idempotency-Key: once")
	r.into(t, &b)
	if r.status != http.StatusCreated || b.Counts.Create != 2 || b.Counts.Error != 1 || b.State != "preview" || b.ByName != "collector" {
		t.Fatalf("previewed: %s", r)
	}
	var again wire.ImportBatch
	brought(list, "Idempotency-Key: once").into(t, &again)
	if again.ID != b.ID {
		t.Errorf("sent again it is another: %s, not %s", again.ID, b.ID)
	}
	var rows struct {
		Items []wire.ImportRow
		Next  string `json:"next_cursor"`
	}
	collector.do("GET", "/imports/"+b.ID+"/rows?action=error", nil).into(t, &rows)
	if len(rows.Items) != 1 || rows.Items[0].N != 4 || rows.Items[0].Problems[0].Column != "名称" {
		t.Errorf("the rows with errors: %+v", rows)
	}
	if r := collector.do("POST", "/imports/"+b.ID+"/undo", nil); r.status != http.StatusConflict {
		t.Errorf("undone before it was applied: %s", r)
	}
	if r := h.staff("officer").do("POST", "/imports/"+b.ID+"/apply", nil); r.status != http.StatusForbidden {
		t.Errorf("applied by an officer: %s", r)
	}
	if r := collector.do("POST", "/imports/"+b.ID+"/apply", nil); r.status != http.StatusAccepted {
		t.Fatalf("applied: %s", r)
	}
	if _, err := h.intake.Apply(t.Context(), "test", b.ID); err != nil { // as the worker does
		t.Fatal(err)
	}
	if r := collector.do("POST", "/imports/"+b.ID+"/undo", nil); r.status != http.StatusAccepted {
		t.Errorf("undone: %s", r)
	}
	if _, err := h.intake.Undo(t.Context(), "test", b.ID); err != nil {
		t.Fatal(err)
	}
	collector.do("GET", "/imports/"+b.ID, nil).into(t, &b)
	if objects, err := h.registry.Objects(t.Context(), registry.ObjectFilter{}); err != nil || len(objects) != 0 || b.State != "undone" {
		t.Errorf("%d objects are left, %v, batch %s", len(objects), err, b.State)
	}
}

// What a collector enters on the spot is held against what is registered, as a file is.
func TestAShopIsNotEnteredTwice(t *testing.T) {
	t.Parallel()
	h := open(t)
	collector := h.staff("collector")
	shop := map[string]any{"kind": "shop", "name": "甲水果店", "address": "八一路1号", "licence_no": "JY001", "longitude": 121.397, "latitude": 31.626}
	h.wants(http.StatusCreated, collector.do("POST", "/objects", shop))
	for name, again := range map[string]map[string]any{
		"licence":          {"kind": "shop", "name": "乙", "licence_no": "jy００1"},
		"name and address": {"kind": "shop", "name": "甲水果店", "address": "八一路 1 号"},
		"name and place":   {"kind": "shop", "name": "甲 水果店", "longitude": 121.3973, "latitude": 31.626},
	} {
		if r := collector.do("POST", "/objects", again); r.status != http.StatusConflict || !strings.Contains(r.String(), "甲水果店") {
			t.Errorf("the same %s: %s", name, r)
		}
	}
	for _, other := range []map[string]any{
		{"kind": "shop", "name": "甲水果店", "address": "八一路1号", "licence_no": "JY002"}, // two licences are two shops
		{"kind": "shop", "name": "甲水果店", "longitude": 121.399, "latitude": 31.626},  // 190 metres away
		{"kind": "site", "name": "甲水果店", "address": "八一路1号"},
	} {
		h.wants(http.StatusCreated, collector.do("POST", "/objects", other))
	}
	h.wants(http.StatusCreated, collector.do("POST", "/objects?anyway=true", shop))
}

func TestGradesAreExplainedAndTried(t *testing.T) {
	t.Parallel()
	h := open(t)
	shop, err := h.registry.SaveObject(t.Context(), "test", registry.Object{Kind: "shop", Name: "甲水果店", Business: "水果"})
	if err != nil {
		t.Fatal(err)
	}
	officer, head := h.staff("officer"), h.staff("head")
	at := "/objects/" + shop.ID
	event := wire.ObjectEventDraft{Kind: grade.InspectionFailed, At: time.Now().Add(-time.Hour), Source: "检查-1", Note: "占道堆物"}
	var why grade.Assessment
	for range 2 { // the same source counts once
		officer.do("POST", at+"/events", event).into(t, &why)
	}
	if why.Score != 25 || why.Grade != grade.Green {
		t.Errorf("after a failed inspection: %+v", why)
	}
	event.At, event.Source = time.Now().Add(time.Hour), "检查-2"
	if r := officer.do("POST", at+"/events", event); r.status != http.StatusUnprocessableEntity {
		t.Errorf("recorded of the future: %s", r)
	}
	if r := officer.do("POST", at+"/adjustments", wire.GradeAdjustment{Points: 5, Reason: "r"}); r.status != http.StatusForbidden {
		t.Errorf("adjusted by an officer: %s", r)
	}
	head.do("POST", at+"/adjustments", wire.GradeAdjustment{Points: 5, Reason: "屡次劝导"}).into(t, &why)
	officer.do("GET", at+"/grade", nil).into(t, &why)
	if why.Grade != grade.Yellow || !strings.HasPrefix(why.ZH, "黄色：果蔬零售15分") || !strings.HasPrefix(why.EN, "yellow because of") {
		t.Errorf("explained as %+v", why)
	}
	var events wire.ObjectEvents
	officer.do("GET", at+"/events", nil).into(t, &events)
	if len(events.Items) != 2 || events.Items[0].Kind != grade.Adjustment || events.Items[0].ByName != "head" || events.Items[1].Note != "占道堆物" {
		t.Errorf("the events are %+v", events.Items)
	}
	if due := time.Until(events.NextInspection); due < 88*24*time.Hour || due > 91*24*time.Hour {
		t.Errorf("the next inspection is in %s, not in the 90 days of a yellow object", due)
	}
	var history struct{ Items []wire.ObjectChange }
	officer.do("GET", at+"/history", nil).into(t, &history)
	if len(history.Items) != 2 || history.Items[0].Action != "grade" || history.Items[0].ZH == "" {
		t.Errorf("the history is %+v", history.Items)
	}
	if r := officer.do("GET", "/objects/"+nobody+"/events", nil); r.status != http.StatusNotFound {
		t.Errorf("the events of nothing: %s", r)
	}
}

func TestAFormulaIsTriedBeforeItHolds(t *testing.T) {
	t.Parallel()
	h := open(t)
	if _, err := h.registry.SaveObject(t.Context(), "test", registry.Object{Kind: "site", Name: "工地"}); err != nil {
		t.Fatal(err)
	}
	head := h.staff("head")
	var formulas wire.Formulas
	head.do("GET", "/grade/formulas", nil).into(t, &formulas)
	if formulas.Now.Version != 1 || formulas.Objects["green"] != 1 || formulas.Objects["red"] != 0 {
		t.Fatalf("the formulas are %+v", formulas)
	}
	stricter := formulas.Now
	stricter.Yellow = 20
	var out grade.Outcome
	head.do("POST", "/grade/simulation", stricter).into(t, &out)
	if out.Objects != 1 || out.Changed != 1 || out.To["yellow"] != 1 || out.Moves[0].Name != "工地" {
		t.Errorf("simulated: %+v", out)
	}
	stricter.Red = 10
	if r := head.do("POST", "/grade/simulation", stricter); r.status != http.StatusUnprocessableEntity {
		t.Errorf("an unsound formula: %s", r)
	}
	stricter.Red = 60
	body := wire.FormulaActivation{Formula: stricter, Reason: "工地从严"}
	deputy := h.member("deputy", account.Reach{}, "head")
	if r := deputy.do("POST", "/grade/formulas", body, `If-Match: "1"`); r.status != http.StatusConflict || !strings.Contains(r.String(), "先试算") {
		t.Errorf("activated by who has not tried it: %s", r)
	}
	if r := head.do("POST", "/grade/formulas", body); r.status != http.StatusPreconditionRequired {
		t.Errorf("activated without If-Match: %s", r)
	}
	if r := head.do("POST", "/grade/formulas", body, `If-Match: "1"`); r.status != http.StatusCreated {
		t.Fatalf("activated: %s", r)
	}
	if r := head.do("POST", "/grade/formulas", body, `If-Match: "1"`); r.status != http.StatusPreconditionFailed {
		t.Errorf("activated over another's: %s", r)
	}
	head.do("GET", "/grade/formulas", nil).into(t, &formulas)
	if formulas.Now.Version != 2 || formulas.Versions[0].ByName != "head" || formulas.Versions[0].Reason != "工地从严" || formulas.Versions[0].Trial.Changed != 1 {
		t.Errorf("the formulas are %+v", formulas)
	}
}
