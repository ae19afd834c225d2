package demo

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"offsite/bench"
)

// TestBackupDrill lets a demonstration find and seal, backs it up while it runs,
// restores into an empty folder, starts that, and audits there every bundle that
// the backup lists.
func TestBackupDrill(t *testing.T) {
	binary := os.Getenv("OFFSITE_BINARY")
	if binary == "" {
		t.Skip("NOT TESTED: OFFSITE_BINARY is not the path of offsite; run make backup-drill")
	}
	dir := passable(t)
	h := reopen(t, binary, filepath.Join(dir, "data"))
	defer func() { h.close() }()
	if err := h.firstFinding(t.Context()); err != nil {
		t.Fatal(err)
	}
	passphrase := filepath.Join(dir, "passphrase")
	if err := os.WriteFile(passphrase, []byte("correct horse battery staple\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	to, restored := filepath.Join(dir, "backup"), filepath.Join(dir, "restored")
	set := bench.Set{}
	const command = "make backup-drill"
	took := func(name string, args ...string) {
		t.Helper()
		began := time.Now()
		out, err := exec.CommandContext(t.Context(), binary, args...).CombinedOutput() // #nosec G204 -- this program itself
		if err != nil {
			t.Fatalf("offsite %v: %v: %s", args, err, out)
		}
		t.Logf("%s", out)
		set[name] = bench.Figure{Value: time.Since(began).Seconds(), Unit: "s", Command: command}
	}
	took("backup_running_s", "backup", "--data", h.data, "--to", to, "--passphrase-file", passphrase, "--evidence")
	size := 0.0
	parts, err := filepath.Glob(filepath.Join(to, "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range parts {
		info, err := os.Stat(part)
		if err != nil {
			t.Fatal(err)
		}
		size += float64(info.Size()) / (1 << 20)
	}
	set["backup_MiB"] = bench.Figure{Value: size, Unit: "MiB", Command: command}
	c, err := h.stage.signIn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	before, err := c.findings(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	h.close() // the restored Offsite must not depend on it
	if err := os.Rename(h.data, h.data+".gone"); err != nil {
		t.Fatal(err)
	}
	took("restore_verified_s", "restore", "--from", to, "--data", restored, "--passphrase-file", passphrase)

	// The world outside, and the people's passwords, are not what is backed up.
	if err := os.Rename(filepath.Join(h.data+".gone", "demo"), filepath.Join(restored, "demo")); err != nil {
		t.Fatal(err)
	}
	h = reopen(t, binary, restored)
	if c, err = h.stage.signIn(t.Context()); err != nil {
		t.Fatal(err)
	}
	after, err := c.findings(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	there := map[string]bool{}
	for _, f := range after {
		there[f.ID] = true
	}
	listed := 0
	for _, f := range before {
		if !there[f.ID] {
			continue // raised after the backup
		}
		listed++
		if err := c.audit(t.Context(), binary, dir, f.Bundle, newSteps(t.Output())); err != nil {
			t.Errorf("%s: %v", f.Detector, err)
		}
	}
	if listed == 0 {
		t.Error("none of the findings from before the backup is there")
	}
	if folder := os.Getenv("OFFSITE_FIGURES"); folder != "" {
		if err := set.Write(folder, "backup"); err != nil {
			t.Fatal(err)
		}
	}
}

// passable is a folder of the test that the user postgres can pass.
func passable(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for at := dir; at != "/tmp" && at != "/"; at = filepath.Dir(at) {
		if err := os.Chmod(at, 0o755); err != nil { // #nosec G302
			t.Fatal(err)
		}
	}
	return dir
}
