package keep

import (
	"fmt"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// metrics are what Prometheus sees; every method works without a registerer.
type metrics struct {
	registerer prometheus.Registerer
	all        []prometheus.Collector
	bundles    prometheus.Counter
	latency    prometheus.Histogram
	failures   *prometheus.CounterVec
	steps      *prometheus.HistogramVec
}

func newMetrics(r prometheus.Registerer, k *Keeper) (*metrics, error) {
	gauge := func(name, help string, value func() float64) prometheus.Collector {
		return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "offsite_evidence_" + name, Help: help}, value)
	}
	m := &metrics{
		registerer: r,
		bundles:    prometheus.NewCounter(prometheus.CounterOpts{Name: "offsite_evidence_bundles_total", Help: "Bundles sealed, stored and recorded."}),
		latency: prometheus.NewHistogram(prometheus.HistogramOpts{Name: "offsite_evidence_seconds", Help: "Time from keeping an incident to its record.",
			Buckets: []float64{0.1, 0.25, 0.5, 1, 2, 3, 5, 10, 60, 600, 3600, 86400}}),
		failures: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "offsite_evidence_failures_total", Help: "Failed tries of a step."}, []string{"step"}),
		steps: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "offsite_evidence_step_seconds", Help: "Time that a step took.",
			Buckets: prometheus.ExponentialBuckets(0.001, 4, 9)}, []string{"step"}),
	}
	m.all = []prometheus.Collector{
		m.bundles, m.latency, m.failures, m.steps,
		gauge("waiting", "Incidents kept and not yet recorded as sealed bundles.", func() float64 {
			n, _ := k.Waiting()
			return float64(n)
		}),
		gauge("waiting_seconds", "How long the oldest of them has waited.", func() float64 {
			if n, since := k.Waiting(); n > 0 {
				return k.o.Now().Sub(since).Seconds()
			}
			return 0
		}),
		gauge("spool_bytes", "Bytes in the spool.", func() float64 { return k.usage(false) }),
		gauge("spool_limit_bytes", "Bytes that the spool may take.", func() float64 { return k.usage(true) }),
	}
	if r == nil {
		return m, nil
	}
	for i, c := range m.all {
		if err := r.Register(c); err != nil {
			m.all = m.all[:i]
			m.unregister()
			return nil, fmt.Errorf("open keeper: register its metrics: %w", err)
		}
	}
	return m, nil
}

func (k *Keeper) usage(limit bool) float64 {
	used, most, err := k.spool.Usage()
	if err != nil {
		return -1
	}
	if limit {
		return float64(most)
	}
	return float64(used)
}

func (m *metrics) unregister() {
	if m.registerer == nil {
		return
	}
	for _, c := range m.all {
		m.registerer.Unregister(c)
	}
}

func (m *metrics) failed(step string) { m.failures.WithLabelValues(step).Inc() }

func (m *metrics) took(s step, d time.Duration) {
	m.steps.WithLabelValues(string(s)).Observe(d.Seconds())
}

func (m *metrics) done(d time.Duration) {
	m.bundles.Inc()
	m.latency.Observe(d.Seconds())
}
