package registry

import (
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/crypto/chacha20poly1305"
)

// ErrKey says that something was encrypted with another key. Restore the key file
// that belongs to this database from the backup.
var ErrKey = errors.New("cannot be decrypted with this key file; restore the key file that belongs to this database")

const (
	keySize   = 32
	keyMode   = 0o600
	sealedV1  = 1 // first byte of what Seal returns: XChaCha20-Poly1305
	keyInfo   = "offsite registry encryption v1"
	matchInfo = "offsite registry digest v1"
)

// Secrets encrypts camera addresses and identity numbers, and makes the keyed
// digests by which equal ones are found. It is safe for concurrent use.
type Secrets struct {
	aead  cipher.AEAD
	match []byte
}

// OpenSecrets reads the 32-byte key at path, made on first use. It refuses a file
// that others can read.
func OpenSecrets(path string) (*Secrets, error) {
	key, err := readKey(path)
	if errors.Is(err, fs.ErrNotExist) {
		if err = makeKey(path); err == nil {
			key, err = readKey(path)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("open the key file %s: %w", path, err)
	}
	return newSecrets(key)
}

func newSecrets(key []byte) (*Secrets, error) {
	encryption, err := hkdf.Key(sha256.New, key, nil, keyInfo, chacha20poly1305.KeySize)
	if err != nil {
		return nil, fmt.Errorf("derive the encryption key: %w", err)
	}
	match, err := hkdf.Key(sha256.New, key, nil, matchInfo, sha256.Size)
	if err != nil {
		return nil, fmt.Errorf("derive the digest key: %w", err)
	}
	aead, err := chacha20poly1305.NewX(encryption)
	if err != nil {
		return nil, fmt.Errorf("prepare the encryption: %w", err)
	}
	return &Secrets{aead: aead, match: match}, nil
}

func readKey(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if loose := info.Mode().Perm() &^ keyMode; loose != 0 {
		return nil, fmt.Errorf("others may read it (%v); chmod 600 it", info.Mode().Perm())
	}
	key, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	if len(key) != keySize {
		return nil, fmt.Errorf("it has %d bytes, not %d; restore it from the backup", len(key), keySize)
	}
	return key, nil
}

// makeKey writes a new key whole or not at all; of two processes at once, one wins
// and the other reads the winner's.
func makeKey(path string) error {
	key := make([]byte, keySize)
	if _, err := rand.Read(key); err != nil {
		return err
	}
	dir := filepath.Dir(path)
	f, err := os.CreateTemp(dir, ".key-*") // mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.Write(key)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err = os.Link(f.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// Seal encrypts text. The purpose names where it is kept ("camera.address:" and the
// id), so that one row's secret cannot be put into another.
func (s *Secrets) Seal(purpose, text string) ([]byte, error) {
	nonce := make([]byte, s.aead.NonceSize())
	if _, err := rand.Read(nonce); err != nil {
		return nil, fmt.Errorf("encrypt: %w", err)
	}
	return s.aead.Seal(append([]byte{sealedV1}, nonce...), nonce, []byte(text), []byte(purpose)), nil
}

// Unseal decrypts what Seal made for the same purpose. Errors wrap ErrKey.
func (s *Secrets) Unseal(purpose string, sealed []byte) (string, error) {
	n := 1 + s.aead.NonceSize()
	if len(sealed) < n || sealed[0] != sealedV1 {
		return "", ErrKey
	}
	text, err := s.aead.Open(nil, sealed[1:n], sealed[n:], []byte(purpose))
	if err != nil {
		return "", ErrKey
	}
	return string(text), nil
}

// Digest is equal for equal texts of one purpose and tells nothing without the key:
// there are few enough identity numbers to try them all against a plain hash.
func (s *Secrets) Digest(purpose, text string) []byte {
	mac := hmac.New(sha256.New, s.match)
	mac.Write([]byte(purpose))
	mac.Write([]byte{0})
	mac.Write([]byte(text))
	return mac.Sum(nil)
}
