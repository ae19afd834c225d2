package detached_test

import (
	"bytes"
	"crypto/ed25519"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/cyberphone/json-canonicalization/go/src/webpki.org/jsoncanonicalizer"

	"offsite/evidence/detached"
	"offsite/evidence/seal"
	"offsite/evidence/verify"
)

var issued = time.Date(2026, 11, 30, 2, 0, 0, 0, time.UTC)

// desk is a bureau's ring of keys with a document that it sealed.
type desk struct {
	t        *testing.T
	ring     *seal.Ring
	document []byte
	seal     []byte
}

func open(t *testing.T, algorithms ...string) *desk {
	t.Helper()
	d := &desk{t: t, document: []byte("%PDF-1.7 决定书")}
	var err error
	d.ring, err = seal.OpenRing(t.TempDir(), func() time.Time { return issued.Add(-time.Hour) })
	d.must(err)
	for _, a := range append([]string{seal.Ed25519}, algorithms...) {
		_, err := d.ring.Create(a)
		d.must(err)
	}
	d.seal = d.sealed(d.document)
	return d
}

func (d *desk) must(err error) {
	d.t.Helper()
	if err != nil {
		d.t.Fatal(err)
	}
}

func (d *desk) sealed(document []byte) []byte {
	d.t.Helper()
	k, err := d.ring.Sealer()
	d.must(err)
	text, err := detached.Make(k, detached.Statement{Issuer: "某局", Kind: "decision", Number: "某罚决字〔2026〕第000001号", Issued: issued}, document)
	d.must(err)
	return text
}

// says checks a document and expects status and a part of what is said.
func (d *desk) says(document, text []byte, trust *seal.Trust, status int, name, en string) {
	d.t.Helper()
	r, err := detached.Check(bytes.NewReader(document), text, trust)
	d.must(err)
	if r.Exit() != status {
		d.t.Errorf("status %d, want %d: %+v", r.Exit(), status, r.Checks)
	}
	for _, c := range r.Checks {
		if c.ZH == "" || c.EN == "" {
			d.t.Errorf("a check says nothing: %+v", c)
		}
		if c.Name == name && c.OK == (status == 0) && strings.Contains(c.EN, en) {
			return
		}
	}
	d.t.Errorf("nothing of %q is said at %s: %+v", en, name, r.Checks)
}

func TestASoundSealHolds(t *testing.T) {
	t.Parallel()
	for name, algorithms := range map[string][]string{"Ed25519": nil, "with SM2": {seal.SM2}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := open(t, algorithms...)
			d.says(d.document, d.seal, d.ring.Trust(), 0, detached.CheckSeal, "in force at the time")
			d.says(d.document, append(bytes.Clone(d.seal), '\n'), d.ring.Trust(), 0, detached.CheckDocument, "as it was sealed")
			s, err := detached.Parse(d.seal)
			if err != nil || len(s.Signatures) != 1+len(algorithms) || s.Statement.SM3 == "" {
				t.Errorf("%v: %+v", err, s)
			}
		})
	}
}

var update = flag.Bool("update", false, "make the vectors anew, under a new key")

// TestVectorsHold: the files that readers in other languages are tested with.
func TestVectorsHold(t *testing.T) {
	t.Parallel()
	if *update {
		d := open(t, seal.SM2)
		trust, err := d.ring.Trust().JSON()
		d.must(err)
		for name, text := range map[string][]byte{"document.pdf": d.document, "document.seal.json": d.seal, "trust.json": trust} {
			d.must(os.WriteFile(filepath.Join("testdata", name), text, 0o644)) // #nosec G306 -- published
		}
	}
	trust, err := seal.OpenTrust("testdata/trust.json")
	if err != nil {
		t.Fatal(err)
	}
	d := &desk{t: t}
	if d.document, err = os.ReadFile("testdata/document.pdf"); err == nil {
		d.seal, err = os.ReadFile("testdata/document.seal.json")
	}
	d.must(err)
	d.says(d.document, d.seal, trust, 0, detached.CheckSeal, "in force at the time")
}

func TestWhatIsWrongIsNamed(t *testing.T) {
	t.Parallel()
	d := open(t, seal.SM2)
	trust := d.ring.Trust()
	stranger := open(t)
	d.says(append(bytes.Clone(d.document), ' '), d.seal, trust, 1, detached.CheckDocument, "not the document that was sealed")
	d.says(d.document, d.sealed([]byte("%PDF another")), trust, 1, detached.CheckDocument, "not the document that was sealed")
	d.says(stranger.document, stranger.seal, trust, 2, detached.CheckSeal, "not among those of trust.json")
	d.says(d.document, nil, trust, 2, detached.CheckForm, "there is no seal")

	// A stranger's signature under the bureau's key id.
	forged, err := detached.Parse(d.seal)
	d.must(err)
	other, err := detached.Parse(stranger.seal)
	d.must(err)
	forged.Signatures[0] = other.Signatures[0]
	d.says(d.document, text(t, forged), trust, 1, detached.CheckSeal, "not one of key")

	// Words of the statement changed under a sound signature, and the SM2 one left out.
	worded, err := detached.Parse(d.seal)
	d.must(err)
	worded.Statement.Number = "某罚决字〔2026〕第000002号"
	d.says(d.document, text(t, worded), trust, 1, detached.CheckSeal, "not one of key")
	less, err := detached.Parse(d.seal)
	d.must(err)
	less.Statement.Keys, less.Signatures = less.Statement.Keys[:1], less.Signatures[:1]
	d.says(d.document, text(t, less), trust, 1, detached.CheckSeal, "not one of key")
	alone, err := detached.Parse(d.seal)
	d.must(err)
	alone.Statement.Keys, alone.Signatures = alone.Statement.Keys[1:], alone.Signatures[1:]
	d.says(d.document, text(t, alone), trust, 1, detached.CheckSeal, "names no Ed25519 key")
	swapped, err := detached.Parse(d.seal)
	d.must(err)
	swapped.Statement.Keys[0].Algorithm = seal.SM2
	d.says(d.document, text(t, swapped), trust, 1, detached.CheckSeal, "not \"sm2\"")
}

// text writes a seal as whoever forges one would: in canonical form.
func text(t *testing.T, s detached.Seal) []byte {
	t.Helper()
	raw, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	out, err := jsoncanonicalizer.Transform(raw)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestARevokedKeyCountsNoMore(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		since  time.Time
		status int
		en     string
	}{
		"never counted":     {time.Time{}, 1, "was revoked: stolen"},
		"lost before":       {issued.Add(-time.Minute), 1, "was revoked: stolen"},
		"lost later":        {issued.Add(time.Hour), 2, "the process record in the log can prove"},
		"lost at that time": {issued, 1, "was revoked: stolen"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := open(t)
			old := d.ring.List()[0].ID
			_, err := d.ring.Rotate(seal.Ed25519)
			d.must(err)
			d.says(d.document, d.seal, d.ring.Trust(), 0, detached.CheckSeal, "in force")
			d.must(d.ring.Revoke(old, "stolen", c.since))
			d.says(d.document, d.seal, d.ring.Trust(), c.status, detached.CheckSeal, c.en)
		})
	}
	d := open(t)
	trust := seal.Trust{Keys: d.ring.List()}
	trust.Keys[0].ValidFrom = issued.Add(time.Second)
	d.says(d.document, d.seal, &trust, 1, detached.CheckSeal, "was not in force")
}

func TestASealIsTakenAsItIsWrittenAlone(t *testing.T) {
	t.Parallel()
	d := open(t)
	for name, bad := range map[string]string{
		"nothing":   "",
		"no JSON":   "signed",
		"null":      "null",
		"list":      "[]",
		"spaced":    strings.Replace(string(d.seal), ":", ": ", 1),
		"more":      strings.Replace(string(d.seal), `{"signatures"`, `{"also":1,"signatures"`, 1),
		"twice":     strings.Replace(string(d.seal), `"size":`, `"size":1,"size":`, 1),
		"after it":  string(d.seal) + "{}",
		"format":    strings.Replace(string(d.seal), "offsite-document-seal/1", "offsite-document-seal/2", 1),
		"unsigned":  strings.Replace(string(d.seal), `{"signatures":[`, `{"signatures":["AA==",`, 1),
		"very long": strings.Repeat(" ", 65<<10) + string(d.seal),
	} {
		if _, err := detached.Parse([]byte(bad)); err == nil {
			t.Errorf("%s: it was read", name)
		}
		d.says(d.document, []byte(bad), d.ring.Trust(), 1, detached.CheckForm, "read the seal")
	}
}

// FuzzParse: what is read is what would be written.
func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"signatures":["AA=="],"statement":{"format":"offsite-document-seal/1","issued":"2026-11-30T02:00:00Z","issuer":"","keys":[{"algorithm":"ed25519","key":""}],"kind":"","number":"","sha256":"","size":0,"sm3":""}}`))
	trust := &verify.Trust{}
	f.Fuzz(func(t *testing.T, in []byte) {
		if _, err := detached.Parse(in); err != nil {
			return
		}
		if r, err := detached.Check(strings.NewReader(""), in, trust); err != nil || r.Exit() == 0 {
			t.Errorf("%v: a seal holds without a key: %+v", err, r)
		}
	})
}

// TestNothingOfOursIsNeeded checks a seal with standard packages as openssl and jq would.
func TestNothingOfOursIsNeeded(t *testing.T) {
	t.Parallel()
	d := open(t)
	var file struct {
		Statement  json.RawMessage
		Signatures [][]byte
	}
	d.must(json.Unmarshal(d.seal, &file))
	block, _ := pem.Decode([]byte(d.ring.List()[0].PublicPEM))
	public, err := x509.ParsePKIXPublicKey(block.Bytes)
	d.must(err)
	if key, ok := public.(ed25519.PublicKey); !ok || !ed25519.Verify(key, file.Statement, file.Signatures[0]) {
		t.Error("the signature is not one over the statement's own bytes")
	}
}
