package main

import (
	"bufio"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"offsite/evidence/seal"
	"offsite/evidence/translog"
	"offsite/evidence/translog/proof"
)

// A witness in a process of its own signs what a log keeps; without it nothing is
// published, and nobody who trusts it takes a checkpoint that lacks it.
func TestAWitnessSignsWhatTheLogKeeps(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	keeper := translog.Options{Dir: filepath.Join(dir, "log"), KeyFile: filepath.Join(dir, "log.key"), Origin: "log.example/offsite", Interval: 100 * time.Millisecond}
	log, err := translog.Open(t.Context(), keeper)
	if err != nil {
		t.Fatal(err)
	}
	trusted := log.Trusted()
	log.Stop()
	text, err := json.Marshal(seal.Trust{Format: "offsite-trust/1", Keys: []seal.TrustedKey{}, Authorities: []seal.TrustedAuthority{}, Log: &trusted})
	if err != nil {
		t.Fatal(err)
	}
	trust := filepath.Join(dir, "trust.json")
	if err := os.WriteFile(trust, text, 0o600); err != nil {
		t.Fatal(err)
	}
	policy := witnessing(t, trust, filepath.Join(dir, "witness"))
	fields := strings.Fields(policy)
	keeper.WitnessPolicy = []byte(policy + "\nquorum " + fields[1] + "\n")
	if log, err = translog.Open(t.Context(), keeper); err != nil {
		t.Fatalf("%s: %v", keeper.WitnessPolicy, err)
	}
	t.Cleanup(log.Stop)
	e := proof.Entry{Kind: proof.KindBundle, ID: "a", SHA256: strings.Repeat("a", 64), At: time.Unix(1, 0)}
	receipt, err := log.Record(t.Context(), e)
	if err != nil {
		t.Fatal(err)
	}
	p, err := proof.Parse(receipt)
	if err != nil {
		t.Fatal(err)
	}
	entry, err := e.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	with := log.Trusted().ForProofs()
	if with.Quorum != 1 || len(with.Witnesses) != 1 {
		t.Fatalf("the policy is read as %+v", with)
	}
	if place, err := p.Check(entry, with); err != nil || place.Witnesses != 1 {
		t.Errorf("%+v %v", place, err)
	}
}

// witnessing runs the command until the test ends, and gives the line it prints.
func witnessing(t *testing.T, trust, dir string) string {
	t.Helper()
	cmd := exec.Command("offsite", "log", "witness", "--trust", trust, "--dir", dir, "--name", "witness.example", "--listen", "127.0.0.1:0")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = t.Output()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
			t.Error(err)
		}
		if err := cmd.Wait(); err != nil {
			t.Errorf("the witness ended with %v", err)
		}
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(line)
}
