package casework

import (
	"encoding/json"
	"time"

	"offsite/detectors"
)

// Summary travels with an incident's evidence.Material and comes back with its
// receipt: what casework must know of a sealed bundle.
type Summary struct {
	IncidentID  string             `json:"incident_id"` // of the act: the same whichever node raised it
	Kind        string             `json:"kind"`        // "incident", "recheck"
	Detector    string             `json:"detector"`
	CameraID    string             `json:"camera_id"`
	ZoneID      string             `json:"zone_id"`
	ZoneVersion int                `json:"zone_version"`
	ObjectID    string             `json:"object_id,omitempty"`
	First       time.Time          `json:"first"`
	Last        time.Time          `json:"last"`
	Raised      time.Time          `json:"raised"`
	Present     bool               `json:"present"` // recheck: still there
	Why         Text               `json:"why"`
	Values      map[string]float64 `json:"values"`
	Params      map[string]float64 `json:"params"`
	Rule        string             `json:"rule"`
	Boxes       []Box              `json:"boxes"`
	Stills      []SummaryStill     `json:"stills"`
	Models      []Model            `json:"models"`
	Stream      Stream             `json:"stream"`
	ClipFrom    time.Time          `json:"clip_from"`
	ClipTo      time.Time          `json:"clip_to"`
	Missing     []Missing          `json:"missing,omitempty"`
	CaseID      string             `json:"case_id,omitempty"` // recheck only
	Fence       int64              `json:"fence,omitempty"`   // of the lease under which the camera was watched
}

// Text is a sentence in both languages.
type Text struct {
	ZH string `json:"zh"`
	EN string `json:"en"`
}

// Missing is a time that the film or the looks should show and do not.
type Missing struct {
	Of    string    `json:"of" enum:"clip,looks"`
	From  time.Time `json:"from"`
	To    time.Time `json:"to"`
	WhyZH string    `json:"why_zh"`
	WhyEN string    `json:"why_en"`
}

// Box is what a rule stood on, in normalised picture coordinates.
type Box = detectors.Detection

// SummaryStill names a picture of the bundle: data/stills/<name>.png and
// data/overlays/<name>.jpg.
type SummaryStill struct {
	Name  string    `json:"name"`
	Role  string    `json:"role"` // before, first, raised, after
	At    time.Time `json:"at"`
	Boxes []Box     `json:"boxes"`
}

// Model names a model as it was used.
type Model struct {
	Name    string `json:"name"`
	Version string `json:"version"`
	SHA256  string `json:"sha256"`
}

// Stream describes what the camera sent.
type Stream struct {
	Codec  string  `json:"codec"`
	Width  int     `json:"width"`
	Height int     `json:"height"`
	FPS    float64 `json:"fps"`
	GOPMS  int     `json:"gop_ms"`
}

// Point is a normalised point of the picture.
type Point = detectors.Point

// score is how sure the model was of the surest of what the rule stood on.
func (s Summary) score() (most float64) {
	for _, box := range s.Boxes {
		most = max(most, box.Score)
	}
	return most
}

// Raw is the summary as JSON, for evidence.Material.
func (s Summary) Raw() (json.RawMessage, error) { return json.Marshal(s) }
