// Package detached seals a document by a signature that lies beside it, and checks it.
//
// In: a document's bytes, what it is, the bureau's sealing keys. Out: a small file of
// canonical JSON (docs/formats/document-seal.md) that anybody can check offline with the
// document and trust.json, by the same rules on keys as evidence. It knows nothing of
// PDF, cases or the network.
package detached

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/emmansun/gmsm/sm3"

	"offsite/evidence/bundle"
	"offsite/evidence/canonical"
)

// Format is what a seal calls its format.
const Format = "offsite-document-seal/1"

// Suffix ends the name of a seal that lies beside its document, in place of the
// document's own.
const Suffix = ".seal.json"

const (
	maxSealBytes  = 64 << 10
	maxSignatures = 8
)

// SealKey says which key signs, so that no signature can be left out unseen.
type SealKey struct {
	Algorithm string `json:"algorithm"` // ed25519, sm2
	Key       string `json:"key"`       // id in trust.json
}

// Statement is what is signed: RFC 8785's form of it.
type Statement struct {
	Format string    `json:"format"`
	Issuer string    `json:"issuer"` // the bureau
	Kind   string    `json:"kind"`   // of the document, "decision"
	Number string    `json:"number"`
	Issued time.Time `json:"issued"`
	Size   int64     `json:"size"` // bytes
	SHA256 string    `json:"sha256"`
	SM3    string    `json:"sm3"`
	Keys   []SealKey `json:"keys"`
}

// Seal is the file beside a document.
type Seal struct {
	Statement  Statement `json:"statement"`
	Signatures [][]byte  `json:"signatures"` // base64, one for each of the statement's keys, in their order
}

// Sealer signs with the keys in force; a *seal.Sealer is one.
type Sealer interface {
	Refs() []bundle.SealRef
	Sign(message []byte) ([]bundle.Signed, error)
}

// Make seals a document: s says issuer, kind, number and time, the rest is of the bytes.
func Make(k Sealer, s Statement, document []byte) ([]byte, error) {
	sum, sum3 := sha256.Sum256(document), sm3.Sum(document)
	s.Format, s.Issued, s.Size = Format, s.Issued.UTC().Truncate(time.Microsecond), int64(len(document))
	s.SHA256, s.SM3, s.Keys = hex.EncodeToString(sum[:]), hex.EncodeToString(sum3[:]), Keys(k)
	signatures, err := Sign(k, s)
	if err != nil {
		return nil, fmt.Errorf("seal document %s: %w", s.Number, err)
	}
	text, err := canonical.Write(Seal{Statement: s, Signatures: signatures})
	if err != nil {
		return nil, fmt.Errorf("seal document %s: %w", s.Number, err)
	}
	return text, nil
}

// Keys are those that k signs with, as a statement names them.
func Keys(k Sealer) []SealKey {
	var keys []SealKey
	for _, r := range k.Refs() {
		keys = append(keys, SealKey{r.Algorithm, r.Key})
	}
	return keys
}

// Sign signs RFC 8785's form of a statement, once with each of Keys.
func Sign(k Sealer, statement any) (signatures [][]byte, err error) {
	message, err := canonical.Write(statement)
	if err != nil {
		return nil, err
	}
	signed, err := k.Sign(message)
	if err != nil {
		return nil, err
	}
	for _, one := range signed {
		signatures = append(signatures, one.Bytes)
	}
	return signatures, nil
}

// Paired tells, as an error, whether a file that is read has as many signatures as its
// statement names keys, and any.
func Paired(keys []SealKey, signatures [][]byte) error {
	if n := len(keys); n == 0 || n > maxSignatures || n != len(signatures) {
		return fmt.Errorf("it names %d keys and has %d signatures", n, len(signatures))
	}
	return nil
}

// Parse reads a seal. It takes only the canonical form, without unknown or repeated
// fields; a line feed may follow, as editors add it. Whether the signatures hold, Check
// tells.
func Parse(text []byte) (Seal, error) {
	var s Seal
	text = bytes.TrimSuffix(text, []byte("\n"))
	if err := canonical.Decode(text, &s, maxSealBytes); err != nil {
		return s, fmt.Errorf("read the seal: %w", err)
	}
	if s.Statement.Format != Format {
		return s, fmt.Errorf("read the seal: it is of format %.40q; this program knows %q", s.Statement.Format, Format)
	}
	if err := Paired(s.Statement.Keys, s.Signatures); err != nil {
		return s, fmt.Errorf("read the seal: %w", err)
	}
	if err := canonical.Is(text, s); err != nil {
		return s, fmt.Errorf("read the seal: %w", err)
	}
	return s, nil
}
