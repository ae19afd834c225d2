// Package attachment reads what a party sends along with a statement or an application.
// In come files in base64, as JSON carries them; out come their bytes with kind and
// SHA-256, or ErrUnfit for what is no PDF, JPEG or PNG, too large or too many.
package attachment

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
)

// Limits of what is sent at once.
const (
	Most     = 3       // files
	MaxBytes = 2 << 20 // of one file
)

// ErrUnfit says that a file cannot be kept; tell the party WantZH or WantEN.
var ErrUnfit = errors.New("unfit attachment")

// What may be sent, in a sentence.
const (
	WantZH = "材料应为 PDF、JPEG 或 PNG，每份不超过 2 MiB，一次最多 3 份"
	WantEN = "papers are PDF, JPEG or PNG, of 2 MiB at most, three at a time"
)

// File is one attachment.
type File struct {
	Kind    string // content type, by what its bytes begin with
	SHA256  string // lower-case hexadecimal
	Content []byte
}

// Read takes files in base64.
func Read(list []string) ([]File, error) {
	if len(list) > Most {
		return nil, fmt.Errorf("%d files: %w", len(list), ErrUnfit)
	}
	files := make([]File, 0, len(list))
	for i, text := range list {
		content, err := base64.StdEncoding.DecodeString(text)
		if err != nil {
			return nil, fmt.Errorf("file %d is not base64: %w", i+1, ErrUnfit)
		}
		kind := http.DetectContentType(content)
		if Suffix(kind) == "" || len(content) > MaxBytes {
			return nil, fmt.Errorf("file %d, %d bytes of %s: %w", i+1, len(content), kind, ErrUnfit)
		}
		files = append(files, Of(kind, content))
	}
	return files, nil
}

// Of is a file of a kind.
func Of(kind string, content []byte) File {
	sum := sha256.Sum256(content)
	return File{Kind: kind, SHA256: hex.EncodeToString(sum[:]), Content: content}
}

// Suffix is how the name of a file of a kind ends, "" for kinds that are not taken.
func Suffix(kind string) string {
	return map[string]string{"application/pdf": ".pdf", "image/jpeg": ".jpg", "image/png": ".png"}[kind]
}
