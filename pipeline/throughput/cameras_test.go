package throughput

import (
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

func TestTheLimitRunsModelsAsOftenAsWeDid(t *testing.T) {
	t.Parallel()
	m := &measurement{model: map[string]time.Duration{}}
	s := sumOfTurns{
		turns: 2, looks: 20, ours: 1000 * time.Millisecond, gatedLooks: 20, gated: 500 * time.Millisecond,
		keys: 60 * time.Millisecond, full: 600 * time.Millisecond, inTurn: 80 * time.Millisecond,
		model: map[string]time.Duration{"objects": 30 * time.Millisecond, "ground": 10 * time.Millisecond},
		runs:  map[string]uint64{"objects": 20, "ground": 2}, // the ground is looked at now and then
	}
	s.into(m)
	if want := (30 + 15) * time.Millisecond; m.limit != want+500*time.Microsecond {
		t.Errorf("the limit takes %s a look, want %s and a tenth of 5 ms", m.limit, want)
	}
	if m.every != 20*time.Millisecond || m.ours != 50*time.Millisecond || m.gated != 25*time.Millisecond || m.full != 300*time.Millisecond {
		t.Errorf("all models %s, ours %s, gated %s, the peer's decoding %s", m.every, m.ours, m.gated, m.full)
	}
	m.one = live{}.with(live{cameras: 1, span: 5 * time.Second, cpu: 300 * time.Millisecond, looks: 2}).
		with(live{cameras: 1, span: 5 * time.Second, cpu: 200 * time.Millisecond, looks: 3})
	m.nobody = 0.01
	m.many = live{cameras: 20, span: 10 * time.Second, cpu: 8 * time.Second, looks: 100, handed: 50, bytes: 200 << 10}
	m.still = live{cameras: 20, span: 10 * time.Second, cpu: time.Second}
	m.sub = live{cameras: 20, span: 10 * time.Second, cpu: 4 * time.Second, looks: 100}
	set := m.figures()
	for name, want := range map[string]float64{"cost_per_camera": 4, "cameras_two_cores": 50, "ratio_to_peer": 4,
		"ratio_to_peer_each_look": 6.4, "cost_one_to_many": 0.8, "process_cpu": 1, "look_limit_in_turn_cpu_ms": 40, "ratio_to_limit_in_turn": 1.25, "ingest_per_camera": 0.5,
		"cameras_two_cores_substream": 100, "look_live_substream_cpu_ms": 40, "substream_ratio_to_main": 2,
		"state_rows_per_s": 0.25, "state_kib_per_s": 1} {
		if got := set[name].Value; got < want*0.999 || got > want*1.001 {
			t.Errorf("%s is %v, want %v", name, got, want)
		}
	}
}

func TestModelsOfTheLimitRunInTurnAsOftenAsOurs(t *testing.T) {
	t.Parallel()
	ran := map[string]int{}
	due := schedule(map[string]float64{"ground": 0.25, "novelty": 1})
	for range 8 {
		for _, name := range due() {
			ran[name]++
		}
	}
	if ran["ground"] != 2 || ran["novelty"] != 8 {
		t.Errorf("after eight pictures they ran %v", ran)
	}
}

func TestDelayIsReadFromTheHistogram(t *testing.T) {
	t.Parallel()
	metrics := prometheus.NewRegistry()
	h := prometheus.NewHistogram(prometheus.HistogramOpts{Name: "offsite_look_delay_seconds", Buckets: []float64{.1, .5, 1}})
	metrics.MustRegister(h)
	for i := range 1000 {
		h.Observe(0.05 + 0.4*float64(i/985))
	}
	if d, err := p99(metrics); err != nil || d != 500*time.Millisecond {
		t.Errorf("%s, %v, want 500ms: 15 of 1000 took longer than 0.1 s", d, err)
	}
	for range 1000 {
		h.Observe(3)
	}
	if d, err := p99(metrics); err != nil || d != time.Hour {
		t.Errorf("%s, %v, want beyond all bounds", d, err)
	}
	if _, err := p99(prometheus.NewRegistry()); err == nil {
		t.Error("without looks there is a delay")
	}
}
