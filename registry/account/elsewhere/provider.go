// Package elsewhere lets staff sign in at the bureau's own identity provider, by
// OpenID Connect: authorization code with PKCE, state and nonce. Who comes back is
// told as account.Vouched; what that means here is decided in package account.
package elsewhere

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"offsite/registry/account"
)

// Errors that a caller tells apart; all wrap ErrRefused.
var (
	// ErrRefused says that the provider's answer does not hold, or that it refused.
	ErrRefused = errors.New("the identity provider's answer does not hold")
	// ErrDenied says that the provider let nobody in: somebody is disabled there, or did
	// not go on.
	ErrDenied = fmt.Errorf("%w: it let nobody in", ErrRefused)
	// ErrClock says that what it has just given is over: its clock and ours differ.
	ErrClock = fmt.Errorf("%w: its clock and ours differ", ErrRefused)
	// ErrStale says that a fresh proof was wanted and none was given.
	ErrStale = fmt.Errorf("%w: nobody proved anew who it is", ErrRefused)
)

// Options name the provider and what it says of people.
type Options struct {
	Issuer       string
	ClientID     string
	ClientSecret string
	RedirectURL  string // of our callback
	Scopes       []string
	RolesClaim   string            // of the ID token: a list, or words
	LicenceClaim string            // of the law-enforcement licence number
	Roles        map[string]string // value of the claim to role here; what is not in it counts for nothing
	// Whose records somebody sees: value of the claim to township; Everybody as value,
	// WholeDistrict as township. Empty: the provider does not say.
	TownshipsClaim string
	Townships      map[string]string
	Factors        []string         // values of amr that stand for a second factor, as mfa, otp, hwk; none: whatever the provider asked for
	HTTP           *http.Client     // nil: one that is patient for 10 s
	Now            func() time.Time // nil: time.Now
}

// What Options.Townships may hold besides values and townships.
const (
	Everybody     = "*"
	WholeDistrict = "*"
)

// Provider is an identity provider. It is safe for concurrent use.
type Provider struct {
	o  Options
	mu sync.Mutex
	is *oidc.Provider // nil until it first answered
}

const patience = 10 * time.Second

// New prepares a provider; it is asked for nothing before somebody signs in, so that
// we start while it is away.
func New(o Options) *Provider {
	if o.HTTP == nil {
		o.HTTP = &http.Client{Timeout: patience}
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Provider{o: o}
}

// Asked is what must be remembered until the browser comes back.
type Asked struct {
	Nonce    string    `json:"nonce"`
	Verifier string    `json:"verifier"` // of PKCE
	Fresh    bool      `json:"fresh"`
	At       time.Time `json:"at"`
}

// Ask makes what one sign-in is asked; fresh wants its owner to prove anew who it is.
func Ask(fresh bool, at time.Time) Asked {
	return Asked{Nonce: oauth2.GenerateVerifier(), Verifier: oauth2.GenerateVerifier(), Fresh: fresh, At: at}
}

// URL is where the browser goes to sign in.
func (p *Provider) URL(ctx context.Context, state string, a Asked) (string, error) {
	client, _, err := p.client(ctx)
	if err != nil {
		return "", err
	}
	options := []oauth2.AuthCodeOption{oidc.Nonce(a.Nonce), oauth2.S256ChallengeOption(a.Verifier)}
	if a.Fresh {
		options = append(options, oauth2.SetAuthURLParam("prompt", "login"), oauth2.SetAuthURLParam("max_age", "0"))
	}
	return client.AuthCodeURL(state, options...), nil
}

// EndURL is where the browser goes to sign out there; "" where the provider has no such
// place.
func (p *Provider) EndURL(ctx context.Context) (string, error) {
	_, is, err := p.client(ctx)
	if err != nil {
		return "", err
	}
	var has struct {
		End string `json:"end_session_endpoint"`
	}
	if err := is.Claims(&has); err != nil || has.End == "" {
		return "", err
	}
	to, err := url.Parse(has.End)
	if err != nil {
		return "", fmt.Errorf("read where the identity provider ends sessions: %w", err)
	}
	query := to.Query()
	query.Set("client_id", p.o.ClientID)
	to.RawQuery = query.Encode()
	return to.String(), nil
}

// client asks the provider for its addresses and keys, once.
func (p *Provider) client(ctx context.Context) (*oauth2.Config, *oidc.Provider, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.is == nil {
		is, err := oidc.NewProvider(oidc.ClientContext(context.WithoutCancel(ctx), p.o.HTTP), p.o.Issuer)
		if err != nil {
			return nil, nil, fmt.Errorf("ask the identity provider %s for its configuration: %w", p.o.Issuer, err)
		}
		p.is = is
	}
	return &oauth2.Config{
		ClientID: p.o.ClientID, ClientSecret: p.o.ClientSecret, Endpoint: p.is.Endpoint(), RedirectURL: p.o.RedirectURL,
		Scopes: append([]string{oidc.ScopeOpenID, "profile"}, p.o.Scopes...),
	}, p.is, nil
}

// claims are what we read of an ID token and of what is told besides.
type claims struct {
	Username string   `json:"preferred_username"`
	Email    string   `json:"email"`
	Name     string   `json:"name"`
	Methods  []string `json:"amr"`
	AuthTime int64    `json:"auth_time"`
}

// Finish takes the code that the browser came back with and says who it is. Errors
// wrap ErrRefused where the answer does not hold.
func (p *Provider) Finish(ctx context.Context, code string, a Asked) (account.Vouched, error) {
	client, is, err := p.client(ctx)
	if err != nil {
		return account.Vouched{}, err
	}
	ctx = oidc.ClientContext(ctx, p.o.HTTP)
	tokens, err := client.Exchange(ctx, code, oauth2.VerifierOption(a.Verifier))
	if err != nil {
		return account.Vouched{}, fmt.Errorf("%w: %w", ErrRefused, err)
	}
	raw, ok := tokens.Extra("id_token").(string)
	if !ok {
		return account.Vouched{}, fmt.Errorf("%w: it holds no ID token", ErrRefused)
	}
	id, err := is.VerifierContext(oidc.ClientContext(context.WithoutCancel(ctx), p.o.HTTP), &oidc.Config{ClientID: p.o.ClientID, Now: p.o.Now}).Verify(ctx, raw)
	var expired *oidc.TokenExpiredError
	if errors.As(err, &expired) {
		return account.Vouched{}, fmt.Errorf("%w: %w", ErrClock, err)
	}
	if err != nil {
		return account.Vouched{}, fmt.Errorf("%w: %w", ErrRefused, err)
	}
	if id.Nonce != a.Nonce {
		return account.Vouched{}, fmt.Errorf("%w: it answers another question", ErrRefused)
	}
	all := map[string]any{}
	if is.UserInfoEndpoint() != "" { // where providers tell what the token has no room for
		info, err := is.UserInfo(ctx, oauth2.StaticTokenSource(tokens))
		if err != nil {
			return account.Vouched{}, fmt.Errorf("%w: %w", ErrRefused, err)
		}
		if info.Subject != id.Subject {
			return account.Vouched{}, fmt.Errorf("%w: it tells of somebody else", ErrRefused)
		}
		if err := info.Claims(&all); err != nil {
			return account.Vouched{}, fmt.Errorf("%w: %w", ErrRefused, err)
		}
	}
	return p.vouched(id, all, a)
}

// vouched reads the claims; what the ID token says counts before what was told
// besides.
func (p *Provider) vouched(id *oidc.IDToken, all map[string]any, a Asked) (account.Vouched, error) {
	if err := id.Claims(&all); err != nil {
		return account.Vouched{}, fmt.Errorf("%w: %w", ErrRefused, err)
	}
	var c claims
	text, err := json.Marshal(all)
	if err = errors.Join(err, json.Unmarshal(text, &c)); err != nil {
		return account.Vouched{}, fmt.Errorf("%w: %w", ErrRefused, err)
	}
	const drift = time.Minute
	if a.Fresh && time.Unix(c.AuthTime, 0).Before(a.At.Add(-drift)) {
		return account.Vouched{}, ErrStale
	}
	v := account.Vouched{Issuer: id.Issuer, Subject: id.Subject, Username: c.Username, Name: c.Name, Roles: p.roles(all[p.o.RolesClaim])}
	if v.Username == "" {
		v.Username = c.Email
	}
	if v.Name == "" {
		v.Name = v.Username
	}
	v.LicenceNo, _ = all[p.o.LicenceClaim].(string)
	v.Reach = p.reach(all[p.o.TownshipsClaim])
	v.Factor = len(p.o.Factors) == 0 || slices.ContainsFunc(c.Methods, func(m string) bool { return slices.Contains(p.o.Factors, m) })
	return v, nil
}

// roles are those here that a claim's values stand for.
func (p *Provider) roles(claim any) (roles []string) { return stand(p.o.Roles, values(claim)) }

// reach is what a claim's values open; nil where the provider is not asked.
func (p *Provider) reach(claim any) *account.Reach {
	if len(p.o.Townships) == 0 {
		return nil
	}
	switch all := stand(p.o.Townships, append(values(claim), Everybody)); {
	case slices.Contains(all, WholeDistrict):
		return &account.Reach{Level: account.District}
	case len(all) == 1:
		return &account.Reach{Level: account.Township, Townships: all}
	case len(all) > 1:
		return &account.Reach{Level: account.Brigade, Townships: all}
	}
	return &account.Reach{}
}

// values are those of a claim, a list or words.
func values(claim any) (all []string) {
	switch claim := claim.(type) {
	case string:
		return strings.Fields(claim)
	case []any:
		for _, v := range claim {
			if s, ok := v.(string); ok {
				all = append(all, s)
			}
		}
	}
	return all
}

// stand are what values stand for by a table, each once.
func stand(table map[string]string, values []string) (all []string) {
	for _, v := range values {
		if meaning, known := table[v]; known {
			all = append(all, meaning)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}
