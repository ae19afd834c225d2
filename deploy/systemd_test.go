package deploy_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// mostExposed is what `systemd-analyze security` may find a unit to be.
const mostExposed = 2.0

func units(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("systemd/*.service")
	if err != nil || len(files) != 3 {
		t.Fatalf("units %v: %v", files, err)
	}
	return files
}

func TestUnitsAreSandboxed(t *testing.T) {
	t.Parallel()
	analyze, err := exec.LookPath("systemd-analyze")
	if err != nil {
		t.Skip("NOT TESTED: systemd-analyze is not installed; run apt-get install systemd")
	}
	level := regexp.MustCompile(`Overall exposure level for \S+: ([0-9.]+)`)
	for _, file := range units(t) {
		out, err := exec.Command(analyze, "security", "--no-pager", "--offline=true", file).CombinedOutput()
		found := level.FindSubmatch(out)
		if found == nil {
			t.Fatalf("%s: %v: %s", file, err, out)
		}
		exposed, err := strconv.ParseFloat(string(found[1]), 64)
		if err != nil || exposed > mostExposed {
			t.Errorf("%s: exposure %s, at most %.1f (%v)", file, found[1], mostExposed, err)
		}
	}
}

// The units differ in what they run, not in what it may do.
func TestUnitsShareTheirSandbox(t *testing.T) {
	t.Parallel()
	var first string
	for _, file := range units(t) {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		_, sandbox, found := strings.Cut(string(text), "NoNewPrivileges=")
		if !found {
			t.Fatalf("%s has no sandbox", file)
		}
		if first == "" {
			first = sandbox
		}
		if sandbox != first {
			t.Errorf("%s has another sandbox than the first unit", file)
		}
	}
}

// What the package installs is there, and each of its scripts can be parsed.
func TestPackageNamesFilesThatExist(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("package/nfpm.yaml")
	if err != nil {
		t.Fatal(err)
	}
	names := regexp.MustCompile(`(?:src|postinstall|preremove|postremove): ([^,}\s]+)`).FindAllSubmatch(text, -1)
	for _, name := range names {
		path := string(name[1])
		if strings.HasPrefix(path, "build/") {
			continue // made by make/package.sh
		}
		if _, err := os.Stat(filepath.Join("..", path)); err != nil {
			t.Error(err)
		}
	}
	scripts, err := filepath.Glob("package/p*")
	if err != nil || len(scripts) != 3 {
		t.Fatalf("scripts %v: %v", scripts, err)
	}
	for _, script := range scripts {
		var told bytes.Buffer
		cmd := exec.Command("sh", "-n", script)
		cmd.Stderr = &told
		if err := cmd.Run(); err != nil {
			t.Errorf("%s: %v: %s", script, err, &told)
		}
	}
}
