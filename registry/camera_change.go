package registry

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"offsite/detectors"
	"offsite/store"
)

// CreateCamera registers a camera.
func (r *Registry) CreateCamera(ctx context.Context, by string, draft CameraDraft) (Camera, error) {
	if err := draft.check(); err != nil {
		return Camera{}, fmt.Errorf("register a camera: %w", err)
	}
	where, err := readAddress(draft.URL, draft.Protocol)
	if err != nil {
		return Camera{}, fmt.Errorf("register a camera: %w", err)
	}
	small, err := readSubstream(draft.Substream, where.whole)
	if err != nil {
		return Camera{}, fmt.Errorf("register a camera: %w", err)
	}
	id, err := newID()
	if err != nil {
		return Camera{}, err
	}
	sealed, err := r.secrets.Seal(addressPurpose(id), where.whole)
	if err != nil {
		return Camera{}, fmt.Errorf("register a camera: %w", err)
	}
	at := r.moment()
	draft.Substream = "" // it has credentials; set below
	c := Camera{ID: id, CameraChange: draft.CameraChange, URL: where.shown, Protocol: draft.Protocol,
		Zones: []detectors.Zone{}, Version: 1, CreatedAt: at, ChangedAt: at}
	err = r.change(ctx, "register a camera", func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO camera (id, name, place, longitude, latitude, address_sealed, address_shown, protocol,
			legal_review_no, technical_review_no, published_on, cadence, version, created_at, changed_at, unwatched, township)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11::text::date, $12, 1, $13, $13, $14, $15)`,
			c.ID, c.Name, c.Place, c.Longitude, c.Latitude, sealed, c.URL, c.Protocol,
			c.LegalReviewNo, c.TechnicalReviewNo, c.PublishedOn, c.Cadence, at, c.Unwatched, c.Township)
		if err == nil {
			err = r.setSubstream(ctx, tx, &c, small)
		}
		if err != nil {
			return err
		}
		return r.cameraChanged(ctx, tx, Change{By: by, Subject: id, Action: "create", After: c})
	})
	return c, err
}

// ChangeCamera replaces what a person may change. version is the one that was read;
// 0 changes whatever stands. Errors wrap ErrConflict.
func (r *Registry) ChangeCamera(ctx context.Context, by, id string, version int, change CameraChange) (Camera, error) {
	if err := change.check(); err != nil {
		return Camera{}, fmt.Errorf("change camera %s: %w", id, err)
	}
	return r.update(ctx, by, id, version, "change", func(tx pgx.Tx, c *Camera) error {
		if err := r.changeSubstream(ctx, tx, c, change.Substream); err != nil {
			return err
		}
		change.Substream = c.Substream
		c.CameraChange = change
		_, err := tx.Exec(ctx, `UPDATE camera SET name = $2, place = $3, longitude = $4, latitude = $5, legal_review_no = $6,
			technical_review_no = $7, published_on = $8::text::date, cadence = $9, version = $10, changed_at = $11, unwatched = $12, township = $13 WHERE id = $1`,
			c.ID, c.Name, c.Place, c.Longitude, c.Latitude, c.LegalReviewNo, c.TechnicalReviewNo, c.PublishedOn, c.Cadence,
			c.Version, c.ChangedAt, c.Unwatched, c.Township)
		return err
	})
}

// MoveCamera gives a camera another address, as when its password was changed.
func (r *Registry) MoveCamera(ctx context.Context, by, id string, version int, url, protocol string) (Camera, error) {
	where, err := readAddress(url, protocol)
	if err != nil {
		return Camera{}, fmt.Errorf("change the address of camera %s: %w", id, err)
	}
	sealed, err := r.secrets.Seal(addressPurpose(id), where.whole)
	if err != nil {
		return Camera{}, fmt.Errorf("change the address of camera %s: %w", id, err)
	}
	return r.update(ctx, by, id, version, "address", func(tx pgx.Tx, c *Camera) error {
		if err := r.followAddress(ctx, tx, c, where.whole); err != nil {
			return err
		}
		c.URL, c.Protocol = where.shown, protocol
		_, err := tx.Exec(ctx, `UPDATE camera SET address_sealed = $2, address_shown = $3, protocol = $4, version = $5,
			changed_at = $6 WHERE id = $1`, c.ID, sealed, c.URL, c.Protocol, c.Version, c.ChangedAt)
		return err
	})
}

// update changes a camera under its lock, in the next version.
func (r *Registry) update(ctx context.Context, by, id string, version int, action string, apply func(pgx.Tx, *Camera) error) (after Camera, err error) {
	err = r.change(ctx, action+" camera "+id, func(tx pgx.Tx) error {
		before, err := r.camera(ctx, tx, id, "FOR UPDATE")
		if err != nil {
			return err
		}
		if version > 0 && version != before.Version {
			return ErrConflict
		}
		after = before
		after.Version, after.ChangedAt = before.Version+1, r.moment()
		if err := apply(tx, &after); err != nil {
			return err
		}
		return r.cameraChanged(ctx, tx, Change{By: by, Subject: id, Action: action, Before: before, After: after})
	})
	return after, err
}

// RemoveCamera takes a camera off the lists and its zones with it. What incidents
// and cases say of it stays.
func (r *Registry) RemoveCamera(ctx context.Context, by, id string, version int) error {
	_, err := r.update(ctx, by, id, version, "remove", func(tx pgx.Tx, c *Camera) error {
		for _, sql := range []string{
			`UPDATE camera SET removed_at = $2, changed_at = $2, version = version + 1 WHERE id = $1`,
			`UPDATE zone SET current = false WHERE camera_id = $1 AND current AND $2::timestamptz IS NOT NULL`,
			`DELETE FROM camera_live WHERE camera_id = $1 AND $2::timestamptz IS NOT NULL`,
			`DELETE FROM camera_looks WHERE camera_id = $1 AND $2::timestamptz IS NOT NULL`,
		} {
			if _, err := tx.Exec(ctx, sql, id, c.ChangedAt); err != nil {
				return err
			}
		}
		return nil
	})
	return err
}

// cameraChanged logs a change and tells those who watch and those who look on.
func (r *Registry) cameraChanged(ctx context.Context, tx pgx.Tx, change Change) error {
	if change.Kind == "" {
		change.Kind = "camera"
	}
	if err := r.log(ctx, tx, change); err != nil {
		return err
	}
	camera := change.Subject
	if z, ok := change.After.(detectors.Zone); ok {
		camera = z.Camera
	} else if z, ok := change.Before.(detectors.Zone); ok {
		camera = z.Camera
	}
	if _, err := tx.Exec(ctx, `SELECT pg_notify($1, $2)`, camerasChannel, camera); err != nil {
		return fmt.Errorf("tell the watching nodes: %w", err)
	}
	return store.Notify(ctx, tx, stateEvent{Kind: "camera.state", CameraID: camera})
}

type stateEvent struct {
	Kind     string `json:"kind"`
	CameraID string `json:"camera_id"`
	State    string `json:"state,omitempty"`
}
