package api_test

import (
	"bytes"
	"image"
	"image/jpeg"
	"net/http"
	"strings"
	"testing"

	"offsite/api/wire"
	"offsite/registry"
)

// What a collector brings from a shop: a photograph and the commitment that its party has
// signed; and in the end the shop closes.
func TestPapersOfAShopAreCollected(t *testing.T) {
	t.Parallel()
	h := open(t)
	collector, officer := h.staff("collector"), h.staff("officer")
	party, err := h.registry.SaveParty(t.Context(), "test", registry.Party{Kind: "person", Name: "张三"})
	must(t, err)
	shop, err := h.registry.SaveObject(t.Context(), "test", registry.Object{Kind: "shop", Name: "水果店", PartyID: party.ID})
	must(t, err)
	var picture bytes.Buffer
	must(t, jpeg.Encode(&picture, image.NewGray(image.Rect(0, 0, 32, 24)), nil))
	at := "/objects/" + shop.ID + "/papers"
	file := "Content-Type: application/octet-stream"
	if r := officer.do("POST", at+"?kind=photo", picture.String(), file); r.status != http.StatusForbidden {
		t.Errorf("added by an officer: %s", r)
	}
	if r := collector.do("POST", at+"?kind=photo", picture.String()); r.status != http.StatusUnsupportedMediaType {
		t.Errorf("sent as JSON: %s", r)
	}
	h.wants(http.StatusCreated, collector.do("POST", at+"?kind=photo", picture.String(), file))
	if r := collector.do("POST", at+"?kind=commitment", "%PDF-1.7", file); r.status != http.StatusUnprocessableEntity || !strings.Contains(r.String(), "签署人") {
		t.Errorf("signed by nobody: %s", r)
	}
	var signed registry.Paper
	collector.do("POST", at+"?kind=commitment&signer=%E5%BC%A0%E4%B8%89&at=2026-01-05T02:00:00Z", "%PDF-1.7", file).into(t, &signed)
	if signed.Party != "张三" || signed.By != "collector" || !signed.Stands {
		t.Errorf("added as %+v", signed)
	}
	r := officer.do("GET", at+"/"+signed.ID, nil)
	if string(r.body) != "%PDF-1.7" || r.header.Get("Content-Type") != "application/pdf" || r.header.Get("Content-Disposition") != "attachment" {
		t.Errorf("read: %s, %v", r, r.header)
	}
	h.wants(http.StatusNoContent, collector.do("POST", at+"/"+signed.ID+"/withdrawal", wire.PaperWithdrawal{Reason: "签署人无权签署"}))
	var all struct{ Items []registry.Paper }
	officer.do("GET", at, nil).into(t, &all)
	if len(all.Items) != 2 || all.Items[0].Kind != registry.Photo || all.Items[1].Stands || all.Items[1].WithdrawnWhy != "签署人无权签署" {
		t.Errorf("the papers are %+v", all.Items)
	}

	if r := collector.do("DELETE", "/objects/"+shop.ID, nil, `If-Match: "9"`); r.status != http.StatusPreconditionFailed {
		t.Errorf("removed over another's change: %s", r)
	}
	h.wants(http.StatusNoContent, collector.do("DELETE", "/objects/"+shop.ID, nil, `If-Match: "1"`))
	if r := officer.do("GET", "/objects/"+shop.ID, nil); r.status != http.StatusNotFound {
		t.Errorf("a shop that closed: %s", r)
	}
}
