package registry

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	_ "image/png" // a sign may come as one
	"time"

	"github.com/jackc/pgx/v5"
)

// Sign is the photograph of the sign that stands by a camera (Penalty Law art. 41,
// PIPL art. 26), by its digest.
type Sign struct {
	SHA256 string    `json:"sha256"`
	At     time.Time `json:"at"`
}

const (
	signPixels = 16_000_000 // of what is taken in
	signBytes  = 2 << 20    // of what is kept, as the table has it
	signBest   = 85         // JPEG quality
)

// SaveSign keeps a photograph (JPEG or PNG) of the sign by a camera, in place of the
// one before. It is drawn anew, so that it carries no metadata: a phone writes where
// and by whom it was taken. Errors wrap ErrInvalid, ErrNotFound.
func (r *Registry) SaveSign(ctx context.Context, by, cameraID string, photograph []byte) (Camera, error) {
	picture, err := Redrawn("sign", photograph)
	if err != nil {
		return Camera{}, fmt.Errorf("keep the sign of camera %s: %w", cameraID, err)
	}
	digest := sha256.Sum256(picture)
	return r.update(ctx, by, cameraID, 0, "sign", func(tx pgx.Tx, c *Camera) error {
		c.Sign = &Sign{hex.EncodeToString(digest[:]), c.ChangedAt}
		if err := r.touch(ctx, tx, *c); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `INSERT INTO camera_sign (camera_id, sha256, picture, at, by_whom) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (camera_id) DO UPDATE SET sha256 = $2, picture = $3, at = $4, by_whom = $5`, c.ID, digest[:], picture, c.ChangedAt, by)
		return err
	})
}

// RemoveSign takes the photograph away. Errors wrap ErrNotFound.
func (r *Registry) RemoveSign(ctx context.Context, by, cameraID string) (Camera, error) {
	return r.update(ctx, by, cameraID, 0, "remove sign", func(tx pgx.Tx, c *Camera) error {
		if c.Sign == nil {
			return ErrNotFound
		}
		c.Sign = nil
		if err := r.touch(ctx, tx, *c); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `DELETE FROM camera_sign WHERE camera_id = $1`, c.ID)
		return err
	})
}

func (r *Registry) touch(ctx context.Context, tx pgx.Tx, c Camera) error {
	_, err := tx.Exec(ctx, `UPDATE camera SET version = $2, changed_at = $3 WHERE id = $1`, c.ID, c.Version, c.ChangedAt)
	return err
}

// SignPicture returns the photograph as it is kept, JPEG. Errors wrap ErrNotFound.
func (r *Registry) SignPicture(ctx context.Context, cameraID string) (picture []byte, at time.Time, err error) {
	if err = known(cameraID); err != nil {
		return nil, at, fmt.Errorf("read the sign of camera %s: %w", cameraID, err)
	}
	err = r.db.QueryRow(ctx, `SELECT s.picture, s.at FROM camera_sign s JOIN camera c ON c.id = s.camera_id
		WHERE s.camera_id = $1 AND c.removed_at IS NULL`, cameraID).Scan(&picture, &at)
	if err != nil {
		return nil, at, fmt.Errorf("read the sign of camera %s: %w", cameraID, absent(err))
	}
	return picture, at, nil
}

// Redrawn makes a JPEG of a photograph's pixels alone; field names what was sent where it
// is refused.
func Redrawn(field string, photograph []byte) ([]byte, error) {
	size, _, err := image.DecodeConfig(bytes.NewReader(photograph))
	if err != nil {
		return nil, refuse(field, "照片应为 JPEG 或 PNG 图片", "the photograph is to be a JPEG or PNG picture")
	}
	if size.Width*size.Height > signPixels {
		return nil, refuse(field, "照片过大，请缩小到 1600 万像素以内", "the photograph is too large; make it smaller than 16 million pixels")
	}
	seen, _, err := image.Decode(bytes.NewReader(photograph))
	if err != nil {
		return nil, refuse(field, "照片文件不完整，请重新选择", "the photograph is incomplete; choose it again")
	}
	paper := image.NewRGBA(seen.Bounds()) // what is transparent becomes white
	draw.Draw(paper, paper.Rect, image.NewUniform(color.White), image.Point{}, draw.Src)
	draw.Draw(paper, paper.Rect, seen, seen.Bounds().Min, draw.Over)
	var out bytes.Buffer
	if err := jpeg.Encode(&out, paper, &jpeg.Options{Quality: signBest}); err != nil {
		return nil, fmt.Errorf("draw the photograph anew: %w", err)
	}
	if out.Len() > signBytes {
		return nil, refuse(field, "照片过大，请缩小后再选", "the photograph is too large; make it smaller")
	}
	return out.Bytes(), nil
}
