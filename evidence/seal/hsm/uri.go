package hsm

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
)

const (
	scheme = "pkcs11:"
	maxURI = 4096
	maxPIN = 1024
)

// name is what a URI says: where a key lies and how the token is opened.
type name struct {
	token  string // its label
	object string // the key's label; "" in the name of a token
	id     string // the key's CKA_ID
	module string // path of the token's library
	pin    string // path of the file with the user's PIN
}

// parse reads the URI of a token or of a key in it.
func parse(uri string) (name, error) {
	var n name
	rest, ok := strings.CutPrefix(uri, scheme)
	if !ok || len(uri) > maxURI {
		return n, fmt.Errorf("%.80q is no PKCS#11 URI; write pkcs11:token=LABEL?module-path=/FILE.so&pin-source=file:/FILE", uri)
	}
	path, query, _ := strings.Cut(rest, "?")
	err := errors.Join(
		read(path, ";", map[string]*string{"token": &n.token, "object": &n.object, "id": &n.id, "type": new(string)}),
		read(query, "&", map[string]*string{"module-path": &n.module, "pin-source": &n.pin}))
	if err != nil {
		return n, fmt.Errorf("PKCS#11 URI %.200q: %w", uri, err)
	}
	n.pin = strings.TrimPrefix(n.pin, "file:")
	switch {
	case n.token == "":
		return n, fmt.Errorf("PKCS#11 URI %.200q: it names no token; add token=LABEL", uri)
	case !filepath.IsAbs(n.module):
		return n, fmt.Errorf("PKCS#11 URI %.200q: add module-path=, the whole path of the token's library", uri)
	case !filepath.IsAbs(n.pin):
		return n, fmt.Errorf("PKCS#11 URI %.200q: add pin-source=file:, the whole path of a file with the PIN, which its owner alone can read", uri)
	}
	return n, nil
}

// read takes the attributes of one part of a URI.
func read(part, separator string, into map[string]*string) error {
	seen := map[string]bool{}
	if part == "" {
		return nil
	}
	for attribute := range strings.SplitSeq(part, separator) {
		key, value, ok := strings.Cut(attribute, "=")
		to := into[key]
		if key == "pin-value" {
			return errors.New("a PIN does not belong in it; put it in a file and name that with pin-source=file:/FILE")
		}
		if !ok || to == nil {
			return fmt.Errorf("the attribute %q is not known here", key)
		}
		if seen[key] {
			return fmt.Errorf("the attribute %q stands there twice", key)
		}
		seen[key] = true
		text, err := url.PathUnescape(value)
		if err != nil || strings.ContainsRune(text, 0) && key != "id" {
			return fmt.Errorf("the attribute %q cannot be read", key)
		}
		*to = text
	}
	return nil
}

// String is the URI, its attributes always in the same order.
func (n name) String() string {
	var id strings.Builder
	for i := range len(n.id) {
		fmt.Fprintf(&id, "%%%02X", n.id[i])
	}
	out := scheme + "token=" + escape(n.token)
	if n.id != "" {
		out += ";object=" + escape(n.object) + ";id=" + id.String()
	}
	return out + "?module-path=" + escapePath(n.module) + "&pin-source=file:" + escapePath(n.pin)
}

// escape leaves what RFC 3986 calls unreserved.
func escape(text string) string {
	return strings.ReplaceAll(url.QueryEscape(text), "+", "%20")
}

func escapePath(path string) string { return strings.ReplaceAll(escape(path), "%2F", "/") }

// readPIN reads the file with the PIN, which nobody but its owner may read.
func (n name) readPIN() (string, error) {
	info, err := os.Stat(n.pin)
	if err != nil {
		return "", fmt.Errorf("read the token's PIN: %w", err)
	}
	if mode := info.Mode().Perm(); !info.Mode().IsRegular() || mode&0o077 != 0 {
		return "", fmt.Errorf("read the token's PIN: %s is no plain file, or others can read it (mode %04o); run chmod 600 on it, and change the PIN if somebody has", n.pin, mode)
	}
	if info.Size() > maxPIN {
		return "", fmt.Errorf("read the token's PIN: %s has more than %d bytes", n.pin, maxPIN)
	}
	text, err := os.ReadFile(n.pin)
	if err != nil {
		return "", fmt.Errorf("read the token's PIN: %w", err)
	}
	return strings.TrimRight(string(text), "\r\n"), nil
}
