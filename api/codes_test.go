package api_test

import (
	"bytes"
	"image"
	"image/png"
	"net/http"
	"testing"

	"github.com/skip2/go-qrcode"

	"offsite/api"
	"offsite/registry"
)

// Each object has a code of its own that opens its page; where it hangs, a photograph
// shows, and the others are listed.
func TestEachObjectHasACodeThatHangs(t *testing.T) {
	t.Parallel()
	h := open(t, func(o *api.Options) { o.PublicURL = "http://console.example/" })
	var shops []registry.Object
	for _, o := range []registry.Object{{Name: "甲饭店", Business: "餐饮"}, {Name: "乙饭店", Business: "餐饮"}, {Name: "丙五金店", Business: "零售"}} {
		o.Kind = "shop"
		saved, err := h.registry.SaveObject(t.Context(), "test", o)
		must(t, err)
		shops = append(shops, saved)
	}
	officer, collector := h.staff("officer"), h.staff("collector")
	for _, shop := range shops {
		want, err := qrcode.Encode("http://console.example/objects/"+shop.ID, qrcode.Medium, 480)
		must(t, err)
		r := officer.do("GET", "/objects/"+shop.ID+"/code", nil)
		if r.status != http.StatusOK || r.header.Get("Content-Type") != "image/png" || !bytes.Equal(r.body, want) {
			t.Errorf("%s's code: %d, %d bytes of %s", shop.Name, r.status, len(r.body), r.header.Get("Content-Type"))
		}
	}
	if r := officer.do("GET", "/objects/"+nobody+"/code", nil); r.status != http.StatusNotFound {
		t.Errorf("of nothing: %s", r)
	}
	var picture bytes.Buffer
	must(t, png.Encode(&picture, image.NewGray(image.Rect(0, 0, 32, 32))))
	if r := collector.do("POST", "/objects/"+shops[0].ID+"/papers?kind=code", picture.String(), "Content-Type: application/octet-stream"); r.status != http.StatusCreated {
		t.Fatal(r)
	}
	var codes registry.Codes
	officer.do("GET", "/objects/codes?business=%E9%A4%90%E9%A5%AE", nil).into(t, &codes)
	if codes.Objects != 2 || codes.Posted != 1 || len(codes.Missing) != 1 || codes.Missing[0].Name != "乙饭店" {
		t.Errorf("the codes are %+v", codes)
	}
}
