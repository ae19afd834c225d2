package registry

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"offsite/detectors"
)

// CameraChange is what a person may change of a camera, all of it at once.
type CameraChange struct {
	Name              string   `json:"name"`
	Place             string   `json:"place"`
	Township          string   `json:"township,omitempty"`  // 乡镇, of cases without an object that names one
	Longitude         *float64 `json:"longitude,omitempty"` // WGS 84
	Latitude          *float64 `json:"latitude,omitempty"`
	LegalReviewNo     string   `json:"legal_review_no,omitempty"`     // 法制审核
	TechnicalReviewNo string   `json:"technical_review_no,omitempty"` // 技术审核
	PublishedOn       *string  `json:"published_on,omitempty"`        // "2006-01-02"; APL art. 41
	Cadence           string   `json:"cadence,omitempty"`             // between looks, "2s"; "": the node's
	Unwatched         bool     `json:"unwatched,omitempty"`           // registered, but no node is to watch it (未接入)
	// Substream is the address of the same view in fewer pixels (子码流), which looks are
	// then taken from; "": they are taken from the main stream. Of a registered camera it
	// is shown without credentials, and given back like that it stays as it is. A new one
	// without credentials takes those of the camera's address, if it is at the same host.
	Substream string `json:"substream_url,omitempty"`
}

// CameraDraft is a camera to be registered.
type CameraDraft struct {
	CameraChange
	URL      string `json:"url"`
	Protocol string `json:"protocol"` // "tcp", "udp", "": either
}

// Camera is a registered camera. Its URL has no credentials (see CameraAddress).
type Camera struct {
	ID string `json:"id"`
	CameraChange
	URL       string           `json:"url"`
	Protocol  string           `json:"protocol"`
	Sign      *Sign            `json:"sign,omitempty"` // none: nobody has photographed it
	Zones     []detectors.Zone `json:"zones"`
	ZoneCount int              `json:"zone_count"`
	Version   int              `json:"version"`
	CreatedAt time.Time        `json:"created_at"`
	ChangedAt time.Time        `json:"changed_at"`
}

// Lawful says whether the camera may give evidence of what happened at a time:
// reviewed in law and technique, and published before (APL art. 41). Dates are
// those of Asia/Shanghai.
func (c CameraChange) Lawful(at time.Time) bool {
	if c.LegalReviewNo == "" || c.TechnicalReviewNo == "" || c.PublishedOn == nil {
		return false
	}
	return *c.PublishedOn <= at.In(shanghai()).Format(time.DateOnly)
}

func shanghai() *time.Location { return time.FixedZone("Asia/Shanghai", 8*60*60) }

func (c *CameraChange) check() error {
	c.Name, c.Place, c.Township = strings.TrimSpace(c.Name), strings.TrimSpace(c.Place), strings.TrimSpace(c.Township)
	if err := required("name", "摄像机名称", "the camera's name", c.Name, 100); err != nil {
		return err
	}
	if err := bounded("place", "位置", "the place", c.Place, 300); err != nil {
		return err
	}
	if err := bounded("township", "乡镇", "the township", c.Township, 100); err != nil {
		return err
	}
	if err := checkPosition(c.Longitude, c.Latitude); err != nil {
		return err
	}
	if c.PublishedOn != nil && *c.PublishedOn == "" {
		c.PublishedOn = nil
	}
	if c.PublishedOn != nil {
		if _, err := time.Parse(time.DateOnly, *c.PublishedOn); err != nil {
			return refuse("published_on", "公示日期应形如 2026-01-31", "the day of publication looks like 2026-01-31")
		}
	}
	if c.Cadence != "" {
		if d, err := time.ParseDuration(c.Cadence); err != nil || d < 200*time.Millisecond || d > 10*time.Minute {
			return refuse("cadence", "取样间隔应在 200ms 与 10m 之间，如 2s", "the cadence is a time between 200ms and 10m, as 2s")
		}
	}
	return nil
}

// Problems lists what is wrong with a draft, one for each field.
func (d CameraDraft) Problems() []*Refused {
	var p problems
	p.add(d.check())
	_, err := readAddress(d.URL, d.Protocol)
	p.add(err)
	_, err = readSubstream(d.Substream, d.URL)
	p.add(err)
	return p
}

// Shown is the draft's address without credentials, "" where it cannot be read.
func (d CameraDraft) Shown() string {
	where, err := readAddress(d.URL, d.Protocol)
	if err != nil {
		return ""
	}
	return where.shown
}

// ShownSubstream is the same of its substream; "" also where it has none.
func (d CameraDraft) ShownSubstream() string {
	where, err := readSubstream(d.Substream, d.URL)
	if err != nil {
		return ""
	}
	return where.shown
}

func checkPosition(longitude, latitude *float64) error {
	if (longitude == nil) != (latitude == nil) {
		return refuse("longitude", "经度与纬度须同时填写", "longitude and latitude go together")
	}
	if longitude != nil && !(*longitude >= -180 && *longitude <= 180 && *latitude >= -90 && *latitude <= 90) {
		return refuse("longitude", "经纬度超出范围（WGS 84 度）", "longitude or latitude is out of range (WGS 84, degrees)")
	}
	return nil
}

const cameraColumns = `c.id::text, c.name, c.place, c.township, c.longitude, c.latitude, c.legal_review_no, c.technical_review_no,
	to_char(c.published_on, 'YYYY-MM-DD'), c.cadence, c.unwatched, c.substream_shown, c.address_shown, c.protocol, c.version, c.created_at, c.changed_at,
	(SELECT jsonb_build_object('sha256', encode(s.sha256, 'hex'), 'at', s.at) FROM camera_sign s WHERE s.camera_id = c.id),
	(SELECT jsonb_agg(z.body ORDER BY z.id) FROM zone z WHERE z.camera_id = c.id AND z.current)`

func scanCamera(row pgx.CollectableRow) (Camera, error) {
	return scanCameraAnd(row)
}

// scanCameraAnd scans the columns of a camera and what the query adds to them.
func scanCameraAnd(row pgx.CollectableRow, more ...any) (Camera, error) {
	var c Camera
	var zones, sign []byte
	err := row.Scan(append([]any{&c.ID, &c.Name, &c.Place, &c.Township, &c.Longitude, &c.Latitude, &c.LegalReviewNo, &c.TechnicalReviewNo,
		&c.PublishedOn, &c.Cadence, &c.Unwatched, &c.Substream, &c.URL, &c.Protocol, &c.Version, &c.CreatedAt, &c.ChangedAt, &sign, &zones}, more...)...)
	if err != nil {
		return c, err
	}
	if sign != nil {
		if err = json.Unmarshal(sign, &c.Sign); err != nil {
			return c, fmt.Errorf("read the sign of camera %s: %w", c.ID, err)
		}
		c.Sign.At = c.Sign.At.UTC()
	}
	c.Zones = []detectors.Zone{}
	if zones != nil {
		if err = json.Unmarshal(zones, &c.Zones); err != nil {
			return c, fmt.Errorf("read the zones of camera %s: %w", c.ID, err)
		}
	}
	c.ZoneCount = len(c.Zones)
	return c, nil
}

// Cameras lists all cameras by name, with their zones.
func (r *Registry) Cameras(ctx context.Context) ([]Camera, error) {
	rows, err := r.db.Query(ctx, `SELECT `+cameraColumns+` FROM camera c WHERE removed_at IS NULL ORDER BY name, id`)
	if err != nil {
		return nil, fmt.Errorf("list the cameras: %w", err)
	}
	cameras, err := pgx.CollectRows(rows, scanCamera)
	if err != nil {
		return nil, fmt.Errorf("list the cameras: %w", err)
	}
	return cameras, nil
}

// Camera returns one camera with its zones.
func (r *Registry) Camera(ctx context.Context, id string) (Camera, error) {
	c, err := r.camera(ctx, r.db, id, "")
	if err != nil {
		return c, fmt.Errorf("read camera %s: %w", id, err)
	}
	return c, nil
}

// camera reads one camera that is not removed; lock is "" or "FOR UPDATE".
func (r *Registry) camera(ctx context.Context, db database, id, lock string) (Camera, error) {
	if err := known(id); err != nil {
		return Camera{}, err
	}
	rows, err := db.Query(ctx, `SELECT `+cameraColumns+` FROM camera c WHERE id = $1 AND removed_at IS NULL `+lock, id)
	if err != nil {
		return Camera{}, err
	}
	c, err := pgx.CollectExactlyOneRow(rows, scanCamera)
	return c, absent(err)
}

// CameraAddress returns the address with its credentials, for opening the stream.
// It must not be logged or shown.
func (r *Registry) CameraAddress(ctx context.Context, id string) (string, error) {
	if err := known(id); err != nil {
		return "", fmt.Errorf("read the address of camera %s: %w", id, err)
	}
	var sealed []byte
	err := r.db.QueryRow(ctx, `SELECT address_sealed FROM camera WHERE id = $1 AND removed_at IS NULL`, id).Scan(&sealed)
	if err != nil {
		return "", fmt.Errorf("read the address of camera %s: %w", id, absent(err))
	}
	return r.unsealAddress(id, sealed)
}

func (r *Registry) unsealAddress(id string, sealed []byte) (string, error) {
	whole, err := r.secrets.Unseal(addressPurpose(id), sealed)
	if err != nil {
		return "", fmt.Errorf("read the address of camera %s: %w", id, err)
	}
	return whole, nil
}

func addressPurpose(id string) string { return "camera.address:" + id }
