package guard

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"

	"offsite/api/problem"
)

func TestOutwardCheck(t *testing.T) {
	t.Parallel()
	o, err := NewOutward([]string{"10.20.0.0/16"})
	if err != nil {
		t.Fatal(err)
	}
	o.inside.resolve = func(_ context.Context, host string) ([]netip.Addr, error) {
		switch host {
		case "city.example.gov.cn":
			return []netip.Addr{netip.MustParseAddr("93.184.216.34"), netip.MustParseAddr("2606:2800:220:1::1")}, nil
		case "mixed.example": // one good address does not make the other good
			return []netip.Addr{netip.MustParseAddr("93.184.216.34"), netip.MustParseAddr("192.168.1.1")}, nil
		}
		return nil, errors.New("no such host")
	}
	const bad, outside = http.StatusUnprocessableEntity, http.StatusForbidden
	for address, want := range map[string]int{
		"https://city.example.gov.cn/hook":     0,
		"http://city.example.gov.cn/hook":      bad, // in clear over the internet
		"https://10.20.1.1/hook":               0,
		"http://10.20.1.1:8080/hook":           0,
		"https://10.21.1.1/hook":               outside,
		"https://127.0.0.1/hook":               outside,
		"https://[::1]/hook":                   outside,
		"https://[::ffff:127.0.0.1]/hook":      outside,
		"https://169.254.169.254/latest":       outside,
		"https://100.100.100.200/latest":       outside, // another cloud's metadata
		"https://192.168.0.1/":                 outside,
		"https://0.0.0.0/":                     outside,
		"https://[64:ff9b::7f00:1]/":           outside,
		"https://[fd00::1]/":                   outside,
		"https://mixed.example/":               outside,
		"https://unknown.example/":             bad,
		"https://user:secret@10.20.1.1/":       bad,
		"ftp://10.20.1.1/":                     bad,
		"https://":                             bad,
		"javascript:alert(1)":                  bad,
		"https://2130706433/":                  bad,
		"https://city.example.gov.cn/#section": bad,
	} {
		err := o.Check(t.Context(), address)
		var p *problem.Problem
		switch {
		case want == 0 && err != nil:
			t.Errorf("%s: refused: %v", address, err)
		case want != 0 && (!errors.As(err, &p) || p.Status != want):
			t.Errorf("%s: %v; want status %d", address, err, want)
		}
	}
	if _, err := NewOutward([]string{"home"}); err == nil {
		t.Error("home is a network")
	}
}

// TestOutwardControl dials for real.
func TestOutwardControl(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(server.Close)
	for networks, allowed := range map[string]bool{"127.0.0.0/8": true, "10.0.0.0/8": false} {
		o, err := NewOutward([]string{networks})
		if err != nil {
			t.Fatal(err)
		}
		dialer := net.Dialer{Control: o.Control}
		c, err := dialer.DialContext(t.Context(), "tcp", server.Listener.Addr().String())
		if err == nil {
			c.Close()
		}
		if (err == nil) != allowed {
			t.Errorf("within %s: %v", networks, err)
		}
	}
}
