package formats_test

import (
	"encoding/json"
	"errors"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// The second reader knows nothing of our program and must come to the same ends.
func TestSecondReaderAgreesWithTheVectors(t *testing.T) {
	t.Parallel()
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("python3 is not installed: the second reader is not tried")
	}
	args := []string{"verify.py", "--json", "--trust", "vectors/trust.json"}
	var list []vector
	for _, v := range readVectors(t) {
		if v.Proof == "" {
			list = append(list, v)
			args = append(args, filepath.Join("vectors", v.File))
		}
	}
	out, err := exec.Command(python, args...).Output()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != 1 {
		t.Fatalf("verify.py over all vectors: %v\n%s", err, exit.Stderr)
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	if len(lines) != len(list) {
		t.Fatalf("%d lines for %d vectors", len(lines), len(list))
	}
	type finding struct{ Check, File, Says string }
	for i, v := range list {
		var got struct {
			Exit        int
			Wrong, Open []finding
		}
		if err := json.Unmarshal([]byte(lines[i]), &got); err != nil {
			t.Fatal(err)
		}
		found := append(got.Wrong, got.Open...)
		if got.Exit != v.Exit {
			t.Errorf("%s (%s): exit %d instead of %d: %+v", v.File, v.About, got.Exit, v.Exit, found)
			continue
		}
		named := v.Names == ""
		for _, f := range found {
			named = named || f.File == v.Names
		}
		if !named {
			t.Errorf("%s (%s): %s is not named: %+v", v.File, v.About, v.Names, found)
		}
	}
}

// One that cannot be read is told in a sentence, and hides none of the others.
func TestSecondReaderGoesOn(t *testing.T) {
	t.Parallel()
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("python3 is not installed: the second reader is not tried")
	}
	for status, beside := range map[int]string{1: "broken-payload.tar", 2: "good-minimal.tar"} {
		out, err := exec.Command(python, "verify.py", "--trust", "vectors/trust.json", t.TempDir(), "nowhere.tar", filepath.Join("vectors", beside)).CombinedOutput()
		var exit *exec.ExitError
		if !errors.As(err, &exit) || exit.ExitCode() != status {
			t.Errorf("beside %s: %v, want status %d", beside, err, status)
		}
		for _, says := range []string{"Is a directory", "nowhere.tar: cannot be told", "No such file", filepath.Join("vectors", beside) + ": "} {
			if !strings.Contains(string(out), says) {
				t.Errorf("beside %s it does not say %q: %s", beside, says, out)
			}
		}
	}
}

func TestSecondReaderReadsTheLogsProofs(t *testing.T) {
	t.Parallel()
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("python3 is not installed: the second reader is not tried")
	}
	for _, v := range readVectors(t) {
		if v.Proof == "" {
			continue
		}
		out, err := exec.Command(python, "verify.py", "--trust", "vectors/trust.json", "--proof", filepath.Join("vectors", v.Proof), filepath.Join("vectors", v.File)).CombinedOutput()
		got := 0
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			got = exit.ExitCode()
		} else if err != nil {
			t.Fatal(err)
		}
		if got != v.Exit {
			t.Errorf("%s (%s): exit %d instead of %d\n%s", v.Proof, v.About, got, v.Exit, out)
		}
	}
}
