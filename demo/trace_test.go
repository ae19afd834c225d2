package demo

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"offsite/scenes"
	"offsite/tracing/tracingtest"
)

// way is what a trace holds of an incident, from the look to the notice.
var way = []string{"incident", "look", "inference", "spool", "seal", "timestamp", "store", "log", "record", "intake", "step", "record logged", "notice"}

// TestTraces follows an incident from the camera to the party's notice: one process
// watches, seals and sends, another one takes the steps; their spans are one trace. No
// span tells of a person.
func TestTraces(t *testing.T) {
	binary := os.Getenv("OFFSITE_BINARY")
	if binary == "" {
		t.Skip("NOT TESTED: OFFSITE_BINARY is not the path of offsite; run make traces")
	}
	collector := tracingtest.Open(t)
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.URL)
	t.Setenv("OTEL_BSP_SCHEDULE_DELAY", "500")
	c := newCamp(t, binary)
	// People work at the second console.
	there := c.stage
	there.URL = "http://" + c.consoleAt
	if _, err := c.until("the second console", soon, func() bool { return reachable(c.consoleAt) }); err != nil {
		t.Fatal(err)
	}
	c.now.Store(&there)
	rest := c.carry()
	defer rest()
	lacks := map[string][]string{}
	_, err := c.until("a trace from look to notice", 2*unrest, func() bool {
		for id, spans := range byTrace(collector.Spans()) {
			lacks[id] = lacking(spans)
			if len(lacks[id]) == 0 && len(processes(spans)) > 1 {
				return true
			}
		}
		return false
	})
	if err != nil {
		t.Fatalf("%v; lacking: %v", err, lacks)
	}
	all, err := scenes.All()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range all {
		private := []string{"rtsp://"}
		if s.Party != nil {
			private = append(private, s.Party.Phone, s.Party.Name)
		}
		for _, text := range private {
			if text != "" && collector.Holds(text) {
				t.Errorf("a span tells %q", text)
			}
		}
	}
	// The id of a trace is that of its finding.
	people, err := c.stage.signIn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	found, err := people.findings(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	traces := byTrace(collector.Spans())
	for _, f := range found {
		if time.Since(f.Raised) > 10*time.Second && len(traces[strings.ReplaceAll(f.ID, "-", "")]) == 0 {
			t.Errorf("finding %s has no trace", f.ID)
		}
	}
}

func byTrace(spans []tracingtest.Span) map[string][]tracingtest.Span {
	all := map[string][]tracingtest.Span{}
	for _, s := range spans {
		all[s.Trace()] = append(all[s.Trace()], s)
	}
	return all
}

// lacking lists the stations of the way that no span tells of.
func lacking(spans []tracingtest.Span) (names []string) {
	for _, name := range way {
		if !slices.ContainsFunc(spans, func(s tracingtest.Span) bool { return s.Name == name }) {
			names = append(names, name)
		}
	}
	return names
}

func processes(spans []tracingtest.Span) map[string]bool {
	all := map[string]bool{}
	for _, s := range spans {
		all[s.Process["process.pid"]] = true
	}
	return all
}
