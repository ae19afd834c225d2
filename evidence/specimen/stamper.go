package specimen

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/digitorus/timestamp"

	"offsite/evidence/timestamp/token"
)

// lapsed is a token over the digest that the maker's authority would refuse to sign: by a
// certificate of its CA that ended half an hour ago.
func (m *Maker) lapsed(digest [32]byte) ([]byte, error) {
	text, err := os.ReadFile(filepath.Join(m.authority, "ca.pem"))
	if err != nil {
		return nil, fmt.Errorf("make a lapsed token: %w", err)
	}
	keyBlock, rest := pem.Decode(text)
	caBlock, _ := pem.Decode(rest)
	if keyBlock == nil || caBlock == nil {
		return nil, errors.New("make a lapsed token: the authority's ca.pem holds no key and certificate")
	}
	caKey, err := x509.ParsePKCS8PrivateKey(keyBlock.Bytes)
	if err != nil {
		return nil, fmt.Errorf("make a lapsed token: %w", err)
	}
	ca, err := x509.ParseCertificate(caBlock.Bytes)
	if err != nil {
		return nil, fmt.Errorf("make a lapsed token: %w", err)
	}
	now := time.Now()
	s := &Stamper{now: time.Now, ca: ca}
	if err := s.certify(caKey, now.Add(-45*time.Minute), now.Add(-30*time.Minute)); err != nil {
		return nil, fmt.Errorf("make a lapsed token: %w", err)
	}
	return s.token(digest)
}

// Stamper is a timestamp authority whose clock is the test's: its tokens are of any time, and
// its certificates are in force at all of them.
type Stamper struct {
	Away error // nil: it answers

	now      func() time.Time
	ca, leaf *x509.Certificate
	key      *ecdsa.PrivateKey
}

// NewStamper makes keys and certificates.
func NewStamper(t testing.TB, now func() time.Time) *Stamper {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	s := &Stamper{now: now}
	from, to := time.Unix(0, 0), time.Date(2099, 1, 1, 0, 0, 0, 0, time.UTC)
	der, err := x509.CreateCertificate(rand.Reader, &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Specimen CA"}, NotBefore: from, NotAfter: to,
		BasicConstraintsValid: true, IsCA: true, KeyUsage: x509.KeyUsageCertSign}, &x509.Certificate{Subject: pkix.Name{CommonName: "Specimen CA"}}, key.Public(), key)
	if err == nil {
		s.ca, err = x509.ParseCertificate(der)
	}
	if err == nil {
		err = s.certify(key, from, to)
	}
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// CertificatePEM is what its chain ends in.
func (s *Stamper) CertificatePEM() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.ca.Raw})
}

// Stamp answers with a token of its clock's time, or with Away.
func (s *Stamper) Stamp(_ context.Context, digest [32]byte) (token.Token, error) {
	if s.Away != nil {
		return token.Token{}, s.Away
	}
	roots := x509.NewCertPool()
	roots.AddCert(s.ca)
	der, err := s.token(digest)
	if err != nil {
		return token.Token{}, err
	}
	return token.Check(der, digest[:], roots)
}

// certify gives it a key, and a certificate of the CA for that time.
func (s *Stamper) certify(caKey any, from, to time.Time) (err error) {
	if s.key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
		return err
	}
	purpose, err := asn1.Marshal([]asn1.ObjectIdentifier{{1, 3, 6, 1, 5, 5, 7, 3, 8}}) // timestamps
	if err != nil {
		return err
	}
	der, err := x509.CreateCertificate(rand.Reader, &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "Specimen timestamp authority, of a test"},
		NotBefore: from, NotAfter: to, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature,
		ExtraExtensions: []pkix.Extension{{Id: asn1.ObjectIdentifier{2, 5, 29, 37}, Critical: true, Value: purpose}},
	}, s.ca, s.key.Public(), caKey)
	if err == nil {
		s.leaf, err = x509.ParseCertificate(der)
	}
	return err
}

func (s *Stamper) token(digest [32]byte) ([]byte, error) {
	ts := timestamp.Timestamp{
		HashAlgorithm: crypto.SHA256, HashedMessage: digest[:], Time: s.now(), Accuracy: time.Second,
		Policy: asn1.ObjectIdentifier{2, 999, 3161, 1}, AddTSACertificate: true, Certificates: []*x509.Certificate{s.ca},
	}
	reply, err := ts.CreateResponseWithOpts(s.leaf, s.key, crypto.SHA256)
	if err != nil {
		return nil, fmt.Errorf("make a token: %w", err)
	}
	return reply, nil
}
