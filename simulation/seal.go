package simulation

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"math/rand/v2"
	"time"

	"offsite/casework"
	"offsite/evidence"
)

// raise seals an incident at a spot and hands it over, as evidence does; the finding
// that it became is asked for by its zone.
func (b *bureau) raise(ctx context.Context, r *rand.Rand, s *spot) (incident string, err error) {
	return b.sealed(ctx, r, s, casework.Summary{Kind: "incident"})
}

// recheck seals what the camera sees when the grace period is over.
func (b *bureau) recheck(ctx context.Context, r *rand.Rand, s *spot, caseID string, present bool) error {
	_, err := b.sealed(ctx, r, s, casework.Summary{Kind: "recheck", CaseID: caseID, Present: present})
	return err
}

func (b *bureau) sealed(ctx context.Context, r *rand.Rand, s *spot, sum casework.Summary) (string, error) {
	id, err := newID()
	if err != nil {
		return "", err
	}
	now := b.clock.now()
	sum.IncidentID, sum.Detector, sum.CameraID, sum.ZoneID, sum.ZoneVersion, sum.ObjectID = id, s.zone.Detector, s.camera.ID, s.zone.ID, s.zone.Version, s.object
	sum.First, sum.Last, sum.Raised = now.Add(-3*time.Minute), now.Add(-time.Minute), now.Add(-2*time.Minute)
	sum.ClipFrom, sum.ClipTo = sum.First, sum.Last
	sum.Rule = s.zone.Detector + "/1"
	sum.Why = casework.Text{ZH: "监控区域内的违法状态持续超过规定时间", EN: "what is forbidden in the zone lasted longer than allowed"}
	sum.Values = map[string]float64{"dwell_s": 120, "area_m2": float64(r.IntN(6000))}
	sum.Stills = []casework.SummaryStill{{Name: "0001", Role: "before", At: sum.First}, {Name: "0002", Role: "raised", At: sum.Raised}}
	raw, err := sum.Raw()
	if err != nil {
		return "", err
	}
	digest := sha256.Sum256(raw)
	receipt := evidence.Receipt{BundleID: id, Kind: sum.Kind, Camera: s.camera.ID, Bucket: "simulation", Key: id, VersionID: "1", SizeBytes: int64(len(raw)),
		ManifestSHA256: hex.EncodeToString(digest[:]), SealKeyID: "simulation", SealedAt: now, TimestampAt: now, RetainUntil: now.AddDate(0, 0, 30),
		Files: []evidence.Entry{{Path: "data/clip.mp4", SizeBytes: 1}, {Path: "data/stills/0001.png", SizeBytes: 1}, {Path: "data/stills/0002.png", SizeBytes: 1}}}
	return id, b.book.RecordEvidence(ctx, receipt, raw)
}
