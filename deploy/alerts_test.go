package deploy_test

import (
	"os"
	"os/exec"
	"regexp"
	"testing"
)

func TestAlertsFireWhenTheyMust(t *testing.T) {
	t.Parallel()
	if out, err := exec.Command(tool(t, "promtool", "alerts"), "test", "rules", "prometheus/offsite.rules.test.yml").CombinedOutput(); err != nil {
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
