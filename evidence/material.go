package evidence

import (
	"context"
	"encoding/json"
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
	PreviousBundle string    `json:"previous_bundle"` // of this camera, "" for the first
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
