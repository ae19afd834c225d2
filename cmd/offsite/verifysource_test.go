package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"offsite/config"
	"offsite/embedded/s3"
	"offsite/evidence"
	"offsite/evidence/bundle"
	"offsite/evidence/removal"
	"offsite/evidence/specimen"
	"offsite/evidence/vault"
	"offsite/pipeline/decode"
	"offsite/pipeline/film"
	"offsite/pipeline/mask"
	"offsite/scenes"
)

// One store per process is all its library allows.
func TestEvidenceInAStore(t *testing.T) {
	dir := t.TempDir()
	credentials, err := s3.OpenCredentials(filepath.Join(dir, "keys", "s3.json"))
	if err != nil {
		t.Fatal(err)
	}
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	onnx := filepath.Join(here, configOfRuntime().Library)
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
	o := vault.Options{Endpoint: server.Endpoint(), AccessKey: credentials.AccessKey, SecretKey: credentials.SecretKey, Bucket: "evidence"}
	v, err := vault.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Run("a bucket is verified", func(t *testing.T) { bucketIsVerified(t, o, v) })
	t.Run("what a copy shows is covered", func(t *testing.T) { copiesAreCovered(t, v, onnx) })
}

// An auditor checks all that lies in a bucket, with every version of it.
func bucketIsVerified(t *testing.T, o vault.Options, v *vault.Vault) {
	dir := t.TempDir()
	maker := specimen.New(t)
	trust, secret := filepath.Join(dir, "trust.json"), filepath.Join(dir, "secret")
	if err := maker.Trust.Write(trust); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(secret, []byte(o.SecretKey+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	put := func(key string, tar []byte) evidence.Receipt {
		t.Helper()
		stored, err := v.Put(t.Context(), key, bytes.NewReader(tar), int64(len(tar)), sha256.Sum256(tar))
		if err != nil {
			t.Error(err)
		}
		return evidence.Receipt{Key: stored.Key, RetainUntil: stored.RetainUntil}
	}
	const n = 1100 // a store lists a thousand at a time
	one := maker.Bundle(t, specimen.Spec{})
	var at atomic.Int64
	var putters sync.WaitGroup
	for range 4 {
		putters.Go(func() {
			for i := at.Add(1); i <= n && !t.Failed(); i = at.Add(1) {
				put(fmt.Sprintf("bundles/2026/11/%04d/bundle.tar", i), one)
			}
		})
	}
	putters.Wait()
	if t.Failed() {
		return
	}
	r := put("bundles/2026/11/0007/bundle.tar", one) // a second version
	if err := v.PutBeside(t.Context(), r, "note.txt", []byte("no bundle")); err != nil {
		t.Fatal(err)
	}
	check := func(prefix string) (string, error) {
		c := &verifyCmd{
			Bundles: []string{"s3://evidence/" + prefix}, Trust: trust, Language: "en",
			S3: s3Access{Endpoint: o.Endpoint, AccessKey: o.AccessKey, SecretKeyFile: secret, Region: "us-east-1"},
		}
		return said(t, func() error { return c.Run(t.Context()) })
	}
	out, err := check("bundles/2026/11/")
	var all, hold int
	if _, scanned := fmt.Sscanf(out, "%d bundles: %d hold, 0 were tampered with", &all, &hold); err != nil || scanned != nil || all <= n || hold != all { // one that was put again since its answer came late has two versions
		t.Fatalf("%v: %s", err, out)
	}
	tar := maker.Bundle(t, specimen.Spec{})
	tar[len(tar)/2] ^= 1
	put("bundles/2026/11/0007/bundle.tar", tar) // over one that holds
	out, err = check("bundles/")
	if status := exitStatus(err); status != 1 || !strings.Contains(out, fmt.Sprintf("%d bundles: %d hold, 1 were tampered with", all+1, all)) ||
		!regexp.MustCompile(`s3://evidence/bundles/2026/11/0007/bundle.tar: bundle`).MatchString(out) {
		t.Fatalf("exit %d: %s", status, out)
	}
	bucketWithARemoval(t, v, maker, func(prefix string) (string, error) {
		c := &verifyCmd{
			Bundles: []string{"s3://evidence/" + prefix}, Trust: trust, Language: "en", Chain: true,
			S3: s3Access{Endpoint: o.Endpoint, AccessKey: o.AccessKey, SecretKeyFile: secret, Region: "us-east-1"},
		}
		return said(t, func() error { return c.Run(t.Context()) })
	})
	if _, err := check("nowhere/"); exitStatus(err) != 2 || !strings.Contains(err.Error(), "nothing there ends in .tar") {
		t.Fatalf("an empty prefix: %v", err)
	}
}

// bucketWithARemoval has a bundle missing between two, in the bucket's own layout: first without
// a word, then with its removal record, then with one of another seal beside that.
func bucketWithARemoval(t *testing.T, v *vault.Vault, maker *specimen.Maker, chained func(prefix string) (string, error)) {
	t.Helper()
	const gone = "0198c000-0000-7000-8000-0000000000e1"
	r := evidence.Receipt{BundleID: gone, Bucket: v.Bucket(), Key: "chained/2026/11/05/" + gone + "/bundle.tar"}
	tar := maker.Bundle(t, specimen.Spec{Previous: &bundle.Link{Bundle: gone, ManifestSHA256: strings.Repeat("e", 64)}})
	if _, err := v.Put(t.Context(), "chained/2026/12/06/next/bundle.tar", bytes.NewReader(tar), int64(len(tar)), sha256.Sum256(tar)); err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	record := func(manifest string) {
		t.Helper()
		text := maker.Removal(t, removal.Statement{Issuer: "bureau", Bundle: gone, Camera: "0198c000-0000-7000-8000-00000000cafe", ManifestSHA256: manifest,
			Sealed: now.AddDate(0, 0, -31), KeptUntil: now.AddDate(0, 0, -1), Removed: now, Signed: now, Reason: removal.Rejected, ZH: "审核未予确认", EN: "the review did not confirm the finding"})
		if err := v.PutRemoval(t.Context(), r, text, nil, now.Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
	}
	if out, err := chained("chained/"); exitStatus(err) != 2 || !strings.Contains(out, gone+", is not among those that were checked") {
		t.Errorf("without a word: %v: %s", err, out)
	}
	record(strings.Repeat("e", 64))
	if out, err := chained("chained/"); err != nil || !strings.Contains(out, gone+", was removed lawfully on") || !strings.Contains(out, "1 removal records: 1 hold") {
		t.Errorf("with its record: %v: %s", err, out)
	}
	record(strings.Repeat("d", 64))
	if out, err := chained("chained/"); exitStatus(err) != 1 || !strings.Contains(out, "names another seal than it has") {
		t.Errorf("with one of another seal: %v: %s", err, out)
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
	var e exitError
	if errors.As(err, &e) {
		return e.code
	}
	return 0
}

// The party's copies of pictures and clips are other pictures than were sealed; nothing
// else of a bundle is copied.
func copiesAreCovered(t *testing.T, v *vault.Vault, onnx string) {
	engine, err := newEngine(config.ONNXRuntime{Library: onnx, Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer engine.Close()
	masks, err := mask.New(engine)
	if err != nil {
		t.Fatal(err)
	}
	still, clip := shortClip(t)
	tar := specimen.New(t).Bundle(t, specimen.Spec{Files: []bundle.Payload{{Path: "clip.mp4", Data: clip}, {Path: "stills/0001.png", Data: still}}})
	c, err := bundle.Read(bytes.NewReader(tar), bundle.Whole, 1<<30)
	if err != nil {
		t.Fatal(err)
	}
	stored, err := v.Put(t.Context(), "bundles/masked/bundle.tar", bytes.NewReader(tar), int64(len(tar)), sha256.Sum256(tar))
	if err != nil {
		t.Fatal(err)
	}
	r := evidence.Receipt{BundleID: c.ID, Bucket: v.Bucket(), Key: stored.Key, VersionID: stored.VersionID}
	for _, f := range c.Files {
		r.Files = append(r.Files, evidence.Entry{Path: f.Path, Offset: f.Offset, SizeBytes: f.Size, SHA256: hex.EncodeToString(f.SHA256[:])})
	}
	worker := &redactWorker{masks: masks}
	for file, sealed := range map[string][]byte{clipFile: clip, "data/stills/0001.png": still} {
		copied, err := covered(t.Context(), v, r, file, worker.covers(file))
		if err != nil || bytes.Equal(copied, sealed) || len(copied) < 500 {
			t.Errorf("a copy of %s has %d bytes: %v; or it is what was sealed", file, len(copied), err)
		}
	}
	for _, file := range []string{bundle.Incident, "data/clip.mp4.txt", "data/looks/0001.png", "data/stills/0001.json"} {
		if worker.covers(file) != nil {
			t.Errorf("%s is copied", file)
		}
	}
}

// shortClip is the first picture of the street, and a clip of three.
func shortClip(t *testing.T) (still, clip []byte) {
	t.Helper()
	list, err := scenes.All()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	from, to := filepath.Join(dir, "street.mp4"), filepath.Join(dir, "clip.mp4")
	for _, s := range list {
		if s.Key == "street" {
			err = os.WriteFile(from, s.Video, 0o600)
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	in, err := decode.Open(from, 4*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	var out *film.Film
	for i := range 3 {
		p, err := in.Next(time.Time{})
		if err != nil {
			t.Fatal(err)
		}
		img, err := p.Image()
		if i == 0 && err == nil {
			if still, err = p.PNG(); err == nil {
				out, err = film.Create(to, p.Width, p.Height, 200*time.Millisecond)
			}
		}
		p.Release()
		if err == nil {
			err = out.Add(img, time.Duration(i)*200*time.Millisecond)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
	if clip, err = os.ReadFile(to); err != nil {
		t.Fatal(err)
	}
	return still, clip
}
