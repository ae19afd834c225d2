package bundle

import (
	"fmt"
	"strings"

	"github.com/google/uuid"
)

// The fixed names within a bag. Payload files lie under data/.
const (
	BagIt       = "bagit.txt"
	BagInfo     = "bag-info.txt"
	PayloadList = "manifest-sha256.txt"
	TagList     = "tagmanifest-sha256.txt"
	ManifestDoc = "seal/manifest.json"
	Signature   = "seal/manifest.sig"
	SM2Sig      = "seal/manifest.sm2sig"
	Token       = "seal/manifest.tsr"
	Incident    = "data/incident.json"
	Custody     = "data/custody.ndjson"
)

// BagItText is the whole of bagit.txt.
const BagItText = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"

// The bounds of a bundle. A tar beyond them is refused.
const (
	MaxFiles     = 10_000
	MaxFileBytes = 8<<30 - 1 // what eleven octal digits hold
	MaxTextBytes = 4 << 20   // of a file that must be held in memory: manifests, seals, tokens
	maxNameBytes = 100       // of the whole name in the tar, bundle id included
	maxDepth     = 4
	idBytes      = 36
)

// CheckID tells whether id is a UUIDv7 as it is written in names: lower case,
// with hyphens.
func CheckID(id string) error {
	u, err := uuid.Parse(id)
	if err != nil || u.String() != id || u.Version() != 7 {
		return fmt.Errorf("bundle id %q is no UUIDv7 in lower case", clip(id))
	}
	return nil
}

// CheckPath tells whether path can be a file within a bag: relative, clean,
// ASCII letters, digits, '.', '_' and '-', no segment that begins with a dot.
func CheckPath(path string) error {
	if path == "" || len(path)+idBytes+1 > maxNameBytes {
		return fmt.Errorf("file name %q has %d bytes; 1 to %d are allowed", clip(path), len(path), maxNameBytes-idBytes-1)
	}
	segments := strings.Split(path, "/")
	if len(segments) > maxDepth {
		return fmt.Errorf("file name %q has more than %d levels", path, maxDepth)
	}
	for _, s := range segments {
		if s == "" || !alphanumeric(s[0]) || strings.ContainsFunc(s, notInName) {
			return fmt.Errorf("file name %q has a part other than letters, digits, '.', '_' and '-' that begins with a letter or digit", clip(path))
		}
	}
	return nil
}

func alphanumeric(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
}

func notInName(r rune) bool {
	return r > 0x7e || !alphanumeric(byte(r)) && r != '.' && r != '_' && r != '-'
}

func clip(s string) string {
	if len(s) > 120 {
		return s[:120] + "…"
	}
	return s
}
