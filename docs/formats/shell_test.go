package formats_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// commands are the shell blocks of docs/verify-yourself.md.
func commands(t *testing.T) string {
	t.Helper()
	page, err := os.ReadFile("../verify-yourself.md")
	if err != nil {
		t.Fatal(err)
	}
	script := "set -euo pipefail\n"
	for i, part := range strings.Split(string(page), "```") {
		if i%2 == 1 {
			script += strings.TrimPrefix(part, "sh\n")
		}
	}
	return script
}

// consoleCommands are what the console shows beside a bundle, for the one of a vector.
func consoleCommands(t *testing.T, vector string) string {
	t.Helper()
	lines, err := os.ReadFile("../../web/src/pages/evidence/offline.sh")
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("tar", "-tf", filepath.Join("vectors", vector)).Output()
	if err != nil {
		t.Fatal(err)
	}
	id, _, _ := strings.Cut(string(out), "/")
	return "set -euo pipefail\nln -s bundle.tar " + id + ".tar\n" + strings.ReplaceAll(string(lines), "BUNDLE", id)
}

// runCommands runs the commands of a page on a vector, which lies there as bundle.tar.
func runCommands(t *testing.T, script, vector string) (string, error) {
	t.Helper()
	dir := t.TempDir()
	for from, to := range map[string]string{vector: "bundle.tar", "trust.json": "trust.json"} {
		data, err := os.ReadFile(filepath.Join("vectors", from))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, to), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command("bash", "-c", script)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// The commands that page and console show find what they say they find.
func TestVerifyYourselfPage(t *testing.T) {
	t.Parallel()
	page := commands(t)
	// A process for each command makes this slow, so that a few must do.
	tried := map[string]bool{
		"good-minimal.tar": true, "good-full.tar": true, "good-sm2.tar": true, "broken-payload.tar": true, "broken-tag.tar": true,
		"broken-added-payload.tar": true, "broken-added-tag.tar": true, "broken-removed.tar": true, "broken-manifest.tar": true,
		"broken-signature.tar": true, "broken-token-swapped.tar": true, "unknown-key.tar": true, "unknown-authority.tar": true,
	}
	for _, v := range readVectors(t) {
		if !tried[v.File] {
			continue
		}
		for where, script := range map[string]string{"page": page, "console": consoleCommands(t, v.File)} {
			t.Run(where+" "+v.File, func(t *testing.T) {
				t.Parallel()
				out, err := runCommands(t, script, v.File)
				if v.Exit == 0 && (err != nil || !strings.Contains(out, "Verified Successfully") || !strings.Contains(out, "Verification: OK") || where == "page" && !strings.Contains(out, "Time stamp:")) {
					t.Errorf("a sound bundle: %v\n%s", err, out)
				}
				if v.Exit != 0 && err == nil {
					t.Errorf("%s: nothing is found\n%s", v.About, out)
				}
			})
		}
	}
}

// A validator of bags that others wrote takes sound bundles, and none whose payload is
// another than the bag lists.
func TestBagItValidatorAgreesWithTheVectors(t *testing.T) {
	t.Parallel()
	validator, err := filepath.Abs("../../.tools/peers/bagit/bin/bagit.py")
	if err == nil {
		_, err = os.Stat(validator)
	}
	if err != nil {
		t.Skipf("NOT TESTED: bagit.py is not there; run make peers: %v", err)
	}
	for vector, sound := range map[string]bool{
		"good-minimal.tar": true, "good-full.tar": true, "good-redacted.tar": true,
		"broken-payload.tar": false, "broken-tag.tar": false, "broken-removed.tar": false, "broken-added-payload.tar": false,
	} {
		t.Run(vector, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			if out, err := exec.Command("tar", "-xf", filepath.Join("vectors", vector), "-C", dir, "--strip-components=1").CombinedOutput(); err != nil {
				t.Fatalf("%v: %s", err, out)
			}
			if out, err := exec.Command(validator, "--validate", dir).CombinedOutput(); (err == nil) != sound {
				t.Errorf("bagit.py says: %v\n%s", err, out)
			}
		})
	}
}
