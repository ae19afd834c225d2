package registry

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/jackc/pgx/v5"

	"offsite/store"
)

// camerasChannel tells that a camera or a zone has changed.
const camerasChannel = "offsite_cameras"

// TellNodes wakes the watching nodes when the transaction is committed, as where
// cameras were given up that others can take.
func TellNodes(ctx context.Context, tx pgx.Tx) error {
	if _, err := tx.Exec(ctx, `SELECT pg_notify($1, '')`, camerasChannel); err != nil {
		return fmt.Errorf("tell the watching nodes: %w", err)
	}
	return nil
}

// Watched is a camera as the pipeline needs it: with credentials and zones.
type Watched struct {
	Camera  Camera
	Address string // with credentials; never logged or shown
	// Substream is the address of the same view in fewer pixels, "" if there is none.
	Substream string // with credentials; never logged or shown
}

// LogValue keeps the address out of logs.
func (w Watched) LogValue() slog.Value {
	return slog.GroupValue(slog.String("id", w.Camera.ID), slog.String("url", w.Camera.URL))
}

// String keeps the address out of whatever is printed.
func (w Watched) String() string { return "camera " + w.Camera.ID + " at " + w.Camera.URL }

// Watched lists the cameras that are to be watched, with what is needed for it.
func (r *Registry) Watched(ctx context.Context) ([]Watched, error) {
	rows, err := r.db.Query(ctx, `SELECT `+cameraColumns+`, c.address_sealed, c.substream_sealed FROM camera c WHERE removed_at IS NULL AND NOT unwatched ORDER BY id`)
	if err != nil {
		return nil, fmt.Errorf("list the cameras to watch: %w", err)
	}
	all, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (w Watched, err error) {
		var sealed, small []byte
		if w.Camera, err = scanCameraAnd(row, &sealed, &small); err != nil {
			return w, err
		}
		if w.Address, err = r.unsealAddress(w.Camera.ID, sealed); err != nil {
			return w, err
		}
		w.Substream, err = r.unsealSubstream(w.Camera.ID, small)
		return w, err
	})
	if err != nil {
		return nil, fmt.Errorf("list the cameras to watch: %w", err)
	}
	return all, nil
}

// Changes signals that cameras or zones may have changed: after every change, and
// after every lost connection. Signals that come together are one. The channel is
// closed when ctx is done.
func (r *Registry) Changes(ctx context.Context) <-chan struct{} {
	out := make(chan struct{}, 1)
	go func() {
		defer close(out)
		store.Listen(ctx, r.pool, camerasChannel, func(store.Notice) {
			select {
			case out <- struct{}{}:
			default:
			}
		})
	}()
	return out
}
