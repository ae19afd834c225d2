package api_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"offsite/api"
	"offsite/api/problem"
	"offsite/api/wire"
)

// withApp adds an authenticator app to the person's account.
func (p *person) withApp() (secret string) {
	p.h.t.Helper()
	var key wire.CodeKey
	r := p.do("POST", "/account/codes", wire.PasswordAgain{Password: password})
	if r.into(p.h.t, &key); r.status != http.StatusOK || !strings.HasPrefix(key.QR, "data:image/png;base64,") || !strings.HasPrefix(key.URL, "otpauth://totp/") {
		p.h.t.Fatalf("begin: %s", r)
	}
	var recovery wire.Recovery
	r = p.do("POST", "/account/codes/confirmation", wire.Code{Code: codeAt(p.h.t, key.Secret, 0)})
	if r.into(p.h.t, &recovery); len(recovery.Codes) != 10 {
		p.h.t.Fatalf("confirm: %s", r)
	}
	return key.Secret
}

// codeAt is what an authenticator app shows so much later.
func codeAt(t *testing.T, secret string, later time.Duration) string {
	t.Helper()
	code, err := totp.GenerateCode(secret, time.Now().Add(later))
	if err != nil {
		t.Fatal(err)
	}
	return code
}

func TestSignInAsksForTheSecondFactor(t *testing.T) {
	t.Parallel()
	h := open(t)
	p := h.staff("officer")
	secret := p.withApp()
	r := h.stranger().do("POST", "/session", wire.SignIn{Username: "officer", Password: password})
	if r.status != http.StatusUnauthorized || problemOf(t, r).Type != problem.SecondFactor {
		t.Errorf("the password alone: %s", r)
	}
	r = h.stranger().do("POST", "/session", wire.SignIn{Username: "officer", Password: "another password"})
	if r.status != http.StatusUnauthorized || problemOf(t, r).Type == problem.SecondFactor {
		t.Errorf("a wrong password tells that there is a second factor: %s", r)
	}
	r = h.stranger().do("POST", "/session", wire.SignIn{Username: "officer", Password: password, Code: "000000"})
	if r.status != http.StatusUnauthorized || problemOf(t, r).Type != problem.SecondFactor {
		t.Errorf("a wrong code: %s", r)
	}
	var s wire.Session
	r = h.stranger().do("POST", "/session", wire.SignIn{Username: "officer", Password: password, Code: codeAt(t, secret, 30*time.Second)})
	if r.into(t, &s); r.status != http.StatusOK || !s.User.Factor {
		t.Errorf("password and code: %s", r)
	}
}

// TestApprovalsWantAFreshProof walks the operations that the policy wants a fresh
// proof for: who has a second factor must have shown it lately.
func TestApprovalsWantAFreshProof(t *testing.T) {
	t.Parallel()
	h := open(t)
	head := h.staff("head")
	secret := head.withApp()
	if _, err := h.pool.Exec(t.Context(), `UPDATE account_session SET proved_at = now() - interval '11 minutes'`); err != nil {
		t.Fatal(err)
	}
	wanted := 0
	for _, c := range calls(t, h.api) {
		if !api.Policy()[c.id].WantsFresh("head") {
			continue
		}
		wanted++
		var body any
		if c.method != http.MethodDelete {
			body = map[string]any{}
		}
		if r := head.do(c.method, c.path, body, `If-Match: "1"`); r.status != http.StatusForbidden || problemOf(t, r).Type != problem.SecondFactor {
			t.Errorf("%s without a fresh proof: %s", c.id, r)
		}
	}
	for _, id := range []string{"take-step", "activate-formula", "adjust-grade", "remove-codes", "renew-recovery"} {
		if !api.Policy()[id].WantsFresh("head") {
			t.Errorf("%s wants no fresh proof of a head", id)
		}
	}
	if wanted < 5 || !api.Policy()["change-user"].WantsFresh("admin") || api.Policy()["take-step"].WantsFresh("officer") {
		t.Error("the policy wants a fresh proof of others than it should")
	}
	if r := head.do("POST", "/session/proof", wire.Proof{Code: "000000"}); r.status != http.StatusUnprocessableEntity {
		t.Errorf("a wrong code within a session: %s", r)
	}
	if r := head.do("POST", "/session/proof", wire.Proof{Code: codeAt(t, secret, 30*time.Second)}); r.status != http.StatusNoContent {
		t.Fatalf("prove: %s", r)
	}
	if r := head.do("POST", "/account/recovery", nil); r.status != http.StatusOK {
		t.Errorf("after the proof: %s", r)
	}
}

// TestApprovalsWantThePasswordWithoutAFactor: a console that was left open approves nothing.
func TestApprovalsWantThePasswordWithoutAFactor(t *testing.T) {
	t.Parallel()
	h := open(t)
	head := h.staff("head")
	approve := func() reply { return head.do("POST", "/key-orders/1/agreement", nil) }
	if r := approve(); r.status == http.StatusForbidden {
		t.Fatalf("just signed in: %s", r)
	}
	if _, err := h.pool.Exec(t.Context(), `UPDATE account_session SET proved_at = now() - interval '11 minutes'`); err != nil {
		t.Fatal(err)
	}
	if r := approve(); r.status != http.StatusForbidden || problemOf(t, r).Type != problem.SecondFactor {
		t.Errorf("later: %s", r)
	}
	for _, wrong := range []wire.Proof{{Password: "another password"}, {Code: "123456"}, {}} {
		if r := head.do("POST", "/session/proof", wrong); r.status != http.StatusUnprocessableEntity {
			t.Errorf("shown %+v: %s", wrong, r)
		}
	}
	if r := approve(); r.status != http.StatusForbidden {
		t.Errorf("after a wrong password: %s", r)
	}
	if r := head.do("POST", "/session/proof", wire.Proof{Password: password}); r.status != http.StatusNoContent {
		t.Fatalf("prove: %s", r)
	}
	if r := approve(); r.status == http.StatusForbidden {
		t.Errorf("after the proof: %s", r)
	}
	head.withApp()
	if r := head.do("POST", "/session/proof", wire.Proof{Password: password}); r.status != http.StatusForbidden {
		t.Errorf("the password stands for the second factor: %s", r)
	}
}

func TestASecondFactorThatTheBureauDemands(t *testing.T) {
	t.Parallel()
	h := open(t, func(o *api.Options) { o.FactorDemanded = true })
	p := h.staff("operator")
	var s wire.Session
	p.do("GET", "/session", nil).into(t, &s)
	if !s.User.MustAddFactor {
		t.Errorf("the session says %+v", s.User)
	}
	if r := p.do("GET", "/cameras", nil); r.status != http.StatusForbidden {
		t.Errorf("without it: %s", r)
	}
	p.withApp()
	if r := p.do("GET", "/cameras", nil); r.status != http.StatusOK {
		t.Errorf("with it: %s", r)
	}
}

func TestOwnSessions(t *testing.T) {
	t.Parallel()
	h := open(t)
	p, other, another := h.staff("officer"), h.stranger(), h.staff("legal")
	other.signIn("officer", password)
	var open struct{ Items []wire.OpenSession }
	p.do("GET", "/account/sessions", nil).into(t, &open)
	if len(open.Items) != 2 || open.Items[0].This == open.Items[1].This {
		t.Fatalf("open are %+v", open.Items)
	}
	for _, s := range open.Items {
		if s.This {
			continue
		}
		if r := another.do("DELETE", "/account/sessions/"+s.ID, nil); r.status != http.StatusNotFound {
			t.Errorf("ended by another: %s", r)
		}
		if r := p.do("DELETE", "/account/sessions/"+s.ID, nil); r.status != http.StatusNoContent {
			t.Errorf("ended by its owner: %s", r)
		}
	}
	if r := other.do("GET", "/session", nil); r.status != http.StatusUnauthorized {
		t.Errorf("the ended session: %s", r)
	}
}

func TestLostFactorsAreForgottenByTheAdministrator(t *testing.T) {
	t.Parallel()
	h := open(t)
	p, boss := h.staff("officer"), h.staff("admin")
	p.withApp()
	var users struct{ Items []wire.UserRow }
	boss.do("GET", "/users", nil).into(t, &users)
	for _, u := range users.Items {
		if u.Username != "officer" {
			continue
		}
		if r := boss.do("PATCH", "/users/"+u.ID, wire.UserChange{ForgetFactors: true}); r.status != http.StatusOK {
			t.Fatalf("forget: %s", r)
		}
	}
	if r := p.do("GET", "/session", nil); r.status != http.StatusUnauthorized {
		t.Errorf("the session from before: %s", r)
	}
	h.stranger().signIn("officer", password)
}

func TestPasskeysNeedAFittingAddress(t *testing.T) {
	t.Parallel()
	p := open(t, func(o *api.Options) { o.Passkeys = false }).staff("officer")
	for _, path := range []string{"/session/passkey/options", "/session/proof/passkey/options"} {
		if r := p.do("POST", path, nil); r.status != http.StatusConflict {
			t.Errorf("%s: %s", path, r)
		}
	}
}
