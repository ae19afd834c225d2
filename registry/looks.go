package registry

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"offsite/store"
)

const (
	// LooksKept is how long it is kept what the models said of a look, for trying rules.
	LooksKept = time.Hour
	// LooksBytes is what a row may hold, as the table has it.
	LooksBytes = 1 << 20
)

// SaveLooks keeps what the models said of the latest looks, by camera, each packed by
// package detectors/hindsight, and deletes what is older than LooksKept, of all cameras.
// What is said of a camera that another node holds by lease, or that was removed, is
// dropped.
func (r *Registry) SaveLooks(ctx context.Context, node string, packed map[string][]byte) error {
	return r.change(ctx, "save the looks of cameras of node "+node, func(tx pgx.Tx) error {
		now := r.moment()
		if _, err := tx.Exec(ctx, `DELETE FROM camera_looks WHERE at < $1`, now.Add(-LooksKept)); err != nil {
			return err
		}
		var ids []string
		var looks [][]byte
		for id, said := range packed {
			if store.IsID(id) {
				ids, looks = append(ids, id), append(looks, said)
			}
		}
		_, err := tx.Exec(ctx, `INSERT INTO camera_looks (camera_id, at, looks)
			SELECT c.id, $3, g.looks FROM unnest($1::uuid[], $4::bytea[]) AS g (camera_id, looks) JOIN camera c ON c.id = g.camera_id AND c.removed_at IS NULL
			WHERE NOT EXISTS (SELECT FROM camera_lease s WHERE s.camera_id = c.id AND s.node <> $2 AND s.until > clock_timestamp())
			ON CONFLICT DO NOTHING`, ids, node, now, looks)
		return err
	})
}

// Looks returns what is kept of a camera's looks of the last hour (LooksKept), packed,
// the earliest first; nothing where nobody watches it.
func (r *Registry) Looks(ctx context.Context, cameraID string) ([][]byte, error) {
	if err := known(cameraID); err != nil {
		return nil, fmt.Errorf("read the looks of camera %s: %w", cameraID, err)
	}
	rows, err := r.db.Query(ctx, `SELECT looks FROM camera_looks WHERE camera_id = $1 AND at >= $2 ORDER BY at`,
		cameraID, r.moment().Add(-LooksKept))
	if err != nil {
		return nil, fmt.Errorf("read the looks of camera %s: %w", cameraID, err)
	}
	packed, err := pgx.CollectRows(rows, pgx.RowTo[[]byte])
	if err != nil {
		return nil, fmt.Errorf("read the looks of camera %s: %w", cameraID, err)
	}
	return packed, nil
}
