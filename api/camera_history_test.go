package api_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"offsite/api/wire"
	"offsite/detectors"
	"offsite/registry"
)

// What was done to a camera and to its zones is told with who did it, what was and what is;
// its address is told to operators alone.
func TestACamerasHistoryIsShown(t *testing.T) {
	t.Parallel()
	h := open(t)
	p, auditor := h.staff("operator"), h.staff("auditor")
	shop, err := h.registry.SaveObject(t.Context(), "test", registry.Object{Kind: "shop", Name: "甲水果店"})
	if err != nil {
		t.Fatal(err)
	}
	var c wire.Camera
	p.do("POST", "/cameras", cameraDraftText).into(t, &c)
	if r := p.do("PATCH", "/cameras/"+c.ID, `{"name":"西门","place":"东门路口","unwatched":true}`, `If-Match: "1"`); r.status != http.StatusOK {
		t.Fatal(r)
	}
	if _, err := h.registry.MoveCamera(t.Context(), h.accountID("operator"), c.ID, 0, "rtsp://admin:secret@10.0.0.2/y", "udp"); err != nil {
		t.Fatal(err)
	}
	draft := wire.ZoneDraft{NameZH: "路口", NameEN: "Corner", Detector: "stall", Polygon: detectors.Polygon{{X: 0.1, Y: 0.1}, {X: 0.9, Y: 0.1}, {X: 0.9, Y: 0.9}}}
	var z detectors.Zone
	p.do("POST", "/cameras/"+c.ID+"/zones", draft).into(t, &z)
	draft.Object, draft.Hours, draft.Params = shop.ID, []detectors.Hours{{Weekdays: []time.Weekday{1, 2}, FromMin: 7 * 60, ToMin: 19*60 + 30}}, map[string]float64{"person_share": 0.5}
	if r := p.do("PUT", "/zones/"+z.ID, draft, `If-Match: "1"`); r.status != http.StatusOK {
		t.Fatal(r)
	}
	draft.Polygon = detectors.Polygon{{X: 0.2, Y: 0.1}, {X: 0.9, Y: 0.1}, {X: 0.9, Y: 0.9}}
	if r := p.do("PUT", "/zones/"+z.ID, draft, `If-Match: "2"`); r.status != http.StatusOK {
		t.Fatal(r)
	}
	if r := p.do("DELETE", "/zones/"+z.ID, nil); r.status != http.StatusNoContent {
		t.Fatal(r)
	}
	var seen struct{ Items []wire.CameraEntry }
	r := p.do("GET", "/cameras/"+c.ID+"/history", nil)
	r.into(t, &seen)
	var told []string
	for _, e := range seen.Items {
		if e.By != "operator" {
			t.Errorf("%s was done by %q", e.Action, e.By)
		}
		what := e.Action
		if e.Zone != nil {
			what += " " + e.Zone.NameZH
		}
		told = append(told, what)
	}
	if got := strings.Join(told, ", "); got != "remove 路口, change 路口, change 路口, create 路口, address, change, create" {
		t.Fatalf("the history is %s", got)
	}
	redrawn, set, drawn, changed := seen.Items[1], seen.Items[2], seen.Items[3], seen.Items[5]
	if redrawn.Zone.Before.Outline[0].X != 0.1 || redrawn.Zone.After.Outline[0].X != 0.2 || len(redrawn.Fields) != 0 {
		t.Errorf("drawn anew: %+v", redrawn)
	}
	if set.Zone.Before != nil || drawn.Zone.Before != nil || len(drawn.Zone.After.Outline) != 3 || seen.Items[0].Zone.After != nil {
		t.Errorf("lines are told where none changed: %+v, %+v", set.Zone, drawn.Zone)
	}
	for entry, want := range map[*wire.CameraEntry][]wire.FieldChange{
		&set:     {{Field: "hours", After: "07:00–19:30 (1,2)"}, {Field: "object", After: "甲水果店"}, {Field: "params.person_share", After: "0.5"}},
		&changed: {{Field: "name", Before: "东门", After: "西门"}, {Field: "unwatched", After: "true"}},
	} {
		if !slices.Equal(entry.Fields, want) {
			t.Errorf("%s: %+v, want %+v", entry.Action, entry.Fields, want)
		}
	}
	theirs := auditor.do("GET", "/cameras/"+c.ID+"/history", nil)
	if !strings.Contains(r.String(), "rtsp://10.0.0.2/y") || strings.Contains(r.String(), "secret") || theirs.status != http.StatusOK || strings.Contains(theirs.String(), "10.0.0.") {
		t.Errorf("the operator is shown %s, the auditor %s", r, theirs)
	}
	if r := h.staff("collector").do("GET", "/cameras/"+c.ID+"/history", nil); r.status != http.StatusForbidden {
		t.Errorf("a collector: %s", r)
	}
	if r := auditor.do("GET", "/cameras/"+nobody+"/history", nil); r.status != http.StatusNotFound {
		t.Errorf("of nothing: %s", r)
	}
}
