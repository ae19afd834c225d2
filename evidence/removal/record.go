// Package removal writes and checks what stays where a bundle lay that the law has deleted.
//
// In: which bundle went, when and why, and the bureau's sealing keys. Out: a small file of
// canonical JSON (docs/formats/removal.md), from which an auditor tells offline, by
// trust.json and the transparency log's receipt, a lawful deletion from a bundle that was
// taken away. It names nobody.
package removal

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path"
	"path/filepath"
	"strings"
	"time"

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

const maxBytes = 16 << 10

// The reasons for which the law has a bundle deleted.
const (
	Expired  = "expire"  // nobody confirmed the finding
	Rejected = "reject"  // the review did not confirm it
	Archived = "archive" // its time in the archive is over, and two people said so
)

const day = 24 * time.Hour

// least is how long after its seal a bundle is locked that goes for the reason: Video Systems
// Regulation art. 17, and ten years of the archive.
var least = map[string]time.Duration{Expired: 30 * day, Rejected: 30 * day, Archived: 3650 * day} //nolint:gochecknoglobals // a table that nobody changes

// Statement is what is signed: RFC 8785's form of it.
type Statement struct {
	Format         string             `json:"format"`
	Issuer         string             `json:"issuer"` // the bureau
	Bundle         string             `json:"bundle"`
	Camera         string             `json:"camera"`
	ManifestSHA256 string             `json:"manifest_sha256"`    // its seal's digest
	Previous       string             `json:"previous,omitempty"` // the bundle of the camera before it
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
	Signatures [][]byte  `json:"signatures"` // base64, one for each of the statement's keys, in their order
}

// Make signs a record with the keys in force.
func Make(k detached.Sealer, s Statement) ([]byte, error) {
	s.Format, s.Keys = Format, detached.Keys(k)
	for _, t := range []*time.Time{&s.Sealed, &s.KeptUntil, &s.Removed, &s.Signed} {
		*t = t.UTC().Truncate(time.Microsecond)
	}
	signatures, err := detached.Sign(k, s)
	if err != nil {
		return nil, fmt.Errorf("sign the removal record of bundle %s: %w", s.Bundle, err)
	}
	text, err := canonical.Write(Record{s, signatures})
	if err != nil {
		return nil, fmt.Errorf("write the removal record of bundle %s: %w", s.Bundle, err)
	}
	return text, nil
}

// Parse reads a record. It takes only the canonical form, without unknown or repeated
// fields; a line feed may follow, as editors add it. Whether it holds, Check tells.
func Parse(text []byte) (Record, error) {
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
