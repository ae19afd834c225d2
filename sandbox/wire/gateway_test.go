package wire

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func TestGatewayRefusesWhatCannotWork(t *testing.T) {
	t.Parallel()
	long := []byte("a key of more than 16 bytes")
	for want, g := range map[string]Gateway{
		"payment.key_file": {URL: "https://pay.example", Key: []byte("short")},
		"payment.url":      {URL: "pay.example", Key: long},
	} {
		if _, err := g.Open("payment"); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%v, want an error of %s", err, want)
		}
	}
}

func TestGatewayAndSignedMeet(t *testing.T) {
	t.Parallel()
	key := []byte("a key of more than 16 bytes")
	server := httptest.NewServer(Signed(key, time.Now, func(w http.ResponseWriter, r *http.Request, body []byte) {
		_, _ = io.WriteString(w, r.Method+" "+r.URL.String()+" "+string(body))
	}))
	t.Cleanup(server.Close)
	for _, with := range []string{string(key), "another key of some length"} {
		g, err := Gateway{URL: server.URL + "/", Key: []byte(with)}.Open("payment")
		if err != nil {
			t.Fatal(err)
		}
		answer, err := g.Post(t.Context(), "/orders?a=1", map[string]int{"n": 1})
		if err != nil {
			t.Fatal(err)
		}
		if with != string(key) {
			if answer.Code != http.StatusUnauthorized || !strings.Contains(Said(answer.Body), "same key") {
				t.Errorf("with another key: %s: %s", answer.Status, Said(answer.Body))
			}
			continue
		}
		if got, want := Said(answer.Body), `POST /orders?a=1 {"n":1}`; got != want {
			t.Errorf("came as %q, want %q", got, want)
		}
		got, err := g.Get(t.Context(), "/reconciliation?date=2026-11-25")
		if err != nil {
			t.Fatal(err)
		}
		defer got.Body.Close()
		if got.StatusCode != http.StatusOK {
			t.Errorf("GET: %s", got.Status)
		}
	}
}
