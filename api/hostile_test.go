package api_test

import (
	"net/http"
	"strings"
	"testing"
)

func TestHostileInput(t *testing.T) {
	t.Parallel()
	h := open(t)
	p := h.staff("collector", "operator")
	object := func(field, value string) string { return `{"kind":"shop","name":"店","` + field + `":` + value + `}` }
	for name, c := range map[string]struct {
		method, path, body string
		want               int
	}{
		"no JSON":               {"POST", "/objects", "name=店", http.StatusBadRequest},
		"half of it":            {"POST", "/objects", `{"kind":`, http.StatusBadRequest},
		"another type":          {"POST", "/objects", `[1,2]`, http.StatusUnprocessableEntity},
		"an unknown field":      {"POST", "/objects", object("is_admin", "true"), http.StatusUnprocessableEntity},
		"a number for a name":   {"POST", "/objects", `{"kind":"shop","name":7}`, http.StatusUnprocessableEntity},
		"an unknown kind":       {"POST", "/objects", `{"kind":"ship","name":"店"}`, http.StatusUnprocessableEntity},
		"control characters":    {"POST", "/objects", object("address", `"a\u0000b"`), http.StatusUnprocessableEntity},
		"far too long":          {"POST", "/objects", object("address", `"`+strings.Repeat("长", 3000)+`"`), http.StatusUnprocessableEntity},
		"larger than allowed":   {"POST", "/objects", object("address", `"`+strings.Repeat("a", 300<<10)+`"`), http.StatusRequestEntityTooLarge},
		"deeply nested":         {"POST", "/objects", strings.Repeat("[", 100_000), http.StatusBadRequest},
		"NUL in a filter":       {"GET", "/parties?q=%00", "", http.StatusUnprocessableEntity},
		"SQL in a filter":       {"GET", "/objects?q='%3BDROP+TABLE+object--", "", http.StatusOK},
		"a limit below one":     {"GET", "/objects?limit=0x10", "", http.StatusUnprocessableEntity},
		"an id that is none":    {"GET", "/cameras/..%2f..%2fetc%2fpasswd", "", http.StatusNotFound},
		"a very long id":        {"GET", "/cameras/" + strings.Repeat("a", 4000), "", http.StatusUnprocessableEntity},
		"an id of nothing":      {"GET", "/cameras/" + nobody, "", http.StatusNotFound},
		"markup in a name":      {"POST", "/objects", `{"kind":"shop","name":"<script>alert(1)</script>"}`, http.StatusCreated},
		"an ETag of another":    {"DELETE", "/cameras/" + nobody, "", http.StatusPreconditionFailed},
		"a camera elsewhere":    {"POST", "/cameras/probe", `{"url":"rtsp://169.254.169.254/x","protocol":""}`, http.StatusForbidden},
		"a camera over http":    {"POST", "/cameras", `{"name":"a","place":"b","url":"http://127.0.0.1/x","protocol":"tcp"}`, http.StatusUnprocessableEntity},
		"an unknown address":    {"GET", "/nothing", "", http.StatusNotFound},
		"an unknown method":     {"PUT", "/cameras", `{}`, http.StatusNotFound},
		"another content type":  {"POST", "/objects", "\x00", http.StatusUnsupportedMediaType},
		"a polygon of infinity": {"POST", "/cameras/" + nobody + "/zones", `{"name_zh":"区","name_en":"z","detector":"stall","polygon":[{"x":1e999,"y":0}]}`, http.StatusBadRequest},
	} {
		var body any
		if c.body != "" {
			body = c.body
		}
		headers := []string{`If-Match: "W/evil"`}
		if name == "another content type" {
			headers = append(headers, "Content-Type: application/x-www-form-urlencoded")
		}
		r := p.do(c.method, c.path, body, headers...)
		if r.status != c.want {
			t.Errorf("%s: %.300s, want %d", name, r, c.want)
		}
		if r.status >= http.StatusBadRequest {
			problemOf(t, r)
		}
	}
	if log := h.log.String(); strings.Contains(log, "panic") || strings.Contains(log, "level=ERROR") {
		t.Errorf("the log tells of failures:\n%s", log)
	}
}

func TestProblemsSpeakTheReadersLanguage(t *testing.T) {
	t.Parallel()
	p := open(t).stranger()
	for accept, want := range map[string]string{"": "zh", "zh-CN": "zh", "en": "en", "en-GB, zh;q=0.5": "en", "zh, en;q=0.8": "zh", "de": "zh"} {
		got := problemOf(t, p.do("GET", "/cameras", nil, "Accept-Language: "+accept))
		if want == "zh" && got.Detail != got.DetailZH || want == "en" && got.Detail != got.DetailEN {
			t.Errorf("asked in %q: %q", accept, got.Detail)
		}
	}
}

func TestHeaders(t *testing.T) {
	t.Parallel()
	p := open(t).stranger()
	for _, path := range []string{"/session", "///", "///cases/1", "///livez"} {
		h := p.do("GET", path, nil).header
		for name, want := range map[string]string{
			"X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Referrer-Policy": "no-referrer", "Cross-Origin-Opener-Policy": "same-origin",
		} {
			if h.Get(name) != want {
				t.Errorf("%s: %s is %q", path, name, h.Get(name))
			}
		}
		if policy := h.Get("Content-Security-Policy"); !strings.Contains(policy, "default-src 'none'") || strings.Contains(policy, "unsafe") {
			t.Errorf("%s: policy %q", path, policy)
		}
	}
}

// TestTheLogKeepsSecrets plants secrets where people put them and looks for them.
func TestTheLogKeepsSecrets(t *testing.T) {
	t.Parallel()
	h := open(t)
	p := h.staff("operator")
	secret := "s3cr3t-planted"
	p.do("POST", "/session", map[string]string{"username": "operator", "password": secret})
	p.do("GET", "/objects?q="+secret, nil)
	p.do("POST", "/portal/session", map[string]string{"token": secret})
	p.do("GET", "///p/"+secret, nil)
	p.do("GET", "/public/documents/"+secret, nil)
	p.do("POST", "/cameras", `{"name":"a","place":"b","url":"rtsp://admin:`+secret+`@10.0.0.1/x","protocol":"tcp"}`)
	p.do("POST", "/cameras/probe", `{"url":"rtsp://admin:`+secret+`@999.0.0.1/x","protocol":"tcp"}`)
	if r := p.do("GET", "/cameras", nil); strings.Contains(string(r.body), secret) {
		t.Errorf("the list of cameras shows the password: %s", r)
	}
	if log := h.log.String(); strings.Contains(log, secret) || strings.Contains(log, p.csrf) || !strings.Contains(log, "route=/api/v1/cameras") {
		t.Errorf("the log:\n%s", log)
	}
}
