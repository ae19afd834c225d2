package main

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"path"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/riverqueue/river"
	"golang.org/x/sync/semaphore"

	"offsite/casework"
	"offsite/evidence"
	"offsite/evidence/vault"
	"offsite/pipeline/mask"
)

const (
	mostMasked = 256 << 20 // bytes of a picture or clip that is covered
	clipFile   = "data/clip.mp4"
)

// redactWorker makes redacted copies of a case's bundles where the cameras are.
type redactWorker struct {
	river.WorkerDefaults[casework.RedactArgs]
	watcher *watcher
	masks   *mask.Masker
	turn    *semaphore.Weighted // one case at a time: it takes a processor core
}

func newRedactWorker(w *watcher) (*redactWorker, error) {
	masks, err := mask.New(w.engine)
	if err != nil {
		return nil, fmt.Errorf("prepare to redact: %w", err)
	}
	return &redactWorker{watcher: w, masks: masks, turn: semaphore.NewWeighted(1)}, nil
}

// Work seals a copy of each bundle that has none yet. Done again, it gives the same
// bundle, which is kept once.
func (r *redactWorker) Work(ctx context.Context, job *river.Job[casework.RedactArgs]) error {
	if err := r.turn.Acquire(ctx, 1); err != nil {
		return err
	}
	defer r.turn.Release(1)
	list, err := r.watcher.desk.book.Unredacted(ctx, job.Args.CaseID)
	if err != nil {
		return err
	}
	for _, parent := range list {
		if kept, err := r.watcher.keeper.Has(redactedID(parent)); err != nil || kept {
			if err != nil {
				return err
			}
			continue // on its way to the store
		}
		m, err := r.material(ctx, parent, job.Args.CaseID)
		if err != nil {
			return fmt.Errorf("redact bundle %s: %w", parent.BundleID, err)
		}
		if err := r.watcher.keeper.Keep(ctx, m); err != nil {
			return err
		}
	}
	return nil
}

// Timeout is enough for the clips of a case, one after the other.
func (*redactWorker) Timeout(*river.Job[casework.RedactArgs]) time.Duration { return 30 * time.Minute }

// redactedDoc is data/incident.json of a redacted copy; docs/formats/bundle.md names
// every field.
type redactedDoc struct {
	ID      string         `json:"id"`
	Kind    string         `json:"kind"`
	Camera  string         `json:"camera"`
	Parent  string         `json:"parent"`  // bundle
	Covered []string       `json:"covered"` // labels
	Files   []redactedFile `json:"files"`
}

type redactedFile struct {
	Path   string `json:"path"`   // the same in both bundles
	SHA256 string `json:"sha256"` // of the parent's file
}

// material is the copy of a bundle: what pictures and clip show, people and vehicles
// covered.
func (r *redactWorker) material(ctx context.Context, parent evidence.Receipt, caseID string) (evidence.Material, error) {
	m := evidence.Material{
		ID: redactedID(parent), Kind: casework.RedactedKind, Camera: parent.Camera, Raised: parent.SealedAt,
		CameraDoc: json.RawMessage(`{"registered":null}`),
		Parent:    &evidence.Parent{BundleID: parent.BundleID, ManifestSHA256: parent.ManifestSHA256},
	}
	doc := redactedDoc{ID: m.ID, Kind: m.Kind, Camera: m.Camera, Parent: parent.BundleID, Covered: mask.Covered()}
	for _, e := range parent.Files {
		cover := r.covers(e.Path)
		if cover == nil {
			continue
		}
		copied, err := covered(ctx, r.watcher.desk.vault, parent, e.Path, cover)
		if err != nil {
			return m, err
		}
		m.Files = append(m.Files, evidence.File{Path: strings.TrimPrefix(e.Path, "data/"), Data: copied})
		doc.Files = append(doc.Files, redactedFile{e.Path, e.SHA256})
	}
	for _, part := range []struct {
		into *json.RawMessage
		from any
	}{
		{&m.Incident, doc}, {&m.Models, r.watcher.engine.Uses("objects")},
		{&m.Summary, casework.Redacted{Kind: m.Kind, CaseID: caseID, Parent: parent.BundleID}},
	} {
		text, err := json.Marshal(part.from)
		if err != nil {
			return m, err
		}
		*part.into = text
	}
	return m, nil
}

// covers gives what covers a file; nil where it is no picture that the party sees.
func (r *redactWorker) covers(name string) func(context.Context, []byte) ([]byte, error) {
	switch {
	case name == clipFile:
		return r.masks.MP4
	case strings.HasPrefix(name, "data/stills/") && path.Ext(name) == ".png":
		return func(_ context.Context, raw []byte) ([]byte, error) { return r.masks.PNG(raw) }
	}
	return nil
}

// redactedID is the same each time a bundle is copied: a UUIDv7 of the time at which it
// was sealed, whose random part comes from it.
func redactedID(parent evidence.Receipt) string {
	return derivedID("redacted/"+parent.ManifestSHA256, parent.SealedAt)
}

// derivedID is a UUIDv7 whose random part comes from what it is derived of.
func derivedID(of string, at time.Time) string {
	var id uuid.UUID
	digest := sha256.Sum256([]byte(of))
	copy(id[:], digest[:])
	const versionByte, variantByte = 6, 8
	var ms [8]byte
	binary.BigEndian.PutUint64(ms[:], uint64(at.UnixMilli()))
	copy(id[:versionByte], ms[2:])
	id[versionByte] = id[versionByte]&0x0f | 0x70
	id[variantByte] = id[variantByte]&0x3f | 0x80
	return id.String()
}

// covered reads a file of a bundle and covers what it shows of people.
func covered(ctx context.Context, v *vault.Vault, r evidence.Receipt, file string, cover func(context.Context, []byte) ([]byte, error)) ([]byte, error) {
	body, entry, err := v.OpenEntry(ctx, r, file)
	if err != nil {
		return nil, err
	}
	defer body.Close()
	if entry.SizeBytes > mostMasked {
		return nil, fmt.Errorf("%s has %d MiB; at most %d MiB are covered", file, entry.SizeBytes>>20, mostMasked>>20)
	}
	raw, err := io.ReadAll(body)
	if err != nil {
		return nil, err
	}
	return cover(ctx, raw)
}
