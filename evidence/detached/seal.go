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
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/cyberphone/json-canonicalization/go/src/webpki.org/jsoncanonicalizer"
	"github.com/emmansun/gmsm/sm3"

	"offsite/evidence/bundle"
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
	s.SHA256, s.SM3, s.Keys = hex.EncodeToString(sum[:]), hex.EncodeToString(sum3[:]), nil
	for _, r := range k.Refs() {
		s.Keys = append(s.Keys, SealKey{r.Algorithm, r.Key})
	}
	message, err := canonical(s)
	if err != nil {
		return nil, fmt.Errorf("seal document %s: %w", s.Number, err)
	}
	signed, err := k.Sign(message)
	if err != nil {
		return nil, fmt.Errorf("seal document %s: %w", s.Number, err)
	}
	out := Seal{Statement: s}
	for _, one := range signed {
		out.Signatures = append(out.Signatures, one.Bytes)
	}
	text, err := canonical(out)
	if err != nil {
		return nil, fmt.Errorf("seal document %s: %w", s.Number, err)
	}
	return text, nil
}

func canonical(v any) ([]byte, error) {
	text, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	return jsoncanonicalizer.Transform(text)
}

// Parse reads a seal. It takes only the canonical form, without unknown or repeated
// fields; a line feed may follow, as editors add it. Whether the signatures hold, Check
// tells.
func Parse(text []byte) (Seal, error) {
	var s Seal
	if len(text) > maxSealBytes {
		return s, fmt.Errorf("read the seal: it has %d bytes, more than %d", len(text), maxSealBytes)
	}
	text = bytes.TrimSuffix(text, []byte("\n"))
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&s); err != nil {
		return s, fmt.Errorf("read the seal: %w", err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return s, errors.New("read the seal: something follows its end")
	}
	if s.Statement.Format != Format {
		return s, fmt.Errorf("read the seal: it is of format %.40q; this program knows %q", s.Statement.Format, Format)
	}
	if n := len(s.Statement.Keys); n == 0 || n > maxSignatures || n != len(s.Signatures) {
		return s, fmt.Errorf("read the seal: it names %d keys and has %d signatures", n, len(s.Signatures))
	}
	again, err := canonical(s)
	if err != nil {
		return s, fmt.Errorf("read the seal: %w", err)
	}
	if !bytes.Equal(again, text) {
		return s, errors.New("read the seal: it is not as this format writes it (RFC 8785, the known fields, times in UTC)")
	}
	return s, nil
}
