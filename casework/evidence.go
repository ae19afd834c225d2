package casework

import (
	"time"

	"offsite/evidence"
)

// Evidence is a sealed bundle as the console shows it.
type Evidence struct {
	Bundle         string         `json:"bundle"`
	Kind           string         `json:"kind"`
	SealedAt       time.Time      `json:"sealed_at"`
	TimestampAt    time.Time      `json:"timestamp_at"`
	RetainUntil    time.Time      `json:"retain_until"`
	Size           int64          `json:"size"`
	SealKeyID      string         `json:"seal_key_id"`
	ManifestSHA256 string         `json:"manifest_sha256"`
	VersionID      string         `json:"version_id"`
	CaseID         string         `json:"case_id"`
	CaseNumber     string         `json:"case_number"`
	Files          []EvidenceFile `json:"files"`
	Removed        *Removal       `json:"removed,omitempty"` // from the store: nothing of it can be read any more
	// Receipt is for reading the bundle from the vault; the API does not send it.
	Receipt evidence.Receipt `json:"-"`
}

// EvidenceFile is one file of a bundle.
type EvidenceFile struct {
	Path string `json:"path"`
	Size int64  `json:"size"`
}
