package api

import (
	"context"
	"encoding/json"
	"net/http"
	"net/netip"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// machines are the addresses that other programs ask: whether we live, whether we
// can work, our figures, our interface, the transparency log.
func (a *API) machines() {
	a.router.Get("/livez", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("ok\n")) })
	a.router.Get("/readyz", a.ready)
	a.router.Get(prefix+"/openapi.json", a.serveOpenAPI)
	a.router.Handle("/api/*", http.HandlerFunc(a.notFound))
	if a.o.Log == nil {
		a.o.Log = http.HandlerFunc(a.notFound)
	}
	a.router.Handle("/log/*", http.StripPrefix("/log", a.o.Log))
	if a.o.Metrics != nil {
		a.router.Get("/metrics", a.figures)
	}
}

const readyPatience = 2 * time.Second // for all parts together

// ready asks every part; the answer names those that do not work, never why: that
// is in the log.
func (a *API) ready(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), readyPatience)
	defer cancel()
	parts, status := map[string]string{}, http.StatusOK
	for name, ask := range a.o.Ready {
		parts[name] = "ok"
		if err := ask(ctx); err != nil {
			parts[name], status = "failed", http.StatusServiceUnavailable
			a.log.WarnContext(ctx, "not ready", "part", name, "error", err)
		}
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(parts)
}

func (a *API) figures(w http.ResponseWriter, r *http.Request) {
	if len(a.o.TrustedProxies) == 0 && r.Header.Get("X-Forwarded-For") != "" { // from anywhere, by a proxy that nobody has named
		a.notFound(w, r)
		return
	}
	address, err := netip.ParseAddr(callerOf(r.Context()).address)
	for _, n := range a.o.MetricsNetworks {
		if err == nil && n.Contains(address.Unmap()) {
			a.o.Metrics.ServeHTTP(w, r)
			return
		}
	}
	a.notFound(w, r)
}

// metrics counts requests by route.
type metrics struct {
	took *prometheus.HistogramVec
}

func newMetrics(r prometheus.Registerer) *metrics {
	m := &metrics{took: prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "offsite_http_request_seconds", Help: "Time to answer a request.",
		Buckets: []float64{.002, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5},
	}, []string{"method", "route", "status"})}
	if r != nil {
		r.MustRegister(m.took)
	}
	return m
}

func (m *metrics) observe(method, route string, status int, took time.Duration) {
	if route == prefix+"/events" || route == prefix+"/portal/events" || route == prefix+livePath { // lasts as long as a page is open
		return
	}
	m.took.WithLabelValues(method, route, strconv.Itoa(status/100)+"xx").Observe(took.Seconds())
}
