package token_test

import (
	"bytes"
	"crypto/sha256"
	"crypto/x509"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"offsite/evidence/bundle"
	"offsite/evidence/seal"
	"offsite/evidence/timestamp/token"
)

// vector returns token, digest and roots of a published bundle.
func vector(t testing.TB, name string) (der []byte, digest [32]byte, roots *x509.CertPool) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("../../../docs/formats/vectors", name))
	if err != nil {
		t.Fatal(err)
	}
	c, err := bundle.Read(bytes.NewReader(data), bundle.Whole, 1<<24)
	if err != nil {
		t.Fatal(err)
	}
	trust, err := seal.OpenTrust("../../../docs/formats/vectors/trust.json")
	if err != nil {
		t.Fatal(err)
	}
	if roots, err = trust.Roots(); err != nil {
		t.Fatal(err)
	}
	return c.Text[bundle.Token], sha256.Sum256(c.Text[bundle.ManifestDoc]), roots
}

func TestCheck(t *testing.T) {
	t.Parallel()
	der, digest, roots := vector(t, "good-minimal.tar")
	tok, err := token.Check(der, digest[:], roots)
	if err != nil || tok.Signer == "" || tok.Accuracy != time.Second {
		t.Fatalf("%+v %v", tok, err)
	}
	if at, err := token.Time(der); err != nil || !at.Equal(tok.At) {
		t.Fatalf("its time is %v, %v", at, err)
	}
	foreign, foreignDigest, _ := vector(t, "unknown-key.tar")
	lapsed, lapsedDigest, _ := vector(t, "broken-token-expired.tar")
	other := sha256.Sum256([]byte("other"))
	for name, c := range map[string]struct {
		der, digest []byte
		roots       *x509.CertPool
		want        error
	}{
		"other digest":   {der, other[:], roots, token.ErrImprint},
		"no roots":       {der, digest[:], nil, token.ErrChain},
		"a stranger's":   {foreign, foreignDigest[:], roots, token.ErrChain},
		"expired":        {lapsed, lapsedDigest[:], roots, token.ErrExpired},
		"empty":          {nil, digest[:], roots, token.ErrBroken},
		"text":           {[]byte("no token"), digest[:], roots, token.ErrBroken},
		"cut off":        {der[:len(der)/2], digest[:], roots, token.ErrBroken},
		"more than that": {append(bytes.Clone(der), 0), digest[:], roots, token.ErrBroken},
		"too long":       {make([]byte, token.MaxBytes+1), digest[:], roots, token.ErrBroken},
		"nests":          {bytes.Repeat([]byte{0x30, 0x80}, 100_000), digest[:], roots, token.ErrBroken},
	} {
		if _, err := token.Check(c.der, c.digest, c.roots); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := token.Time([]byte("no token")); !errors.Is(err, token.ErrBroken) {
		t.Errorf("the time of no token: %v", err)
	}
}

// FuzzCheck: no bytes make it panic, and none turn the token into one over
// another digest.
func FuzzCheck(f *testing.F) {
	der, digest, roots := vector(f, "good-minimal.tar")
	foreign, _, _ := vector(f, "unknown-key.tar")
	lapsed, _, _ := vector(f, "broken-token-expired.tar")
	f.Add(der)
	f.Add(foreign)
	f.Add(lapsed)
	good, err := token.Check(der, digest[:], roots)
	if err != nil {
		f.Fatal(err)
	}
	other := sha256.Sum256([]byte("other"))
	f.Fuzz(func(t *testing.T, der []byte) {
		tok, err := token.Check(der, digest[:], roots)
		if err == nil && !tok.At.Equal(good.At) {
			t.Fatalf("a token of %v is called sound", tok.At)
		}
		if _, err := token.Check(der, other[:], roots); err == nil {
			t.Fatal("a token over another digest is called sound")
		}
	})
}
