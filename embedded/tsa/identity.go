package tsa

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
	"io/fs"
	"math/big"
	"os"
	"path/filepath"
	"time"

	"github.com/digitorus/timestamp"
)

const (
	caYears     = 30
	leafYears   = 6
	renewBefore = 365 * 24 * time.Hour
)

// identity is the authority's CA and the certificate that signs tokens.
type identity struct {
	ca     *x509.Certificate
	caPEM  []byte
	leaf   *x509.Certificate
	signer crypto.Signer
}

// openIdentity reads what lies in dir, makes it on the first run, and renews the
// signing certificate in its last year.
func openIdentity(dir, name string, now time.Time) (*identity, error) {
	ca, caKey, err := openPair(dir, "ca", func() (*x509.Certificate, *ecdsa.PrivateKey, error) {
		return issue(template(name+" timestamp CA", name, now, caYears, true), nil, nil)
	})
	if err != nil {
		return nil, err
	}
	renew := func() (*x509.Certificate, *ecdsa.PrivateKey, error) {
		return issue(template(name+" timestamp authority", name, now, leafYears, false), ca, caKey)
	}
	leaf, key, err := openPair(dir, "tsa", renew)
	if err != nil {
		return nil, err
	}
	if now.Add(renewBefore).After(leaf.NotAfter) {
		if leaf, key, err = renew(); err != nil {
			return nil, err
		}
		if err := writePair(dir, "tsa", leaf, key); err != nil {
			return nil, err
		}
	}
	return &identity{ca: ca, caPEM: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: ca.Raw}), leaf: leaf, signer: key}, nil
}

func template(common, organisation string, now time.Time, years int, ca bool) *x509.Certificate {
	t := &x509.Certificate{
		Subject:               pkix.Name{CommonName: common, Organization: []string{organisation}},
		NotBefore:             now.Add(-time.Hour).UTC(),
		NotAfter:              now.AddDate(years, 0, 0).UTC(),
		BasicConstraintsValid: true,
	}
	if ca {
		t.IsCA, t.MaxPathLenZero = true, true
		t.KeyUsage = x509.KeyUsageCertSign | x509.KeyUsageCRLSign
		return t
	}
	t.KeyUsage = x509.KeyUsageDigitalSignature
	// By hand, since RFC 3161 wants this extension critical.
	purpose, err := asn1.Marshal([]asn1.ObjectIdentifier{{1, 3, 6, 1, 5, 5, 7, 3, 8}})
	if err == nil {
		t.ExtraExtensions = []pkix.Extension{{Id: asn1.ObjectIdentifier{2, 5, 29, 37}, Critical: true, Value: purpose}}
	}
	return t
}

// issue makes a key and its certificate, signed by the parent or by itself.
func issue(t, parent *x509.Certificate, parentKey *ecdsa.PrivateKey) (*x509.Certificate, *ecdsa.PrivateKey, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, fmt.Errorf("make key: %w", err)
	}
	if t.SerialNumber, err = rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 126)); err != nil {
		return nil, nil, fmt.Errorf("make serial number: %w", err)
	}
	if parent == nil {
		parent, parentKey = t, key
	}
	der, err := x509.CreateCertificate(rand.Reader, t, parent, key.Public(), parentKey)
	if err != nil {
		return nil, nil, fmt.Errorf("make certificate of %s: %w", t.Subject, err)
	}
	cert, err := x509.ParseCertificate(der)
	return cert, key, err
}

// openPair reads NAME.pem, which holds key and certificate, or makes it.
func openPair(dir, name string, create func() (*x509.Certificate, *ecdsa.PrivateKey, error)) (*x509.Certificate, *ecdsa.PrivateKey, error) {
	path := filepath.Join(dir, name+".pem")
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		cert, key, err := create()
		if err != nil {
			return nil, nil, err
		}
		return cert, key, writePair(dir, name, cert, key)
	}
	if err != nil {
		return nil, nil, err
	}
	if !info.Mode().IsRegular() || info.Mode().Perm()&0o077 != 0 {
		return nil, nil, fmt.Errorf("key %s: others can read it (mode %04o); if nobody has, run chmod 600 on it, else remove the folder to begin with a new authority", path, info.Mode().Perm())
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, nil, err
	}
	cert, key, err := parsePair(text)
	if err != nil {
		return nil, nil, fmt.Errorf("key %s: %w; restore it from its backup, or remove the folder to begin with a new authority", path, err)
	}
	return cert, key, nil
}

func parsePair(text []byte) (*x509.Certificate, *ecdsa.PrivateKey, error) {
	keyBlock, rest := pem.Decode(text)
	certBlock, _ := pem.Decode(rest)
	if keyBlock == nil || certBlock == nil {
		return nil, nil, errors.New("it does not hold a key and a certificate")
	}
	parsed, err := x509.ParsePKCS8PrivateKey(keyBlock.Bytes)
	if err != nil {
		return nil, nil, err
	}
	key, ok := parsed.(*ecdsa.PrivateKey)
	if !ok {
		return nil, nil, fmt.Errorf("it holds a %T", parsed)
	}
	cert, err := x509.ParseCertificate(certBlock.Bytes)
	if err != nil {
		return nil, nil, err
	}
	if !key.PublicKey.Equal(cert.PublicKey) {
		return nil, nil, errors.New("its key and its certificate do not belong together")
	}
	return cert, key, nil
}

// writePair writes both into one file, whole or not at all, so that they cannot
// come apart.
func writePair(dir, name string, cert *x509.Certificate, key *ecdsa.PrivateKey) error {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return fmt.Errorf("write key: %w", err)
	}
	text := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
	text = append(text, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert.Raw})...)
	path := filepath.Join(dir, name+".pem")
	f, err := os.OpenFile(path+".tmp", os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("write key: %w", err)
	}
	_, err = f.Write(text)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("write key %s: %w", path, err)
	}
	if err := os.Rename(path+".tmp", path); err != nil {
		return fmt.Errorf("write key: %w", err)
	}
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("write key: %w", err)
	}
	return errors.Join(d.Sync(), d.Close())
}

// sign answers the request. The library draws the token's serial number: 160
// random bits, unique without a counter.
func (id *identity) sign(ask *timestamp.Request, at time.Time) (reply []byte, serial *big.Int, err error) {
	ts := timestamp.Timestamp{
		HashAlgorithm: ask.HashAlgorithm, HashedMessage: ask.HashedMessage, Nonce: ask.Nonce,
		Time: at, Accuracy: accuracy, Policy: policy(), Ordering: false,
		AddTSACertificate: ask.Certificates,
	}
	if ask.Certificates {
		ts.Certificates = []*x509.Certificate{id.ca}
	}
	reply, err = ts.CreateResponseWithOpts(id.leaf, id.signer, crypto.SHA256)
	if err != nil {
		return nil, nil, fmt.Errorf("sign timestamp: %w", err)
	}
	made, err := timestamp.ParseResponse(reply)
	if err != nil {
		return nil, nil, fmt.Errorf("read own timestamp: %w", err)
	}
	return reply, made.SerialNumber, nil
}
