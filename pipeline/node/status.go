package node

import (
	"time"

	"offsite/detectors"
	"offsite/pipeline"
	"offsite/pipeline/watch"
)

// The states of a camera.
const (
	Connecting = "connecting"
	Live       = "live"
	Stalled    = "stalled"
	Failed     = "failed"
)

// The health of a live camera's picture: what keeps the detectors from looking.
const (
	Clear   = "clear"
	Dark    = "dark"
	Covered = "covered"
	Blurred = "blurred"
	Frozen  = "frozen" // the same picture again and again
	Moved   = "moved"  // another view than the one the zones were drawn in
	Broken  = "broken" // cannot be decoded
)

// CameraStatus is where a camera stands.
type CameraStatus struct {
	CameraID       string                `json:"camera_id"`
	State          string                `json:"state"`
	Why            detectors.Explanation `json:"why"` // empty while all is well
	Since          time.Time             `json:"since"`
	Transport      string                `json:"transport"` // "tcp" or "udp"
	Stream         pipeline.Stream       `json:"stream"`
	Clock          pipeline.Clock        `json:"clock"`
	LastUnitAt     time.Time             `json:"last_unit_at"`
	LastLookAt     time.Time             `json:"last_look_at"`
	OldestLookAge  time.Duration         `json:"oldest_look_age_ns"` // of the look that waits longest
	LookEvery      time.Duration         `json:"look_every_ns"`      // how far apart looks are due now
	Units          uint64                `json:"units"`
	Looks          uint64                `json:"looks"`           // examined by the models
	Unchanged      uint64                `json:"looks_unchanged"` // spared by the change gate
	Dropped        map[string]uint64     `json:"dropped"`         // looks by reason
	Lost           uint64                `json:"lost"`            // RTP packets that never came, since the reader began
	Damaged        uint64                `json:"damaged"`         // access units dropped for that
	Rejected       uint64                `json:"rejected"`        // whole access units that found no room in the ring
	RingBytes      int                   `json:"ring_bytes"`      // allocated for the ring
	BytesPerSecond float64               `json:"bytes_per_second"`
	Health         string                `json:"health"` // "" before the first look
	HealthWhy      detectors.Explanation `json:"health_why"`
	Open           []OpenZone            `json:"open"`   // suspicions that stand
	Faults         []ZoneFault           `json:"faults"` // zones that cannot be watched
	Waiting        int                   `json:"waiting_incidents"`
	Substream      *SubstreamStatus      `json:"substream,omitempty"` // nil: the camera names none
}

// SubstreamStatus is where a camera's substream stands.
type SubstreamStatus struct {
	State          string                `json:"state"`
	Why            detectors.Explanation `json:"why"` // empty while all is well
	Stream         pipeline.Stream       `json:"stream"`
	Fit            float64               `json:"fit"`  // how well its outlines agree with the main stream's, -1..1, at the latest comparison
	Lost           uint64                `json:"lost"` // packets, and access units dropped for that or for want of room
	BytesPerSecond float64               `json:"bytes_per_second"`
}

// ZoneFault says why a zone is not watched: its model is missing, or its rule
// refuses it.
type ZoneFault = watch.ZoneFault

// OpenZone is a zone with a suspicion.
type OpenZone = watch.OpenZone

// The kinds of events.
const (
	StateChanged = "camera.state"
	NewPicture   = "camera.picture"
)

// Event tells that a camera changed its state or has a new picture.
type Event struct {
	Kind     string
	CameraID string
	At       time.Time    // of the picture, or our clock
	Status   CameraStatus // of StateChanged
}
