package api_test

import (
	"context"
	"net/http"
	"testing"

	"offsite/api"
	"offsite/api/wire"
	"offsite/evidence/seal"
	"offsite/registry/keyorder"
)

func TestAKeyIsReplacedByTwo(t *testing.T) {
	t.Parallel()
	ring, err := seal.OpenRing(t.TempDir(), nil)
	if err != nil {
		t.Fatal(err)
	}
	h := open(t, func(o *api.Options) {
		o.Trust = func(context.Context) (*seal.Trust, error) { return ring.Trust(), nil }
	})
	made, err := ring.Create("ed25519")
	if err != nil {
		t.Fatal(err)
	}
	admin, head := h.staff("admin"), h.staff("head")
	r := admin.do("POST", "/key-orders", wire.KeyOrder{Action: "rotate", KeyID: "nothing", Reason: "到期"})
	if r.status != http.StatusNotFound {
		t.Errorf("of no key: %s", r)
	}
	r = admin.do("POST", "/key-orders", wire.KeyOrder{Action: "rotate", KeyID: made.ID, Reason: "到期"})
	var order keyorder.Order
	if r.into(t, &order); r.status != http.StatusCreated {
		t.Fatalf("order: %s", r)
	}
	if r := admin.do("POST", "/key-orders", wire.KeyOrder{Action: "rotate", KeyID: made.ID, Reason: "到期"}); r.status < 400 {
		t.Errorf("ordered twice: %s", r)
	}
	if r := admin.do("POST", "/key-orders/1/agreement", nil); r.status != http.StatusForbidden {
		t.Errorf("agreed to by the administrator: %s", r)
	}
	if r := head.do("POST", "/key-orders/1/agreement", nil); r.status != http.StatusNoContent {
		t.Errorf("agreed to: %s", r)
	}
	list := func() (all struct{ Items []keyorder.Order }) {
		head.do("GET", "/key-orders", nil).into(t, &all)
		return all
	}
	if all := list(); len(all.Items) != 1 || all.Items[0].AgreedBy != "head" || all.Items[0].Done {
		t.Errorf("agreed to: %+v", all.Items)
	}
	if _, err := ring.Rotate("ed25519"); err != nil {
		t.Fatal(err)
	}
	if all := list(); !all.Items[0].Done {
		t.Errorf("carried out: %+v", all.Items)
	}
	if r := admin.do("POST", "/key-orders", wire.KeyOrder{Action: "rotate", KeyID: made.ID, Reason: "再来"}); r.status != http.StatusConflict {
		t.Errorf("a key that is replaced already: %s", r)
	}
}
