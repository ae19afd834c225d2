package tsa_test

import (
	"crypto/sha256"
	"errors"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"offsite/embedded/tsa"
	"offsite/evidence/timestamp"
	"offsite/evidence/timestamp/token"
)

func start(t *testing.T, o tsa.Options) *tsa.Authority {
	t.Helper()
	if o.Dir == "" {
		o.Dir = t.TempDir()
	}
	o.Listen = "127.0.0.1:0"
	a, err := tsa.Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(a.Stop)
	return a
}

func client(t *testing.T, a *tsa.Authority, now func() time.Time) *timestamp.Client {
	t.Helper()
	c, err := timestamp.New(timestamp.Options{URL: a.URL(), Roots: a.Roots(), Now: now})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestOpenSSLAcceptsOurTokens(t *testing.T) {
	t.Parallel()
	a := start(t, tsa.Options{})
	data := []byte("what was seen")
	tok, err := client(t, a, nil).Stamp(t.Context(), sha256.Sum256(data))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	write(t, dir, "data", data)
	write(t, dir, "token.tsr", tok.DER)
	write(t, dir, "ca.pem", a.CertificatesPEM())
	out, err := openssl(dir, "ts", "-verify", "-data", "data", "-in", "token.tsr", "-CAfile", "ca.pem")
	if err != nil || !strings.Contains(out, "Verification: OK") {
		t.Fatalf("openssl: %v\n%s", err, out)
	}
	write(t, dir, "data", []byte("what was not seen"))
	if out, err := openssl(dir, "ts", "-verify", "-data", "data", "-in", "token.tsr", "-CAfile", "ca.pem"); err == nil {
		t.Fatalf("openssl accepts the token for other data:\n%s", out)
	}
}

func TestAnswersWhatOpenSSLAsks(t *testing.T) {
	t.Parallel()
	a := start(t, tsa.Options{})
	dir := t.TempDir()
	write(t, dir, "data", []byte("another file"))
	write(t, dir, "ca.pem", a.CertificatesPEM())
	for _, digest := range []string{"-sha256", "-sha384", "-sha512"} {
		if out, err := openssl(dir, "ts", "-query", "-data", "data", digest, "-cert", "-out", "q.tsq"); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		reply := post(t, a.URL(), read(t, dir, "q.tsq"))
		write(t, dir, "r.tsr", reply)
		out, err := openssl(dir, "ts", "-verify", "-queryfile", "q.tsq", "-in", "r.tsr", "-CAfile", "ca.pem")
		if err != nil || !strings.Contains(out, "Verification: OK") {
			t.Fatalf("%s: %v\n%s", digest, err, out)
		}
	}
	if out, err := openssl(dir, "ts", "-query", "-data", "data", "-md5", "-cert", "-out", "q.tsq"); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	write(t, dir, "r.tsr", post(t, a.URL(), read(t, dir, "q.tsq")))
	out, _ := openssl(dir, "ts", "-reply", "-in", "r.tsr", "-text")
	if !strings.Contains(out, "Status: Rejected") {
		t.Fatalf("an MD5 imprint was not rejected:\n%s", out)
	}
}

func TestGarbageIsAnswered(t *testing.T) {
	t.Parallel()
	a := start(t, tsa.Options{})
	dir := t.TempDir()
	write(t, dir, "r.tsr", post(t, a.URL(), []byte("no request")))
	if out, _ := openssl(dir, "ts", "-reply", "-in", "r.tsr", "-text"); !strings.Contains(out, "Status: Rejected") {
		t.Fatalf("garbage was not rejected:\n%s", out)
	}
	res, err := http.Post(a.URL(), "application/timestamp-query", strings.NewReader(strings.Repeat("x", 1<<20)))
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != http.StatusBadRequest {
		t.Fatalf("a request of 1 MiB is answered %s", res.Status)
	}
}

func TestKeysOutliveTheProcess(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first := start(t, tsa.Options{Dir: dir})
	digest := sha256.Sum256([]byte("x"))
	tok, err := client(t, first, nil).Stamp(t.Context(), digest)
	if err != nil {
		t.Fatal(err)
	}
	first.Stop()
	second := start(t, tsa.Options{Dir: dir})
	if _, err := token.Check(tok.DER, digest[:], second.Roots()); err != nil {
		t.Fatalf("after a restart the old token does not hold: %v", err)
	}
	tok2, err := client(t, second, nil).Stamp(t.Context(), digest)
	if err != nil {
		t.Fatal(err)
	}
	if tok.Serial.Cmp(tok2.Serial) == 0 {
		t.Fatal("a serial number came twice")
	}
	second.Stop()
	issued := string(read(t, dir, "issued.log"))
	if strings.Count(issued, "\n") != 2 || !strings.Contains(issued, tok.Serial.Text(16)) || !strings.Contains(issued, tok2.Serial.Text(16)) {
		t.Fatalf("the register does not hold both tokens:\n%s", issued)
	}
}

func TestReadableKeyIsRefused(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	start(t, tsa.Options{Dir: dir}).Stop()
	if err := os.Chmod(filepath.Join(dir, "tsa.pem"), 0o644); err != nil {
		t.Fatal(err)
	}
	_, err := tsa.Start(t.Context(), tsa.Options{Dir: dir, Listen: "127.0.0.1:0"})
	if err == nil || !strings.Contains(err.Error(), "chmod 600") {
		t.Fatalf("a key that others can read: %v", err)
	}
}

func TestCertificateIsRenewedAndOldTokensHold(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	// The library notes the machine's own time in a token, so the first
	// certificate must still be valid now, in its last year.
	then := time.Now().AddDate(-5, -6, 0)
	first := start(t, tsa.Options{Dir: dir, Now: func() time.Time { return then }})
	digest := sha256.Sum256([]byte("x"))
	old, err := client(t, first, func() time.Time { return then }).Stamp(t.Context(), digest)
	if err != nil {
		t.Fatal(err)
	}
	first.Stop()
	before := read(t, dir, "tsa.pem")
	second := start(t, tsa.Options{Dir: dir})
	if _, err := client(t, second, nil).Stamp(t.Context(), digest); err != nil {
		t.Fatal(err)
	}
	if string(before) == string(read(t, dir, "tsa.pem")) {
		t.Fatal("the certificate was not renewed in its last year")
	}
	if _, err := token.Check(old.DER, digest[:], second.Roots()); err != nil {
		t.Fatalf("a token of a certificate since renewed: %v", err)
	}
}

func TestStrangersAreNotTrusted(t *testing.T) {
	t.Parallel()
	a, b := start(t, tsa.Options{}), start(t, tsa.Options{})
	c, err := timestamp.New(timestamp.Options{URL: a.URL(), Roots: b.Roots()})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Stamp(t.Context(), sha256.Sum256([]byte("x"))); !errors.Is(err, token.ErrChain) {
		t.Fatalf("a token of an unknown authority: %v", err)
	}
	tok, err := client(t, a, nil).Stamp(t.Context(), sha256.Sum256([]byte("x")))
	if err != nil {
		t.Fatal(err)
	}
	other := sha256.Sum256([]byte("y"))
	if _, err := token.Check(tok.DER, other[:], a.Roots()); !errors.Is(err, token.ErrImprint) {
		t.Fatalf("a token over something else: %v", err)
	}
	skewed := client(t, a, func() time.Time { return time.Now().Add(time.Hour) })
	if _, err := skewed.Stamp(t.Context(), other); err == nil || !strings.Contains(err.Error(), "clock") {
		t.Fatalf("a token an hour off: %v", err)
	}
}

func openssl(dir string, args ...string) (string, error) {
	cmd := exec.Command("openssl", args...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func post(t *testing.T, url string, body []byte) []byte {
	t.Helper()
	res, err := http.Post(url, "application/timestamp-query", strings.NewReader(string(body)))
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	out, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func write(t *testing.T, dir, name string, data []byte) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), data, 0o644); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, dir, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}
