package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

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

	roles    map[string][]string // of a subject
	units    map[string][]string // likewise
	disabled bool
}

// CheckUsernamePassword is asked by the provider's own sign-in page.
func (b *bureau) CheckUsernamePassword(username, password, id string) error {
	if b.disabled {
		return errors.New("the account is disabled")
	}
	return b.Storage.CheckUsernamePassword(username, password, id)
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
	b.Storage = storage.NewStorageWithClients(users, map[string]*storage.Client{
		"offsite": storage.WebClient("offsite", "a shared secret", redirect), "other": storage.WebClient("other", "another secret", redirect),
	})
	server.Config.Handler = exampleop.SetupServer(issuer, b, nil, false)
	server.Start()
	t.Cleanup(server.Close)
	return b, issuer
}

// openElsewhere is a house whose staff signs in at a provider, and that provider; change
// may have the house ask it otherwise.
func openElsewhere(t *testing.T, change ...func(*elsewhere.Options)) (*house, *bureau) {
	t.Helper()
	// The provider must know the console's address, and the console the provider's.
	front := httptest.NewUnstartedServer(nil)
	b, issuer := provide(t, "http://"+front.Listener.Addr().String()+api.ElsewhereReturn)
	h := open(t, func(o *api.Options) {
		ask := elsewhere.Options{
			Issuer: issuer, ClientID: "offsite", ClientSecret: "a shared secret", RedirectURL: "http://" + front.Listener.Addr().String() + api.ElsewhereReturn,
			RolesClaim: "groups", LicenceClaim: "licence_no", Roles: map[string]string{"执法队": "officer", "法制科": "legal"},
			TownshipsClaim: "units", Townships: map[string]string{"区局": "*", "城桥中队": "城桥镇", "堡镇中队": "堡镇"},
		}
		for _, c := range change {
			c(&ask)
		}
		o.Elsewhere = elsewhere.New(ask)
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
	p.http.CheckRedirect = upTo(p.h.url)
	defer func() { p.http.CheckRedirect = nil }()
	back, page := signInThere(t, p.http, p.h.url+"/api/v1"+path, username)
	if back == nil {
		t.Fatalf("the provider does not send back: %s", page)
	}
	if tamper != nil {
		tamper(back)
	}
	res, err := p.http.Get(back.String())
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != http.StatusSeeOther {
		t.Fatalf("came back to %s", res.Status)
	}
	to := res.Header.Get("Location")
	if _, why, refused := strings.Cut(to, "?refused="); refused {
		words, err := os.ReadFile("../web/src/account/words.ts")
		if err != nil || bytes.Count(words, []byte("  refused_"+why+": ")) != 2 {
			t.Errorf("the page has no sentence in both languages for %s, %v", why, err)
		}
	}
	return to
}

// upTo stops a browser at the first address that begins so.
func upTo(prefix string) func(*http.Request, []*http.Request) error {
	return func(req *http.Request, _ []*http.Request) error {
		if strings.HasPrefix(req.URL.String(), prefix) {
			return http.ErrUseLastResponse
		}
		return nil
	}
}

// signInThere follows a browser from an address to the provider, and signs in there. It
// returns where the provider sends it back to; nil, and the provider's page, where it
// does not.
func signInThere(t *testing.T, browser *http.Client, address, username string) (*url.URL, string) {
	t.Helper()
	res, err := browser.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	page, _ := io.ReadAll(res.Body)
	res.Body.Close()
	if res.StatusCode != http.StatusOK {
		t.Fatalf("the provider's page: %s: %s", res.Status, page)
	}
	form := url.Values{"username": {username}, "password": {"verysecure"}, "id": {res.Request.URL.Query().Get("authRequestID")}}
	if res, err = browser.PostForm(res.Request.URL.Scheme+"://"+res.Request.URL.Host+"/login/username", form); err != nil {
		t.Fatal(err)
	}
	page, _ = io.ReadAll(res.Body)
	res.Body.Close()
	back, err := res.Location()
	if err != nil {
		return nil, res.Status + " " + string(page)
	}
	return back, ""
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
	again.do("GET", "/session", nil).into(t, &s)
	b.roles[vouchedID] = nil
	if to := h.stranger().visit("/session/elsewhere", vouchedUser, nil); to != "/?refused=role" {
		t.Errorf("without a role any more: sent to %q", to)
	}
	if r := again.do("GET", "/session", nil); r.status != http.StatusUnauthorized {
		t.Errorf("the session of before, once the provider gives no role: %s", r)
	}
	b.roles[vouchedID] = []string{"法制科"}
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
		"another state": set("state", "FORGED"), "no state": set("state", ""), "another code": set("code", "FORGED"), "an error": set("error", "server_error"),
	} {
		if to := h.stranger().visit("/session/elsewhere", vouchedUser, tamper); to != "/?refused=answer" {
			t.Errorf("%s: sent to %q", name, to)
		}
	}
	if to := h.stranger().visit("/session/elsewhere", vouchedUser, set("error", "access_denied")); to != "/?refused=denied" {
		t.Errorf("denied there: sent to %q", to)
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
		h, b := openElsewhere(t, func(o *elsewhere.Options) { o.Factors = []string{c.factor} })
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

// TestDisabledAtTheProvider: nobody comes in any more; a session that is open here goes
// on until it ends or is ended here.
func TestDisabledAtTheProvider(t *testing.T) {
	slog.SetDefault(slog.New(slog.DiscardHandler))
	h, b := openElsewhere(t)
	b.roles[vouchedID] = []string{"执法队"}
	p, q := h.stranger(), h.stranger()
	if to := p.visit("/session/elsewhere", vouchedUser, nil); to != "/" {
		t.Fatalf("sent to %q; the log says:\n%s", to, h.log)
	}
	b.disabled = true
	if back, page := signInThere(t, q.http, h.url+"/api/v1/session/elsewhere", vouchedUser); back != nil || !strings.Contains(page, "the account is disabled") {
		t.Errorf("the provider sends back to %v: %s", back, page)
	}
	if r := q.do("GET", "/session", nil); r.status != http.StatusUnauthorized {
		t.Errorf("let in all the same: %s", r)
	}
	if r := p.do("GET", "/session", nil); r.status != http.StatusOK {
		t.Errorf("the session of before: %s", r)
	}
	accounts, err := h.accounts.Accounts(t.Context())
	if err != nil || len(accounts) != 1 {
		t.Fatalf("the accounts are %+v, %v", accounts, err)
	}
	disabled := true
	if _, err := h.accounts.Change(t.Context(), "test", accounts[0].ID, account.Change{Disabled: &disabled}); err != nil {
		t.Fatal(err)
	}
	if r := p.do("GET", "/session", nil); r.status != http.StatusUnauthorized {
		t.Errorf("the session of before, disabled here: %s", r)
	}
}

// TestSigningOutElsewhere: out here, the browser is shown the way to sign out there.
func TestSigningOutElsewhere(t *testing.T) {
	slog.SetDefault(slog.New(slog.DiscardHandler))
	h, b := openElsewhere(t)
	b.roles[vouchedID] = []string{"执法队"}
	p := h.stranger()
	if to := p.visit("/session/elsewhere", vouchedUser, nil); to != "/" {
		t.Fatalf("sent to %q; the log says:\n%s", to, h.log)
	}
	var s wire.Session
	p.do("GET", "/session", nil).into(t, &s)
	p.csrf = s.CSRF
	if r := p.do("DELETE", "/session", nil); r.status != http.StatusNoContent {
		t.Fatalf("signing out: %s", r)
	}
	if r := p.do("GET", "/session", nil); r.status != http.StatusUnauthorized {
		t.Errorf("after signing out: %s", r)
	}
	p.http.CheckRedirect = upTo("http://localhost") // the provider's, as our own is named by its number
	res, err := p.http.Get(h.url + "/api/v1/session/elsewhere/end")
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	to, err := res.Location()
	if err != nil || to.Query().Get("client_id") != "offsite" {
		t.Fatalf("sent to %v, %v", to, err)
	}
	p.http.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	if res, err = p.http.Get(to.String()); err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode >= http.StatusBadRequest {
		t.Errorf("the provider says to %s: %s", to, res.Status)
	}
}

// TestClocksThatDiffer: what the provider gives is over by our clock, and the page says
// that it is the clock.
func TestClocksThatDiffer(t *testing.T) {
	slog.SetDefault(slog.New(slog.DiscardHandler))
	for skew, want := range map[time.Duration]string{-2 * time.Minute: "/", 2 * time.Minute: "/", 3 * time.Hour: "/?refused=clock"} {
		h, b := openElsewhere(t, func(o *elsewhere.Options) { o.Now = func() time.Time { return time.Now().Add(skew) } })
		b.roles[vouchedID] = []string{"执法队"}
		if to := h.stranger().visit("/session/elsewhere", vouchedUser, nil); to != want {
			t.Errorf("with a clock that differs by %s: sent to %q; the log says:\n%s", skew, to, h.log)
		}
	}
}

// swap looks at the ID tokens that a provider gives, and puts another in their place.
type swap struct{ seen, put string }

// RoundTrip implements http.RoundTripper.
func (s *swap) RoundTrip(req *http.Request) (*http.Response, error) {
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil || !strings.HasSuffix(req.URL.Path, "/token") || res.StatusCode != http.StatusOK {
		return res, err
	}
	defer res.Body.Close()
	var told map[string]any
	if err := json.NewDecoder(res.Body).Decode(&told); err != nil {
		return nil, err
	}
	s.seen, _ = told["id_token"].(string)
	if s.put != "" {
		told["id_token"] = s.put
	}
	text, err := json.Marshal(told)
	res.Body, res.ContentLength = io.NopCloser(bytes.NewReader(text)), int64(len(text))
	return res, err
}

// TestATokenForAnotherSystemIsRefused: what the provider gave to another of its systems,
// signed as it should be, opens nothing here.
func TestATokenForAnotherSystemIsRefused(t *testing.T) {
	slog.SetDefault(slog.New(slog.DiscardHandler))
	ours, theirs := &swap{}, &swap{}
	var other *elsewhere.Provider
	h, b := openElsewhere(t, func(o *elsewhere.Options) {
		as := *o
		as.ClientID, as.ClientSecret, as.HTTP = "other", "another secret", &http.Client{Transport: theirs}
		other, o.HTTP = elsewhere.New(as), &http.Client{Transport: ours}
	})
	b.roles[vouchedID] = []string{"执法队"}
	asked := elsewhere.Ask(false, now())
	address, err := other.URL(t.Context(), "state", asked)
	if err != nil {
		t.Fatal(err)
	}
	back, page := signInThere(t, &http.Client{CheckRedirect: upTo(h.url)}, address, vouchedUser)
	if back == nil {
		t.Fatalf("the provider does not send back: %s", page)
	}
	if _, err := other.Finish(t.Context(), back.Query().Get("code"), asked); err != nil || theirs.seen == "" {
		t.Fatalf("the other system: %v", err)
	}
	ours.put = theirs.seen
	if to := h.stranger().visit("/session/elsewhere", vouchedUser, nil); to != "/?refused=answer" || !strings.Contains(h.log.String(), "expected audience") {
		t.Errorf("sent to %q; the log says:\n%s", to, h.log)
	}
	ours.put = ""
	if to := h.stranger().visit("/session/elsewhere", vouchedUser, nil); to != "/" {
		t.Errorf("with its own token: sent to %q", to)
	}
}
