package main

import (
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"offsite/doctor"
	"offsite/pipeline/infer"
)

// TestBackedUpRestoredAndStarted backs a running Offsite up, restores into an empty
// folder, and finds there what was registered. The doctor looks at both on the way.
func TestBackedUpRestoredAndStarted(t *testing.T) {
	t.Parallel()
	h := up(t)
	const password = "Drill-of-the-backup-1"
	admin := h.signIn("admin", h.oneTime, password)
	var made struct{ Username string }
	admin.call("POST", "/users", map[string]any{"username": "operator", "name": "设备管理员", "roles": []string{"operator"}}, &made)

	dir := t.TempDir()
	passphrase, to := filepath.Join(dir, "passphrase"), filepath.Join(dir, "backup")
	if err := os.WriteFile(passphrase, []byte("correct horse battery staple\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	said := offsite(t, 0, "backup", "--data", h.data, "--to", to, "--passphrase-file", passphrase, "--evidence")
	if !strings.Contains(said, "0 sealed bundles by digest and in full") {
		t.Errorf("backup says %s", said)
	}
	beside := examine(t, h.data)
	if beside["database"] != doctor.OK || beside["log"] != doctor.OK || beside["keys"] != doctor.OK {
		t.Errorf("beside a running Offsite the doctor finds %v", beside)
	}
	h.stop()

	data, err := os.MkdirTemp("", "offsite-restored") // t.TempDir cannot be passed by the user postgres
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(data) })
	said = offsite(t, 0, "restore", "--from", to, "--data", data, "--passphrase-file", passphrase)
	for _, want := range []string{"every one as the signed checkpoint says", "0 bundles verified, 0 not in the store, 0 wrong"} {
		if !strings.Contains(said, want) {
			t.Errorf("restore does not say %q: %s", want, said)
		}
	}
	if said := offsite(t, 2, "restore", "--from", to, "--data", data, "--passphrase-file", passphrase); !strings.Contains(said, "is not empty") {
		t.Errorf("a second restore says %s", said)
	}
	for check, state := range examine(t, data) {
		if state == doctor.Fail {
			t.Errorf("the doctor finds that %s fails", check)
		}
	}

	again := restart(t, data)
	again.resume("admin", password).call("GET", "/users", nil, nil)
}

// examine is the doctor's state of each check.
func examine(t *testing.T, data string) map[string]doctor.State {
	t.Helper()
	var found doctor.Findings
	if err := json.Unmarshal([]byte(offsite(t, -1, "doctor", "--json", "--data", data)), &found); err != nil {
		t.Fatal(err)
	}
	states := map[string]doctor.State{}
	for _, f := range found {
		states[f.Check] = f.State
	}
	return states
}

// offsite runs a command that must end with a status, -1 for any, and returns what
// it has said.
func offsite(t *testing.T, status int, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "offsite", args...)
	cmd.Env = append(os.Environ(), infer.LibraryVariable+"="+library())
	var complaint strings.Builder
	cmd.Stderr = &complaint
	out, err := cmd.Output()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	if got := cmd.ProcessState.ExitCode(); status >= 0 && got != status {
		t.Fatalf("offsite %s ended with %d: %s%s", strings.Join(args, " "), got, out, &complaint)
	}
	if status == 0 || status < 0 {
		return string(out)
	}
	return string(out) + complaint.String()
}
