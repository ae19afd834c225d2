package api_test

import (
	"crypto/ecdh"
	"crypto/rand"
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"

	"offsite/api/wire"
	"offsite/exchange/push"
)

func TestSomebodyIsToldOnADevice(t *testing.T) {
	t.Parallel()
	h := open(t)
	reviewer, officer := h.staff("reviewer"), h.staff("officer")
	var before wire.NoticeDevices
	reviewer.do("GET", "/account/devices", nil).into(t, &before)
	if point, err := base64.RawURLEncoding.DecodeString(before.Key); err != nil || len(point) != 65 || !slices.Equal(before.Kinds, []string{push.Finding}) || len(before.Items) != 0 {
		t.Fatalf("before: %+v, %v", before, err)
	}
	rung := make(chan string, 1)
	status := http.StatusCreated
	service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(status)
		rung <- r.Header.Get("Topic")
	}))
	t.Cleanup(service.Close)
	private, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	draft := push.SignUp{Endpoint: service.URL + "/push", P256DH: base64.RawURLEncoding.EncodeToString(private.PublicKey().Bytes()), Auth: "AAAAAAAAAAAAAAAAAAAAAA", Name: "手机", Language: "zh", Kinds: []string{push.Finding}}
	var made push.Browser
	r := reviewer.do("POST", "/account/devices", draft)
	r.into(t, &made)
	if r.status != http.StatusCreated || made.ID == "" {
		t.Fatalf("added: %s", r)
	}
	if r = reviewer.do("POST", "/account/devices/"+made.ID+"/test", nil); r.status != http.StatusNoContent || <-rung != "test" {
		t.Errorf("tested: %s", r)
	}
	status = http.StatusForbidden
	if r = reviewer.do("POST", "/account/devices/"+made.ID+"/test", nil); r.status != http.StatusBadGateway {
		t.Errorf("refused by the push service: %s", r)
	}
	if r = reviewer.do("PUT", "/account/devices/"+made.ID, wire.NoticeKinds{Kinds: []string{}}); r.status != http.StatusNoContent {
		t.Errorf("changed: %s", r)
	}
	if r = reviewer.do("PUT", "/account/devices/"+made.ID, wire.NoticeKinds{Kinds: []string{push.Camera}}); r.status != http.StatusUnprocessableEntity {
		t.Errorf("a kind of another role: %s", r)
	}
	if r = officer.do("POST", "/account/devices/leave", wire.NoticeAddress{Endpoint: draft.Endpoint}); r.status != http.StatusNotFound {
		t.Errorf("left by another: %s", r)
	}
	if r = reviewer.do("POST", "/account/devices/leave", wire.NoticeAddress{Endpoint: draft.Endpoint}); r.status != http.StatusNoContent {
		t.Errorf("left: %s", r)
	}
	if r = reviewer.do("POST", "/account/devices", draft); r.status != http.StatusCreated {
		t.Fatalf("added again: %s", r)
	}
	r.into(t, &made)
	draft.Endpoint = "https://10.1.2.3/push"
	if r = reviewer.do("POST", "/account/devices", draft); r.status != http.StatusForbidden {
		t.Errorf("an address inside: %s", r)
	}
	if r = officer.do("DELETE", "/account/devices/"+made.ID, nil); r.status != http.StatusNotFound {
		t.Errorf("removed by another: %s", r)
	}
	if r = reviewer.do("DELETE", "/account/devices/"+made.ID, nil); r.status != http.StatusNoContent {
		t.Errorf("removed: %s", r)
	}
	for range 6 {
		r = reviewer.do("POST", "/account/devices/"+made.ID+"/test", nil)
	}
	if r.status != http.StatusTooManyRequests {
		t.Errorf("again and again: %s", r)
	}
}
