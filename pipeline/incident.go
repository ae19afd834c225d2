package pipeline

import (
	"context"
	"time"

	"offsite/detectors"
)

// Camera is what the pipeline must know of a camera.
type Camera struct {
	ID   string
	Name string
	URL  string // rtsp:// or rtsps://, credentials included; never logged
	// Substream is the address of the same view in fewer pixels, which looks are then
	// taken from; "": there is none. Credentials included; never logged.
	Substream string
	Protocol  string // "", "tcp", "udp": "" tries UDP, then TCP
	Cadence   time.Duration
	Zones     []detectors.Zone
}

// ModelUse names a model as it was used, exactly.
type ModelUse struct {
	Name       string             `json:"name"`
	Version    string             `json:"version"`
	SHA256     string             `json:"sha256"`
	Runtime    string             `json:"runtime"` // "onnxruntime 1.30.0 cpu"
	InputShape []int64            `json:"input_shape"`
	Thresholds map[string]float64 `json:"thresholds"`
}

// Still is one picture of an incident with the bits it was decoded from.
type Still struct {
	Unit       uint64                // access unit id within its stream, the same as in LookRecord
	At         time.Time             // camera's wall-clock time
	Role       string                // "before", "first", "raised", "after"; those, after Looked
	Stream     string                // "": the main stream; FromSubstream
	Apart      time.Duration         // its time less that of the look it shows, of another stream
	Codec      string                // "h264", "h265", "mjpeg"
	AccessUnit []byte                // Annex B with parameter sets (or one JPEG)
	PNG        []byte                // the decoded picture, full size
	Overlay    []byte                // JPEG with boxes and zone drawn, derived
	Boxes      []detectors.Detection // what the rule stood on
}

// LookRecord is one look as evidence keeps it.
type LookRecord struct {
	Unit   uint64                `json:"unit"`
	Stream string                `json:"stream,omitempty"` // "": the main stream; FromSubstream
	At     time.Time             `json:"at"`
	Light  float64               `json:"light"`
	Tracks []detectors.Track     `json:"tracks,omitempty"`
	Fire   []detectors.Detection `json:"fire,omitempty"`
	Areas  map[string]float64    `json:"areas,omitempty"` // label -> share of the zone
}

// Clock says how the camera's time relates to ours.
type Clock struct {
	Source   string        `json:"source"` // "rtcp", "arrival"
	OffsetNS time.Duration `json:"offset_ns"`
}

// Stream describes what the camera sends.
type Stream struct {
	Codec  string  `json:"codec"` // "h264", "h265", "mjpeg"
	Width  int     `json:"width"`
	Height int     `json:"height"`
	FPS    float64 `json:"fps"`
	GOPMS  int     `json:"gop_ms"`
}

// Incident (线索) is a rule met in a zone, with everything that shows it.
type Incident struct {
	ID       string // UUIDv7, also the bundle's id
	Act      string // what it shows: the same id whichever node raises it; mostly ID
	Kind     string // "incident" or "recheck"
	Camera   Camera
	Zone     detectors.Zone
	Detector string
	Rule     string // rule version
	First    time.Time
	Last     time.Time
	Raised   time.Time
	Present  bool // recheck: whether the violation is still there
	Why      detectors.Explanation
	Values   map[string]float64
	Params   map[string]float64 // effective parameters, defaults filled in
	Boxes    []detectors.Detection
	Stills   []Still
	Clip     []byte // fragmented MP4, the camera's own bits
	ClipFrom time.Time
	ClipTo   time.Time
	Looks    []LookRecord
	Models   []ModelUse
	Stream   Stream
	Clock    Clock
	// Where looks were taken from the substream: its bits around the incident, as Clip
	// has the main stream's.
	LookedClip []byte
	LookedFrom time.Time
	Substream  *Substream
	Missing    []Missing
	Received   time.Time // when ingest got the access unit of the raising look
	Course     Course
}

// What Missing is of.
const (
	OfClip  = "clip"
	OfLooks = "looks"
)

// Missing is a time that an incident's film or looks should show and do not.
type Missing struct {
	Of   string                `json:"of"`
	From time.Time             `json:"from"` // of looks: the last before it
	To   time.Time             `json:"to"`   // and the first after it
	Why  detectors.Explanation `json:"why"`
}

// Course is when the look that made an incident was taken, by this machine's clock. It is
// no evidence; traces show it.
type Course struct {
	Begun    time.Time    // before decoding
	Inferred [2]time.Time // the models began, and were done; zero where none ran on this look
}

// Sink takes what the pipeline finds. Raise returns only when the incident is
// safe on disk; until then the pipeline keeps it and tries again.
type Sink interface {
	Raise(context.Context, Incident) error
	// Ended tells that a raised incident is over; last is the latest look that
	// supported it.
	Ended(ctx context.Context, act string, last time.Time) error
}
