package api_test

import (
	"bytes"
	"image"
	"image/jpeg"
	"net/http"
	"testing"

	"offsite/api/wire"
)

func TestSignsOfListedCamerasArePublic(t *testing.T) {
	t.Parallel()
	h := open(t)
	p, anybody := h.staff("operator"), h.stranger()
	var photograph bytes.Buffer
	if err := jpeg.Encode(&photograph, image.NewGray(image.Rect(0, 0, 32, 24)), nil); err != nil {
		t.Fatal(err)
	}
	var c wire.Camera
	p.do("POST", "/cameras", cameraDraftText).into(t, &c)
	at := "/cameras/" + c.ID
	const bytesType = "Content-Type: application/octet-stream"
	if r := p.do("PUT", at+"/sign", photograph.String(), "Content-Type: image/gif"); r.status != http.StatusUnsupportedMediaType {
		t.Errorf("as a GIF: %s", r)
	}
	if r := p.do("PUT", at+"/sign", "no picture", bytesType); r.status != http.StatusUnprocessableEntity || len(problemOf(t, r).Errors) == 0 {
		t.Errorf("no picture: %s", r)
	}
	if r := h.staff("reviewer").do("PUT", at+"/sign", photograph.String(), bytesType); r.status != http.StatusForbidden {
		t.Errorf("by a reviewer: %s", r)
	}
	r := p.do("PUT", at+"/sign", photograph.String(), bytesType)
	if r.into(t, &c); r.status != http.StatusOK || c.Sign == nil {
		t.Fatalf("keep: %s", r)
	}
	if r := p.do("GET", at+"/sign", nil); r.status != http.StatusOK || r.header.Get("Content-Type") != "image/jpeg" {
		t.Errorf("for staff: %d", r.status)
	}
	if r := anybody.do("GET", "/public"+at+"/sign", nil); r.status != http.StatusNotFound {
		t.Errorf("the sign of a camera that was never published is public: %d", r.status)
	}
	published := `{"name":"东门","place":"东门路口","legal_review_no":"L1","technical_review_no":"T1","published_on":"2026-01-31"}`
	if r := p.do("PATCH", at, published); r.status != http.StatusOK {
		t.Fatal(r)
	}
	var list struct{ Items []wire.PublicCamera }
	anybody.do("GET", "/public/cameras", nil).into(t, &list)
	if len(list.Items) != 1 || list.Items[0].Sign != c.Sign.SHA256 {
		t.Errorf("the public list: %+v", list.Items)
	}
	if r := anybody.do("GET", "/public"+at+"/sign", nil); r.status != http.StatusOK || !bytes.HasPrefix(r.body, []byte("\xff\xd8")) {
		t.Errorf("for anybody: %d", r.status)
	}
	if r := p.do("DELETE", at+"/sign", nil); r.status != http.StatusOK {
		t.Errorf("take away: %s", r)
	}
	if r := anybody.do("GET", "/public"+at+"/sign", nil); r.status != http.StatusNotFound {
		t.Errorf("after it was taken away: %d", r.status)
	}
}
