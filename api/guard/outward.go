package guard

import (
	"context"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"syscall"

	"offsite/api/problem"
)

// Outward keeps what the server calls of its own accord (webhooks) from reaching inside:
// public addresses, and of the others those in the networks that the configuration
// names.
type Outward struct {
	inside Guard
}

// NewOutward reads networks such as 10.20.0.0/16; none: public addresses alone.
func NewOutward(networks []string) (*Outward, error) {
	inside, err := named(networks, "webhooks.networks", "10.20.0.0/16")
	if err != nil {
		return nil, err
	}
	return &Outward{*inside}, nil
}

// Check refuses an address that may not be called: no HTTPS (plain HTTP within the
// named networks alone), credentials in it, or a private address that is not named.
// The error is a *problem.Problem.
func (o *Outward) Check(ctx context.Context, address string) error {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "" || u.Opaque != "" || u.User != nil || u.Fragment != "" {
		return problem.Invalid("接收地址应为 https:// 开头的完整地址，不含用户名和密码。", "A receiver's address begins with https:// and holds no user name and password.",
			problem.Field{Location: "body.url", Message: "no HTTPS address"})
	}
	addresses, err := o.inside.addresses(ctx, u.Hostname())
	if err != nil {
		return problem.Invalid("找不到主机 "+u.Hostname()+"：请检查拼写。", "The host "+u.Hostname()+" is not known: check the spelling.",
			problem.Field{Location: "body.url", Message: "unknown host"}).Because(err)
	}
	for _, a := range addresses {
		switch {
		case !o.allowed(a):
			return problem.New(http.StatusForbidden,
				"地址 "+u.Hostname()+" 位于内部网络；确需接入时，请系统管理员在配置 webhooks.networks 中加入该网段。",
				"The address "+u.Hostname()+" lies in a private network; where that is meant, your administrator can add the network to webhooks.networks.")
		case u.Scheme == "http" && !o.inside.Allows(a):
			return problem.Invalid("公网地址须使用 https://。", "A public address needs https://.", problem.Field{Location: "body.url", Message: "needs HTTPS"})
		}
	}
	return nil
}

// Control is for net.Dialer, as Guard.Control.
func (o *Outward) Control(_, address string, _ syscall.RawConn) error {
	dialled, err := netip.ParseAddrPort(address)
	if err != nil || !o.allowed(dialled.Addr()) {
		return fmt.Errorf("%s lies in a private network that webhooks.networks does not name", address)
	}
	return nil
}

func (o *Outward) allowed(a netip.Addr) bool {
	return o.inside.Allows(a) || public(a.Unmap().WithZone(""))
}

// public tells whether an address is one of the open internet: none of those that are
// set apart (RFC 6890), and none that carries another address within it.
func public(a netip.Addr) bool {
	if !a.IsGlobalUnicast() || a.IsPrivate() {
		return false
	}
	for _, p := range setApart() {
		if p.Contains(a) {
			return false
		}
	}
	return true
}

func setApart() []netip.Prefix {
	return []netip.Prefix{
		netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("192.0.0.0/24"), netip.MustParsePrefix("192.0.2.0/24"),
		netip.MustParsePrefix("198.18.0.0/15"), netip.MustParsePrefix("198.51.100.0/24"), netip.MustParsePrefix("203.0.113.0/24"), netip.MustParsePrefix("240.0.0.0/4"),
		netip.MustParsePrefix("64:ff9b::/96"), netip.MustParsePrefix("64:ff9b:1::/48"), netip.MustParsePrefix("100::/64"), netip.MustParsePrefix("2001::/23"),
		netip.MustParsePrefix("2001:db8::/32"), netip.MustParsePrefix("2002::/16"),
	}
}
