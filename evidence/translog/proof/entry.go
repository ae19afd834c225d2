package proof

import (
	"fmt"
	"time"

	"offsite/evidence/canonical"
)

// EntryFormat is what an entry calls its format.
const EntryFormat = "offsite-log/1"

// The kinds of entries.
const (
	KindBundle    = "bundle"    // ID: bundle, SHA256: of its manifest, At: sealed
	KindKey       = "key"       // ID: key, SHA256: of its line of trust.json, At: of the change
	KindDecision  = "decision"  // ID: key, / and what was done, SHA256: of who decided it as the change log keeps it, At: of the decision
	KindCase      = "case"      // ID: of a process record, SHA256: of the record
	KindModel     = "model"     // ID: model and version, SHA256: of its weights, At: of its activation
	KindMatter    = "matter"    // ID: matter, SHA256: of its text as it is applied from then on, At: of the change
	KindQuota     = "quota"     // ID: month, of an area followed by / level / name, SHA256: of the figures as published
	KindDraw      = "draw"      // ID: draw by lot, SHA256: of its announcement, At: of the announcement, then again of the draw
	KindRetention = "retention" // ID: day, SHA256: of the report of what was deleted
	KindRemoval   = "removal"   // ID: bundle, SHA256: of its removal record, At: of the deletion
)

// Entry is one record of the log: what it is about, its digest, and when. It
// holds no personal data, since the log is public and never forgets.
type Entry struct {
	Format string    `json:"format"`
	Kind   string    `json:"kind"`
	ID     string    `json:"id"`
	SHA256 string    `json:"sha256"`
	At     time.Time `json:"at"`
}

// Bytes is the entry as the log holds it: canonical JSON (RFC 8785).
func (e Entry) Bytes() ([]byte, error) {
	e.Format, e.At = EntryFormat, e.At.UTC().Truncate(time.Microsecond)
	if e.Kind == "" || e.ID == "" || len(e.SHA256) != 64 || len(e.ID) > 200 || len(e.Kind) > 40 {
		return nil, fmt.Errorf("log entry %s %s: kind, id and SHA-256 are all needed", e.Kind, e.ID)
	}
	text, err := canonical.Write(e)
	if err != nil {
		return nil, fmt.Errorf("write log entry %s %s: %w", e.Kind, e.ID, err)
	}
	return text, nil
}

// BundleEntry is the entry of a sealed bundle, which anyone who has the bundle can
// write down.
func BundleEntry(id, manifestSHA256 string, sealed time.Time) Entry {
	return Entry{Kind: KindBundle, ID: id, SHA256: manifestSHA256, At: sealed}
}
