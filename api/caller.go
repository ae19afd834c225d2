package api

import (
	"context"
	"net"
	"net/http"
	"net/netip"
	"strings"

	"offsite/api/crowd"
	"offsite/casework"
	"offsite/exchange/key"
	"offsite/registry/account"
	"offsite/store"
)

// caller is who makes a request: staff, another system, a party with an open link, or
// nobody.
type caller struct {
	staff    *casework.Actor
	username string
	csrf     string
	token    string // of staff's session
	session  account.Session
	early    bool     // must change the password first
	caseID   string   // of a party
	portal   string   // its cookie
	key      *key.Key // of another system, which then stands as staff without a role
	address  string
	agent    string
	request  string       // id
	accept   string       // Accept-Language
	scope    *store.Scope // what the statements of the request see
}

type callerKey struct{}

// callerOf returns who makes the request.
func callerOf(ctx context.Context) *caller {
	if c, ok := ctx.Value(callerKey{}).(*caller); ok {
		return c
	}
	return &caller{scope: &store.Scope{}}
}

// actor is the signed-in member of staff; operations that staff alone may call
// have one.
func actor(ctx context.Context) casework.Actor {
	if c := callerOf(ctx); c.staff != nil {
		return *c.staff
	}
	return casework.Actor{}
}

func (c *caller) visit() casework.Visit {
	return casework.Visit{Address: c.address, Browser: c.agent}
}

// remote is the client's address: the connection's own, or what a proxy that we
// trust says of it.
func (a *API) remote(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",") // some proxies add a line of their own
	for i := len(hops) - 1; i >= 0 && a.trusts(host); i-- {
		hop := strings.TrimSpace(hops[i])
		if _, err := netip.ParseAddr(hop); err != nil {
			break
		}
		host = hop
	}
	return host
}

// network is what an address is counted by where nobody is known yet: of IPv6 all that one
// holder has.
func network(address string) string {
	a, err := netip.ParseAddr(address)
	if err != nil || a.Unmap().Is4() {
		return address
	}
	return crowd.Holder(a).String()
}

func (a *API) trusts(host string) bool {
	address, err := netip.ParseAddr(host)
	if err != nil {
		return false
	}
	for _, n := range a.o.TrustedProxies {
		if n.Contains(address.Unmap()) {
			return true
		}
	}
	return false
}
