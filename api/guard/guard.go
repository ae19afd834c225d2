// Package guard keeps the server from being sent to addresses that it must not
// reach: a camera's address must lie in the networks that the configuration
// names, whatever name it hides behind.
package guard

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"syscall"
	"time"

	"offsite/api/problem"
)

// Guard knows the allowed networks.
type Guard struct {
	networks []netip.Prefix
	resolve  func(ctx context.Context, host string) ([]netip.Addr, error)
}

const patience = 3 * time.Second // for the name server

// New reads networks such as 10.0.0.0/8.
func New(networks []string) (*Guard, error) {
	return named(networks, "cameras.networks", "10.0.0.0/8")
}

// named reads the networks of a setting; example shows how one is written.
func named(networks []string, setting, example string) (*Guard, error) {
	g := &Guard{resolve: lookup}
	for _, text := range networks {
		prefix, err := netip.ParsePrefix(strings.TrimSpace(text))
		if err != nil {
			return nil, fmt.Errorf("%s: %q is no network; write it as in %s", setting, text, example)
		}
		g.networks = append(g.networks, prefix.Masked())
	}
	return g, nil
}

func lookup(ctx context.Context, host string) ([]netip.Addr, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return net.DefaultResolver.LookupNetIP(ctx, "ip", host)
}

// Check refuses an address that is no RTSP address or lies outside the networks.
// The error is a *problem.Problem.
func (g *Guard) Check(ctx context.Context, address string) error {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "rtsp" && u.Scheme != "rtsps" || u.Hostname() == "" || u.Opaque != "" {
		return problem.Invalid("摄像机地址应为 rtsp:// 或 rtsps:// 开头的完整地址，例如 rtsp://10.0.0.8:554/stream1。",
			"A camera's address begins with rtsp:// or rtsps://, as in rtsp://10.0.0.8:554/stream1.",
			problem.Field{Location: "body.url", Message: "no RTSP address"})
	}
	addresses, err := g.addresses(ctx, u.Hostname())
	if err != nil {
		return problem.Invalid("找不到主机 "+u.Hostname()+"：请检查拼写，或改用 IP 地址。",
			"The host "+u.Hostname()+" is not known: check the spelling, or give its IP address.").Because(err)
	}
	for _, a := range addresses {
		if !g.Allows(a) {
			return problem.New(http.StatusForbidden,
				"地址 "+u.Hostname()+" 不在允许的摄像机网段内；请联系系统管理员在配置 cameras.networks 中加入该网段。",
				"The address "+u.Hostname()+" lies outside the camera networks; your administrator can add its network to cameras.networks.")
		}
	}
	return nil
}

// Control is for net.Dialer: it refuses to connect outside the networks, by the
// address that is really dialled. A name that led inside when it was checked may lead
// elsewhere now.
func (g *Guard) Control(_, address string, _ syscall.RawConn) error {
	dialled, err := netip.ParseAddrPort(address)
	if err != nil || !g.Allows(dialled.Addr()) {
		return fmt.Errorf("%s lies outside the networks of cameras.networks", address)
	}
	return nil
}

func (g *Guard) addresses(ctx context.Context, host string) ([]netip.Addr, error) {
	if a, err := netip.ParseAddr(host); err == nil {
		return []netip.Addr{a}, nil
	}
	addresses, err := g.resolve(ctx, host)
	if err == nil && len(addresses) == 0 {
		err = fmt.Errorf("the name server knows no address of %s", host)
	}
	return addresses, err
}

// Allows says whether an address lies in the networks. It refuses link-local ones,
// where clouds keep their metadata, whatever the networks say.
func (g *Guard) Allows(a netip.Addr) bool {
	a = a.Unmap().WithZone("")
	if a.IsLinkLocalUnicast() || a.IsMulticast() || a.IsUnspecified() {
		return false
	}
	for _, n := range g.networks {
		if n.Contains(a) {
			return true
		}
	}
	return false
}
