package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"offsite/api/crowd"
	"offsite/evidence/seal"
)

var update = flag.Bool("update", false, "write docs/metrics.md")

const metricsPage = "../../docs/metrics.md"

// TestMetricsPage holds the page against what a process really registers.
func TestMetricsPage(t *testing.T) {
	t.Parallel()
	data, err := os.MkdirTemp("", "offsite-metrics") // t.TempDir cannot be passed by the user postgres
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(data) })
	cmd := exec.CommandContext(t.Context(), "offsite-metrics", "--data", data, "--onnxruntime.library", library())
	var complaint bytes.Buffer
	cmd.Stderr = &complaint
	page, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, &complaint)
	}
	if *update {
		if err := os.WriteFile(metricsPage, page, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	kept, err := os.ReadFile(metricsPage)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(kept, page) {
		t.Error("docs/metrics.md is not what is registered; run go test ./cmd/offsite -run MetricsPage -update")
	}
}

// tellMetrics is the command offsite-metrics of the tests: it starts what `offsite
// up` starts but for the console's listener, and prints a page of what that has
// registered. It is a process of its own, since the private store moves the working
// directory.
func tellMetrics() {
	if err := describeMetrics(context.Background(), os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func describeMetrics(ctx context.Context, args []string) error {
	c, folder, err := configured("up", args...)
	if err != nil {
		return err
	}
	defer folder.Close()
	log := slog.New(slog.DiscardHandler)
	return atDesk(ctx, c, true, true, 0, log, func(p *platform, ring *seal.Ring, d *desk) error {
		sealer, err := ring.Sealer()
		if err != nil {
			return err
		}
		w, err := newWatcher(ctx, d, p, sealer, time.Now)
		if err != nil {
			return err
		}
		if err := w.Start(ctx); err != nil {
			return err
		}
		defer w.Stop()
		if _, err := d.handler(); err != nil {
			return err
		}
		crowd.Server(http.NotFoundHandler(), log, nil, d.metrics)
		return writeMetrics(d.metrics)
	})
}

// described is a metric as Prometheus writes its description.
var described = regexp.MustCompile(`^Desc\{fqName: "([^"]+)", help: "(.*)", unit: ".*", constLabels: \{.*\}, variableLabels: \{(.*)\}\}$`)

func writeMetrics(r *prometheus.Registry) error {
	found := make(chan *prometheus.Desc)
	go func() { r.Describe(found); close(found) }()
	var rows []string
	for d := range found {
		m := described.FindStringSubmatch(d.String())
		if m == nil {
			return fmt.Errorf("a metric describes itself as %s", d)
		}
		if strings.HasPrefix(m[1], "offsite_") {
			rows = append(rows, fmt.Sprintf("| `%s` | %s | %s |", m[1], strings.ReplaceAll(m[3], ",", ", "), m[2]))
		}
	}
	slices.Sort(rows)
	fmt.Printf(`# Metrics

What /metrics tells Prometheus, from what a running process has registered: go test
./cmd/offsite -run MetricsPage -update writes this page. Names that end in _total only
rise; of those that end in _seconds and are distributions there are _bucket, _sum and
_count. The label camera is the id in the console's address. The alerts in
deploy/prometheus and the board in deploy/grafana use them.

| metric | labels | what it is |
| --- | --- | --- |
%s

Beside these there are the usual ones of a Go process, among them
process_resident_memory_bytes, process_cpu_seconds_total, process_open_fds and
go_goroutines: over days, all but the second are flat.
`, strings.Join(rows, "\n"))
	return nil
}
