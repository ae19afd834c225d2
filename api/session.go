package api

import (
	"context"
	"errors"
	"net/http"
	"time"

	"offsite/api/problem"
	"offsite/api/wire"
	"offsite/casework"
	"offsite/registry/account"
)

const (
	staffCookieName  = "offsite_session"
	portalCookieName = "offsite_portal"
	hostPrefix       = "__Host-" // browsers take such cookies over https alone
)

func (a *API) staffCookie() string  { return a.cookieName(staffCookieName) }
func (a *API) portalCookie() string { return a.cookieName(portalCookieName) }

func (a *API) cookieName(name string) string {
	if a.secure {
		return hostPrefix + name
	}
	return name
}

// cookie makes a cookie that no script reads and no other site sends. Its life in
// the browser is that of the browser; the server ends it earlier.
func (a *API) cookie(name, value string, expires time.Time) http.Cookie {
	return http.Cookie{ // #nosec G124 -- Secure wherever the console is served by https; http://localhost would lose it
		Name: name, Value: value, Path: "/", Expires: expires, HttpOnly: true, Secure: a.secure, SameSite: http.SameSiteStrictMode,
	}
}

func (a *API) noCookie(name string) http.Cookie {
	return a.cookie(name, "", time.Unix(1, 0))
}

type empty struct{}

type sessionAnswer struct {
	SetCookie []http.Cookie `header:"Set-Cookie" hidden:"true"`
	Body      wire.Session
}

func (a *API) sessionOperations() {
	handle(a, operation{id: "get-session", method: http.MethodGet, path: "/session", summary: "Who is signed in", tag: "session"}, a.getSession)
	handle(a, operation{id: "sign-in", method: http.MethodPost, path: "/session", summary: "Sign in", tag: "session"}, a.signIn)
	handle(a, operation{id: "sign-out", method: http.MethodDelete, path: "/session", summary: "Sign out", tag: "session", status: http.StatusNoContent}, a.signOut)
	handle(a, operation{id: "change-password", method: http.MethodPost, path: "/session/password", summary: "Change one's own password", tag: "session", status: http.StatusNoContent}, a.changePassword)
}

// openSession fills the caller from a session's token.
func (a *API) openSession(ctx context.Context, c *caller, token string) error {
	s, err := a.o.Accounts.Session(ctx, token)
	if err != nil {
		return err
	}
	c.known(s)
	c.token = token
	return nil
}

// known fills the caller from a session.
func (c *caller) known(s account.Session) {
	c.staff = &casework.Actor{ID: s.Account.ID, Name: s.Account.Name, Roles: s.Account.Roles, LicenceNo: s.Account.LicenceNo, LicenceUntil: s.Account.LicenceUntil}
	c.username, c.csrf, c.early, c.session = s.Account.Username, s.CSRF, s.Account.MustChangePassword, s
	c.scope.Narrow(s.Account.Townships)
}

// sessionOf shows a session to its owner.
func (a *API) sessionOf(s account.Session) wire.Session {
	return wire.Session{CSRF: s.CSRF, User: wire.User{
		ID: s.Account.ID, Username: s.Account.Username, Name: s.Account.Name, Roles: s.Account.Roles, MustChangePassword: s.Account.MustChangePassword,
		MustAddFactor: a.o.FactorDemanded && !s.Factor, Factor: s.Factor, Elsewhere: s.How == account.Elsewhere,
		Level: s.Account.Level, Townships: s.Account.Townships, Certificate: certificate(s.Account),
	}}
}

func (a *API) getSession(ctx context.Context, _ *empty) (*sessionAnswer, error) {
	return &sessionAnswer{Body: a.sessionOf(callerOf(ctx).session)}, nil
}

// from is where the caller's credentials come from.
func (c *caller) from() account.Credentials {
	return account.Credentials{Address: c.address, Agent: c.agent}
}

func (a *API) signIn(ctx context.Context, in *struct{ Body wire.SignIn }) (*sessionAnswer, error) {
	credentials := callerOf(ctx).from()
	credentials.Username, credentials.Password, credentials.Code = in.Body.Username, in.Body.Password, in.Body.Code
	return a.opened(a.o.Accounts.SignIn(ctx, credentials))
}

// opened answers with a new session.
func (a *API) opened(s account.Session, err error) (*sessionAnswer, error) {
	if err != nil {
		return nil, err
	}
	return &sessionAnswer{SetCookie: []http.Cookie{a.cookie(a.staffCookie(), s.Token, s.ExpiresAt)}, Body: a.sessionOf(s)}, nil
}

type cookieAnswer struct {
	SetCookie []http.Cookie `header:"Set-Cookie" hidden:"true"`
}

func (a *API) signOut(ctx context.Context, _ *empty) (*cookieAnswer, error) {
	if err := a.o.Accounts.SignOut(ctx, callerOf(ctx).token); err != nil {
		return nil, err
	}
	return &cookieAnswer{SetCookie: []http.Cookie{a.noCookie(a.staffCookie())}}, nil
}

func (a *API) changePassword(ctx context.Context, in *struct{ Body wire.PasswordChange }) (*empty, error) {
	err := a.o.Accounts.ChangePassword(ctx, callerOf(ctx).token, in.Body.Current, in.Body.New)
	if errors.Is(err, account.ErrCredentials) { // the session stands: no 401
		return nil, problem.Invalid("当前密码不正确。", "The current password is wrong.", problem.Field{Location: "body.current", Message: "wrong"})
	}
	return &empty{}, err
}
