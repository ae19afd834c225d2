package api

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"offsite/api/problem"
	"offsite/casework"
	"offsite/exchange/key"
)

// keys is key.Keys: by which other systems reach us.
type keys interface {
	Create(ctx context.Context, by string, d key.Draft) (key.Key, string, error)
	List(ctx context.Context) ([]key.Key, error)
	Revoke(ctx context.Context, by, id string) error
	Check(ctx context.Context, text, address string) (key.Key, error)
}

// bearer is the key that a request shows.
func bearer(r *http.Request) (text string, ok bool) {
	const scheme = "Bearer "
	header := r.Header.Get("Authorization")
	if len(header) < len(scheme) || !strings.EqualFold(header[:len(scheme)], scheme) {
		return "", false
	}
	return strings.TrimSpace(header[len(scheme):]), true
}

// recogniseKey lets another system in where its key has the operation's scope. Cookies
// beside a key count for nothing, so that no other site can add to what it may do.
func (a *API) recogniseKey(r *http.Request, text string, access access) *problem.Problem {
	c := callerOf(r.Context())
	if a.o.Keys == nil {
		return problem.NotSignedIn()
	}
	k, err := a.o.Keys.Check(r.Context(), text, c.address)
	switch {
	case errors.Is(err, key.ErrKey):
		if p := tooMany(a.byAddress.Take(network(c.address))); p != nil { // who guesses is slowed down
			return p
		}
		return problem.New(http.StatusUnauthorized, "接口密钥无效、已撤销、已过期，或不允许从此地址使用。", "The API key is unknown, revoked, past its end, or not to be used from this address.").Because(err)
	case err != nil:
		return a.problem(r.Context(), "api key", err)
	}
	if p := tooMany(a.byKey.Take(k.ID)); p != nil {
		return p
	}
	if !k.May(access.scope) {
		return problem.New(http.StatusForbidden, "此接口密钥没有该项权限。", "This API key does not have the scope for that.")
	}
	c.key, c.staff = &k, &casework.Actor{ID: k.ID, Name: k.Name}
	return nil
}
