package guard

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"testing"

	"offsite/api/problem"
)

func TestCheck(t *testing.T) {
	t.Parallel()
	g, err := New([]string{"127.0.0.0/8", " 10.0.0.0/8", "fd00::/8"})
	if err != nil {
		t.Fatal(err)
	}
	g.resolve = func(_ context.Context, host string) ([]netip.Addr, error) {
		switch host {
		case "camera.lan":
			return []netip.Addr{netip.MustParseAddr("10.1.2.3")}, nil
		case "two.lan": // one good address does not make the other good
			return []netip.Addr{netip.MustParseAddr("10.1.2.3"), netip.MustParseAddr("169.254.169.254")}, nil
		case "empty.lan":
			return nil, nil
		}
		return nil, errors.New("no such host")
	}
	const bad, outside = http.StatusUnprocessableEntity, http.StatusForbidden
	for address, want := range map[string]int{
		"rtsp://127.0.0.1:8554/a":                    0,
		"rtsps://user:secret@10.9.9.9/a":             0,
		"rtsp://camera.lan/a":                        0,
		"rtsp://[fd12::1]:554/a":                     0,
		"rtsp://[::ffff:10.0.0.1]/a":                 0,
		"rtsp://[::ffff:169.254.169.254]/a":          outside,
		"rtsp://169.254.169.254/latest/meta-data":    outside,
		"rtsp://[::1]/a":                             outside,
		"rtsp://192.168.0.1/a":                       outside,
		"rtsp://two.lan/a":                           outside,
		"rtsp://unknown.lan/a":                       bad,
		"rtsp://empty.lan/a":                         bad,
		"rtsp://2130706433/a":                        bad, // 127.0.0.1 as one number: no name server knows it
		"http://10.0.0.1/a":                          bad,
		"file:///etc/passwd":                         bad,
		"rtsp:opaque":                                bad,
		"rtsp://":                                    bad,
		"10.0.0.1:554":                               bad,
		"rtsp://10.0.0.1:port/":                      bad,
		"gopher://10.0.0.1:25/_HELO":                 bad,
		"rtsp://10.0.0.1#@169.254.169.254/":          0,
		"rtsp://10.0.0.1@169.254.169.254/":           outside,
		"rtsp://camera.lan:554@169.254.169.254:80/x": outside,
	} {
		err := g.Check(t.Context(), address)
		var p *problem.Problem
		switch {
		case want == 0 && err != nil:
			t.Errorf("%s: refused: %v", address, err)
		case want != 0 && (!errors.As(err, &p) || p.Status != want):
			t.Errorf("%s: %v; want status %d", address, err, want)
		}
	}
}

// TestControl dials for real: what counts is where a name leads at that moment.
func TestControl(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	for _, c := range []struct {
		network, host string
		allowed       bool
	}{{"127.0.0.0/8", "127.0.0.1", true}, {"127.0.0.0/8", "localhost", true}, {"10.0.0.0/8", "127.0.0.1", false}, {"10.0.0.0/8", "localhost", false}} {
		g, err := New([]string{c.network})
		if err != nil {
			t.Fatal(err)
		}
		conn, err := (&net.Dialer{Control: g.Control}).DialContext(t.Context(), "tcp4", net.JoinHostPort(c.host, port))
		if (err == nil) != c.allowed {
			t.Errorf("%s where %s is allowed: %v", c.host, c.network, err)
		}
		if err == nil {
			conn.Close()
		}
	}
	everything, err := New([]string{"0.0.0.0/0", "::/0"})
	if err != nil {
		t.Fatal(err)
	}
	for _, never := range []string{"169.254.169.254:80", "[fe80::1]:80", "224.0.0.1:554", "0.0.0.0:554", "[::ffff:169.254.169.254]:80"} {
		if everything.Control("tcp", never, nil) == nil {
			t.Errorf("%s was dialled", never)
		}
	}
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	if _, err := New([]string{"10.0.0.0/8", "ten"}); err == nil {
		t.Error("a network that is none was taken")
	}
}
