package keep

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"time"

	"offsite/evidence/bundle"
	"offsite/evidence/timestamp"
)

// deed is one line of data/custody.ndjson.
type deed struct {
	At      time.Time `json:"at"`
	Step    string    `json:"step"` // "raise", "spool", "seal"
	Host    string    `json:"host"`
	Process string    `json:"process"`
	PID     int       `json:"pid"`
	Version string    `json:"version"`
}

func custody(m *meta, sealed time.Time, sealer agent) ([]byte, error) {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	for _, d := range []deed{
		{At: m.Raised, Step: "raise", Host: m.By.Host, PID: m.By.PID, Version: m.By.Version},
		{At: m.Kept, Step: "spool", Host: m.By.Host, PID: m.By.PID, Version: m.By.Version},
		{At: sealed, Step: "seal", Host: sealer.Host, PID: sealer.PID, Version: sealer.Version},
	} {
		d.At, d.Process = d.At.UTC().Truncate(time.Microsecond), "offsite"
		if err := enc.Encode(d); err != nil {
			return nil, fmt.Errorf("write custody record: %w", err)
		}
	}
	return out.Bytes(), nil
}

// seal reads the body, checks that it is as it was kept, and writes the part
// with manifest and signatures.
func (k *Keeper) seal(w *work) error {
	m, err := w.readMeta()
	if err != nil {
		return err
	}
	body, err := w.readBody(m)
	if err != nil {
		return err
	}
	return k.chains.of(m.Camera).next(m.ID, func(previous *bundle.Link) (string, error) {
		now := k.o.Now()
		record, err := custody(m, now, agent{Host: k.o.Host, Version: k.o.Version, PID: os.Getpid()})
		if err != nil {
			return "", err
		}
		part, manifest, err := bundle.WriteSeal(body, bundle.Manifest{
			Bundle: m.ID, Kind: m.Kind, Camera: m.Camera, Raised: m.Raised, Sealed: now,
			Previous: previous, Parent: m.parent(), Seals: k.o.Sealer.Refs(),
		}, record, "offsite "+k.o.Version, k.o.Sealer.Sign)
		if err != nil {
			return "", err
		}
		sum := sha256.Sum256(manifest)
		return hex.EncodeToString(sum[:]), w.entry.Add(sealFile, part)
	})
}

func (w *work) readBody(m *meta) (bundle.Contents, error) {
	f, err := w.entry.Open(bodyFile)
	if err != nil {
		return bundle.Contents{}, err
	}
	defer f.Close()
	body, err := bundle.Read(f, bundle.Part, math.MaxInt64)
	if err := sound(body, err, m.ID, bodyFile); err != nil {
		return body, err
	}
	if body.BodySum() != m.BodySum {
		return body, fmt.Errorf("%s of spooled incident %s was changed on the disk: its files have other digests than when they were kept; see whether the disk is sound", bodyFile, m.ID)
	}
	return body, nil
}

// stamp asks the authorities for tokens and writes the last part.
func (k *Keeper) stamp(ctx context.Context, w *work) error {
	m, digest, err := w.manifest()
	if err != nil {
		return err
	}
	if err := k.chains.of(m.Camera).settle(m.Bundle, digest); err != nil {
		return err
	}
	tags, err := w.tags()
	if err != nil {
		return err
	}
	stamped, err := timestamp.All(ctx, append([]timestamp.Stamper{k.o.Stamper}, k.o.Stampers...), sha256.Sum256(tags.Text[bundle.ManifestDoc]))
	var tokens [][]byte
	for _, t := range stamped {
		if err == nil && t.At.Before(m.Sealed.Add(-time.Minute-t.Accuracy)) {
			err = errors.New("the authority's time is before the seal's; set the clock of this machine (NTP)")
		}
		tokens = append(tokens, t.DER)
	}
	if err != nil {
		return fmt.Errorf("timestamp bundle %s: %w", m.Bundle, err)
	}
	end, err := bundle.WriteEnd(tags, tokens...)
	if err != nil {
		return err
	}
	return w.entry.Add(endFile, end)
}
