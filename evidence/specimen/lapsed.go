package specimen

import (
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
	"time"

	"github.com/digitorus/timestamp"
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
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("make a lapsed token: %w", err)
	}
	purpose, err := asn1.Marshal([]asn1.ObjectIdentifier{{1, 3, 6, 1, 5, 5, 7, 3, 8}}) // timestamps
	if err != nil {
		return nil, fmt.Errorf("make a lapsed token: %w", err)
	}
	now := time.Now()
	der, err := x509.CreateCertificate(rand.Reader, &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "Specimen timestamp authority, lapsed"},
		NotBefore: now.Add(-45 * time.Minute), NotAfter: now.Add(-30 * time.Minute), BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature,
		ExtraExtensions: []pkix.Extension{{Id: asn1.ObjectIdentifier{2, 5, 29, 37}, Critical: true, Value: purpose}},
	}, ca, key.Public(), caKey)
	if err != nil {
		return nil, fmt.Errorf("make a lapsed token: %w", err)
	}
	signer, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, fmt.Errorf("make a lapsed token: %w", err)
	}
	ts := timestamp.Timestamp{
		HashAlgorithm: crypto.SHA256, HashedMessage: digest[:], Time: now, Accuracy: time.Second,
		Policy: asn1.ObjectIdentifier{2, 999, 3161, 1}, AddTSACertificate: true, Certificates: []*x509.Certificate{ca},
	}
	reply, err := ts.CreateResponseWithOpts(signer, key, crypto.SHA256)
	if err != nil {
		return nil, fmt.Errorf("make a lapsed token: %w", err)
	}
	return reply, nil
}
