package casework

import "time"

// FindingItem is a finding in a list.
type FindingItem struct {
	ID       string    `json:"id"`
	State    string    `json:"state"`
	Version  int       `json:"version"`
	Detector string    `json:"detector"`
	MatterZH string    `json:"matter_zh"`
	MatterEN string    `json:"matter_en"`
	CameraID string    `json:"camera_id"`
	Camera   string    `json:"camera"`
	ZoneZH   string    `json:"zone_zh"`
	ZoneEN   string    `json:"zone_en"`
	Object   string    `json:"object"`
	ObjectID string    `json:"object_id"`
	First    time.Time `json:"first"`
	Last     time.Time `json:"last"`
	Raised   time.Time `json:"raised"`
	WhyZH    string    `json:"why_zh"`
	WhyEN    string    `json:"why_en"`
	Bundle   string    `json:"bundle"`
	Score    float64   `json:"score"` // how sure the model was of what the rule stood on, 0 to 1
	Deadline *Deadline `json:"deadline,omitempty"`
}

// Finding is a finding as the reviewer sees it.
type Finding struct {
	FindingItem
	Polygon  []Point            `json:"polygon"`
	DoorLine []Point            `json:"door_line,omitempty"`
	Values   map[string]float64 `json:"values"`
	Rule     string             `json:"rule"`
	Models   []Model            `json:"models"`
	Stream   Stream             `json:"stream"`
	Stills   []Still            `json:"stills"`
	Clip     string             `json:"clip"`
	ClipFrom *time.Time         `json:"clip_from,omitempty"`
	Missing  []Missing          `json:"missing,omitempty"`
	Events   []CaseEvent        `json:"events"`
	Recheck  string             `json:"recheck,omitempty"` // "", "present", "gone"
}

// Still names a picture by its path inside the bundle.
type Still struct {
	Role    string    `json:"role"`
	At      time.Time `json:"at"`
	Picture string    `json:"picture"`
	Overlay string    `json:"overlay"`
	Boxes   []Box     `json:"boxes"`
}

// FindingFilter chooses findings; empty fields choose all.
type FindingFilter struct {
	State    string // found: first review; reviewed: second review
	Detector string
	CameraID string
	ObjectID string
	From     time.Time // found at or after; zero: no bound
	To       time.Time // found before; zero: no bound
	Order    string    // "probability": surest first; "deadline": what falls due first; "": see Findings
	Limit    int       // 0: 50
}

// Page is one page of a list. NextCursor is "" on the last.
type Page[T any] struct {
	Items      []T    `json:"items"`
	NextCursor string `json:"next_cursor,omitempty"`
}

// Ticks are the four things that the second review checks one by one
// (Administrative Penalty Law art. 41).
type Ticks struct {
	True     bool `json:"true"`
	Clear    bool `json:"clear"`
	Complete bool `json:"complete"`
	Accurate bool `json:"accurate"`
}
