package api_test

import (
	"context"
	"errors"
	"net/http"
	"net/netip"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"offsite/api"
)

func TestReadiness(t *testing.T) {
	t.Parallel()
	if r := open(t).stranger().do("GET", "///readyz", nil); r.status != http.StatusOK || !strings.Contains(string(r.body), `"database":"ok"`) {
		t.Errorf("ready: %s", r)
	}
	h := open(t, func(o *api.Options) {
		o.Ready["store"] = func(context.Context) error { return errors.New("dial tcp 10.0.0.9: secret detail") }
	})
	if r := h.stranger().do("GET", "///readyz", nil); r.status != http.StatusServiceUnavailable || strings.Contains(string(r.body), "secret") {
		t.Errorf("not ready: %s", r)
	}
}

func TestFiguresAreForNeighbours(t *testing.T) {
	t.Parallel()
	figures := prometheus.NewRegistry()
	with := func(networks ...netip.Prefix) *house {
		return open(t, func(o *api.Options) {
			o.Metrics, o.MetricsNetworks = promhttp.HandlerFor(figures, promhttp.HandlerOpts{}), networks
			if networks == nil {
				o.Registerer = figures
			}
		})
	}
	h := with()
	h.stranger().do("GET", "/cameras", nil)
	if r := h.stranger().do("GET", "///metrics", nil); r.status != http.StatusOK || !strings.Contains(string(r.body), `route="/api/v1/cameras"`) {
		t.Errorf("from this machine: %.300s", r)
	}
	h = with(netip.MustParsePrefix("192.0.2.0/24"))
	if r := h.stranger().do("GET", "///metrics", nil); r.status != http.StatusNotFound {
		t.Errorf("from elsewhere: %d", r.status)
	}
}

// TestAddressBehindProxies believes X-Forwarded-For of trusted proxies alone.
func TestAddressBehindProxies(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		trusted   string
		forwarded string
		want      string
	}{
		{"", "203.0.113.9", "from=127.0.0.1"},
		{"127.0.0.0/8", "203.0.113.9", "from=203.0.113.9"},
		{"127.0.0.0/8", "198.51.100.1, 203.0.113.9", "from=203.0.113.9"}, // what the client wrote itself is not believed
		{"127.0.0.0/8", "no address", "from=127.0.0.1"},
	} {
		h := open(t, func(o *api.Options) {
			if c.trusted != "" {
				o.TrustedProxies = []netip.Prefix{netip.MustParsePrefix(c.trusted)}
			}
		})
		h.stranger().do("GET", "/cameras", nil, "X-Forwarded-For: "+c.forwarded)
		if log := h.log.String(); !strings.Contains(log, c.want) {
			t.Errorf("%+v: %s", c, log)
		}
	}
}
