package deploy_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"offsite/config"
)

// tool is a program of PATH or of .tools, which a make target installs.
func tool(t *testing.T, name, target string) string {
	t.Helper()
	if path, err := exec.LookPath(name); err == nil {
		return path
	}
	path, err := filepath.Abs(filepath.Join("../.tools/bin", name))
	if err == nil {
		_, err = os.Stat(path)
	}
	if err != nil {
		t.Skipf("NOT TESTED: %s is not installed; run make %s", name, target)
	}
	return path
}

// TestChart lints the chart and reads what it renders, with and without scaling.
func TestChart(t *testing.T) {
	t.Parallel()
	helm := tool(t, "helm", "chart")
	if out, err := exec.Command(helm, "lint", "--strict", "helm").CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, out)
	}
	for scaled, want := range map[string][]string{
		"false": {"ConfigMap", "Service", "Service", "StatefulSet", "StatefulSet"},
		"true":  {"ConfigMap", "Service", "Service", "StatefulSet", "StatefulSet", "HorizontalPodAutoscaler"},
	} {
		out, err := exec.Command(helm, "template", "offsite", "helm", "--set", "watch.autoscale.enabled="+scaled).Output()
		if err != nil {
			t.Fatal(err)
		}
		kinds := map[string]int{}
		for dec := yaml.NewDecoder(bytes.NewReader(out)); ; {
			var object struct {
				APIVersion string `yaml:"apiVersion"`
				Kind       string
				Metadata   struct{ Name string }
			}
			err := dec.Decode(&object)
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatalf("%v in\n%s", err, out)
			}
			if object.APIVersion == "" || object.Metadata.Name == "" {
				t.Errorf("an object without version or name: %+v", object)
			}
			kinds[object.Kind]++
		}
		for _, kind := range want {
			kinds[kind]--
		}
		for kind, n := range kinds {
			if n != 0 {
				t.Errorf("scaled %s: %d too many of %s", scaled, n, kind)
			}
		}
	}
}

// TestChartsObjectsAreKubernetes holds what the chart renders against the schemas of
// Kubernetes, which must refuse a field that is not there.
func TestChartsObjectsAreKubernetes(t *testing.T) {
	t.Parallel()
	helm, validate := tool(t, "helm", "chart"), tool(t, "kubernetes-validate", "chart")
	out, err := exec.Command(helm, "template", "offsite", "helm", "--set", "watch.autoscale.enabled=true").Output()
	if err != nil {
		t.Fatal(err)
	}
	check := func(objects []byte) ([]byte, error) {
		path := filepath.Join(t.TempDir(), "objects.yaml")
		if err := os.WriteFile(path, objects, 0o600); err != nil {
			t.Fatal(err)
		}
		return exec.Command(validate, "--strict", path).CombinedOutput()
	}
	if told, err := check(out); err != nil {
		t.Errorf("%v: %s", err, told)
	}
	for _, slip := range [][2]string{{"livenessProbe:", "liveProbe:"}, {"containerPort: 8080", "containerPort: http"}, {"kind: HorizontalPodAutoscaler\nmetadata: {name: offsite-watch", "kind: HorizontalPodAutoscaler\nmetadata: {nam: offsite-watch"}} {
		wrong := bytes.Replace(out, []byte(slip[0]), []byte(slip[1]), 1)
		if bytes.Equal(wrong, out) {
			t.Fatalf("%q is not rendered", slip[0])
		}
		if told, err := check(wrong); err == nil {
			t.Errorf("%q in place of %q is taken: %s", slip[1], slip[0], told)
		}
	}
}

// TestChartRefusesWrongValues: a slip in the values is said before anything is rendered.
func TestChartRefusesWrongValues(t *testing.T) {
	t.Parallel()
	helm := tool(t, "helm", "chart")
	for _, set := range []string{"watch.replica=3", "serve.replicas=0", "serve.replicas=two", "watch.storage=much", "watch.autoscale.enabled=perhaps", "watch.autoscale.seconds=ten", "image=", "keysSecret=", "config="} {
		if out, err := exec.Command(helm, "template", "offsite", "helm", "--set", set).CombinedOutput(); err == nil {
			t.Errorf("%s is taken: %s", set, out)
		} else if name, _, _ := strings.Cut(set, "="); !strings.Contains(string(out), name[strings.LastIndex(name, ".")+1:]) {
			t.Errorf("%s is refused without its name: %s", set, out)
		}
	}
}

// TestConfigurationsAreAccepted reads the configuration files as the program does.
func TestConfigurationsAreAccepted(t *testing.T) {
	t.Parallel()
	values, err := os.ReadFile("helm/values.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var chart struct{ Config string }
	if err := yaml.Unmarshal(values, &chart); err != nil {
		t.Fatal(err)
	}
	compose, err := os.ReadFile("compose/offsite.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"helm/values.yaml": chart.Config, "compose/offsite.yaml": string(compose)} {
		file, err := config.Parse(name, []byte(text))
		if err == nil {
			err = file.Validate(nil)
		}
		if err != nil {
			t.Error(err)
		}
	}
}
