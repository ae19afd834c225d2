// Package removal writes and checks what stays where a bundle lay that the law has deleted.
//
// In: which bundle went, when and why, the bureau's sealing keys, and what timestamp
// authorities answer. Out: a small file of canonical JSON (docs/formats/removal.md), from which
// an auditor tells offline, by trust.json and the transparency log's receipt, a lawful deletion
// from a bundle that was taken away. It names nobody.
package removal

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"path"
	"path/filepath"
	"strings"
	"time"

	"offsite/evidence/bundle"
	"offsite/evidence/canonical"
	"offsite/evidence/detached"
	"offsite/evidence/translog/proof"
)

// Format is what a record calls its format.
const Format = "offsite-removal/1"

// The files that lie in the store in the bundle's place, and how their names end where they
// lie beside bundles in a folder: BUNDLE.removal.json.
const (
	File    = "removal.json"
	Receipt = "removal.tlog-proof"
	suffix  = "." + File
)

const (
	maxBytes  = 128 << 10
	maxTokens = 8 // as a bundle has at most
)

// The reasons for which the law has a bundle deleted.
const (
	Expired  = "expire"  // nobody confirmed the finding
	Rejected = "reject"  // the review did not confirm it
	Archived = "archive" // its time in the archive is over, and two people said so
	Ended    = "end"     // its case ended without a fine, nobody can sue any more, and two people said so
)

const day = 24 * time.Hour

// least is how long after its seal a bundle is locked that goes for the reason: Video Systems
// Regulation art. 17; ten years of the archive; five in which there may be a lawsuit
// (Administrative Litigation Law art. 46).
var least = map[string]time.Duration{Expired: 30 * day, Rejected: 30 * day, Archived: 3650 * day, Ended: 1825 * day} //nolint:gochecknoglobals // a table that nobody changes

// Least is how long after its seal a bundle is locked at least that goes for the reason.
func Least(reason string) time.Duration { return least[reason] }

// Statement is what is signed: RFC 8785's form of it.
type Statement struct {
	Format         string             `json:"format"`
	Issuer         string             `json:"issuer"` // the bureau
	Bundle         string             `json:"bundle"`
	Camera         string             `json:"camera"`
	ManifestSHA256 string             `json:"manifest_sha256"`    // its seal's digest
	Previous       *bundle.Link       `json:"previous,omitempty"` // the bundle of the camera before it, and its seal's digest; nil for the first
	Sealed         time.Time          `json:"sealed"`
	KeptUntil      time.Time          `json:"kept_until"` // end of its lock
	Removed        time.Time          `json:"removed"`
	Reason         string             `json:"reason"` // Expired …
	ZH             string             `json:"zh"`     // the reason, and the article
	EN             string             `json:"en"`
	Signed         time.Time          `json:"signed"` // later than Removed, where records came after the deletion
	Keys           []detached.SealKey `json:"keys"`
}

// Record is the file.
type Record struct {
	Statement  Statement `json:"statement"`
	Signatures [][]byte  `json:"signatures"`           // base64, one for each of the statement's keys, in their order
	Timestamps [][]byte  `json:"timestamps,omitempty"` // base64, RFC 3161 responses over the SHA-256 of the statement; none until Stamp
}

// Make signs a record with the keys in force. It is whole once authorities have stamped it: see
// Imprint and Stamp.
func Make(k detached.Sealer, s Statement) ([]byte, error) {
	s.Format, s.Keys = Format, detached.Keys(k)
	for _, t := range []*time.Time{&s.Sealed, &s.KeptUntil, &s.Removed, &s.Signed} {
		*t = t.UTC().Truncate(time.Microsecond)
	}
	signatures, err := detached.Sign(k, s)
	if err != nil {
		return nil, fmt.Errorf("sign the removal record of bundle %s: %w", s.Bundle, err)
	}
	return write(Record{Statement: s, Signatures: signatures})
}

// Imprint is what timestamp authorities are asked to stamp: the SHA-256 of the statement of a
// record that Make has signed.
func Imprint(signed []byte) (digest [32]byte, err error) {
	r, err := decode(signed)
	if err != nil {
		return digest, err
	}
	message, err := canonical.Write(r.Statement)
	if err != nil {
		return digest, fmt.Errorf("write the statement of the removal record again: %w", err)
	}
	return sha256.Sum256(message), nil
}

// Stamp gives the whole record: what Make has signed, with the tokens over its Imprint, as DER.
func Stamp(signed []byte, tokens [][]byte) ([]byte, error) {
	r, err := decode(signed)
	if err != nil {
		return nil, err
	}
	if n := len(tokens); n == 0 || n > maxTokens {
		return nil, fmt.Errorf("stamp the removal record of bundle %s: there are %d timestamps, it can have 1 to %d", r.Statement.Bundle, n, maxTokens)
	}
	r.Timestamps = tokens
	text, err := write(r)
	if err == nil && len(text) > maxBytes {
		err = fmt.Errorf("stamp the removal record of bundle %s: with its timestamps it has %d bytes, more than %d; ask fewer authorities (tsa.further)", r.Statement.Bundle, len(text), maxBytes)
	}
	return text, err
}

func write(r Record) ([]byte, error) {
	text, err := canonical.Write(r)
	if err != nil {
		return nil, fmt.Errorf("write the removal record of bundle %s: %w", r.Statement.Bundle, err)
	}
	return text, nil
}

// Parse reads a whole record. It takes only the canonical form, without unknown or repeated
// fields; a line feed may follow, as editors add it. Whether it holds, Check tells.
func Parse(text []byte) (Record, error) {
	r, err := decode(text)
	if n := len(r.Timestamps); err == nil && (n == 0 || n > maxTokens) {
		err = fmt.Errorf("read the removal record: it has %d timestamps, 1 to %d are taken", n, maxTokens)
	}
	return r, err
}

// decode reads a record that may not be stamped yet.
func decode(text []byte) (Record, error) {
	var r Record
	text = bytes.TrimSuffix(text, []byte("\n"))
	if err := canonical.Decode(text, &r, maxBytes); err != nil {
		return r, fmt.Errorf("read the removal record: %w", err)
	}
	if r.Statement.Format != Format {
		return r, fmt.Errorf("read the removal record: it is of format %.40q; this program knows %q", r.Statement.Format, Format)
	}
	if err := detached.Paired(r.Statement.Keys, r.Signatures); err != nil {
		return r, fmt.Errorf("read the removal record: %w", err)
	}
	if p := r.Statement.Previous; p != nil && (p.Bundle == "" || p.ManifestSHA256 == "") {
		return r, errors.New("read the removal record: it names the bundle before without its id or its digest")
	}
	if err := canonical.Is(text, r); err != nil {
		return r, fmt.Errorf("read the removal record: %w", err)
	}
	return r, nil
}

// Entry is the record's entry in the transparency log, which anyone who has the record can
// write down.
func Entry(text []byte) (proof.Entry, error) {
	r, err := Parse(text)
	if err != nil {
		return proof.Entry{}, err
	}
	sum := sha256.Sum256(bytes.TrimSuffix(text, []byte("\n")))
	return proof.Entry{Kind: proof.KindRemoval, ID: r.Statement.Bundle, SHA256: hex.EncodeToString(sum[:]), At: r.Statement.Removed}, nil
}

// Is tells whether a file is a removal record, by its name.
func Is(name string) bool { return base(name) == File || strings.HasSuffix(name, suffix) }

// ReceiptOf is where the log's receipt of the record of that name lies.
func ReceiptOf(name string) string { return strings.TrimSuffix(name, ".json") + ".tlog-proof" }

// Named is the bundle that a record's name or folder says, "" where neither says one.
func Named(name string) string {
	if id, ok := strings.CutSuffix(base(name), suffix); ok {
		return id
	}
	if id := path.Base(path.Dir(filepath.ToSlash(name))); len(id) == len("0198c000-0000-7000-8000-000000000001") && strings.Count(id, "-") == 4 {
		return id
	}
	return ""
}

func base(name string) string { return path.Base(filepath.ToSlash(name)) }
