// Package token checks RFC 3161 timestamp responses offline.
//
// In: a response (TimeStampResp, DER), the SHA-256 digest it must be over, and
// the root certificates that are trusted. Out: the time it proves. It opens no
// connection, so that the verifier can use it.
package token

import (
	"bytes"
	"crypto"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"time"

	"github.com/digitorus/pkcs7"
	"github.com/digitorus/timestamp"
)

// MaxBytes is how large a response may be.
const MaxBytes = 256 << 10

// Errors that a caller tells apart.
var (
	// ErrImprint: the token is over something else.
	ErrImprint = errors.New("it is over another digest")
	// ErrChain: the token does not chain to a trusted authority.
	ErrChain = errors.New("it comes from no trusted authority")
	// ErrExpired: it was signed by a certificate that was not in force then.
	ErrExpired = errors.New("its authority's certificate was not in force at its time")
	// ErrBroken: the token is unreadable or its signature is wrong.
	ErrBroken = errors.New("it is broken")
)

// Token is a checked timestamp.
type Token struct {
	DER      []byte // the whole TimeStampResp, as `openssl ts -reply -in` reads it
	At       time.Time
	Accuracy time.Duration
	Serial   *big.Int
	Policy   string
	Signer   string // subject of the certificate that signed
	Nonce    *big.Int
}

// Check parses the response and checks imprint, signature, purpose and chain at
// the token's own time.
func Check(der, digest []byte, roots *x509.CertPool) (t Token, err error) {
	defer func() {
		// The parsers are others' code and are fed hostile bytes.
		if p := recover(); p != nil {
			err = fmt.Errorf("timestamp: %w: %v", ErrBroken, p)
		}
	}()
	if len(der) > MaxBytes {
		return Token{}, fmt.Errorf("timestamp: %w: it has %d bytes, more than %d", ErrBroken, len(der), MaxBytes)
	}
	ts, err := timestamp.ParseResponse(der)
	// The library compares the time that the signer noted itself, and has no error of its own.
	if err != nil && strings.Contains(err.Error(), "outside of certificate validity") {
		return Token{}, fmt.Errorf("timestamp: %w: %w", lapsed(der, roots), err)
	}
	if err != nil {
		return Token{}, fmt.Errorf("timestamp: %w: %w", ErrBroken, err)
	}
	t = Token{
		DER: der, At: ts.Time, Accuracy: ts.Accuracy, Serial: ts.SerialNumber,
		Policy: ts.Policy.String(), Nonce: ts.Nonce,
	}
	if ts.HashAlgorithm != crypto.SHA256 || !bytes.Equal(ts.HashedMessage, digest) {
		return t, fmt.Errorf("timestamp: %w", ErrImprint)
	}
	p7, err := pkcs7.Parse(ts.RawToken)
	if err != nil {
		return t, fmt.Errorf("timestamp: %w: %w", ErrBroken, err)
	}
	signer := p7.GetOnlySigner()
	if signer == nil {
		return t, fmt.Errorf("timestamp: %w: it has not exactly one signer with its certificate", ErrBroken)
	}
	t.Signer = signer.Subject.String()
	if err := checkSigner(p7, signer); err != nil {
		return t, err
	}
	return t, checkChain(p7, signer, ts.Time, roots)
}

func checkChain(p7 *pkcs7.PKCS7, signer *x509.Certificate, at time.Time, roots *x509.CertPool) error {
	opts := chainOf(p7, signer, roots)
	opts.CurrentTime = at
	if _, err := signer.Verify(opts); err != nil {
		return fmt.Errorf("timestamp: %w: %w", outOfForce(signer, opts, err), err)
	}
	if err := p7.VerifyWithOpts(opts); err != nil {
		return fmt.Errorf("timestamp: %w: %w", ErrBroken, err)
	}
	return nil
}

// chainOf says by which certificates the signer's is to be followed to the roots.
func chainOf(p7 *pkcs7.PKCS7, signer *x509.Certificate, roots *x509.CertPool) x509.VerifyOptions {
	if roots == nil {
		roots = x509.NewCertPool()
	}
	between := x509.NewCertPool()
	for _, c := range p7.Certificates {
		if !c.Equal(signer) {
			between.AddCert(c)
		}
	}
	return x509.VerifyOptions{Roots: roots, Intermediates: between, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageTimeStamping}}
}

// lapsed tells the same of a response that the library does not read for that reason.
func lapsed(der []byte, roots *x509.CertPool) error {
	var response struct{ Status, Token asn1.RawValue }
	if _, err := asn1.Unmarshal(der, &response); err != nil {
		return ErrBroken
	}
	p7, err := pkcs7.Parse(response.Token.FullBytes)
	if err != nil {
		return ErrBroken
	}
	signer := p7.GetOnlySigner()
	if signer == nil {
		return ErrBroken
	}
	opts := chainOf(p7, signer, roots)
	opts.CurrentTime = signer.NotBefore
	if _, err := signer.Verify(opts); err != nil {
		return ErrChain
	}
	return ErrExpired
}

// outOfForce tells a trusted authority whose certificate was not in force from a stranger.
func outOfForce(signer *x509.Certificate, opts x509.VerifyOptions, why error) error {
	var invalid x509.CertificateInvalidError
	if !errors.As(why, &invalid) || invalid.Reason != x509.Expired {
		return ErrChain
	}
	opts.CurrentTime = signer.NotBefore
	if _, err := signer.Verify(opts); err != nil {
		return ErrChain
	}
	return ErrExpired
}

// checkSigner checks that the content is a TSTInfo, that the certificate is for
// timestamps and nothing else, and that the signed attributes name it (RFC 5816).
func checkSigner(p7 *pkcs7.PKCS7, signer *x509.Certificate) error {
	var kind asn1.ObjectIdentifier
	if err := p7.UnmarshalSignedAttribute(pkcs7.OIDAttributeContentType, &kind); err != nil || !kind.Equal(oidTSTInfo) {
		return fmt.Errorf("timestamp: %w: its content is no timestamp", ErrBroken)
	}
	if len(signer.ExtKeyUsage) != 1 || signer.ExtKeyUsage[0] != x509.ExtKeyUsageTimeStamping || len(signer.UnknownExtKeyUsage) > 0 {
		return fmt.Errorf("timestamp: %w: the certificate of %s is not for timestamps alone", ErrChain, signer.Subject)
	}
	critical := false
	for _, e := range signer.Extensions {
		critical = critical || e.Id.Equal(oidExtKeyUsage) && e.Critical
	}
	if !critical {
		return fmt.Errorf("timestamp: %w: the purpose of the certificate of %s is not critical", ErrChain, signer.Subject)
	}
	return checkNamed(p7, signer)
}

// essCertIDv2 is RFC 5035's; the hash algorithm is left out for SHA-256.
type essCertIDv2 struct {
	HashAlgorithm algorithm `asn1:"optional"`
	CertHash      []byte
	IssuerSerial  asn1.RawValue `asn1:"optional"`
}

type algorithm struct {
	Algorithm  asn1.ObjectIdentifier
	Parameters asn1.RawValue `asn1:"optional"`
}

type signingCertificateV2 struct {
	Certs    []essCertIDv2
	Policies asn1.RawValue `asn1:"optional"`
}

// checkNamed compares the signing certificate with the digest of it among the
// signed attributes. Old authorities give a SHA-1 one only, which is not taken.
func checkNamed(p7 *pkcs7.PKCS7, signer *x509.Certificate) error {
	var named signingCertificateV2
	if err := p7.UnmarshalSignedAttribute(oidSigningCertificateV2, &named); err != nil || len(named.Certs) == 0 {
		return fmt.Errorf("timestamp: %w: it does not name its certificate (RFC 5816)", ErrBroken)
	}
	first := named.Certs[0]
	var sum []byte
	switch {
	case first.HashAlgorithm.Algorithm == nil, first.HashAlgorithm.Algorithm.Equal(oidSHA256):
		s := sha256.Sum256(signer.Raw)
		sum = s[:]
	case first.HashAlgorithm.Algorithm.Equal(oidSHA384):
		s := sha512.Sum384(signer.Raw)
		sum = s[:]
	case first.HashAlgorithm.Algorithm.Equal(oidSHA512):
		s := sha512.Sum512(signer.Raw)
		sum = s[:]
	}
	if !bytes.Equal(sum, first.CertHash) {
		return fmt.Errorf("timestamp: %w: it names another certificate than the one that signed", ErrBroken)
	}
	return nil
}

var (
	oidTSTInfo              = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 1, 4}
	oidExtKeyUsage          = asn1.ObjectIdentifier{2, 5, 29, 37}
	oidSigningCertificateV2 = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 47}
	oidSHA256               = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 1}
	oidSHA384               = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 2}
	oidSHA512               = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 3}
)

// Time reads the response's time without checking anything, for a response that
// was checked before.
func Time(der []byte) (at time.Time, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("timestamp: %w: %v", ErrBroken, p)
		}
	}()
	ts, err := timestamp.ParseResponse(der)
	if err != nil {
		return at, fmt.Errorf("timestamp: %w: %w", ErrBroken, err)
	}
	return ts.Time.UTC(), nil
}
