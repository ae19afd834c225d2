package seal

import (
	"errors"
	"io"
	"time"
)

// Trust is what a verifier must know, the contents of trust.json.
type Trust struct {
	Format      string         `json:"format"` // "offsite-trust/1"
	Keys        []TrustedKey   `json:"keys"`
	Authorities []TrustedTimes `json:"timestamp_authorities"`
}

// TrustedKey is a public key with the time in which its seals count.
type TrustedKey struct {
	ID        string     `json:"id"`
	Algorithm string     `json:"algorithm"`
	PublicPEM string     `json:"public_key_pem"`
	ValidFrom time.Time  `json:"valid_from"`
	ValidTo   *time.Time `json:"valid_to,omitempty"` // nil: still in use
	Revoked   string     `json:"revoked,omitempty"`  // why, where it was taken out of use for cause
}

// TrustedTimes is a timestamp authority's root certificate.
type TrustedTimes struct {
	Name           string `json:"name"`
	CertificatePEM string `json:"certificate_pem"`
}

// ReadTrust parses trust.json.
func ReadTrust(r io.Reader) (*Trust, error) { return nil, errors.New("read trust: not built yet") }

// OpenTrust reads trust.json at path, or returns an empty one where it is missing.
func OpenTrust(path string) (*Trust, error) { return nil, errors.New("open trust: not built yet") }

// Add enters the key as valid from that time on, once, and ends the validity of
// other keys of the algorithm. It reports whether that changed anything.
func (t *Trust) Add(k *Key, from time.Time) bool { return false }

// AddAuthority enters the root certificate of a timestamp authority, once.
func (t *Trust) AddAuthority(name string, certificatePEM []byte) bool { return false }

// Write writes trust.json to path, atomically.
func (t *Trust) Write(path string) error { return errors.New("write trust: not built yet") }
