package seal

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"

	"github.com/emmansun/gmsm/sm2"
	"github.com/emmansun/gmsm/smx509"

	"offsite/evidence/canonical"
	"offsite/evidence/translog/proof"
)

const (
	trustFormat   = "offsite-trust/1"
	maxTrustBytes = 4 << 20
)

// Trust is what a verifier must know, the contents of trust.json.
type Trust struct {
	Format      string             `json:"format"` // "offsite-trust/1"
	Keys        []TrustedKey       `json:"keys"`
	Authorities []TrustedAuthority `json:"timestamp_authorities"`
	Log         *TrustedLog        `json:"log,omitempty"`
}

// TrustedKey is a public key with the time in which its seals count.
type TrustedKey struct {
	ID        string     `json:"id"`
	Algorithm string     `json:"algorithm"`
	PublicPEM string     `json:"public_key_pem"`
	ValidFrom time.Time  `json:"valid_from"`
	ValidTo   *time.Time `json:"valid_to,omitempty"` // nil: still in use
	Revoked   string     `json:"revoked,omitempty"`  // why, where it was taken out of use for cause
	// RevokedSince is from when on no seal counts, by its timestamp; nil: none counts.
	RevokedSince *time.Time `json:"revoked_since,omitempty"`
}

// TrustedAuthority is a timestamp authority's root certificate.
type TrustedAuthority struct {
	Name           string `json:"name"`
	CertificatePEM string `json:"certificate_pem"`
}

// TrustedLog is the transparency log whose receipts count.
type TrustedLog struct {
	Origin    string   `json:"origin"`
	Verifier  string   `json:"verifier"`            // a signed note's verifier key
	Witnesses []string `json:"witnesses,omitempty"` // verifier keys of cosignatures
	Quorum    int      `json:"quorum,omitempty"`    // how many of them must have signed a checkpoint
}

// ForProofs is trust.json's word on the log as its proofs are checked by.
func (l TrustedLog) ForProofs() proof.Trusted {
	return proof.Trusted{Origin: l.Origin, Verifier: l.Verifier, Witnesses: l.Witnesses, Quorum: l.Quorum}
}

// ReadTrust parses trust.json.
func ReadTrust(r io.Reader) (*Trust, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxTrustBytes+1))
	if err != nil {
		return nil, fmt.Errorf("read trust: %w", err)
	}
	var t Trust
	if err := canonical.Decode(text, &t, maxTrustBytes); err != nil {
		return nil, fmt.Errorf("read trust: %w", err)
	}
	return &t, t.check()
}

func (t *Trust) check() error {
	if t.Format != trustFormat {
		return fmt.Errorf("read trust: it is of format %q; this program knows %q", t.Format, trustFormat)
	}
	for i := range t.Keys {
		if _, err := t.Keys[i].public(); err != nil {
			return fmt.Errorf("read trust: key %q: %w", t.Keys[i].ID, err)
		}
	}
	_, err := t.Roots()
	return err
}

// OpenTrust reads trust.json at path, or returns an empty one where it is missing.
func OpenTrust(path string) (*Trust, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return &Trust{Format: trustFormat}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read trust: %w", err)
	}
	defer f.Close()
	t, err := ReadTrust(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return t, nil
}

// public parses the key and checks that its id and algorithm are its own.
func (k *TrustedKey) public() (any, error) {
	block, _ := pem.Decode([]byte(k.PublicPEM))
	if block == nil {
		return nil, errors.New("it is not in PEM")
	}
	if keyID(block.Bytes) != k.ID {
		return nil, fmt.Errorf("its id should be %s", keyID(block.Bytes))
	}
	public, err := smx509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		return nil, err
	}
	switch p := public.(type) {
	case ed25519.PublicKey:
		if k.Algorithm == Ed25519 {
			return p, nil
		}
	case *ecdsa.PublicKey:
		if k.Algorithm == SM2 && p.Curve == sm2.P256() {
			return p, nil
		}
	}
	return nil, fmt.Errorf("it is a %T, not a key for %s", public, k.Algorithm)
}

// Key returns the key of that id.
func (t *Trust) Key(id string) (TrustedKey, bool) {
	for _, k := range t.Keys {
		if k.ID == id {
			return k, true
		}
	}
	return TrustedKey{}, false
}

// Verify tells whether the signature over the message is the key's.
func (k *TrustedKey) Verify(message, signature []byte) bool {
	public, err := k.public()
	if err != nil {
		return false
	}
	switch p := public.(type) {
	case ed25519.PublicKey:
		return ed25519.Verify(p, message, signature)
	case *ecdsa.PublicKey:
		return sm2.VerifyASN1WithSM2(p, nil, message, signature)
	}
	return false
}

// CountsAt tells whether a seal made at that time counts.
func (k *TrustedKey) CountsAt(at time.Time) bool {
	if k.Revoked != "" && (k.RevokedSince == nil || !at.Before(*k.RevokedSince)) {
		return false
	}
	return !at.Before(k.ValidFrom) && (k.ValidTo == nil || !at.After(*k.ValidTo))
}

// Roots are the certificates that timestamps must chain to.
func (t *Trust) Roots() (*x509.CertPool, error) {
	pool := x509.NewCertPool()
	for _, a := range t.Authorities {
		if !pool.AppendCertsFromPEM([]byte(a.CertificatePEM)) {
			return nil, fmt.Errorf("read trust: timestamp authority %q has no certificate that can be read", a.Name)
		}
	}
	return pool, nil
}

// Overlap is how long a key still counts after another has taken its place: for
// bundles that wait for a timestamp, and for machines that learn of it later.
const Overlap = 7 * 24 * time.Hour

// Add enters the key as valid from that time on, once, and ends the validity of
// other keys of the algorithm after Overlap. It reports whether that changed
// anything.
func (t *Trust) Add(k *Key, from time.Time) bool {
	if _, ok := t.Key(k.id); ok {
		return false
	}
	from = from.UTC().Truncate(time.Second)
	end := from.Add(Overlap)
	for i := range t.Keys {
		if t.Keys[i].Algorithm == k.algorithm && t.Keys[i].ValidTo == nil {
			t.Keys[i].ValidTo = &end
		}
	}
	t.Keys = append(t.Keys, TrustedKey{ID: k.id, Algorithm: k.algorithm, PublicPEM: k.publicPEM, ValidFrom: from})
	return true
}

// AddAuthority enters the root certificate of a timestamp authority, once.
func (t *Trust) AddAuthority(name string, certificatePEM []byte) bool {
	for _, a := range t.Authorities {
		if a.CertificatePEM == string(certificatePEM) {
			return false
		}
	}
	t.Authorities = append(t.Authorities, TrustedAuthority{Name: name, CertificatePEM: string(certificatePEM)})
	return true
}

// JSON is trust.json as it is published.
func (t *Trust) JSON() ([]byte, error) {
	t.Format = trustFormat
	text, err := json.MarshalIndent(t, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("write trust: %w", err)
	}
	return append(text, '\n'), nil
}

// Write writes trust.json to path, whole or not at all.
func (t *Trust) Write(path string) error {
	text, err := t.JSON()
	if err != nil {
		return err
	}
	return writeFile(path, text, 0o644)
}
