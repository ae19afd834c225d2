package api

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humachi"

	"offsite/api/problem"
	"offsite/casework"
)

// authorize stands before every operation: rate, session, right, and that the
// request comes from our own page.
func (a *API) authorize(hc huma.Context, next func(huma.Context)) {
	r, _ := humachi.Unwrap(hc)
	rule := a.policy[hc.Operation().OperationID] // the zero rule lets nobody in
	p := a.slowDown(r.Context(), rule)
	if p == nil {
		p = a.recognise(r, rule)
	}
	if p == nil && !rule.signed && callerOf(r.Context()).key == nil {
		p = ownPage(r, rule)
	}
	if p != nil {
		for name, values := range p.GetHeaders() {
			hc.SetHeader(name, values[0])
		}
		a.write(hc, p)
		return
	}
	next(hc)
}

// slowDown refuses addresses without a session that ask too often.
func (a *API) slowDown(ctx context.Context, access access) *problem.Problem {
	if !access.public && !access.portal && !access.signed {
		return nil // counted per account, once it is known
	}
	return tooMany(a.byAddress.Take(network(callerOf(ctx).address)))
}

func tooMany(wait time.Duration, ok bool) *problem.Problem {
	if ok {
		return nil
	}
	return problem.TooMany(fmt.Sprint(int(math.Ceil(wait.Seconds()))))
}

// recognise finds out who asks and whether the policy lets them.
func (a *API) recognise(r *http.Request, access access) *problem.Problem {
	text, keyed := bearer(r)
	switch {
	case access.public || access.signed:
		if cookie, err := r.Cookie(a.portalCookie()); access.opens && err == nil {
			callerOf(r.Context()).portal = cookie.Value // which opening a link anew may go on from
		}
		return nil
	case keyed:
		return a.recogniseKey(r, text, access)
	case access.portal:
		return a.recogniseParty(r, access)
	case len(access.roles) == 0 && access.scope == "":
		return problem.NoRight()
	}
	if p := a.recogniseStaff(r); p != nil {
		return p
	}
	c := callerOf(r.Context())
	if p := tooMany(a.byAccount.Take(c.staff.ID)); p != nil {
		return p
	}
	if c.early && !access.early {
		return problem.PasswordFirst()
	}
	if !access.has(c.staff.Roles) {
		return problem.NoRight()
	}
	if access.district && len(c.session.Account.Townships) > 0 {
		return problem.DistrictAlone()
	}
	return a.factor(c, access)
}

// factor refuses who has no second factor where the bureau demands one, and who did not
// lately show it, or without one the password, where that is wanted. Operations on factors
// ask for the password themselves where there is no factor yet.
func (a *API) factor(c *caller, access access) *problem.Problem {
	switch {
	case a.o.FactorDemanded && !c.session.Factor && !access.bare:
		return problem.FactorFirst()
	case !c.session.Proved && access.wantsFresh(c.staff.Roles) && (c.session.Factor || !access.bare):
		return problem.Prove(c.session.Factor)
	}
	return nil
}

func (a *API) recogniseStaff(r *http.Request) *problem.Problem {
	c := callerOf(r.Context())
	cookie, err := r.Cookie(a.staffCookie())
	if err != nil {
		// Who guesses tokens is slowed down like everybody without a session.
		if p := tooMany(a.byAddress.Take(network(c.address))); p != nil {
			return p
		}
		return problem.NotSignedIn()
	}
	if err := a.openSession(r.Context(), c, cookie.Value); err != nil {
		if p := tooMany(a.byAddress.Take(network(c.address))); p != nil {
			return p
		}
		return a.problem(r.Context(), "session", err)
	}
	return nil
}

func (a *API) recogniseParty(r *http.Request, access access) *problem.Problem {
	c := callerOf(r.Context())
	cookie, err := r.Cookie(a.portalCookie())
	if err != nil {
		return known(casework.ErrLink)
	}
	c.caseID, c.csrf, err = a.o.Casework.PortalCheck(r.Context(), cookie.Value)
	if err != nil {
		return a.problem(r.Context(), "portal session", err)
	}
	c.portal = cookie.Value
	if !access.proved {
		return nil
	}
	proved, err := a.o.Casework.Proved(r.Context(), c.portal)
	if err != nil {
		return a.problem(r.Context(), "portal session", err)
	}
	if proved {
		return nil
	}
	if access.orUnknown {
		known, err := a.o.Casework.Reachable(r.Context(), c.caseID)
		if err != nil {
			return a.problem(r.Context(), "portal session", err)
		}
		if !known {
			return nil
		}
	}
	return problem.ProveParty()
}

// ownPage refuses what another site made the browser send: changes need the
// session's token, and nothing may come from another origin.
func ownPage(r *http.Request, access access) *problem.Problem {
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		return nil
	}
	switch r.Header.Get("Sec-Fetch-Site") {
	case "", "same-origin", "none":
	default:
		return problem.Forged()
	}
	if origin := r.Header.Get("Origin"); origin != "" {
		if u, err := url.Parse(origin); err != nil || u.Host != r.Host {
			return problem.Forged().Because(errors.New("the origin is another one"))
		}
	}
	if access.opens {
		return nil
	}
	c := callerOf(r.Context())
	if c.csrf == "" || subtle.ConstantTimeCompare([]byte(c.csrf), []byte(r.Header.Get("X-CSRF-Token"))) != 1 {
		return problem.Forged()
	}
	return nil
}

// write answers with a problem from within huma.
func (a *API) write(hc huma.Context, p *problem.Problem) {
	r, w := humachi.Unwrap(hc)
	a.refuse(w, r, p)
}
