package bundle

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"time"

	"offsite/evidence/canonical"
)

const maxSeals = 8

// Format is what the manifest calls this format.
const Format = "offsite-bundle/1"

// Link names another bundle by the digest of its manifest.
type Link struct {
	Bundle         string `json:"bundle"`
	ManifestSHA256 string `json:"manifest_sha256"`
}

// Manifest is seal/manifest.json: what the seal covers.
type Manifest struct {
	Format         string    `json:"format"`
	Bundle         string    `json:"bundle"`
	Kind           string    `json:"kind"`
	Camera         string    `json:"camera"`
	Raised         time.Time `json:"raised"`
	Sealed         time.Time `json:"sealed"`
	IncidentSHA256 string    `json:"incident_sha256"`    // of data/incident.json
	Previous       *Link     `json:"previous,omitempty"` // of this camera
	Parent         *Link     `json:"parent,omitempty"`   // of a redacted copy
	Seals          []SealRef `json:"seals"`
	Files          []Entry   `json:"files"` // in the order of the tar
}

// SealRef says which key made which signature.
type SealRef struct {
	Algorithm string `json:"algorithm"`
	Key       string `json:"key"`
	File      string `json:"file"`
}

// Entry is one sealed file.
type Entry struct {
	Path   string `json:"path"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
	SM3    string `json:"sm3"`
}

func entries(files []File) []Entry {
	out := make([]Entry, len(files))
	for i, f := range files {
		out[i] = Entry{f.Path, f.Size, hex.EncodeToString(f.SHA256[:]), hex.EncodeToString(f.SM3[:])}
	}
	return out
}

// filled is the manifest with what this format fixes.
func (m Manifest) filled() (Manifest, error) {
	m.Format = Format
	m.Raised, m.Sealed = m.Raised.UTC().Truncate(time.Microsecond), m.Sealed.UTC().Truncate(time.Microsecond)
	for _, e := range m.Files {
		if e.Path == Incident {
			m.IncidentSHA256 = e.SHA256
		}
	}
	if m.IncidentSHA256 == "" {
		return m, fmt.Errorf("bundle %s has no %s", m.Bundle, Incident)
	}
	return m, nil
}

// canonical returns the manifest as RFC 8785 writes it.
func (m Manifest) canonical() ([]byte, error) {
	m, err := m.filled()
	if err != nil {
		return nil, err
	}
	text, err := canonical.Write(m)
	if err != nil {
		return nil, fmt.Errorf("write manifest of bundle %s: %w", m.Bundle, err)
	}
	return text, nil
}

// ParseManifest reads a manifest. It takes only the canonical form, without
// unknown or repeated fields.
func ParseManifest(text []byte) (Manifest, error) {
	var m Manifest
	// Before it is parsed, since a small text of many entries takes much memory.
	if n := bytes.Count(text, []byte("{")); n > MaxFiles+maxSeals+8 {
		return m, fmt.Errorf("%s holds %d objects, more than a bundle of %d files has", ManifestDoc, n, MaxFiles)
	}
	if err := canonical.Decode(text, &m, MaxTextBytes); err != nil {
		return m, fmt.Errorf("%s cannot be read: %w", ManifestDoc, err)
	}
	if m.Format != Format {
		return m, fmt.Errorf("%s is of format %q; this program knows %q", ManifestDoc, clip(m.Format), Format)
	}
	if len(m.Files) > MaxFiles {
		return m, fmt.Errorf("%s lists %d files, more than %d", ManifestDoc, len(m.Files), MaxFiles)
	}
	if len(m.Seals) > maxSeals {
		return m, fmt.Errorf("%s lists %d seals, more than %d", ManifestDoc, len(m.Seals), maxSeals)
	}
	again, err := m.filled()
	if err == nil {
		err = canonical.Is(text, again)
	}
	if err != nil {
		return m, fmt.Errorf("%s cannot be read: %w", ManifestDoc, err)
	}
	return m, nil
}
