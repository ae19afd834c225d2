package api_test

import (
	"context"
	"errors"
	"net/http"
	"net/netip"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"offsite/api"
	"offsite/api/limit"
	"offsite/evidence/translog"
	"offsite/evidence/translog/proof"
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
	// A proxy on this machine that nobody has named lets anybody ask.
	if r := h.stranger().do("GET", "///metrics", nil, "X-Forwarded-For: 203.0.113.9"); r.status != http.StatusNotFound {
		t.Errorf("by a proxy: %d", r.status)
	}
	h = with(netip.MustParsePrefix("192.0.2.0/24"))
	if r := h.stranger().do("GET", "///metrics", nil); r.status != http.StatusNotFound {
		t.Errorf("from elsewhere: %d", r.status)
	}
}

// TestAnIPv6NetworkCountsAsOneAddress: whoever has one has 2^64 addresses.
func TestAnIPv6NetworkCountsAsOneAddress(t *testing.T) {
	t.Parallel()
	h := open(t, func(o *api.Options) {
		o.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
		o.PerAddress = limit.Rate{PerSecond: 0.01, Burst: 2}
	})
	for _, c := range []struct {
		from string
		want int
	}{{"2001:db8::1", http.StatusOK}, {"2001:db8::2", http.StatusOK}, {"2001:db8::ffff:3", http.StatusTooManyRequests}, {"2001:db8:0:1::1", http.StatusOK}, {"203.0.113.9", http.StatusOK}} {
		if r := h.stranger().do("GET", "/public/matters", nil, "X-Forwarded-For: "+c.from); r.status != c.want {
			t.Errorf("from %s: %s", c.from, r)
		}
	}
}

// TestLogIsPublic reads the transparency log as an outsider does, faster than
// strangers may ask for anything else, and finds nothing but the log there.
func TestLogIsPublic(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	l, err := translog.Open(t.Context(), translog.Options{Dir: filepath.Join(dir, "log"), KeyFile: filepath.Join(dir, "log.key"), Interval: 100 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Stop()
	if _, err := l.Record(t.Context(), proof.Entry{Kind: proof.KindCase, ID: "1", SHA256: strings.Repeat("0", 64), At: time.Now()}); err != nil {
		t.Fatal(err)
	}
	h := open(t, func(o *api.Options) { o.Log, o.PerAddress = l.Handler(), limit.Rate{PerSecond: 1, Burst: 1} })
	source, err := translog.Remote(h.url+"/log", http.DefaultClient)
	if err != nil {
		t.Fatal(err)
	}
	for range 20 {
		if c, err := translog.Check(t.Context(), source, l.Trusted()); err != nil || c.Size != 1 {
			t.Fatalf("%+v %v", c, err)
		}
	}
	p := h.stranger()
	for path, want := range map[string]struct{ kind, cache string }{
		"///log/checkpoint":             {"text/plain; charset=utf-8", "no-cache"},
		"///log/tile/0/000.p/1":         {"application/octet-stream", "public, max-age=31536000, immutable"},
		"///log/tile/entries/000.p/1":   {"application/octet-stream", "public, max-age=31536000, immutable"},
		"///log/tile/entries/000.p/2":   {},
		"///log/.state/treeState":       {},
		"///log/tile/..%2f..%2flog.key": {},
		"///log/":                       {},
	} {
		r := p.do("GET", path, nil)
		if want.kind == "" {
			if r.status != http.StatusNotFound {
				t.Errorf("%s: %.200s, want nothing there", path, r)
			}
			continue
		}
		if r.status != http.StatusOK || r.header.Get("Content-Type") != want.kind || r.header.Get("Cache-Control") != want.cache {
			t.Errorf("%s: %d %v", path, r.status, r.header)
		}
	}
	if r := p.do("PUT", "///log/checkpoint", "x"); r.status != http.StatusNotFound {
		t.Errorf("written to: %s", r)
	}
	if r := open(t).stranger().do("GET", "///log/checkpoint", nil); r.status != http.StatusNotFound {
		t.Errorf("a process without the log: %.200s", r)
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
		{"127.0.0.0/8", "198.51.100.1\n203.0.113.9", "from=203.0.113.9"}, // as a proxy that adds a line of its own
	} {
		h := open(t, func(o *api.Options) {
			if c.trusted != "" {
				o.TrustedProxies = []netip.Prefix{netip.MustParsePrefix(c.trusted)}
			}
		})
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, h.url+"/api/v1/cameras", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header["X-Forwarded-For"] = strings.Split(c.forwarded, "\n")
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if log := h.log.String(); !strings.Contains(log, c.want) {
			t.Errorf("%+v: %s", c, log)
		}
	}
}
