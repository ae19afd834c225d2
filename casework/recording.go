package casework

import (
	"context"
	"fmt"
	"strings"
	"time"

	"offsite/evidence"
)

// PortalRecording is the party's own side of an inquiry by video, as sealed: what it said
// and showed, of which it may have a copy, uncovered (Personal Information Protection Law
// art. 45). The officers' side is others' personal information (art. 10): it stays in the
// file, and what they asked stands in the record that the party has.
type PortalRecording struct {
	Bundle   string    `json:"bundle"`
	File     string    `json:"file" doc:"In the bundle, below data/."`
	SealedAt time.Time `json:"sealed_at"`
	Size     int64     `json:"size_bytes"`
	SHA256   string    `json:"sha256" doc:"Of the file, as it stands in the sealed manifest."`
}

// partyFiles are, in the bundle of an inquiry, those of the party's side; it has one for
// each time that it came in.
const partyFiles = "data/party-"

// PortalRecordings lists what the party may have of its inquiries by video.
func (b *Book) PortalRecordings(ctx context.Context, caseID string) ([]PortalRecording, error) {
	receipts, err := b.receiptsOf(ctx, caseID, `SELECT receipt FROM evidence WHERE case_id = $1 AND kind = '`+roomKind+`' ORDER BY sealed_at`)
	if err != nil {
		return nil, err
	}
	list := []PortalRecording{}
	for _, r := range receipts {
		for _, f := range r.Files {
			if strings.HasPrefix(f.Path, partyFiles) {
				list = append(list, PortalRecording{Bundle: r.BundleID, File: strings.TrimPrefix(f.Path, "data/"), SealedAt: r.SealedAt, Size: f.SizeBytes, SHA256: f.SHA256})
			}
		}
	}
	return list, nil
}

// PortalRecording finds a file of PortalRecordings: the bundle that it lies in, and its
// path there. What is not among them gives ErrNotFound.
func (b *Book) PortalRecording(ctx context.Context, caseID, bundle, file string) (r evidence.Receipt, path string, err error) {
	list, err := b.PortalRecordings(ctx, caseID)
	if err != nil {
		return r, "", err
	}
	for _, p := range list {
		if p.Bundle == bundle && p.File == file {
			e, err := b.Evidence(ctx, bundle)
			return e.Receipt, "data/" + file, err
		}
	}
	return r, "", fmt.Errorf("find recording %q of case %s: %w", file, caseID, ErrNotFound)
}
