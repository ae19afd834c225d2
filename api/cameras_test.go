package api_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"offsite/api/wire"
	"offsite/detectors"
	"offsite/registry"
)

const cameraDraftText = `{"name":"东门","place":"东门路口","url":"rtsp://admin:secret@10.0.0.1/x","protocol":"tcp"}`

func TestCameraLife(t *testing.T) {
	t.Parallel()
	h := open(t)
	p := h.staff("operator")
	r := p.do("POST", "/cameras", cameraDraftText)
	if r.status != http.StatusCreated || r.header.Get("ETag") != `"1"` {
		t.Fatalf("register: %s %v", r, r.header)
	}
	var c wire.Camera
	r.into(t, &c)
	if c.State != "unknown" || c.URL != "rtsp://10.0.0.1/x" {
		t.Errorf("registered: %s", r)
	}
	at := time.Now().UTC().Truncate(time.Millisecond)
	status := `{"why":{"zh":"","en":""},"since":"2026-11-24T00:00:00Z","stream":{"codec":"h264","width":1280,"height":720,"fps":25,"gop_ms":2000},
		"last_unit_at":"0001-01-01T00:00:00Z","looks":5,"looks_unchanged":7,"health":"clear"}`
	err := h.registry.SaveLive(context.Background(), "node", []registry.Live{{
		CameraID: c.ID, State: "live", Status: json.RawMessage(status), Picture: []byte("\xff\xd8jpeg"), PictureAt: &at,
	}})
	if err != nil {
		t.Fatal(err)
	}
	p.do("GET", "/cameras/"+c.ID, nil).into(t, &c)
	if c.State != "live" || c.Looks != 12 || c.Stream == nil || c.Stream.Width != 1280 || c.LastUnitAt != nil || c.Since == nil {
		t.Errorf("live: %+v", c)
	}
	picture := p.do("GET", "/cameras/"+c.ID+"/picture?at=1", nil)
	if picture.status != http.StatusOK || picture.header.Get("Content-Type") != "image/jpeg" || string(picture.body) != "\xff\xd8jpeg" {
		t.Errorf("picture: %s", picture)
	}
	if again := p.do("GET", "/cameras/"+c.ID+"/picture", nil, "If-None-Match: "+picture.header.Get("ETag")); again.status != http.StatusNotModified {
		t.Errorf("the same picture again: %d", again.status)
	}
	if r := p.do("PATCH", "/cameras/"+c.ID, `{"name":"西门","place":"西门路口"}`, `If-Match: "7"`); r.status != http.StatusPreconditionFailed {
		t.Errorf("change what was never seen: %s", r)
	}
	if r := p.do("PATCH", "/cameras/"+c.ID, `{"name":"西门","place":"西门路口"}`, `If-Match: "1"`); r.status != http.StatusOK || r.header.Get("ETag") != `"2"` {
		t.Errorf("change: %s", r)
	}
	if r := p.do("DELETE", "/cameras/"+c.ID, nil); r.status != http.StatusNoContent {
		t.Errorf("remove: %s", r)
	}
	if r := p.do("GET", "/cameras/"+c.ID, nil); r.status != http.StatusNotFound {
		t.Errorf("after its removal: %s", r)
	}
}

func TestOthersSeeNoAddresses(t *testing.T) {
	t.Parallel()
	h := open(t)
	if r := h.staff("operator").do("POST", "/cameras", cameraDraftText); r.status != http.StatusCreated {
		t.Fatal(r)
	}
	for _, role := range []string{"reviewer", "admin", "auditor"} {
		if r := h.staff(role).do("GET", "/cameras", nil); r.status != http.StatusOK || strings.Contains(string(r.body), "10.0.0.1") {
			t.Errorf("%s sees %s", role, r)
		}
	}
	if r := h.stranger().do("GET", "/public/cameras", nil); strings.Contains(string(r.body), "东门") {
		t.Errorf("a camera that was never published is public: %s", r)
	}
}

// A substream's address is checked and hidden as the camera's is, and the console is told
// from which of the two looks are taken.
func TestCameraWithASubstream(t *testing.T) {
	t.Parallel()
	h := open(t)
	p := h.staff("operator")
	const with = `{"name":"东门","place":"东门路口","url":"rtsp://admin:secret@10.0.0.1/x","protocol":"tcp","substream_url":"rtsp://%s/sub"}`
	if r := p.do("POST", "/cameras", fmt.Sprintf(with, "198.51.100.7")); r.status != http.StatusForbidden {
		t.Errorf("a substream outside the camera networks: %s", r)
	}
	var c wire.Camera
	r := p.do("POST", "/cameras", fmt.Sprintf(with, "10.0.0.1"))
	r.into(t, &c)
	if r.status != http.StatusCreated || c.Substream != "rtsp://10.0.0.1/sub" || c.SubstreamState != "" {
		t.Fatalf("registered: %s", r)
	}
	const change = `{"name":"东门","place":"东门路口","substream_url":"rtsp://%s/sub"}`
	if r := p.do("PATCH", "/cameras/"+c.ID, fmt.Sprintf(change, "198.51.100.7")); r.status != http.StatusForbidden {
		t.Errorf("changed to one outside: %s", r)
	}
	if r := p.do("PATCH", "/cameras/"+c.ID, fmt.Sprintf(change, "10.0.0.1")); r.status != http.StatusOK {
		t.Errorf("given back as shown: %s", r)
	}
	if r := h.staff("reviewer").do("GET", "/cameras", nil); r.status != http.StatusOK || strings.Contains(string(r.body), "10.0.0.1") {
		t.Errorf("a reviewer sees %s", r)
	}
	err := h.registry.SaveLive(context.Background(), "node", []registry.Live{{CameraID: c.ID, State: "live",
		Status: json.RawMessage(`{"why":{"zh":"子码流没有画面","en":"no picture comes from the substream"},"substream":{"state":"gone"}}`)}})
	if err != nil {
		t.Fatal(err)
	}
	p.do("GET", "/cameras/"+c.ID, nil).into(t, &c)
	if c.State != "live" || c.SubstreamState != "gone" || c.WhyEN == "" || c.WhyZH == "" {
		t.Errorf("live: %+v", c)
	}
	if r := p.do("PATCH", "/cameras/"+c.ID, `{"name":"东门","place":"东门路口"}`); r.status != http.StatusOK || strings.Contains(string(r.body), "/sub") {
		t.Errorf("taken away: %s", r)
	}
}

func TestZoneLife(t *testing.T) {
	t.Parallel()
	h := open(t)
	p := h.staff("operator")
	var c wire.Camera
	p.do("POST", "/cameras", cameraDraftText).into(t, &c)
	draft := wire.ZoneDraft{NameZH: "人行道", NameEN: "Pavement", Detector: "stall", Polygon: []detectors.Point{{X: .1, Y: .1}, {X: .9, Y: .1}, {X: .5, Y: .9}}}
	r := p.do("POST", "/cameras/"+c.ID+"/zones", draft)
	if r.status != http.StatusCreated {
		t.Fatalf("draw: %s", r)
	}
	var z detectors.Zone
	r.into(t, &z)
	draft.NameEN = "Kerb"
	if r := p.do("PUT", "/zones/"+z.ID, draft, `If-Match: "1"`); r.status != http.StatusOK || r.header.Get("ETag") != `"2"` {
		t.Errorf("draw anew: %s", r)
	}
	if r := p.do("PUT", "/zones/"+z.ID, draft, `If-Match: "1"`); r.status != http.StatusPreconditionFailed {
		t.Errorf("draw over what another has drawn: %s", r)
	}
	draft.Polygon = draft.Polygon[:2]
	if r := p.do("PUT", "/zones/"+z.ID, draft); r.status != http.StatusUnprocessableEntity || problemOf(t, r).Errors == nil {
		t.Errorf("two points: %s", r)
	}
	if r := p.do("DELETE", "/zones/"+z.ID, nil); r.status != http.StatusNoContent {
		t.Errorf("end: %s", r)
	}
}

func TestSentTwiceMadeOnce(t *testing.T) {
	t.Parallel()
	h := open(t)
	p := h.staff("collector")
	key := "Idempotency-Key: form-7"
	var first, second registry.Object
	r := p.do("POST", "/objects", `{"kind":"shop","name":"老张水果"}`, key)
	r.into(t, &first)
	again := p.do("POST", "/objects", `{"kind":"shop","name":"老张水果"}`, key)
	again.into(t, &second)
	if r.status != http.StatusCreated || again.status != r.status || first.ID != second.ID || first.ID == "" {
		t.Errorf("first %s, second %s", r, again)
	}
	if r := p.do("POST", "/objects", `{"kind":"shop","name":"老李水果"}`, key); r.status != http.StatusUnprocessableEntity {
		t.Errorf("another thing under the same key: %s", r)
	}
	if r := p.do("POST", "/objects", `{"kind":"ship","name":"老李水果"}`, "Idempotency-Key: form-8"); r.status != http.StatusUnprocessableEntity {
		t.Errorf("what is wrong: %s", r)
	}
	if r := p.do("POST", "/objects", `{"kind":"shop","name":"老李水果"}`, "Idempotency-Key: form-8"); r.status != http.StatusCreated {
		t.Errorf("put right, under the key of what was refused: %s", r)
	}
	if r := h.staff("collector", "operator").do("POST", "/objects", `{"kind":"shop","name":"别家"}`, key); r.status != http.StatusCreated {
		t.Errorf("another person's key: %s", r)
	}
}

func TestCamerasAreTakenInByOperatorsAlone(t *testing.T) {
	t.Parallel()
	h := open(t)
	operator, collector := h.staff("operator"), h.staff("collector")
	const file = "摄像机名称,RTSP地址\n东门,rtsp://10.0.0.1/s1\n,rtsp://10.0.0.2/s1\n"
	const at, kind = "/cameras/imports?name=c.csv", "Content-Type: application/octet-stream"
	if r := collector.do("POST", at, file, kind); r.status != http.StatusForbidden {
		t.Errorf("brought by a collector: %s", r)
	}
	var b wire.ImportBatch
	r := operator.do("POST", at, file, kind)
	r.into(t, &b)
	if r.status != http.StatusCreated || b.Counts.Create != 1 || b.Counts.Error != 1 || b.Subject != "cameras" {
		t.Fatalf("previewed: %s", r)
	}
	for path, method := range map[string]string{"/imports/" + b.ID: "GET", "/imports/" + b.ID + "/rows": "GET", "/imports/" + b.ID + "/apply": "POST"} {
		if r := collector.do(method, path, nil); r.status != http.StatusNotFound {
			t.Errorf("%s by a collector as a file of objects: %s", path, r)
		}
	}
	var listed struct{ Items []wire.ImportBatch }
	collector.do("GET", "/imports", nil).into(t, &listed)
	if len(listed.Items) != 0 {
		t.Errorf("files of cameras are listed among those of objects: %+v", listed.Items)
	}
	if r := operator.do("POST", "/cameras/imports/"+b.ID+"/apply", nil); r.status != http.StatusAccepted {
		t.Fatalf("applied: %s", r)
	}
	if _, err := h.intake.Apply(t.Context(), "test", b.ID); err != nil { // as the worker does
		t.Fatal(err)
	}
	var cameras struct{ Items []wire.Camera }
	operator.do("GET", "/cameras", nil).into(t, &cameras)
	if len(cameras.Items) != 1 || cameras.Items[0].Name != "东门" {
		t.Errorf("registered: %+v", cameras.Items)
	}
}
