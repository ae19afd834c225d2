package api

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/skip2/go-qrcode"

	"offsite/api/problem"
	"offsite/api/wire"
	"offsite/registry/account"
)

// factorOperations are what everybody does with the own account: second factors and
// sessions.
func (a *API) factorOperations() {
	const tag = "account"
	handle(a, operation{id: "get-factors", method: http.MethodGet, path: "/account/factors", summary: "One's own second factors", tag: tag}, a.getFactors)
	handle(a, operation{id: "begin-codes", method: http.MethodPost, path: "/account/codes", summary: "Make the key of an authenticator app", tag: tag}, a.beginCodes)
	handle(a, operation{id: "confirm-codes", method: http.MethodPost, path: "/account/codes/confirmation", summary: "Show the first code, so that codes count", tag: tag}, a.confirmCodes)
	handle(a, operation{id: "remove-codes", method: http.MethodDelete, path: "/account/codes", summary: "Remove the authenticator app", tag: tag, status: http.StatusNoContent}, a.removeCodes)
	handle(a, operation{id: "renew-recovery", method: http.MethodPost, path: "/account/recovery", summary: "New recovery codes in place of the old", tag: tag}, a.renewRecovery)
	handle(a, operation{id: "begin-passkey", method: http.MethodPost, path: "/account/passkeys/options", summary: "Ask the browser to make a passkey", tag: tag}, a.beginPasskey)
	handle(a, operation{id: "add-passkey", method: http.MethodPost, path: "/account/passkeys", summary: "Keep a passkey that was made", tag: tag, status: http.StatusCreated}, a.addPasskey)
	handle(a, operation{id: "remove-passkey", method: http.MethodDelete, path: "/account/passkeys/{id}", summary: "Remove a passkey", tag: tag, status: http.StatusNoContent}, a.removePasskey)
	handle(a, operation{id: "list-sessions", method: http.MethodGet, path: "/account/sessions", summary: "One's own open sessions", tag: tag}, a.listSessions)
	handle(a, operation{id: "end-session", method: http.MethodDelete, path: "/account/sessions/{id}", summary: "End one of one's own sessions", tag: tag, status: http.StatusNoContent}, a.endSession)
}

func (a *API) getFactors(ctx context.Context, _ *empty) (*answer[wire.Factors], error) {
	c := callerOf(ctx)
	f, err := a.o.Accounts.Factors(ctx, c.staff.ID)
	if err != nil {
		return nil, err
	}
	out := wire.Factors{CodesSince: f.CodesSince, Recovery: f.Recovery, Possible: a.o.Passkeys, Elsewhere: c.session.How == account.Elsewhere}
	for _, p := range f.Passkeys {
		out.Passkeys = append(out.Passkeys, wire.Passkey(p))
	}
	return &answer[wire.Factors]{out}, nil
}

// wrongPassword is said within a session, which stands: no 401.
func wrongPassword(err error) error {
	if errors.Is(err, account.ErrCredentials) {
		return problem.Invalid("当前密码不正确。", "The current password is wrong.", problem.Field{Location: "body.password", Message: "wrong"})
	}
	return err
}

const qrPixels = 240

func (a *API) beginCodes(ctx context.Context, in *struct{ Body wire.PasswordAgain }) (*answer[wire.CodeKey], error) {
	key, err := a.o.Accounts.BeginCodes(ctx, callerOf(ctx).token, in.Body.Password)
	if err != nil {
		return nil, wrongPassword(err)
	}
	picture, err := qrcode.Encode(key.URL, qrcode.Medium, qrPixels)
	if err != nil {
		return nil, fmt.Errorf("draw the key of an authenticator app: %w", err)
	}
	return &answer[wire.CodeKey]{wire.CodeKey{
		Secret: key.Secret, URL: key.URL, QR: "data:image/png;base64," + base64.StdEncoding.EncodeToString(picture),
	}}, nil
}

func recovery(codes []string, err error) (*answer[wire.Recovery], error) {
	if err != nil {
		return nil, wrongCode(err)
	}
	return &answer[wire.Recovery]{wire.Recovery{Codes: codes}}, nil
}

func (a *API) confirmCodes(ctx context.Context, in *struct{ Body wire.Code }) (*answer[wire.Recovery], error) {
	return recovery(a.o.Accounts.ConfirmCodes(ctx, callerOf(ctx).token, in.Body.Code))
}

func (a *API) removeCodes(ctx context.Context, _ *empty) (*empty, error) {
	return &empty{}, a.o.Accounts.RemoveCodes(ctx, actor(ctx).ID)
}

func (a *API) renewRecovery(ctx context.Context, _ *empty) (*answer[wire.Recovery], error) {
	return recovery(a.o.Accounts.RenewRecovery(ctx, actor(ctx).ID))
}

func (a *API) beginPasskey(ctx context.Context, in *struct{ Body wire.PasswordAgain }) (*answer[wire.Ceremony], error) {
	if err := a.passkeys(); err != nil {
		return nil, err
	}
	asked, err := a.o.Accounts.BeginPasskey(ctx, callerOf(ctx).token, in.Body.Password)
	return ceremony(asked, wrongPassword(err))
}

func (a *API) addPasskey(ctx context.Context, in *struct{ Body wire.PasskeyDraft }) (*answer[wire.Recovery], error) {
	text, err := json.Marshal(in.Body.Answer)
	if err != nil {
		return nil, err
	}
	return recovery(a.o.Accounts.AddPasskey(ctx, callerOf(ctx).token, in.Body.Token, in.Body.Name, text))
}

type ownThing struct {
	ID string `path:"id" maxLength:"64"`
}

func (a *API) removePasskey(ctx context.Context, in *ownThing) (*empty, error) {
	return &empty{}, a.o.Accounts.RemovePasskey(ctx, actor(ctx).ID, in.ID)
}

func (a *API) listSessions(ctx context.Context, _ *empty) (*list[wire.OpenSession], error) {
	c := callerOf(ctx)
	open, err := a.o.Accounts.Sessions(ctx, c.staff.ID)
	if err != nil {
		return nil, err
	}
	rows := make([]wire.OpenSession, 0, len(open))
	for _, s := range open {
		rows = append(rows, wire.OpenSession{
			ID: s.ID, Address: s.Address, Agent: s.Agent, How: s.How, CreatedAt: s.CreatedAt, SeenAt: s.SeenAt, This: s.ID == c.session.ID,
		})
	}
	return listOf(rows), nil
}

func (a *API) endSession(ctx context.Context, in *ownThing) (*empty, error) {
	id := actor(ctx).ID
	return &empty{}, a.o.Accounts.Revoke(ctx, id, id, in.ID)
}
