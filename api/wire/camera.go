package wire

import (
	"time"

	"offsite/casework"
	"offsite/detectors"
	"offsite/registry"
)

// Camera is a registered camera and where it stands. Its address, without
// credentials, is shown to operators alone.
type Camera struct {
	registry.Camera

	State      string           `json:"state" doc:"connecting, live, stalled, failed; unknown while no node watches it, off where none is to."`
	WhyZH      string           `json:"why_zh,omitempty"`
	WhyEN      string           `json:"why_en,omitempty"`
	Health     string           `json:"health,omitempty" doc:"clear, dark, covered, blurred, frozen, moved."`
	Since      *time.Time       `json:"since,omitempty"`
	Stream     *casework.Stream `json:"stream,omitempty"`
	LastUnitAt *time.Time       `json:"last_unit_at,omitempty"`
	LastLookAt *time.Time       `json:"last_look_at,omitempty"`
	PictureAt  *time.Time       `json:"picture_at,omitempty"`
	Looks      uint64           `json:"looks,omitempty"`
}

// ZoneDraft is a zone as an operator draws it.
type ZoneDraft struct {
	NameZH     string                `json:"name_zh" maxLength:"120"`
	NameEN     string                `json:"name_en" maxLength:"160"`
	Detector   string                `json:"detector" maxLength:"40"`
	Polygon    []detectors.Point     `json:"polygon" maxItems:"200"`
	DoorLine   []detectors.Point     `json:"door_line,omitempty" maxItems:"50"`
	Homography *detectors.Homography `json:"homography,omitempty"`
	Hours      []detectors.Hours     `json:"hours,omitempty" maxItems:"50"`
	Params     map[string]float64    `json:"params,omitempty"`
	Object     string                `json:"object,omitempty" maxLength:"64"`
}

// Zone makes the drawing a zone of a camera.
func (d ZoneDraft) Zone() detectors.Zone {
	return detectors.Zone{
		NameZH: d.NameZH, NameEN: d.NameEN, Detector: d.Detector, Polygon: d.Polygon, DoorLine: d.DoorLine,
		Homography: d.Homography, Hours: d.Hours, Params: d.Params, Object: d.Object,
	}
}

// Detector is one kind of violation that can be watched for.
type Detector struct {
	Key        string                `json:"key"`
	NameZH     string                `json:"name_zh"`
	NameEN     string                `json:"name_en"`
	Parameters []detectors.Parameter `json:"parameters"`
}

// ProbeRequest names an address to look at.
type ProbeRequest struct {
	URL      string `json:"url" minLength:"8" maxLength:"2000"`
	Protocol string `json:"protocol" enum:",tcp,udp"`
}

// Probe is what was seen at an address.
type Probe struct {
	Report  ProbeReport `json:"report"`
	Picture string      `json:"picture" doc:"JPEG in base64."`
}

// ProbeReport is what a camera sends, measured.
type ProbeReport struct {
	casework.Stream

	BitrateKbps float64 `json:"bitrate_kbps"`
	ClockSource string  `json:"clock_source" doc:"rtcp: the camera tells its time; arrival: ours is taken."`
	Transport   string  `json:"transport"`
	RemarkZH    string  `json:"remark_zh,omitempty"`
	RemarkEN    string  `json:"remark_en,omitempty"`
}
