package api_test

import (
	"net/http"
	"strings"
	"testing"
)

// TestCallbacksComeAsTheyAre: a signed body is read by whoever checks its signature,
// not held against a schema first, which would refuse every honest one.
func TestCallbacksComeAsTheyAre(t *testing.T) {
	t.Parallel()
	h := open(t)
	for _, path := range []string{"/payment/callback", "/message/callback"} {
		for _, body := range []string{`{"type":"payment.paid","data":{}}`, `[]`, `"text"`} {
			r := h.stranger().do("POST", path, body, "Content-Type: application/json",
				"webhook-id: msg_1", "webhook-timestamp: 1", "webhook-signature: v1,AAAA")
			if r.status == http.StatusUnprocessableEntity || strings.Contains(string(r.body), "expected string") {
				t.Errorf("%s %s: held against a schema: %s", path, body, r)
			}
			if r.status < 400 {
				t.Errorf("%s %s: taken without a signature: %s", path, body, r)
			}
		}
	}
}
