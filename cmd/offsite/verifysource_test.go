package main

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"offsite/embedded/s3"
	"offsite/evidence"
	"offsite/evidence/specimen"
	"offsite/evidence/vault"
)

// An auditor checks all that lies in a bucket, with every version of it.
func TestBucketIsVerified(t *testing.T) {
	dir := t.TempDir()
	credentials, err := s3.OpenCredentials(filepath.Join(dir, "keys", "s3.json"))
	if err != nil {
		t.Fatal(err)
	}
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	server, err := s3.Start(t.Context(), s3.Options{Dir: filepath.Join(dir, "s3"), Listen: "127.0.0.1:0", Credentials: credentials})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		server.Stop()
		if err := os.Chdir(here); err != nil { //nolint:usetesting // the store has moved it, and t.Chdir would bring it back there
			t.Error(err)
		}
	})
	v, err := vault.Open(t.Context(), vault.Options{Endpoint: server.Endpoint(), AccessKey: credentials.AccessKey, SecretKey: credentials.SecretKey, Bucket: "evidence"})
	if err != nil {
		t.Fatal(err)
	}
	maker := specimen.New(t)
	trust, secret := filepath.Join(dir, "trust.json"), filepath.Join(dir, "secret")
	if err := maker.Trust.Write(trust); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(secret, []byte(credentials.SecretKey+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	put := func(key string, tar []byte) evidence.Receipt {
		t.Helper()
		stored, err := v.Put(t.Context(), key, bytes.NewReader(tar), int64(len(tar)), sha256.Sum256(tar))
		if err != nil {
			t.Fatal(err)
		}
		return evidence.Receipt{Key: stored.Key, RetainUntil: stored.RetainUntil}
	}
	const n = 30
	for i := range n {
		r := put(fmt.Sprintf("bundles/2026/11/%02d/bundle.tar", i), maker.Bundle(t, specimen.Spec{}))
		if err := v.PutBeside(t.Context(), r, "note.txt", []byte("no bundle")); err != nil {
			t.Fatal(err)
		}
	}
	check := func(prefix string) (string, error) {
		c := &verifyCmd{
			Bundles: []string{"s3://evidence/" + prefix}, Trust: trust, Language: "en",
			S3: s3Access{Endpoint: server.Endpoint(), AccessKey: credentials.AccessKey, SecretKeyFile: secret, Region: "us-east-1"},
		}
		return said(t, func() error { return c.Run(t.Context()) })
	}
	out, err := check("bundles/2026/11/")
	if err != nil || !strings.Contains(out, "30 bundles: 30 hold, 0 were tampered with") {
		t.Fatalf("%v: %s", err, out)
	}
	tar := maker.Bundle(t, specimen.Spec{})
	tar[len(tar)/2] ^= 1
	put("bundles/2026/11/07/bundle.tar", tar) // over one that holds
	out, err = check("bundles/")
	if status := exitStatus(err); status != 1 || !strings.Contains(out, "31 bundles: 30 hold, 1 were tampered with") ||
		!regexp.MustCompile(`s3://evidence/bundles/2026/11/07/bundle.tar: bundle`).MatchString(out) {
		t.Fatalf("exit %d: %s", status, out)
	}
	if _, err := check("nowhere/"); exitStatus(err) != 2 || !strings.Contains(err.Error(), "nothing there ends in .tar") {
		t.Fatalf("an empty prefix: %v", err)
	}
}

// said is what f prints.
func said(t *testing.T, f func() error) (string, error) {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	old := os.Stdout
	os.Stdout = w
	text := make(chan []byte, 1)
	go func() {
		all, _ := io.ReadAll(r)
		text <- all
	}()
	failed := f()
	os.Stdout = old
	w.Close()
	return string(<-text), failed
}

func exitStatus(err error) int {
	if e, ok := err.(exitError); ok {
		return e.code
	}
	return 0
}
