package seal_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"offsite/evidence/canonical"
	"offsite/evidence/seal"
)

func TestKeysOutliveTheProcess(t *testing.T) {
	t.Parallel()
	for _, algorithm := range []string{seal.Ed25519, seal.SM2} {
		path := filepath.Join(t.TempDir(), "keys", "seal.pem")
		k, err := seal.OpenOrCreate(path, algorithm)
		if err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(path)
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Fatalf("mode %v: %v", info.Mode(), err)
		}
		again, err := seal.OpenOrCreate(path, algorithm)
		if err != nil || again.ID() != k.ID() || again.Algorithm() != algorithm {
			t.Fatalf("at the second look: %v", err)
		}
		var trust seal.Trust
		trust.Add(k, time.Now())
		trusted, ok := trust.Key(k.ID())
		if !ok {
			t.Fatal("the key is not in the trust it was added to")
		}
		message := []byte("what was seen")
		signature, err := again.Sign(message)
		if err != nil {
			t.Fatal(err)
		}
		if !trusted.Verify(message, signature) {
			t.Fatalf("%s: its signature does not verify", algorithm)
		}
		for i := range signature {
			signature[i] ^= 1
			if trusted.Verify(message, signature) {
				t.Errorf("%s: a signature with byte %d changed verifies", algorithm, i)
			}
			signature[i] ^= 1
		}
		if trusted.Verify([]byte("what was not seen"), signature) || trusted.Verify(message, nil) {
			t.Errorf("%s: it verifies anything", algorithm)
		}
		if _, err := seal.Create(path, algorithm); err == nil {
			t.Error("a key is written over another")
		}
	}
}

func TestKeysThatAreRefused(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	good := filepath.Join(dir, "good.pem")
	if _, err := seal.Create(good, seal.Ed25519); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(good)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		text []byte
		mode os.FileMode
		says string
	}{
		"readable by others": {text, 0o644, "chmod 600"},
		"readable by group":  {text, 0o640, "chmod 600"},
		"empty":              {nil, 0o600, "restore it"},
		"no key":             {[]byte("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"), 0o600, "cannot be read"},
		"two keys":           {append(bytes.Clone(text), text...), 0o600, "not one PKCS #8 key"},
		"cut off":            {text[:len(text)/2], 0o600, "restore it"},
	} {
		path := filepath.Join(dir, strings.ReplaceAll(name, " ", "-"))
		if err := os.WriteFile(path, c.text, c.mode); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, c.mode); err != nil {
			t.Fatal(err)
		}
		if _, err := seal.OpenOrCreate(path, seal.Ed25519); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
	link := filepath.Join(dir, "link.pem")
	if err := os.Symlink(good, link); err != nil {
		t.Fatal(err)
	}
	if _, err := seal.Open(link); err == nil {
		t.Error("a link is taken as a key")
	}
	if _, err := seal.OpenOrCreate(good, seal.SM2); err == nil {
		t.Error("an Ed25519 key is taken as an SM2 one")
	}
}

func TestSealersThatAreRefused(t *testing.T) {
	t.Parallel()
	key := func(algorithm string) *seal.Key {
		k, err := seal.Create(filepath.Join(t.TempDir(), "k.pem"), algorithm)
		if err != nil {
			t.Fatal(err)
		}
		return k
	}
	ed, sm := key(seal.Ed25519), key(seal.SM2)
	for _, keys := range [][]*seal.Key{{}, {sm}, {ed, ed}, {ed, sm, sm}, {nil}} {
		if _, err := seal.NewSealer(keys...); err == nil {
			t.Errorf("a sealer of %d keys is made", len(keys))
		}
	}
	s, err := seal.NewSealer(sm, ed)
	if err != nil || s.KeyID() != ed.ID() || len(s.Refs()) != 2 {
		t.Fatalf("%v", err)
	}
}

func TestTrustIsWrittenAndRead(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "trust.json")
	trust, err := seal.OpenTrust(path)
	if err != nil || len(trust.Keys) != 0 {
		t.Fatalf("a missing file: %+v %v", trust, err)
	}
	old, err := seal.Create(filepath.Join(dir, "old.pem"), seal.Ed25519)
	if err != nil {
		t.Fatal(err)
	}
	fresh, err := seal.Create(filepath.Join(dir, "new.pem"), seal.Ed25519)
	if err != nil {
		t.Fatal(err)
	}
	begin := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	change := begin.AddDate(1, 0, 0)
	if !trust.Add(old, begin) || trust.Add(old, begin) || !trust.Add(fresh, change) {
		t.Fatal("a key is added once")
	}
	if err := trust.Write(path); err != nil {
		t.Fatal(err)
	}
	again, err := seal.OpenTrust(path)
	if err != nil {
		t.Fatal(err)
	}
	k, _ := again.Key(old.ID())
	for at, want := range map[time.Time]bool{
		begin.Add(-time.Second): false, begin: true, change: true,
		change.Add(seal.Overlap): true, change.Add(seal.Overlap + time.Second): false,
	} {
		if k.CountsAt(at) != want {
			t.Errorf("the old key counts at %s: %v", at, !want)
		}
	}
	if n, _ := again.Key(fresh.ID()); n.CountsAt(begin) || !n.CountsAt(change.AddDate(20, 0, 0)) {
		t.Error("the new key counts from its time on")
	}
}

// TestTrustSaysOneThing: what a browser or a Python program would read otherwise is no
// trust.json, though its layout is free.
func TestTrustSaysOneThing(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		text string
		err  error
	}{
		"in any layout":   {"{ \"keys\": [],\n\"format\": \"offsite-trust/1\", \"timestamp_authorities\": null }\n", nil},
		"a name twice":    {`{"format":"offsite-trust/1","keys":[{"id":"a","id":"b"}]}`, canonical.ErrTwice},
		"in another case": {`{"format":"offsite-trust/1","keys":[],"Keys":[]}`, canonical.ErrTwice},
		"not UTF-8":       {"{\"format\":\"offsite-trust/1\",\"keys\":[{\"revoked\":\"\xff\"}]}", canonical.ErrEncoding},
		"something after": {`{"format":"offsite-trust/1"}{}`, canonical.ErrMore},
		"nested for ever": {strings.Repeat("[", 1000), canonical.ErrDeep},
	} {
		if _, err := seal.ReadTrust(strings.NewReader(c.text)); !errors.Is(err, c.err) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzTrust(f *testing.F) {
	text, err := os.ReadFile("../../docs/formats/vectors/trust.json")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	f.Add([]byte(`{"format":"offsite-trust/1","keys":[],"timestamp_authorities":[]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		trust, err := seal.ReadTrust(bytes.NewReader(text))
		if err != nil {
			return
		}
		out, err := trust.JSON()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := seal.ReadTrust(bytes.NewReader(out)); err != nil {
			t.Fatalf("what was read and written cannot be read again: %v", err)
		}
		for _, k := range trust.Keys {
			if k.Verify([]byte("x"), make([]byte, 64)) {
				t.Fatal("zeroes are a signature")
			}
		}
	})
}

// A key file that is taken is a key that signs.
func FuzzPrivateKey(f *testing.F) {
	dir := f.TempDir()
	for _, algorithm := range []string{seal.Ed25519, seal.SM2} {
		path := filepath.Join(dir, algorithm)
		if _, err := seal.Create(path, algorithm); err != nil {
			f.Fatal(err)
		}
		text, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
		f.Add(append(text, "\n\n"...))
		f.Add(text[:len(text)/2])
	}
	path := filepath.Join(dir, "key")
	f.Fuzz(func(t *testing.T, text []byte) {
		if bytes.Contains(text, []byte("pkcs11")) {
			t.Skip("a token's address is FuzzURI's")
		}
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		k, err := seal.Open(path)
		if err != nil {
			return
		}
		signature, err := k.Sign([]byte("x"))
		if err != nil {
			t.Fatal(err)
		}
		trust := &seal.Trust{}
		trust.Add(k, time.Now())
		if public := trust.Keys[0]; !public.Verify([]byte("x"), signature) || public.Verify([]byte("y"), signature) {
			t.Fatal("a key is taken that does not sign")
		}
	})
}
