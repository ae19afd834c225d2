package seal

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/emmansun/gmsm/sm2"
	"github.com/emmansun/gmsm/smx509"
)

// The algorithms a key can have.
const (
	Ed25519 = "ed25519"
	SM2     = "sm2"
)

// Key is a signing key.
type Key struct {
	id        string
	algorithm string
	signer    crypto.Signer
	publicPEM string
}

// Open reads the key in the PKCS #8 PEM file at path, or opens the one in a PKCS#11
// token whose URI stands there instead. A file that is missing, readable by others or
// not a key is an error that says what to do.
func Open(path string) (*Key, error) {
	text, err := readPrivate(path)
	if err != nil {
		return nil, err
	}
	if uri, ok := tokenURI(text); ok {
		return openToken(path, uri)
	}
	block, rest := pem.Decode(text)
	if block == nil || block.Type != "PRIVATE KEY" || len(trim(rest)) > 0 {
		return nil, fmt.Errorf("signing key %s: it is not one PKCS #8 key in PEM; restore it from its backup, or remove it to begin with a new key", path)
	}
	parsed, err := smx509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("signing key %s: it cannot be read (%w); restore it from its backup, or remove it to begin with a new key", path, err)
	}
	signer, ok := parsed.(crypto.Signer)
	if !ok {
		return nil, fmt.Errorf("signing key %s: a %T cannot sign; give an Ed25519 or SM2 key", path, parsed)
	}
	k, err := newKey(signer)
	if err != nil {
		return nil, fmt.Errorf("signing key %s: %w", path, err)
	}
	return k, nil
}

// readPrivate reads a file that nobody but its owner may read.
func readPrivate(path string) ([]byte, error) {
	info, err := os.Lstat(path)
	if err != nil {
		return nil, fmt.Errorf("signing key %s: %w", path, err)
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("signing key %s: it is no plain file; put the key itself there", path)
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		return nil, fmt.Errorf("signing key %s: others can read it (mode %04o); if nobody has, run chmod 600 on it, else replace the key", path, mode)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("signing key %s: %w", path, err)
	}
	return text, nil
}

func trim(b []byte) []byte {
	for len(b) > 0 && (b[0] == '\n' || b[0] == '\r' || b[0] == ' ') {
		b = b[1:]
	}
	return b
}

func newKey(signer crypto.Signer) (*Key, error) {
	k := &Key{signer: signer}
	switch public := signer.Public().(type) {
	case ed25519.PublicKey:
		k.algorithm = Ed25519
	case *ecdsa.PublicKey:
		if _, ok := signer.(*sm2.PrivateKey); !ok || public.Curve != sm2.P256() {
			return nil, fmt.Errorf("a %T is neither an Ed25519 nor an SM2 key", signer)
		}
		k.algorithm = SM2
	default:
		return nil, fmt.Errorf("a %T is neither an Ed25519 nor an SM2 key", signer)
	}
	spki, err := smx509.MarshalPKIXPublicKey(signer.Public())
	if err != nil {
		return nil, fmt.Errorf("write public key: %w", err)
	}
	k.id = keyID(spki)
	k.publicPEM = string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: spki}))
	return k, nil
}

func keyID(spki []byte) string {
	sum := sha256.Sum256(spki)
	return hex.EncodeToString(sum[:8])
}

// Create makes a key of the algorithm and writes it to path (0600), which must
// not exist.
func Create(path, algorithm string) (*Key, error) {
	signer, err := generate(algorithm)
	if err != nil {
		return nil, fmt.Errorf("make signing key %s: %w", path, err)
	}
	der, err := smx509.MarshalPKCS8PrivateKey(signer)
	if err != nil {
		return nil, fmt.Errorf("make signing key %s: %w", path, err)
	}
	if _, err := os.Lstat(path); err == nil {
		return nil, fmt.Errorf("make signing key %s: there is one already", path)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("make signing key: %w", err)
	}
	if err := writeFile(path, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), 0o600); err != nil {
		return nil, fmt.Errorf("make signing key: %w", err)
	}
	return newKey(signer)
}

func generate(algorithm string) (crypto.Signer, error) {
	switch algorithm {
	case Ed25519:
		_, key, err := ed25519.GenerateKey(rand.Reader)
		return key, err
	case SM2:
		return sm2.GenerateKey(rand.Reader)
	}
	return nil, fmt.Errorf("there is no algorithm %q; take %s or %s", algorithm, Ed25519, SM2)
}

// OpenOrCreate opens the key at path, or makes one where the file is missing.
func OpenOrCreate(path, algorithm string) (*Key, error) {
	k, err := Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return Create(path, algorithm)
	}
	if err == nil && k.algorithm != algorithm {
		return nil, fmt.Errorf("signing key %s: it is an %s key, an %s key is wanted", path, k.algorithm, algorithm)
	}
	return k, err
}

// ID names the key: the first 16 hex digits of the SHA-256 of its public key (SPKI, DER).
func (k *Key) ID() string { return k.id }

// Algorithm is Ed25519 or SM2.
func (k *Key) Algorithm() string { return k.algorithm }

// PublicPEM is the public key.
func (k *Key) PublicPEM() string { return k.publicPEM }

// Sign signs the message: pure Ed25519, or SM2 over SM3 with the default user id
// (GB/T 32918), ASN.1 encoded.
func (k *Key) Sign(message []byte) ([]byte, error) {
	var opts crypto.SignerOpts = crypto.Hash(0)
	if k.algorithm == SM2 {
		opts = sm2.NewSM2SignerOption(true, nil)
	}
	return k.signer.Sign(rand.Reader, message, opts)
}
