package api_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"offsite/api"
	"offsite/api/limit"
	"offsite/api/problem"
	"offsite/api/wire"
	"offsite/registry/account"
)

func problemOf(t *testing.T, r reply) problem.Problem {
	t.Helper()
	if kind := r.header.Get("Content-Type"); kind != "application/problem+json" {
		t.Fatalf("%s comes as %q", r, kind)
	}
	var p problem.Problem
	r.into(t, &p)
	if p.Status != r.status || p.Detail == "" || p.DetailZH == "" || p.DetailEN == "" || p.RequestID != r.header.Get("X-Request-Id") || p.RequestID == "" {
		t.Errorf("the problem lacks something: %+v", p)
	}
	return p
}

func TestSession(t *testing.T) {
	t.Parallel()
	h := open(t)
	p := h.staff("auditor")
	r := p.do("GET", "/session", nil)
	var s wire.Session
	r.into(t, &s)
	if s.User.Username != "auditor" || s.User.MustChangePassword || s.CSRF != p.csrf {
		t.Errorf("session %s", r)
	}
	if r := p.do("DELETE", "/session", nil); r.status != http.StatusNoContent {
		t.Errorf("sign out: %s", r)
	}
	if r := p.do("GET", "/session", nil); r.status != http.StatusUnauthorized {
		t.Errorf("after signing out: %s", r)
	}
}

func TestOneTimePasswordMustBeChangedFirst(t *testing.T) {
	t.Parallel()
	h := open(t)
	_, once, err := h.accounts.Create(context.Background(), "test", account.Draft{Username: "new", Name: "新人", Roles: []string{"operator"}})
	if err != nil {
		t.Fatal(err)
	}
	p := h.stranger()
	p.signIn("new", once)
	if r := p.do("GET", "/cameras", nil); r.status != http.StatusForbidden {
		t.Errorf("with a one-time password: %s", r)
	}
	for _, wrong := range []wire.PasswordChange{{Current: once, New: "short"}, {Current: once, New: once}, {Current: "not the current one", New: password}} {
		if r := p.do("POST", "/session/password", wrong); r.status != http.StatusUnprocessableEntity {
			t.Errorf("%+v: %s", wrong, r)
		}
	}
	if r := p.do("POST", "/session/password", wire.PasswordChange{Current: once, New: password}); r.status != http.StatusNoContent {
		t.Fatalf("change: %s", r)
	}
	if r := p.do("GET", "/cameras", nil); r.status != http.StatusOK {
		t.Errorf("after the change: %s", r)
	}
}

func TestCookie(t *testing.T) {
	t.Parallel()
	for _, secure := range []bool{false, true} {
		h := open(t, func(o *api.Options) {
			if secure {
				o.PublicURL = "https://enforcement.example"
			}
		})
		_, once, err := h.accounts.Create(context.Background(), "test", account.Draft{Username: "new", Name: "新人", Roles: []string{"operator"}})
		if err != nil {
			t.Fatal(err)
		}
		r := h.stranger().do("POST", "/session", wire.SignIn{Username: "new", Password: once})
		cookie := r.header.Get("Set-Cookie")
		for _, want := range []string{"HttpOnly", "SameSite=Strict", "Path=/"} {
			if !strings.Contains(cookie, want) {
				t.Errorf("cookie %q lacks %s", cookie, want)
			}
		}
		if secure != (strings.Contains(cookie, "Secure") && strings.HasPrefix(cookie, "__Host-")) {
			t.Errorf("over https %v: cookie %q", secure, cookie)
		}
		if secure != (r.header.Get("Strict-Transport-Security") != "") {
			t.Errorf("over https %v: headers %v", secure, r.header)
		}
	}
}

func TestForgedRequests(t *testing.T) {
	t.Parallel()
	h := open(t)
	p := h.staff("collector")
	body := map[string]any{"kind": "shop", "name": "店"}
	for name, headers := range map[string][]string{
		"no token":        {"X-CSRF-Token: "},
		"another's token": {"X-CSRF-Token: " + strings.Repeat("a", len(p.csrf))},
		"another site":    {"Sec-Fetch-Site: cross-site"},
		"a sister site":   {"Sec-Fetch-Site: same-site"},
		"another origin":  {"Origin: https://evil.example"},
		"no origin":       {"Origin: null"},
	} {
		r := p.do("POST", "/objects", body, headers...)
		if r.status != http.StatusForbidden {
			t.Errorf("%s: %s", name, r)
			continue
		}
		problemOf(t, r)
	}
	if r := p.do("POST", "/objects", body, "Origin: "+h.url, "Sec-Fetch-Site: same-origin"); r.status != http.StatusCreated {
		t.Errorf("from our own page: %s", r)
	}
	if r := h.stranger().do("POST", "/session", wire.SignIn{Username: "a", Password: "b"}, "Origin: https://evil.example"); r.status != http.StatusForbidden {
		t.Errorf("signing in from another site: %s", r)
	}
}

func TestWrongPasswordsAreSlowedDown(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.staff("operator")
	last := reply{}
	for range 30 {
		if last = h.stranger().do("POST", "/session", wire.SignIn{Username: "operator", Password: "wrong"}); last.status != http.StatusUnauthorized {
			break
		}
	}
	if last.status != http.StatusTooManyRequests || last.header.Get("Retry-After") == "" {
		t.Errorf("after many wrong passwords: %s %v", last, last.header)
	}
}

func TestAskingTooOften(t *testing.T) {
	t.Parallel()
	h := open(t, func(o *api.Options) {
		o.PerAddress = limit.Rate{PerSecond: 0.01, Burst: 20}
		o.PerAccount = limit.Rate{PerSecond: 0.01, Burst: 10}
	})
	p := h.staff("operator")
	get := func(p *person, path string) (last reply) {
		for range 30 {
			if last = p.do("GET", path, nil); last.status == http.StatusTooManyRequests {
				break
			}
		}
		return last
	}
	if r := get(p, "/session"); r.status != http.StatusTooManyRequests {
		t.Errorf("an account that asks without end: %s", r)
	} else if problemOf(t, r); r.header.Get("Retry-After") == "" {
		t.Error("it is not told when to come again")
	}
	if r := get(h.stranger(), "/public/matters"); r.status != http.StatusTooManyRequests {
		t.Errorf("an address that asks without end: %s", r)
	}
	if r := h.stranger().do("GET", "/livez", nil); r.status != http.StatusNotFound {
		t.Errorf("/api/v1/livez: %s", r)
	}
	if r := h.stranger().do("GET", "///livez", nil); r.status != http.StatusOK {
		t.Errorf("/livez: %s", r)
	}
}
