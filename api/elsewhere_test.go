package api_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/zitadel/oidc/v3/example/server/exampleop"
	"github.com/zitadel/oidc/v3/example/server/storage"
	"github.com/zitadel/oidc/v3/pkg/oidc"

	"offsite/api"
	"offsite/api/wire"
	"offsite/registry/account"
	"offsite/registry/account/elsewhere"
)

// bureau is an identity provider of its own, with the roles that it gives.
type bureau struct {
	*storage.Storage

	roles map[string][]string // of a subject
	units map[string][]string // likewise
}

// SetUserinfoFromToken implements op.Storage.
func (b *bureau) SetUserinfoFromToken(ctx context.Context, info *oidc.UserInfo, token, subject, origin string) error {
	err := b.Storage.SetUserinfoFromToken(ctx, info, token, subject, origin)
	info.AppendClaims("groups", b.roles[subject])
	info.AppendClaims("licence_no", "31-0001")
	info.AppendClaims("units", b.units[subject])
	return err
}

// provide starts the identity provider (zitadel/oidc) for a console at redirect.
func provide(t *testing.T, redirect string) (*bureau, string) {
	t.Helper()
	server := httptest.NewUnstartedServer(nil)
	issuer := "http://" + strings.Replace(server.Listener.Addr().String(), "127.0.0.1", "localhost", 1)
	users := storage.NewUserStore(issuer)
	b := &bureau{roles: map[string][]string{}, units: map[string][]string{vouchedID: {"区局"}}}
	b.Storage = storage.NewStorageWithClients(users, map[string]*storage.Client{"offsite": storage.WebClient("offsite", "a shared secret", redirect)})
	server.Config.Handler = exampleop.SetupServer(issuer, b, nil, false)
	server.Start()
	t.Cleanup(server.Close)
	return b, issuer
}

// openElsewhere is a house whose staff signs in at a provider, and that provider.
func openElsewhere(t *testing.T, factors ...string) (*house, *bureau) {
	t.Helper()
	// The provider must know the console's address, and the console the provider's.
	front := httptest.NewUnstartedServer(nil)
	b, issuer := provide(t, "http://"+front.Listener.Addr().String()+api.ElsewhereReturn)
	h := open(t, func(o *api.Options) {
		o.Elsewhere = elsewhere.New(elsewhere.Options{
			Issuer: issuer, ClientID: "offsite", ClientSecret: "a shared secret", RedirectURL: "http://" + front.Listener.Addr().String() + api.ElsewhereReturn,
			RolesClaim: "groups", LicenceClaim: "licence_no", Roles: map[string]string{"执法队": "officer", "法制科": "legal"}, Factors: factors,
			TownshipsClaim: "units", Townships: map[string]string{"区局": "*", "城桥中队": "城桥镇", "堡镇中队": "堡镇"},
		})
	})
	front.Config.Handler = h.api.Handler()
	front.Start()
	t.Cleanup(front.Close)
	h.url = front.URL
	return h, b
}

// visit follows the browser to the provider, signs in there, and comes back; tamper
// may change where it comes back to. It returns where the console sent it at last.
func (p *person) visit(path, username string, tamper func(*url.URL)) string {
	t := p.h.t
	t.Helper()
	p.http.CheckRedirect = func(req *http.Request, _ []*http.Request) error {
		if strings.HasPrefix(req.URL.String(), p.h.url) {
			return http.ErrUseLastResponse
		}
		return nil
	}
	defer func() { p.http.CheckRedirect = nil }()
	res, err := p.http.Get(p.h.url + "/api/v1" + path)
	if err != nil {
		t.Fatal(err)
	}
	page, _ := io.ReadAll(res.Body)
	res.Body.Close()
	if res.StatusCode != http.StatusOK {
		t.Fatalf("the provider's page: %s: %s", res.Status, page)
	}
	form := url.Values{"username": {username}, "password": {"verysecure"}, "id": {res.Request.URL.Query().Get("authRequestID")}}
	if res, err = p.http.PostForm(res.Request.URL.Scheme+"://"+res.Request.URL.Host+"/login/username", form); err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	back, err := res.Location()
	if err != nil {
		t.Fatalf("the provider does not send back: %s, %v", res.Status, err)
	}
	if tamper != nil {
		tamper(back)
	}
	if res, err = p.http.Get(back.String()); err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != http.StatusSeeOther {
		t.Fatalf("came back to %s", res.Status)
	}
	return res.Header.Get("Location")
}

const vouchedUser, vouchedID = "test-user2", "id2"

func TestSignInElsewhere(t *testing.T) {
	slog.SetDefault(slog.New(slog.DiscardHandler))
	h, b := openElsewhere(t)
	p := h.stranger()
	if to := p.visit("/session/elsewhere", vouchedUser, nil); to != "/?refused=role" {
		t.Errorf("without a role here: sent to %q", to)
	}
	b.roles[vouchedID] = []string{"执法队", "工会"}
	if to := p.visit("/session/elsewhere", vouchedUser, nil); to != "/" {
		t.Fatalf("sent to %q; the log says:\n%s", to, h.log)
	}
	var s wire.Session
	p.do("GET", "/session", nil).into(t, &s)
	if s.User.Username != vouchedUser || len(s.User.Roles) != 1 || s.User.Roles[0] != "officer" || !s.User.Elsewhere {
		t.Fatalf("signed in as %+v", s.User)
	}
	p.csrf = s.CSRF
	if r := p.do("POST", "/account/codes", wire.PasswordAgain{Password: "any"}); r.status != http.StatusConflict {
		t.Errorf("an authenticator app here: %s", r)
	}
	if r := h.stranger().do("POST", "/session", wire.SignIn{Username: vouchedUser, Password: "verysecure"}); r.status != http.StatusUnauthorized {
		t.Errorf("by password here: %s", r)
	}
	b.roles[vouchedID] = []string{"法制科"}
	again := h.stranger()
	if to := again.visit("/session/elsewhere", vouchedUser, nil); to != "/" {
		t.Errorf("with another role: sent to %q", to)
	}
	if r := p.do("GET", "/session", nil); r.status != http.StatusUnauthorized {
		t.Errorf("the session with the old role: %s", r)
	}
	accounts, err := h.accounts.Accounts(t.Context())
	if err != nil || len(accounts) != 1 || accounts[0].Roles[0] != "legal" || accounts[0].LicenceNo != "31-0001" {
		t.Errorf("the accounts are %+v, %v", accounts, err)
	}
	disabled := true
	if _, err := h.accounts.Change(t.Context(), "test", accounts[0].ID, account.Change{Disabled: &disabled}); err != nil {
		t.Fatal(err)
	}
	if to := again.visit("/session/elsewhere", vouchedUser, nil); to != "/?refused=disabled" {
		t.Errorf("disabled here: sent to %q", to)
	}
}

// TestTheProviderSaysWhoseRecordsAreSeen: no township, no entry; and what it takes away
// is gone at the next sign-in, with the sessions before.
func TestTheProviderSaysWhoseRecordsAreSeen(t *testing.T) {
	slog.SetDefault(slog.New(slog.DiscardHandler))
	h, b := openElsewhere(t)
	b.roles[vouchedID] = []string{"执法队"}
	for _, c := range []struct {
		units     []string
		to        string
		level     string
		townships []string
	}{
		{nil, "/?refused=reach", "", nil},
		{[]string{"食堂"}, "/?refused=reach", "", nil},
		{[]string{"城桥中队", "堡镇中队"}, "/", "brigade", []string{"城桥镇", "堡镇"}},
		{[]string{"城桥中队", "食堂"}, "/", "township", []string{"城桥镇"}},
		{[]string{"区局", "堡镇中队"}, "/", "district", []string{}},
		{nil, "/?refused=reach", "district", []string{}},
	} {
		b.units[vouchedID] = c.units
		if to := h.stranger().visit("/session/elsewhere", vouchedUser, nil); to != c.to {
			t.Fatalf("%v: sent to %q; the log says:\n%s", c.units, to, h.log)
		}
		accounts, err := h.accounts.Accounts(t.Context())
		if err != nil || c.level == "" && len(accounts) > 0 || c.level != "" && (accounts[0].Level != c.level || !slices.Equal(accounts[0].Townships, c.townships)) {
			t.Errorf("%v: the accounts are %+v, %v", c.units, accounts, err)
		}
	}
}

// TestWhoIsNewWaitsWhereTheProviderNamesNoTownships: an administrator lets in, and says
// what is seen.
func TestWhoIsNewWaitsWhereTheProviderNamesNoTownships(t *testing.T) {
	t.Parallel()
	h := open(t)
	who := account.Vouched{Issuer: "https://id.example", Subject: "7", Username: "wang", Name: "王", Roles: []string{"reviewer"}}
	if _, err := h.accounts.SignInElsewhere(t.Context(), who, account.Credentials{}); !errors.Is(err, account.ErrCredentials) {
		t.Fatalf("at once: %v", err)
	}
	accounts, err := h.accounts.Accounts(t.Context())
	if err != nil || len(accounts) != 1 || !accounts[0].Disabled {
		t.Fatalf("the accounts are %+v, %v", accounts, err)
	}
	enabled := false
	reach := account.Reach{Team: "城桥中队", Level: account.Township, Townships: []string{"城桥镇"}}
	if _, err := h.accounts.Change(t.Context(), "admin", accounts[0].ID, account.Change{Disabled: &enabled, Reach: &reach}); err != nil {
		t.Fatal(err)
	}
	s, err := h.accounts.SignInElsewhere(t.Context(), who, account.Credentials{})
	if err != nil || s.Account.Level != account.Township || s.Account.Team != "城桥中队" {
		t.Errorf("once let in: %+v, %v", s.Account, err)
	}
}

func TestSignInElsewhereIsNotForged(t *testing.T) {
	slog.SetDefault(slog.New(slog.DiscardHandler))
	h, b := openElsewhere(t)
	b.roles[vouchedID] = []string{"执法队"}
	set := func(name, value string) func(*url.URL) {
		return func(u *url.URL) {
			q := u.Query()
			q.Set(name, value)
			u.RawQuery = q.Encode()
		}
	}
	for name, tamper := range map[string]func(*url.URL){
		"another state": set("state", "FORGED"), "no state": set("state", ""), "another code": set("code", "FORGED"), "an error": set("error", "access_denied"),
	} {
		if to := h.stranger().visit("/session/elsewhere", vouchedUser, tamper); to != "/?refused=answer" {
			t.Errorf("%s: sent to %q", name, to)
		}
	}
	// The answer to one browser's question is of no use in another.
	victim := h.stranger()
	var stolen string
	h.stranger().visit("/session/elsewhere", vouchedUser, func(u *url.URL) { stolen = u.String(); set("state", "")(u) })
	victim.do("GET", strings.TrimPrefix(stolen, h.url+"/api/v1"), nil)
	if r := victim.do("GET", "/session", nil); r.status != http.StatusUnauthorized {
		t.Errorf("signed in by another's answer: %s", r)
	}
}

// TestALocalAccountIsNotTakenOver: that a provider knows somebody by the name of a
// local account gives no right to that account.
func TestALocalAccountIsNotTakenOver(t *testing.T) {
	slog.SetDefault(slog.New(slog.DiscardHandler))
	h, b := openElsewhere(t)
	b.roles[vouchedID] = []string{"执法队"}
	if _, _, err := h.accounts.Create(t.Context(), "test", account.Draft{Username: vouchedUser, Name: "别人", Roles: []string{"head"}}); err != nil {
		t.Fatal(err)
	}
	if to := h.stranger().visit("/session/elsewhere", vouchedUser, nil); to != "/?refused=taken" {
		t.Errorf("sent to %q", to)
	}
}

// TestAProofElsewhere: where the second factor is the provider's, a fresh sign-in
// there is a fresh proof, if the provider says so.
func TestAProofElsewhere(t *testing.T) {
	slog.SetDefault(slog.New(slog.DiscardHandler))
	for _, c := range []struct {
		factor  string // what stands for a second factor; the provider says pwd
		refused bool
	}{{"pwd", false}, {"otp", true}} {
		h, b := openElsewhere(t, c.factor)
		b.roles[vouchedID] = []string{"法制科"}
		p := h.stranger()
		if to := p.visit("/session/elsewhere?fresh=true", vouchedUser, nil); to != "/" {
			t.Fatalf("sent to %q; the log says:\n%s", to, h.log)
		}
		var s wire.Session
		p.do("GET", "/session", nil).into(t, &s)
		p.csrf = s.CSRF
		if r := p.do("POST", "/cases/"+nobody+"/events/pass", map[string]any{}, `If-Match: "1"`); (r.status == http.StatusForbidden) != c.refused {
			t.Errorf("an approval where %s is the second factor: %s", c.factor, r)
		}
	}
}
