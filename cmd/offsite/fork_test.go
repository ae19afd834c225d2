package main

import (
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"offsite/evidence/seal"
	"offsite/evidence/translog"
	"offsite/evidence/translog/proof"
	"offsite/evidence/translog/witness"
	"offsite/evidence/verify"
)

// forkable is a log that can be kept twice, under one name and key.
type forkable struct {
	dir   string
	entry proof.Entry // of a bundle
}

// keep keeps it in a folder of that name: so many entries, the last of them the bundle's,
// whose receipt is written beside the folder.
func (f forkable) keep(t *testing.T, name string, entries int, policy string) seal.TrustedLog {
	t.Helper()
	o := translog.Options{Dir: filepath.Join(f.dir, name), KeyFile: filepath.Join(f.dir, "log.key"), Origin: "specimen.invalid/log", Interval: 100 * time.Millisecond}
	if policy != "" {
		o.WitnessPolicy = []byte(policy)
	}
	l, err := translog.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Stop()
	var receipt []byte
	for i := range entries {
		e := f.entry
		if i < entries-1 {
			e = proof.Entry{Kind: proof.KindCase, ID: fmt.Sprintf("%s/%d", name, i), SHA256: fmt.Sprintf("%064x", i), At: time.Unix(int64(i), 0)}
		}
		if receipt, err = l.Record(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(f.dir, name+".tlog-proof"), receipt, 0o600); err != nil {
		t.Fatal(err)
	}
	return l.Trusted()
}

// offsite runs the program in the folder.
func (f forkable) offsite(t *testing.T, args ...string) (status int, said string) {
	t.Helper()
	cmd := exec.Command("offsite", args...)
	cmd.Dir = f.dir
	out, err := cmd.CombinedOutput()
	if cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), string(out)
}

func (f forkable) trust(t *testing.T, name string, log seal.TrustedLog) {
	t.Helper()
	trust, err := seal.OpenTrust("../../docs/formats/vectors/trust.json")
	if err != nil {
		t.Fatal(err)
	}
	trust.Log = &log
	if err := trust.Write(filepath.Join(f.dir, name)); err != nil {
		t.Fatal(err)
	}
}

// newForkable writes a bundle, and gives the log that it shall stand in.
func newForkable(t *testing.T) forkable {
	t.Helper()
	f := forkable{dir: t.TempDir()}
	copyVector(t, "good-minimal.tar", filepath.Join(f.dir, "bundle.tar"))
	trust, err := readTrust("../../docs/formats/vectors/trust.json")
	if err != nil {
		t.Fatal(err)
	}
	report, err := fileSource(filepath.Join(f.dir, "bundle.tar"), "").check(t.Context(), trust, verify.Options{})
	if err != nil {
		t.Fatal(err)
	}
	f.entry = proof.BundleEntry(report.Bundle, report.ManifestSHA256, report.SealedAt)
	return f
}

// TestAReceiptOfAForkIsFound: a keeper shows one log to all and another, signed by the same
// key, to whoever holds the bundle. Its receipt holds by itself; the log that is shown and
// the witness each tell that it is of a fork, whether that is shorter, as long or longer.
func TestAReceiptOfAForkIsFound(t *testing.T) {
	t.Parallel()
	f := newForkable(t)
	key, err := translog.OpenKey(filepath.Join(f.dir, "log.key"), "specimen.invalid/log")
	if err != nil {
		t.Fatal(err)
	}
	w, err := witness.Open(witness.Options{Dir: filepath.Join(f.dir, "witness"), Name: "w.example", Logs: []proof.Trusted{{Origin: "specimen.invalid/log", Verifier: key.Public}}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Close)
	verifier, err := w.Verifier()
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(w)
	t.Cleanup(server.Close)
	shown := f.keep(t, "shown", 5, fmt.Sprintf("witness w %s %s\ngroup g all w\nquorum g\n", verifier, server.URL))
	shown.Witnesses, shown.Quorum = []string{verifier}, 1
	f.trust(t, "witnessed.json", shown)
	shown.Quorum = 0
	f.trust(t, "trust.json", shown)
	f.holds(t, "shown", "witnessed.json")
	for name, entries := range map[string]int{"shorter": 3, "equal": 5, "longer": 9} {
		f.keep(t, name, entries, "")
		t.Run(name, func(t *testing.T) { f.isFound(t, name) })
	}
}

// holds verifies the bundle with a receipt, and that against its own log.
func (f forkable) holds(t *testing.T, name, trust string) {
	t.Helper()
	receipt := name + ".tlog-proof"
	if status, said := f.offsite(t, "verify", "bundle.tar", "--receipt", receipt, "--trust", trust, "--language", "en"); status != 0 || !strings.Contains(said, "ok    log        it is entry") {
		t.Fatalf("exit %d: %s", status, said)
	}
	if status, said := f.offsite(t, "log", "check", name, "--receipt", receipt, "--trust", trust); status != 0 {
		t.Fatalf("exit %d: %s", status, said)
	}
}

func (f forkable) isFound(t *testing.T, name string) {
	f.holds(t, name, "trust.json")
	receipt := name + ".tlog-proof"
	status, said := f.offsite(t, "log", "check", "shown", "--receipt", receipt, "--trust", "trust.json")
	if status != 1 || !strings.Contains(said, receipt+" is a receipt of another log than this one: the log was changed") {
		t.Errorf("against the log that is shown: exit %d: %s", status, said)
	}
	for language, sentences := range map[string][]string{
		"zh": {"?     log        log.tlog-proof：见证人签名不足", "公开日志"},
		"en": {"?     log        log.tlog-proof: too few witnesses have seen the checkpoint: 0 of 1", "in a public log that anyone can read"},
	} {
		status, said := f.offsite(t, "verify", "bundle.tar", "--receipt", receipt, "--trust", "witnessed.json", "--explain", "--language", language)
		for _, s := range sentences {
			if status != 2 || !strings.Contains(said, s) {
				t.Errorf("where witnesses are wanted: exit %d, without %q: %s", status, s, said)
			}
		}
	}
}
