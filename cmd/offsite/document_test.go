package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"offsite/evidence/detached"
	"offsite/evidence/seal"
)

// TestDocumentsAreCheckedOffline: offsite document verify says in a sentence what holds,
// and its status what is wrong.
func TestDocumentsAreCheckedOffline(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(at(name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	now := time.Now()
	sealed := func(keys, document string) string {
		t.Helper()
		ring, err := seal.OpenRing(at(keys), func() time.Time { return now.Add(-time.Hour) })
		if err != nil {
			t.Fatal(err)
		}
		if len(ring.List()) == 0 {
			if _, err := ring.Create(seal.Ed25519); err != nil {
				t.Fatal(err)
			}
		}
		k, err := ring.Sealer()
		if err != nil {
			t.Fatal(err)
		}
		text, err := detached.Make(k, detached.Statement{Issuer: "某局", Kind: "decision", Number: "某罚决字〔2026〕第000001号", Issued: now}, []byte(document))
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	if err := os.MkdirAll(at("bag"), 0o700); err != nil {
		t.Fatal(err)
	}
	write("decision.pdf", "%PDF one")
	write("decision.seal.json", sealed("keys", "%PDF one"))
	write("altered.pdf", "%PDF two")
	write("foreign.seal.json", sealed("stranger", "%PDF one"))
	write("bag/01-decision.pdf", "%PDF one")
	write("bag/01-decision.seal.json", sealed("keys", "%PDF one"))
	trust := "--trust=" + filepath.Join(at("keys"), "trust.json")
	verify := func(status int, says string, args ...string) {
		t.Helper()
		out, err := exec.Command("offsite", append([]string{"document", "verify"}, args...)...).CombinedOutput()
		var exit *exec.ExitError
		if err != nil && !errors.As(err, &exit) {
			t.Fatal(err)
		}
		got := 0
		if exit != nil {
			got = exit.ExitCode()
		}
		if got != status || !strings.Contains(string(out), says) {
			t.Errorf("%v: status %d, want %d with %q: %s", args, got, status, says, out)
		}
	}
	verify(0, "in force at the time", at("decision.pdf"), trust, "--language", "en")
	verify(0, "签名有效", at("decision.pdf"), at("decision.seal.json"), trust, "--language", "zh")
	verify(0, `"document":`, at("decision.pdf"), trust, "--json")
	verify(1, "not the document that was sealed", at("altered.pdf"), at("decision.seal.json"), trust, "--language", "en")
	verify(2, "不能确认是本机关的签名", at("decision.pdf"), at("foreign.seal.json"), trust, "--language", "zh")
	verify(2, "there is no seal", at("altered.pdf"), trust, "--language", "en")
	verify(2, "read the seal", at("decision.pdf"), at("nowhere.seal.json"), trust)
	verify(2, "no such file", at("nowhere.pdf"), trust)
	verify(2, "download trust.json", at("decision.pdf"), "--trust", at("nowhere.json"))
	verify(2, "no file in it ends in .pdf", at("keys"), trust)
	verify(2, "name one document with its seal", at("bag"), at("decision.seal.json"), trust)
	verify(0, "in force at the time", at("bag"), trust, "--language", "en")
	write("bag/02-demand.pdf", "%PDF three")
	verify(2, "02-demand.pdf", at("bag"), trust, "--language", "en")
	write("bag/02-demand.seal.json", sealed("keys", "%PDF four"))
	verify(1, "not the document that was sealed", at("bag"), trust, "--language", "en")
}
