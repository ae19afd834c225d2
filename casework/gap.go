package casework

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"offsite/evidence"
	"offsite/store"
)

// Gap is a sealed time in which a camera was not watched. It travels with its
// evidence.Material and comes back with its receipt, as a Summary does.
type Gap struct {
	Bundle   string    `json:"bundle"`
	Kind     string    `json:"kind"` // "gap"
	CameraID string    `json:"camera_id"`
	From     time.Time `json:"from"`
	To       time.Time `json:"to"`
	GoesOn   bool      `json:"goes_on"` // the next gap begins where this one ends
	Cause    string    `json:"cause"`
	Why      Text      `json:"why"`
	SealedAt time.Time `json:"sealed_at"`
}

const gapKind = "gap"

// recordGap makes a sealed gap known.
func (b *Book) recordGap(ctx context.Context, r evidence.Receipt, summary json.RawMessage) error {
	var g Gap
	if err := json.Unmarshal(summary, &g); err != nil {
		return fmt.Errorf("record gap %s: its summary cannot be read: %w", r.BundleID, err)
	}
	receipt, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("record gap %s: %w", r.BundleID, err)
	}
	_, err = b.o.Pool.Exec(ctx, `INSERT INTO camera_gap (bundle, camera_id, from_at, to_at, goes_on, cause, why_zh, why_en, sealed_at, receipt)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING`,
		r.BundleID, g.CameraID, g.From, g.To, g.GoesOn, g.Cause, g.Why.ZH, g.Why.EN, r.SealedAt, receipt)
	if err != nil {
		return fmt.Errorf("record gap %s: %w", r.BundleID, err)
	}
	return nil
}

// MostGaps is how many gaps a list gives.
const MostGaps = 1000

// Gaps lists when a camera was not watched between two times, the latest first.
func (b *Book) Gaps(ctx context.Context, cameraID string, from, to time.Time) ([]Gap, error) {
	if !store.IsID(cameraID) {
		return nil, fmt.Errorf("list gaps of camera %q: %w", cameraID, ErrNotFound)
	}
	rows, err := b.o.Pool.Query(ctx, `SELECT bundle::text, camera_id::text, from_at, to_at, goes_on, cause, why_zh, why_en, sealed_at FROM camera_gap
		WHERE camera_id = $1 AND to_at > $2 AND from_at < $3 ORDER BY from_at DESC LIMIT $4`, cameraID, from, to, MostGaps)
	if err != nil {
		return nil, fmt.Errorf("list gaps of camera %s: %w", cameraID, err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (g Gap, err error) {
		g.Kind = gapKind
		err = row.Scan(&g.Bundle, &g.CameraID, &g.From, &g.To, &g.GoesOn, &g.Cause, &g.Why.ZH, &g.Why.EN, &g.SealedAt)
		return g, err
	})
	if err != nil {
		return nil, fmt.Errorf("list gaps of camera %s: %w", cameraID, err)
	}
	return list, nil
}
