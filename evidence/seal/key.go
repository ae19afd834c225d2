package seal

import (
	"crypto"
	"errors"
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
}

// Open reads the key in the PKCS #8 PEM file at path. A file that is missing,
// readable by others or not a key is an error that says what to do.
func Open(path string) (*Key, error) { return nil, errors.New("open key: not built yet") }

// Create makes a key of the algorithm and writes it to path (0600), which must
// not exist.
func Create(path, algorithm string) (*Key, error) {
	return nil, errors.New("create key: not built yet")
}

// OpenOrCreate opens the key at path, or makes one where the file is missing.
func OpenOrCreate(path, algorithm string) (*Key, error) {
	return nil, errors.New("open key: not built yet")
}

// ID names the key: the first 16 hex digits of the SHA-256 of its public key (SPKI, DER).
func (k *Key) ID() string { return k.id }

// Algorithm is Ed25519 or SM2.
func (k *Key) Algorithm() string { return k.algorithm }
