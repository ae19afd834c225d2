package evidence

import (
	"context"
	"encoding/json"
	"errors"
	"time"
)

// File is one payload file of a bundle; Path is relative to data/.
type File struct {
	Path string // "clip.mp4", "stills/0001.h264", …
	Data []byte
}

// Parent names the bundle that a redacted copy was made from; Receipt has both.
type Parent struct {
	BundleID       string `json:"bundle"`
	ManifestSHA256 string `json:"manifest_sha256"`
}

// Material is everything known of an incident at the moment it was raised.
type Material struct {
	ID       string    // UUIDv7 of the incident and of its bundle
	Act      string    // "": nobody else makes a bundle of this; else the id that Claims decide by
	Kind     string    // "incident", "recheck", "gap", "redacted"
	Camera   string    // camera id; bundles of one camera are chained
	Raised   time.Time // wall-clock
	Incident json.RawMessage
	// CameraDoc and Models are the contents of data/camera.json, data/models.json.
	CameraDoc json.RawMessage
	Models    json.RawMessage
	Looks     []json.RawMessage // lines of data/detections.ndjson
	Files     []File            // clip, stills, overlays
	Parent    *Parent           // of a redacted copy (Kind "redacted"): what it was made from
	// Summary is handed to the Recorder unchanged; it is not part of the bundle.
	Summary json.RawMessage
}

// Receipt says where a sealed bundle lies and under which seal.
type Receipt struct {
	BundleID       string    `json:"bundle_id"`
	Kind           string    `json:"kind"`
	Camera         string    `json:"camera"`
	Bucket         string    `json:"bucket"`
	Key            string    `json:"key"`
	VersionID      string    `json:"version_id"`
	SizeBytes      int64     `json:"size_bytes"`
	TarSHA256      string    `json:"tar_sha256"`
	ManifestSHA256 string    `json:"manifest_sha256"`
	PreviousBundle string    `json:"previous_bundle"`          // of this camera, "" for the first
	PreviousSHA256 string    `json:"previous_manifest_sha256"` // of its manifest; "" also in receipts of version 0.1
	SealKeyID      string    `json:"seal_key_id"`
	SealedAt       time.Time `json:"sealed_at"`
	TimestampAt    time.Time `json:"timestamp_at"` // of the RFC 3161 token
	RetainUntil    time.Time `json:"retain_until"`
	Files          []Entry   `json:"files"`
}

// Entry is one file inside a stored bundle; Offset is where its bytes begin in
// the tar, so that it can be read by range.
type Entry struct {
	Path      string `json:"path"` // "data/clip.mp4"
	Offset    int64  `json:"offset"`
	SizeBytes int64  `json:"size_bytes"`
	SHA256    string `json:"sha256"`
}

// Recorder writes the row that makes a sealed bundle known. It is called again
// after a crash, so it must be idempotent by Receipt.BundleID.
type Recorder interface {
	RecordEvidence(ctx context.Context, r Receipt, summary json.RawMessage) error
}

// Claims decide which one is sealed of the bundles that several nodes make of one act: a
// node is killed when it has raised an incident, and its successor raises it again.
type Claims interface {
	// Claim returns nil where the bundle may be sealed, as often as it is asked. Errors
	// are ErrClaimed, ErrKnown, or that nobody can be asked.
	Claim(ctx context.Context, act, bundle string) error
}

var (
	// ErrClaimed says that another node is about to seal a bundle of the act. Ask again.
	ErrClaimed = errors.New("another node has a bundle of the same act on its way")
	// ErrKnown says that another bundle of the act is recorded: this one is not needed.
	ErrKnown = errors.New("another bundle of the same act is recorded")
	// ErrLocked says that a bundle may not be deleted yet: its retention runs, or it is held.
	ErrLocked = errors.New("the bundle is locked")
)
