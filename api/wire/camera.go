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

	SubstreamState string `json:"substream_state,omitempty" doc:"looked: looks are taken from it; comparing, gone, refused: from the main stream. None: the camera names no substream."`
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

// DiscoveryRequest says whom to ask for cameras.
type DiscoveryRequest struct {
	At []string `json:"at,omitempty" maxItems:"64" doc:"IP addresses, with a port where it is not 3702, or networks; none: everybody in the server's own networks."`
}

// FoundCamera is a device that answered.
type FoundCamera struct {
	ID       string `json:"id"`
	Address  string `json:"address" doc:"Of its device service; ask-device takes it."`
	Name     string `json:"name,omitempty"`
	Hardware string `json:"hardware,omitempty"`
	Location string `json:"location,omitempty"`
}

// DeviceRequest asks one device what it sends.
type DeviceRequest struct {
	Address  string `json:"address" minLength:"8" maxLength:"500"`
	User     string `json:"user" maxLength:"100"`
	Password string `json:"password" maxLength:"200"`
}

// Device is what a device says of itself.
type Device struct {
	Manufacturer string         `json:"manufacturer,omitempty"`
	Model        string         `json:"model,omitempty"`
	Firmware     string         `json:"firmware,omitempty"`
	Serial       string         `json:"serial,omitempty"`
	ClockOffsetS float64        `json:"clock_offset_s" doc:"The device's clock minus ours."`
	Streams      []DeviceStream `json:"streams"`
	Picture      string         `json:"picture,omitempty" doc:"JPEG in base64, of the first stream that has one."`
}

// DeviceStream is one of its profiles.
type DeviceStream struct {
	Profile string  `json:"profile"`
	Name    string  `json:"name"`
	Codec   string  `json:"codec"`
	Width   int     `json:"width"`
	Height  int     `json:"height"`
	FPS     float64 `json:"fps"`
	Kbps    int     `json:"kbps"`
	URL     string  `json:"url" doc:"RTSP, without credentials."`
	// Substream is what looks can be taken from where this is the camera's main stream.
	Substream string `json:"substream_url,omitempty" doc:"RTSP, without credentials: the smallest of the same shape, 416 pixels wide at least. None: the device has no such."`
}

// What a camera's span is beside the causes of a gap: connecting, stalled, failed, dark,
// covered, blurred, frozen, moved, broken, stopped, overloaded.
const (
	Watched = "watched"
	Unknown = "unknown" // no node tells
	Off     = "off"     // no node is to watch it
)

// Span is a time in which a camera stood as it did.
type Span struct {
	From    time.Time `json:"from"`
	To      time.Time `json:"to"`
	State   string    `json:"state" doc:"watched, unknown, off, or why it was not watched: connecting, stalled, failed, dark, covered, blurred, frozen, moved, broken, stopped, overloaded."`
	WhyZH   string    `json:"why_zh,omitempty"`
	WhyEN   string    `json:"why_en,omitempty"`
	Bundles []string  `json:"bundles,omitempty" doc:"The sealed records of it; none of one that lasts, or is shorter than is sealed."`
}

// Timeline is how a camera stood, without holes.
type Timeline struct {
	From     time.Time `json:"from" doc:"Later than was asked for where the camera was not registered yet, or has more gaps than are listed."`
	To       time.Time `json:"to"`
	WatchedS float64   `json:"watched_s" doc:"Seconds in which it was watched."`
	Spans    []Span    `json:"spans"`
}
