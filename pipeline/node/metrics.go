package node

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// metrics tells Prometheus what Status tells people.
type metrics struct {
	node   *Node
	looks  prometheus.Histogram
	delay  prometheus.Histogram
	raised *prometheus.CounterVec

	state, health, units, bytes, examined, spared, dropped, age, every, waiting, open, substream *prometheus.Desc
}

func newMetrics(n *Node) *metrics {
	desc := func(name, help string, labels ...string) *prometheus.Desc {
		return prometheus.NewDesc("offsite_"+name, help, append([]string{"camera"}, labels...), nil)
	}
	return &metrics{
		node: n,
		looks: prometheus.NewHistogram(prometheus.HistogramOpts{Name: "offsite_look_seconds",
			Help:    "How long looks took, decoding included.",
			Buckets: []float64{.005, .01, .02, .04, .08, .16, .32, .64, 1.28, 2.56}}),
		delay: prometheus.NewHistogram(prometheus.HistogramOpts{Name: "offsite_look_delay_seconds",
			Help:    "From the arrival of a picture until its look was done.",
			Buckets: []float64{.02, .04, .08, .16, .32, .64, 1, 1.28, 2.56, 4, 8}}),
		raised: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "offsite_incidents_raised_total",
			Help: "Incidents that the sink has taken."}, []string{"detector"}),
		state:    desc("camera_state", "1 for the state that the camera is in.", "state"),
		health:   desc("camera_health", "1 for the health of the camera's picture.", "health"),
		units:    desc("camera_units_total", "Access units received since the connection's reader began."),
		bytes:    desc("camera_bytes_per_second", "Bytes a second received lately."),
		examined: desc("looks_examined_total", "Looks that the models examined."),
		spared:   desc("looks_unchanged_total", "Looks that the change gate spared."),
		dropped:  desc("looks_dropped_total", "Looks that were not examined, by reason.", "reason"),
		age:      desc("look_age_seconds", "Age of the look that waits longest."),
		every:    desc("look_every_seconds", "How far apart looks are due; where nothing changes, half as often as elsewhere."),
		waiting:  desc("incidents_waiting", "Incidents that the sink has not taken yet."),
		open:     desc("suspicions_open", "Zones in which a suspicion stands."),

		substream: desc("camera_substream", "1 for where the camera's substream stands: only while it is \"looked\" looks are taken from it.", "state"),
	}
}

// took counts a look, and how long after its picture's arrival it was done.
func (m *metrics) took(d, delay time.Duration) {
	m.looks.Observe(d.Seconds())
	m.delay.Observe(delay.Seconds())
}

// Describe implements prometheus.Collector.
func (m *metrics) Describe(to chan<- *prometheus.Desc) {
	m.looks.Describe(to)
	m.delay.Describe(to)
	m.raised.Describe(to)
	for _, d := range []*prometheus.Desc{m.state, m.health, m.units, m.bytes, m.examined, m.spared, m.dropped, m.age, m.every, m.waiting, m.open, m.substream} {
		to <- d
	}
}

// Collect implements prometheus.Collector.
func (m *metrics) Collect(to chan<- prometheus.Metric) {
	m.looks.Collect(to)
	m.delay.Collect(to)
	m.raised.Collect(to)
	gauge, counter := prometheus.GaugeValue, prometheus.CounterValue
	for _, s := range m.node.Status() {
		send := func(d *prometheus.Desc, kind prometheus.ValueType, v float64, labels ...string) {
			to <- prometheus.MustNewConstMetric(d, kind, v, append([]string{s.CameraID}, labels...)...)
		}
		send(m.state, gauge, 1, s.State)
		if s.Health != "" {
			send(m.health, gauge, 1, s.Health)
		}
		send(m.units, counter, float64(s.Units))
		send(m.bytes, gauge, s.BytesPerSecond)
		send(m.examined, counter, float64(s.Looks))
		send(m.spared, counter, float64(s.Unchanged))
		for reason, n := range s.Dropped {
			send(m.dropped, counter, float64(n), reason)
		}
		send(m.age, gauge, s.OldestLookAge.Seconds())
		send(m.every, gauge, s.LookEvery.Seconds())
		send(m.waiting, gauge, float64(s.Waiting))
		send(m.open, gauge, float64(len(s.Open)))
		if s.Substream != nil {
			send(m.substream, gauge, 1, s.Substream.State)
		}
	}
}
