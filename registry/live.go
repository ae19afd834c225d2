package registry

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"offsite/store"
)

// Live is what a camera does now, as the watching node sees it. Status is the node's
// own report, for the console.
type Live struct {
	CameraID  string          `json:"camera_id"`
	Node      string          `json:"node"`
	State     string          `json:"state"` // connecting, live, stalled, failed, …
	Status    json.RawMessage `json:"status"`
	Picture   []byte          `json:"-"` // JPEG; nil leaves the one before
	PictureAt *time.Time      `json:"picture_at,omitempty"`
	UpdatedAt time.Time       `json:"updated_at"`
}

type pictureEvent struct {
	Kind     string    `json:"kind"`
	CameraID string    `json:"camera_id"`
	At       time.Time `json:"at"`
}

// SaveLive keeps what a node sees, and tells the console of new states and pictures.
// What is said of a camera that another node holds by lease, or that was removed, is
// dropped.
func (r *Registry) SaveLive(ctx context.Context, node string, all []Live) error {
	return r.change(ctx, "save the live state of cameras of node "+node, func(tx pgx.Tx) error {
		for _, l := range all {
			if !store.IsID(l.CameraID) {
				continue
			}
			if len(l.Status) == 0 {
				l.Status = json.RawMessage(`{}`)
			}
			if err := r.saveLive(ctx, tx, node, l); err != nil {
				return fmt.Errorf("camera %s: %w", l.CameraID, err)
			}
		}
		return nil
	})
}

// saveLiveSQL returns whether the state is another than before; no row if another
// node holds the camera.
const saveLiveSQL = `WITH before AS (SELECT state FROM camera_live WHERE camera_id = $1),
	saved AS (INSERT INTO camera_live AS l (camera_id, node, state, status, picture, picture_at, updated_at)
		SELECT c.id, $2, $3, $4, $5, $6, $7 FROM camera c WHERE c.id = $1 AND c.removed_at IS NULL
		AND NOT EXISTS (SELECT FROM camera_lease s WHERE s.camera_id = c.id AND s.node <> $2 AND s.until > clock_timestamp())
		ON CONFLICT (camera_id) DO UPDATE SET node = $2, state = $3, status = $4, picture = coalesce($5, l.picture),
		picture_at = coalesce($6, l.picture_at), updated_at = $7 RETURNING true)
	SELECT coalesce((SELECT state FROM before), '') <> $3 FROM saved`

func (r *Registry) saveLive(ctx context.Context, tx pgx.Tx, node string, l Live) error {
	if len(l.Picture) == 0 {
		l.Picture, l.PictureAt = nil, nil
	} else if l.PictureAt == nil {
		at := r.moment()
		l.PictureAt = &at
	}
	rows, err := tx.Query(ctx, saveLiveSQL, l.CameraID, node, l.State, l.Status, l.Picture, l.PictureAt, r.moment())
	if err != nil {
		return err
	}
	changed, err := pgx.CollectRows(rows, pgx.RowTo[bool])
	if err != nil || len(changed) == 0 {
		return err
	}
	if changed[0] {
		if err = store.Notify(ctx, tx, stateEvent{Kind: "camera.state", CameraID: l.CameraID, State: l.State}); err != nil {
			return err
		}
	}
	if l.PictureAt == nil {
		return nil
	}
	return store.Notify(ctx, tx, pictureEvent{Kind: "camera.picture", CameraID: l.CameraID, At: l.PictureAt.UTC()})
}

// Live lists what all cameras do now, without pictures. UpdatedAt tells how fresh it
// is: a node that died leaves its last word.
func (r *Registry) Live(ctx context.Context) ([]Live, error) {
	rows, err := r.db.Query(ctx, `SELECT camera_id::text, node, state, status, picture_at, updated_at FROM camera_live`)
	if err != nil {
		return nil, fmt.Errorf("read the live state of the cameras: %w", err)
	}
	all, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (l Live, err error) {
		err = row.Scan(&l.CameraID, &l.Node, &l.State, &l.Status, &l.PictureAt, &l.UpdatedAt)
		return l, err
	})
	if err != nil {
		return nil, fmt.Errorf("read the live state of the cameras: %w", err)
	}
	return all, nil
}

// LastWord is when a node last told of a camera.
type LastWord struct {
	CameraID, Node string
	At             time.Time
}

// LastWords tell which nodes told of cameras last. One of which nobody ever did is left out.
func (r *Registry) LastWords(ctx context.Context, cameraIDs []string) ([]LastWord, error) {
	rows, err := r.db.Query(ctx, `SELECT camera_id::text, node, updated_at FROM camera_live WHERE camera_id = ANY ($1::uuid[])`, cameraIDs)
	if err != nil {
		return nil, fmt.Errorf("read when cameras were last told of: %w", err)
	}
	all, err := pgx.CollectRows(rows, pgx.RowToStructByPos[LastWord])
	if err != nil {
		return nil, fmt.Errorf("read when cameras were last told of: %w", err)
	}
	return all, nil
}

// wantedStep is how exactly it is known when a picture was last looked at.
const wantedStep = 5 * time.Second

// Wanted lists the cameras of a node whose picture somebody has looked at lately.
func (r *Registry) Wanted(ctx context.Context, node string, lately time.Duration) ([]string, error) {
	rows, err := r.db.Query(ctx, `SELECT camera_id::text FROM camera_live WHERE node = $1 AND wanted_at > $2`,
		node, r.moment().Add(-lately))
	if err != nil {
		return nil, fmt.Errorf("read whose pictures are looked at: %w", err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, fmt.Errorf("read whose pictures are looked at: %w", err)
	}
	return ids, nil
}

// Picture returns the latest picture of a camera; ErrNotFound before the first. It
// notes that somebody looks at it, so that the node writes newer ones (Wanted).
func (r *Registry) Picture(ctx context.Context, cameraID string) (jpeg []byte, at time.Time, err error) {
	if err = known(cameraID); err != nil {
		return nil, at, fmt.Errorf("read the picture of camera %s: %w", cameraID, err)
	}
	err = r.db.QueryRow(ctx, `SELECT picture, picture_at FROM camera_live WHERE camera_id = $1 AND picture IS NOT NULL`, cameraID).
		Scan(&jpeg, &at)
	if err != nil {
		return nil, at, fmt.Errorf("read the picture of camera %s: %w", cameraID, absent(err))
	}
	now := r.moment()
	_, err = r.db.Exec(ctx, `UPDATE camera_live SET wanted_at = $2 WHERE camera_id = $1 AND (wanted_at IS NULL OR wanted_at < $3)`,
		cameraID, now, now.Add(-wantedStep))
	if err != nil {
		return nil, at, fmt.Errorf("note that the picture of camera %s is looked at: %w", cameraID, err)
	}
	return jpeg, at, nil
}
