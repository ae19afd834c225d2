package registry

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"offsite/detectors"
)

// SaveZone draws a new zone (no ID), or a new version of one. A Version other than
// 0 is the one that was read: if somebody drew another since, the error wraps
// ErrConflict. The camera of a zone never changes.
func (r *Registry) SaveZone(ctx context.Context, by string, z detectors.Zone) (detectors.Zone, error) {
	if err := r.checkDrawn(&z); err != nil {
		return z, fmt.Errorf("save a zone: %w", err)
	}
	err := r.change(ctx, "save a zone", func(tx pgx.Tx) error {
		before, err := r.replaced(ctx, tx, &z)
		if err != nil {
			return err
		}
		if _, err = r.camera(ctx, tx, z.Camera, "FOR UPDATE"); err != nil {
			return fmt.Errorf("camera %s: %w", z.Camera, err)
		}
		if z.Object != "" {
			if _, err = r.object(ctx, tx, z.Object, ""); err != nil {
				return refuse("object", "所选执法对象不存在", "there is no such object; choose one from the list")
			}
		}
		if err = insertZone(ctx, tx, by, z, r.moment()); err != nil {
			return err
		}
		change := Change{By: by, Kind: "zone", Subject: z.ID, Action: "create", After: z}
		if before != nil {
			change.Action, change.Before = "change", *before
		}
		return r.cameraChanged(ctx, tx, change)
	})
	return z, err
}

func (r *Registry) checkDrawn(z *detectors.Zone) error {
	z.NameZH, z.NameEN = strings.TrimSpace(z.NameZH), strings.TrimSpace(z.NameEN)
	if z.NameZH == "" {
		z.NameZH = z.NameEN
	}
	if z.NameEN == "" {
		z.NameEN = z.NameZH
	}
	if err := required("name_zh", "区域名称", "the zone's name", z.NameZH, 100); err != nil {
		return err
	}
	if err := bounded("name_en", "英文名称", "the English name", z.NameEN, 100); err != nil {
		return err
	}
	err := z.Check()
	if err == nil {
		err = r.checkZone(*z)
	}
	if err != nil {
		return refuse("polygon", "区域不符合该检测项的要求："+err.Error(), err.Error())
	}
	return nil
}

// replaced finds the version that z replaces, nil for a new zone, and gives z its
// identity and number.
func (r *Registry) replaced(ctx context.Context, tx pgx.Tx, z *detectors.Zone) (*detectors.Zone, error) {
	if z.ID == "" {
		id, err := newID()
		z.ID, z.Version = id, 1
		return nil, err
	}
	before, err := r.zone(ctx, tx, z.ID, 0, "FOR UPDATE")
	if err != nil {
		return nil, err
	}
	if z.Version > 0 && z.Version != before.Version || z.Camera != "" && z.Camera != before.Camera {
		return nil, ErrConflict
	}
	_, err = tx.Exec(ctx, `UPDATE zone SET current = false WHERE id = $1 AND current`, z.ID)
	z.Version, z.Camera = before.Version+1, before.Camera
	return &before, err
}

func insertZone(ctx context.Context, tx pgx.Tx, by string, z detectors.Zone, at any) error {
	body, err := json.Marshal(z)
	if err != nil {
		return err
	}
	var object *string
	if z.Object != "" {
		object = &z.Object
	}
	_, err = tx.Exec(ctx, `INSERT INTO zone (id, version, camera_id, object_id, detector, body, current, at, by_whom)
		VALUES ($1, $2, $3, $4, $5, $6, true, $7, $8)`, z.ID, z.Version, z.Camera, object, z.Detector, body, at, by)
	return err
}

// RemoveZone ends a zone; its versions stay readable.
func (r *Registry) RemoveZone(ctx context.Context, by, id string) error {
	return r.change(ctx, "remove zone "+id, func(tx pgx.Tx) error {
		before, err := r.zone(ctx, tx, id, 0, "FOR UPDATE")
		if err != nil {
			return err
		}
		if _, err = tx.Exec(ctx, `UPDATE zone SET current = false WHERE id = $1 AND current`, id); err != nil {
			return err
		}
		return r.cameraChanged(ctx, tx, Change{By: by, Kind: "zone", Subject: id, Action: "remove", Before: before})
	})
}

// Zone returns one version of a zone, also of a removed one; version 0 is the
// current one.
func (r *Registry) Zone(ctx context.Context, id string, version int) (detectors.Zone, error) {
	z, err := r.zone(ctx, r.db, id, version, "")
	if err != nil {
		return z, fmt.Errorf("read zone %s, version %d: %w", id, version, err)
	}
	return z, nil
}

func (r *Registry) zone(ctx context.Context, db database, id string, version int, lock string) (z detectors.Zone, err error) {
	if err = known(id); err != nil {
		return z, err
	}
	var body []byte
	err = db.QueryRow(ctx, `SELECT body FROM zone WHERE id = $1 AND (version = $2 OR $2 = 0 AND current) `+lock, id, version).Scan(&body)
	if err != nil {
		return z, absent(err)
	}
	if err = json.Unmarshal(body, &z); err != nil {
		return z, fmt.Errorf("read what is kept of it: %w", err)
	}
	return z, nil
}
