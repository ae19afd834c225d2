package api

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"offsite/api/problem"
	"offsite/api/wire"
	"offsite/registry/account"
	"offsite/registry/account/elsewhere"
)

// ElsewhereReturn is where the identity provider sends browsers back to.
const ElsewhereReturn = prefix + "/session/elsewhere/return"

// signInOperations are the ways to sign in besides the password, and the fresh proof
// within a session.
func (a *API) signInOperations() {
	const tag = "session"
	handle(a, operation{id: "get-sign-in", method: http.MethodGet, path: "/session/ways", summary: "The ways to sign in", tag: tag}, a.getSignIn)
	handle(a, operation{id: "begin-passkey-sign-in", method: http.MethodPost, path: "/session/passkey/options", summary: "Ask for a passkey", tag: tag}, a.beginPasskeySignIn)
	handle(a, operation{id: "passkey-sign-in", method: http.MethodPost, path: "/session/passkey", summary: "Sign in by passkey", tag: tag}, a.passkeySignIn)
	handle(a, operation{id: "sign-in-elsewhere", method: http.MethodGet, path: "/session/elsewhere", summary: "Go to the identity provider", tag: tag, status: http.StatusSeeOther}, a.signInElsewhere)
	handle(a, operation{id: "return-from-elsewhere", method: http.MethodGet, path: "/session/elsewhere/return", summary: "Come back from the identity provider", tag: tag, status: http.StatusSeeOther}, a.returnFromElsewhere)
	handle(a, operation{id: "sign-out-elsewhere", method: http.MethodGet, path: "/session/elsewhere/end", summary: "Go to the identity provider to sign out there; back where it has no place for that", tag: tag, status: http.StatusSeeOther}, a.signOutElsewhere)
	handle(a, operation{id: "step-up", method: http.MethodPost, path: "/session/proof", summary: "Show a code or recovery code anew, or without a second factor the password", tag: tag, status: http.StatusNoContent}, a.stepUp)
	handle(a, operation{id: "begin-passkey-step-up", method: http.MethodPost, path: "/session/proof/passkey/options", summary: "Ask for one's own passkey", tag: tag}, a.beginPasskeyStepUp)
	handle(a, operation{id: "passkey-step-up", method: http.MethodPost, path: "/session/proof/passkey", summary: "Show a passkey anew", tag: tag, status: http.StatusNoContent}, a.passkeyStepUp)
}

func (a *API) getSignIn(context.Context, *empty) (*answer[wire.SignInWays], error) {
	return &answer[wire.SignInWays]{wire.SignInWays{Passkeys: a.o.Passkeys, Elsewhere: a.o.Elsewhere != nil}}, nil
}

func ceremony(asked account.Asked, err error) (*answer[wire.Ceremony], error) {
	if err != nil {
		return nil, err
	}
	return &answer[wire.Ceremony]{wire.Ceremony{Token: asked.Token, Options: asked.Options}}, nil
}

// passkeys refuses where the address is none under which browsers make passkeys.
func (a *API) passkeys() error {
	if a.o.Passkeys {
		return nil
	}
	return problem.New(http.StatusConflict, "当前访问地址不支持通行密钥：请由管理员将 public_url 设为 https:// 开头的域名。",
		"Passkeys need a name under https: your administrator can set public_url.")
}

func (a *API) beginPasskeySignIn(ctx context.Context, _ *empty) (*answer[wire.Ceremony], error) {
	if err := a.passkeys(); err != nil {
		return nil, err
	}
	return ceremony(a.o.Accounts.BeginPasskeySignIn(ctx))
}

func (a *API) passkeySignIn(ctx context.Context, in *struct{ Body wire.PasskeyAnswer }) (*sessionAnswer, error) {
	text, err := json.Marshal(in.Body.Answer)
	if err != nil {
		return nil, err
	}
	return a.opened(a.o.Accounts.PasskeySignIn(ctx, in.Body.Token, text, callerOf(ctx).from()))
}

func (a *API) stepUp(ctx context.Context, in *struct{ Body wire.Proof }) (*empty, error) {
	if in.Body.Password != "" {
		err := a.o.Accounts.StepUpByPassword(ctx, callerOf(ctx).token, in.Body.Password)
		if errors.Is(err, account.ErrFactor) { // the session stands: no 401
			return nil, problem.Prove(true)
		}
		return &empty{}, wrongPassword(err)
	}
	err := a.o.Accounts.StepUp(ctx, callerOf(ctx).token, in.Body.Code)
	return &empty{}, wrongCode(err)
}

// wrongCode is said within a session, which stands: no 401.
func wrongCode(err error) error {
	if errors.Is(err, account.ErrCode) {
		return problem.Invalid("动态码或恢复码不正确，或已用过；请等待下一个动态码。", "The code is wrong or was used before; wait for the next one.",
			problem.Field{Location: "body.code", Message: "wrong"})
	}
	return wrongPasskey(err)
}

func wrongPasskey(err error) error {
	if errors.Is(err, account.ErrPasskey) {
		return problem.Invalid("通行密钥验证未通过或已超时，请重试。", "The passkey's answer does not hold or came too late; try again.",
			problem.Field{Location: "body.answer", Message: "does not hold"}).Because(err)
	}
	return err
}

func (a *API) beginPasskeyStepUp(ctx context.Context, _ *empty) (*answer[wire.Ceremony], error) {
	if err := a.passkeys(); err != nil {
		return nil, err
	}
	return ceremony(a.o.Accounts.BeginPasskeyStepUp(ctx, actor(ctx).ID))
}

func (a *API) passkeyStepUp(ctx context.Context, in *struct{ Body wire.PasskeyAnswer }) (*empty, error) {
	text, err := json.Marshal(in.Body.Answer)
	if err != nil {
		return nil, err
	}
	return &empty{}, wrongPasskey(a.o.Accounts.PasskeyStepUp(ctx, callerOf(ctx).token, in.Body.Token, text))
}

// The cookie that ties a sign-in elsewhere to this browser. The provider sends the
// browser back, so it cannot be strict.
const elsewhereCookieName = "offsite_elsewhere"

const elsewhereFor = 5 * time.Minute

func (a *API) elsewhereCookie(state string, expires time.Time) http.Cookie {
	c := a.cookie(a.cookieName(elsewhereCookieName), state, expires) // #nosec G124 -- the cookie is made strict, and its SameSite is set below
	c.SameSite = http.SameSiteLaxMode
	return c
}

type redirect struct {
	SetCookie []http.Cookie `header:"Set-Cookie" hidden:"true"`
	Location  string        `header:"Location"`
}

func noElsewhere() error {
	return problem.NotFound("统一身份认证", "identity provider; none is configured")
}

type elsewhereBegin struct {
	Fresh bool `query:"fresh" doc:"The owner must prove anew who it is."`
}

func (a *API) signInElsewhere(ctx context.Context, in *elsewhereBegin) (*redirect, error) {
	if a.o.Elsewhere == nil {
		return nil, noElsewhere()
	}
	asked := elsewhere.Ask(in.Fresh, a.now())
	state, err := a.o.Accounts.AskElsewhere(ctx, asked)
	if err != nil {
		return nil, err
	}
	to, err := a.o.Elsewhere.URL(ctx, state, asked)
	if err != nil {
		return nil, providerAway(err)
	}
	return &redirect{SetCookie: []http.Cookie{a.elsewhereCookie(state, a.now().Add(elsewhereFor))}, Location: to}, nil
}

func (a *API) signOutElsewhere(ctx context.Context, _ *empty) (*redirect, error) {
	if a.o.Elsewhere == nil {
		return nil, noElsewhere()
	}
	to, err := a.o.Elsewhere.EndURL(ctx)
	if err != nil {
		return nil, providerAway(err)
	}
	return &redirect{Location: cmp.Or(to, "/")}, nil
}

func providerAway(err error) error {
	return problem.Away("统一身份认证服务暂时无法访问，请稍后再试。", "The identity provider does not answer; try again later.", err)
}

type elsewhereReturn struct {
	State   string `query:"state" maxLength:"200" pattern:"^[!-~]*$"`
	Code    string `query:"code" maxLength:"2048" pattern:"^[ -~]*$"`
	Error   string `query:"error" maxLength:"200" pattern:"^[ -~]*$"`
	Cookies string `header:"Cookie" hidden:"true"`
}

// returnFromElsewhere ends on the console's page in any case, which says why somebody
// was refused: this is a page that people see.
func (a *API) returnFromElsewhere(ctx context.Context, in *elsewhereReturn) (*redirect, error) {
	if a.o.Elsewhere == nil {
		return nil, noElsewhere()
	}
	forget := a.elsewhereCookie("", time.Unix(1, 0))
	s, err := a.cameBack(ctx, in)
	if err != nil {
		a.log.WarnContext(ctx, "sign-in elsewhere refused", "request", callerOf(ctx).request, "error", err)
		return &redirect{SetCookie: []http.Cookie{forget}, Location: "/?" + url.Values{"refused": {refusedElsewhere(err)}}.Encode()}, nil
	}
	return &redirect{SetCookie: []http.Cookie{forget, a.cookie(a.staffCookie(), s.Token, s.ExpiresAt)}, Location: "/"}, nil
}

func (a *API) cameBack(ctx context.Context, in *elsewhereReturn) (account.Session, error) {
	cookies, err := http.ParseCookie(in.Cookies)
	if err != nil {
		return account.Session{}, elsewhere.ErrRefused
	}
	mine := false
	for _, c := range cookies {
		mine = mine || c.Name == a.cookieName(elsewhereCookieName) && c.Value != "" && c.Value == in.State
	}
	switch {
	case mine && in.Error == "access_denied":
		return account.Session{}, elsewhere.ErrDenied
	case !mine || in.Error != "":
		return account.Session{}, fmt.Errorf("%w: %s", elsewhere.ErrRefused, in.Error)
	}
	var asked elsewhere.Asked
	if err := a.o.Accounts.AskedElsewhere(ctx, in.State, &asked); err != nil {
		return account.Session{}, err
	}
	v, err := a.o.Elsewhere.Finish(ctx, in.Code, asked)
	if err != nil {
		return account.Session{}, err
	}
	return a.o.Accounts.SignInElsewhere(ctx, v, callerOf(ctx).from())
}

// refusedElsewhere names for the page why somebody was not let in.
func refusedElsewhere(err error) string {
	switch {
	case errors.Is(err, account.ErrNoRole), errors.Is(err, account.ErrInvalid):
		return "role"
	case errors.Is(err, account.ErrNoReach):
		return "reach"
	case errors.Is(err, account.ErrDuplicate):
		return "taken"
	case errors.Is(err, account.ErrCredentials):
		return "disabled"
	case errors.Is(err, elsewhere.ErrDenied):
		return "denied"
	case errors.Is(err, elsewhere.ErrClock):
		return "clock"
	case errors.Is(err, elsewhere.ErrStale):
		return "stale"
	}
	return "answer"
}
