package seal

import (
	"crypto"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Tokens are PKCS#11 tokens, as package hsm reaches them. A URI (RFC 7512) names a key
// in one.
type Tokens interface {
	// Open returns the key that the URI names.
	Open(uri string) (crypto.Signer, error)
	// Generate makes an Ed25519 key in the URI's token, and returns the URI that names it.
	Generate(uri string) (named string, key crypto.Signer, err error)
}

// tokens is nil in programs that only verify.
var tokens Tokens

// RegisterTokens makes keys in tokens known to this process, before any is opened.
func RegisterTokens(t Tokens) { tokens = t }

const tokenScheme = "pkcs11:"

var errNoTokens = errors.New("it lies in a PKCS#11 token, which this program does not know")

// tokenURI is what a key's file says where the key lies in a token.
func tokenURI(text []byte) (string, bool) {
	uri := strings.TrimSpace(string(text))
	return uri, strings.HasPrefix(uri, tokenScheme)
}

func openToken(path, uri string) (*Key, error) {
	if tokens == nil {
		return nil, fmt.Errorf("signing key %s: %w", path, errNoTokens)
	}
	signer, err := tokens.Open(uri)
	if err != nil {
		return nil, fmt.Errorf("signing key %s: %w", path, err)
	}
	k, err := newKey(signer)
	if err != nil {
		return nil, fmt.Errorf("signing key %s: %w", path, err)
	}
	return k, nil
}

// placeOf is where the key of that file lies: InFile, which it is where there is none,
// or a token's URI.
func placeOf(path string) (string, error) {
	text, err := readPrivate(path)
	if errors.Is(err, fs.ErrNotExist) {
		return InFile, nil
	}
	if err != nil {
		return "", err
	}
	if uri, ok := tokenURI(text); ok {
		return uri, nil
	}
	return InFile, nil
}

// createInToken makes a key in the token and writes its URI to path, which must not
// exist. Where writing fails, the key stays in the token and never seals.
func createInToken(path, uri, algorithm string) (*Key, error) {
	if tokens == nil {
		return nil, fmt.Errorf("make signing key: %w", errNoTokens)
	}
	if algorithm != Ed25519 {
		return nil, fmt.Errorf("make signing key: PKCS#11 has no %s; keep that key in a file, and its folder on an encrypted disk", algorithm)
	}
	if _, err := os.Lstat(path); err == nil {
		return nil, fmt.Errorf("make signing key %s: there is one already", path)
	}
	named, signer, err := tokens.Generate(uri)
	if err != nil {
		return nil, fmt.Errorf("make signing key: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("make signing key: %w", err)
	}
	if err := writeFile(path, []byte(named+"\n"), 0o600); err != nil {
		return nil, fmt.Errorf("make signing key: %w", err)
	}
	return newKey(signer)
}
