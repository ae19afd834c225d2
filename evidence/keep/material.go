package keep

import (
	"bytes"
	"crypto/sha256"
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"offsite/evidence"
	"offsite/evidence/bundle"
	"offsite/evidence/spool"
)

// The files of a spool entry.
const (
	bodyFile    = "body.tar"
	metaFile    = "meta.json"
	sealFile    = "seal.part"
	endFile     = "end.part"
	receiptFile = "receipt.json"
	logFile     = "log.tlog-proof"
)

// meta is what the spool knows of a material beside its body.
type meta struct {
	ID        string          `json:"id"`
	Act       string          `json:"act,omitempty"`
	Kind      string          `json:"kind"`
	Camera    string          `json:"camera"`
	Raised    time.Time       `json:"raised"`
	Kept      time.Time       `json:"kept"`
	By        agent           `json:"by"`
	BodySum   string          `json:"body_sum"`   // bundle.BodySum
	BodyState []byte          `json:"body_state"` // SHA-256 of the tar as far as its body, as a hash.Hash marshals it
	Summary   json.RawMessage `json:"summary,omitempty"`

	Parent     *evidence.Parent `json:"parent,omitempty"`
	BodySHA256 string           `json:"body_sha256,omitempty"` // of version 0.1, in place of the two above
}

// parent is the link of a redacted copy to what it was made from.
func (m *meta) parent() *bundle.Link {
	if m.Parent == nil {
		return nil
	}
	return &bundle.Link{Bundle: m.Parent.BundleID, ManifestSHA256: m.Parent.ManifestSHA256}
}

// agent is who did something.
type agent struct {
	Host    string `json:"host"`
	Version string `json:"version"`
	PID     int    `json:"pid"`
}

// payload checks the material and lists the files of data/ in their order. size
// is about what they take in the spool.
func payload(m evidence.Material) (files []bundle.Payload, size int64, err error) {
	if err := bundle.CheckID(m.ID); err != nil {
		return nil, 0, err
	}
	if m.Camera == "" || m.Kind == "" || m.Raised.IsZero() {
		return nil, 0, errors.New("camera, kind and time are all needed")
	}
	if (m.Kind == "redacted") != (m.Parent != nil) {
		return nil, 0, errors.New("a redacted copy names the bundle it was made from, and no other does")
	}
	if m.Parent != nil && (bundle.CheckID(m.Parent.BundleID) != nil || len(m.Parent.ManifestSHA256) != 64) {
		return nil, 0, fmt.Errorf("its parent %q is no bundle", m.Parent.BundleID)
	}
	if len(m.Summary) > 0 && !json.Valid(m.Summary) {
		return nil, 0, errors.New("its summary is no JSON")
	}
	for _, doc := range []struct {
		path string
		text json.RawMessage
	}{{"incident.json", m.Incident}, {"camera.json", m.CameraDoc}, {"models.json", m.Models}} {
		if !json.Valid(doc.text) {
			return nil, 0, fmt.Errorf("%s is no JSON", doc.path)
		}
		files = append(files, bundle.Payload{Path: doc.path, Data: doc.text})
	}
	var looks bytes.Buffer
	for i, look := range m.Looks {
		if err := json.Compact(&looks, look); err != nil {
			return nil, 0, fmt.Errorf("look %d is no JSON: %w", i, err)
		}
		looks.WriteByte('\n')
	}
	files = append(files, bundle.Payload{Path: "detections.ndjson", Data: looks.Bytes()})
	for _, f := range m.Files {
		files = append(files, bundle.Payload{Path: f.Path, Data: f.Data})
	}
	for _, f := range files {
		size += int64(len(f.Data)) + 1024
	}
	return files, size + int64(len(m.Summary)), nil
}

// parts write the body and, once its digests are known, the meta.
func parts(m *meta, files []bundle.Payload) []spool.Part {
	return []spool.Part{
		{Name: bodyFile, Write: func(w io.Writer) error {
			sum := sha256.New()
			err := bundle.WriteBody(io.MultiWriter(w, sum), m.ID, m.Raised, files)
			if err != nil {
				return err
			}
			m.BodySum = bundle.BodySum(m.ID, m.Raised, files)
			m.BodyState, err = sum.(encoding.BinaryMarshaler).MarshalBinary()
			return err
		}},
		{Name: metaFile, Write: func(w io.Writer) error { return json.NewEncoder(w).Encode(m) }},
	}
}
