package deploy_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"
)

// promtool is Prometheus's own, from PATH or from make alerts.
func promtool(t *testing.T) string {
	t.Helper()
	if path, err := exec.LookPath("promtool"); err == nil {
		return path
	}
	path, err := filepath.Abs("../.tools/bin/promtool")
	if err == nil {
		_, err = os.Stat(path)
	}
	if err != nil {
		t.Skip("NOT TESTED: promtool is not installed; run make alerts")
	}
	return path
}

func TestAlertsFireWhenTheyMust(t *testing.T) {
	t.Parallel()
	if out, err := exec.Command(promtool(t), "test", "rules", "prometheus/offsite.rules.test.yml").CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, out)
	}
}

// Alerts and boards ask for metrics that there are.
func TestOnlyMetricsThatThereAreAreAskedFor(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../docs/metrics.md")
	if err != nil {
		t.Fatal(err)
	}
	there := map[string]bool{}
	name := regexp.MustCompile(`\b(?:offsite|go|process)_[a-z_]+`)
	for _, metric := range name.FindAll(page, -1) {
		there[string(metric)] = true
		for _, suffix := range []string{"_bucket", "_sum", "_count"} {
			there[string(metric)+suffix] = true
		}
	}
	for _, file := range []string{"prometheus/offsite.rules.yml", "grafana/offsite.json"} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, metric := range name.FindAll(text, -1) {
			if !there[string(metric)] {
				t.Errorf("%s asks for %s, which docs/metrics.md does not have", file, metric)
			}
		}
	}
}
